"""A character trigram model of every language in `languages.toml`: how likely are these letters in each of them?

Made once, from langdetect's character profiles and wordfreq's small word lists, each scaled to the same number of
letters and summed; kept in the user's cache and mapped into memory. Probabilities are interpolated with those of
shorter contexts (absolute counts with a Dirichlet prior; see Chen and Goodman 1999, section 2) and kept as
natural logarithms in steps of 1/16, as costs: 0 is certain, 255 is 15.9 or more.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pipeline.lexicon.alphabet import EDGE, code_points
from pipeline.lexicon.arrays import Array, open_arrays
from pipeline.lexicon.cache import built_once, sources_of
from pipeline.lexicon.languages import languages
from pipeline.records import short_id

STEP = 16.0
"""Cost units in one natural logarithm."""


class Ngrams:
    """The opened model. Costs are arrays with one entry for each of `codes`."""

    def __init__(self, path: Path, codes: tuple[str, ...]) -> None:
        arrays = open_arrays(path)
        self.codes = codes
        self.symbols: Array = arrays["symbols"]
        self._wide_symbols = self.symbols.astype(np.uint32)
        self.width = int(arrays["width"][0])
        self.letters: Array = arrays["letters"]
        self._keys: Array = arrays["keys"]
        self._trigrams: Array = arrays["trigrams"]
        self._bigrams: Array = arrays["bigrams"]
        self._backoff: Array = arrays["backoff"]

    def ids(self, text: str) -> Array:
        """The symbols of the letters of `text`, an edge at both ends."""
        return self.ids_of(code_points(text))

    def ids_of(self, codes: Array) -> Array:
        """The symbols of letters given by their code points, an edge at both ends."""
        ids = np.zeros(len(codes) + 2, dtype=np.uint32)
        ids[1:-1] = self._wide_symbols.take(codes)
        return ids

    def rows(self, ids: Array) -> Array:
        """The cost of each symbol after the two before it: [len(ids) - 1, languages], of one byte each.

        A run of edges costs nothing; a word costs its letters and its end.
        """
        third, second = ids[1:], ids[:-1]
        first = np.zeros_like(second)
        np.multiply(ids[:-2], second[1:] != EDGE, out=first[1:])
        after = second * self.width + third
        key = first * (self.width * self.width) + after
        at = self._keys.searchsorted(key)
        costs: Array = self._trigrams.take(at, axis=0, mode="clip")
        rest = (self._keys.take(at, mode="clip") != key).nonzero()[0]
        if len(rest):
            context = first[rest] * self.width + second[rest]
            backed = self._bigrams.take(after[rest], axis=0).astype(np.uint16)
            backed += self._backoff.take(context, axis=0)
            costs[rest] = np.minimum(backed, 255)
        costs[after == EDGE] = 0
        return costs

    def cost(self, text: str) -> Array:
        """The cost of all words of `text` in each language."""
        return _summed(self.rows(self.ids(text)))

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """The languages from the likeliest, with the cost of a letter in nats; empty where there is no letter."""
        ids = self.ids(text)
        letters = int((ids != EDGE).sum())
        if not letters:
            return []
        costs = _summed(self.rows(ids)) / STEP / letters
        return [(self.codes[index], float(costs[index])) for index in np.argsort(costs, kind="stable")]


def _summed(rows: Array) -> Array:
    """The sum of rows of bytes, as a product with ones: exact, and far faster than a sum of another type is."""
    costs: Array = np.ones(len(rows)) @ rows.astype(np.float64)
    return costs


@cache
def ngrams() -> Ngrams:
    """The model, built where the cache does not hold it yet."""
    codes = tuple(language.code for language in languages())
    return Ngrams(built_once(f"ngrams-{built_from('languages.toml')}.bin", _build), codes)


def _build(path: Path) -> None:
    from pipeline.lexicon.ngram_training import train

    train(path, languages())


def built_from(*files: str) -> str:
    """A stamp of what a model is made from: the code that counts, these data files, the libraries' data."""
    parts: Iterable[str] = (
        *sources_of("ngram_training.py", "alphabet.py", "lists.py", *files),
        version("langdetect"),
        version("wordfreq"),
    )
    return short_id(*parts)
