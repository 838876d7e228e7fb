"""What speaks for each language in a word: its letters, its n-grams, and that it is a word of the language.

Built once: the n-grams of the languages that only `identified.toml` names, and one table of the words of all
languages, by the digests of `words`, with what each costs in each language that lists it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pipeline.lexicon.alphabet import EDGE, PLANE, code_points, folded
from pipeline.lexicon.arrays import Array, open_arrays, write_arrays
from pipeline.lexicon.cache import built_once, sources_of
from pipeline.lexicon.identification.cyrillic import in_cyrillic
from pipeline.lexicon.languages import LATIN, Identified, identified, languages
from pipeline.lexicon.lists import words_and_shares
from pipeline.lexicon.ngrams import STEP, Ngrams, built_from, ngrams
from pipeline.lexicon.words import key_of, keys_of, normal, normals, summed, word_list
from pipeline.records import short_id

_LISTED = 0.7
"""The share of a language's words that its list gives; the n-grams give the rest."""
_ZIPF = (0.06, 2.0)
"""How frequent the word at a rank of the common words is: the first over the rank plus the second (Zipf's law)."""
_FOREIGN = 11 * STEP
"""What a letter costs (as a share of a language's letters: 1 in 60,000) that is none of the language's."""
_UNLISTED = 255
FREQUENT = 3e-4
"""The share of a word from which it is one of the most frequent of its language (è, år, às)."""


class Evidence:
    """Costs of words in every language of `identified`, in nats. Languages are columns, in its order."""

    def __init__(self, path: Path, words: Path) -> None:
        known = identified()
        self.codes = tuple(language.code for language in known)
        self.scripts = tuple(language.script for language in known)
        counted = [language.code for language in known if language.is_counted]
        self.counted = len(counted)
        self._models = (ngrams(), Ngrams(path, tuple(counted[len(languages()) :])))
        arrays = open_arrays(words)
        self._keys: Array = arrays["keys"]
        self._starts: Array = arrays["starts"]
        self._languages: Array = arrays["languages"]
        self._costs: Array = arrays["costs"]
        self._listing: Array = arrays["listing"]
        self._frequent: Array = arrays["frequent"]
        self._lacking = _lacking(known[self.counted :])

    def of_ngrams(self, words: Sequence[str]) -> tuple[Array, Array]:
        """What the letters of each word cost in each counted language, and whether one is foreign to it."""
        joined = " ".join(words)
        starts = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
        costs, foreign = [], []
        for model in self._models:
            ids = model.ids(joined)
            rows = model.rows(ids)
            costs.append(np.add.reduceat(rows, starts, axis=0, dtype=np.float32) / STEP)
            strange = (model.letters[ids[1:]] >= _FOREIGN) & (ids[1:] != EDGE)[:, None]
            foreign.append(np.logical_or.reduceat(strange, starts, axis=0))
        return np.concatenate(costs, axis=1), np.concatenate(foreign, axis=1)

    def foreign_letters(self, words: Sequence[str]) -> Array:
        """Whether a word has a letter that an uncounted language lacks: [words, languages - counted]."""
        lacking = self._lacking[code_points(" ".join(words))]
        starts = np.cumsum([0, *(len(word) + 1 for word in words[:-1])])
        found: Array = np.logical_or.reduceat(lacking, starts, axis=0)
        return found

    def is_listed(self, word: str) -> bool:
        """Whether a word is listed in any language."""
        return self._place(word) is not None

    def listing(self, word: str) -> tuple[int, int]:
        """The languages with a model that list a word, and of which it is one of the most frequent (`FREQUENT`).

        Each is a number with a bit for each language.
        """
        at = self._place(word)
        return (0, 0) if at is None else (int(self._listing[at]), int(self._frequent[at]))

    def _place(self, word: str) -> int | None:
        """Where a word stands among all listed words; None where it is not listed."""
        wanted = np.uint64(key_of(word))
        at = int(self._keys.searchsorted(wanted))
        return at if at < len(self._keys) and self._keys[at] == wanted else None

    def of_lists(self, words: Sequence[str]) -> Array:
        """What each word costs as one of the list of each language; infinite where it is not listed."""
        costs = np.full((len(words), len(self.codes)), np.inf, dtype=np.float32)
        wanted = keys_of(map(normal, words))
        at = np.searchsorted(self._keys, wanted)
        at[at == len(self._keys)] = 0
        for row in np.flatnonzero(self._keys[at] == wanted):
            here = slice(self._starts[at[row]], self._starts[at[row] + 1])
            costs[row, self._languages[here]] = self._costs[here] / np.float32(STEP)
        return costs


def mixed(letters: Array | float, listed: Array) -> Array:
    """The cost of a word that is drawn from the list or, more seldom, made of the letters of the language."""
    cost: Array = -np.logaddexp(np.log(1 - _LISTED) - letters, np.log(_LISTED) - listed)
    return cost


def _lacking(known: Sequence[Identified]) -> Array:
    """Whether a code point is a letter that a language lacks: [PLANE, len(known)]."""
    lacking = np.zeros((PLANE, len(known)), dtype=bool)
    lacking[[code for code in range(PLANE) if chr(code).isalpha()]] = True
    for column, language in enumerate(known):
        own = {*language.letters, *map(folded, language.letters)}
        if language.script == LATIN:
            own |= set("abcdefghijklmnopqrstuvwxyz")
        own_codes = [ord(letter) for letter in own]
        lacking[own_codes or slice(None), column] = False  # without letters on file, any may be its own
    return lacking


@cache
def evidence() -> Evidence:
    """The evidence, built where the cache does not hold it yet."""
    data = ("languages.toml", "identified.toml")
    code = sources_of("identification/word_evidence.py", "identification/cyrillic.py", "words.py", "lists.py")
    stamp = short_id(built_from(*data), *code, version("wordfreq"))
    return Evidence(
        built_once(f"more-ngrams-{built_from(*data)}.bin", _build_ngrams),
        built_once(f"all-words-{stamp}.bin", _build_words),
    )


def _build_ngrams(path: Path) -> None:
    from pipeline.lexicon.ngram_training import train

    of_model = {language.code for language in languages()}
    train(path, [known for known in identified() if known.is_counted and known.code not in of_model])


def _build_words(path: Path) -> None:
    keys, columns, frequencies = [], [], []
    for column, language in enumerate(identified()):
        own, of_own = _words(language)
        keys.append(own)
        columns.append(np.full(len(own), column, dtype=np.uint8))
        frequencies.append(of_own)
    every = np.concatenate(keys)
    order = np.argsort(every, kind="stable")
    unique, starts = np.unique(every[order], return_index=True)
    shares, ordered = np.concatenate(frequencies)[order], np.concatenate(columns)[order]
    cost = np.clip(np.rint(-np.log(shares) * STEP), 0, _UNLISTED)
    bits = np.where(ordered < len(languages()), np.uint64(1) << ordered.astype(np.uint64), np.uint64(0))
    write_arrays(
        path,
        {
            "keys": unique,
            "starts": np.append(starts, len(every)).astype(np.uint32),
            "languages": ordered,
            "costs": cost.astype(np.uint8),
            "listing": np.bitwise_or.reduceat(bits, starts),
            "frequent": np.bitwise_or.reduceat(bits * (shares >= FREQUENT), starts),
        },
    )


def _words(language: Identified) -> tuple[Array, Array]:
    """The digests of a language's words, sorted, and the share of each."""
    listed = word_list(language.code) if language.words else None
    if listed:
        return listed.listed
    keys, shares, _ = summed(*(_read(language) if language.words else _common(language)))
    return keys, shares.astype(np.float32)


def _common(language: Identified) -> tuple[list[str], Array]:
    first, second = _ZIPF
    found: dict[str, float] = {}
    for rank, word in enumerate(language.common):
        found.setdefault(normal(word), first / (rank + second))
    return list(found), np.array(list(found.values()))


def _read(language: Identified) -> tuple[list[str], Array]:
    listed, shares = words_and_shares(language.words or "")
    return normals(map(in_cyrillic, listed) if language.transliterated else listed), shares
