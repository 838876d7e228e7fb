"""Builds the n-gram model from what langdetect and wordfreq ship; runs once on a machine."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import reduce
from importlib import resources
from itertools import compress
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.lexicon.alphabet import EDGE, OTHER, folded_word, script, symbol_table
from pipeline.lexicon.arrays import Array, write_arrays
from pipeline.lexicon.identification.cyrillic import in_cyrillic
from pipeline.lexicon.languages import Identified, Language
from pipeline.lexicon.lists import words_and_shares

LETTERS = 1e6
"""The number of letters that each source of a language is scaled to."""
PRIOR = (20.0, 30.0, 8.0)
"""Pseudo-counts with which the next shorter context takes part: of one, two and three letters."""
RARE = 3e-6
"""A letter below this share of a language's letters is none of the language's."""

_SIZES = (1, 2, 3)
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI")
Source = list[tuple[Array, Array]]
"""Counted n-grams, for each size: the code points [size, n-grams] (a space for the edge of a word), and how often each
occurs; an n-gram may stand there several times."""


class Counts(NamedTuple):
    """How often the n-grams of a language occur. The letter at index i of `letters` has the number i + 2."""

    letters: str
    """In order."""
    one: Array
    two: Array
    trigrams: Array
    """The numbers of the letters of the trigrams that occur, in order: [3, trigrams]."""
    three: Array
    """How often each of these occurs."""


def train(path: Path, languages: Sequence[Language | Identified]) -> None:
    """Write the model file of these languages to `path`."""
    sources = [_counts(language) for language in languages]
    alphabet = "".join(sorted({letter for counts in sources for letter in counts.letters}))
    keys = np.unique(np.concatenate([_keys(counts, alphabet) for counts in sources]))
    columns = [_costs(counts, alphabet, keys) for counts in sources]
    write_arrays(
        path,
        {
            "symbols": symbol_table(alphabet),
            "width": np.array([len(alphabet) + 2]),
            "keys": keys.astype(np.uint32),
            **{name: np.stack([costs[name] for costs in columns], axis=1) for name in columns[0]},
        },
    )


def _costs(counts: Counts, alphabet: str, keys: Array) -> dict[str, Array]:
    """The costs in one language: of the letters of `alphabet`, of these trigrams, of pairs and of backing off."""
    width = len(alphabet) + 2
    symbols = _symbols(counts, alphabet)
    one, two, three = np.zeros(width), np.zeros((width, width)), np.zeros(len(keys))
    one[symbols] = counts.one
    two[np.ix_(symbols, symbols)] = counts.two
    three[np.searchsorted(keys, _keys(counts, alphabet))] = counts.three
    begun = np.bincount(keys // width, three, width * width)  # how often each pair begins a trigram
    single = (one + PRIOR[0] / width) / (one.sum() + PRIOR[0])
    pair = ((two + PRIOR[1] * single) / (two.sum(axis=1, keepdims=True) + PRIOR[1])).ravel()
    triple = (three + PRIOR[2] * pair[keys % (width * width)]) / (begun[keys // width] + PRIOR[2])
    return {
        "letters": _cost(single),
        "trigrams": _cost(triple),
        "bigrams": _cost(pair),
        "backoff": _cost(PRIOR[2] / (begun + PRIOR[2])),
    }


def _cost(probability: Array) -> Array:
    return np.clip(np.rint(-np.log(probability) * 16.0), 0, 255).astype(np.uint8)


def _keys(counts: Counts, alphabet: str) -> Array:
    """The keys of the trigrams of a language, in order."""
    width = len(alphabet) + 2
    first, second, third = _symbols(counts, alphabet)[counts.trigrams]
    keys: Array = (first * width + second) * width + third
    return keys


def _symbols(counts: Counts, alphabet: str) -> Array:
    """The symbols in `alphabet` of a language's letters, by the number that each has in its counts."""
    return np.array([EDGE, OTHER, *(alphabet.index(letter) + 2 for letter in counts.letters)])


def _counts(language: Language | Identified) -> Counts:
    """The n-grams of one to three letters in all sources of a language, each scaled to `LETTERS`.

    A source that lacks a letter (wordfreq writes ß as ss) says nothing about it: the others count for it as well.
    """
    sources: list[Source] = []
    if language.profile:
        sources.append(_of_profile(language.profile))
    if language.words:
        sources.append(
            _of_words(language.words, isinstance(language, Identified) and language.transliterated)
        )
    known = [_letters(source) for source in sources]
    own = _own_letters(known)
    sums = [np.zeros((len(own) + 2,) * size) for size in _SIZES]
    for at, source in enumerate(sources):
        scale = LETTERS / sum(known[at].values())
        lacking = [_lacking(own, other) for other in (*known[:at], *known[at + 1 :])]
        for size, counted in zip(_SIZES, _tallied(source, own), strict=True):
            silent = sum(reduce(np.logical_or.outer, [letters] * size).astype(int) for letters in lacking)
            sums[size - 1] += counted * scale * (1 + silent)
    one, two, three = sums
    three[EDGE, EDGE] += two[EDGE]  # the beginning of a word: two edges before the letter
    trigrams = np.nonzero(three)
    return Counts(own, one, two, np.stack(trigrams), three[trigrams])


def _letters(source: Source) -> dict[str, float]:
    """How often each letter occurs."""
    (points,), counts = source[0]
    totals = np.bincount(points, counts)
    return {chr(code): float(totals[code]) for code in np.flatnonzero(totals) if code != ord(" ")}


def _lacking(letters: str, known: Mapping[str, float]) -> Array:
    """Whether each of `letters`, by its number, is none of those known."""
    return np.array([False, False, *(letter not in known for letter in letters)])


def _tallied(source: Source, letters: str) -> list[Array]:
    """How often each n-gram of `letters` occurs, for each size an array with one dimension for each of its letters."""
    numbers = np.full(sys.maxunicode + 1, OTHER, dtype=np.int32)
    numbers[[ord(" "), *map(ord, letters)]] = [EDGE, *range(2, len(letters) + 2)]
    tallied = []
    for grams, counts in source:
        shape = (len(letters) + 2,) * len(grams)
        keys = np.ravel_multi_index(tuple(numbers[grams]), shape)
        tally = np.bincount(keys, counts, int(np.prod(shape))).reshape(shape)
        for axis in range(len(shape)):
            np.moveaxis(tally, axis, 0)[OTHER] = 0.0
        tallied.append(tally)
    return tallied


def _own_letters(known: Sequence[Mapping[str, float]]) -> str:
    """The letters of the language: of its scripts, and not too rare. Sources carry strays."""
    letters: dict[str, float] = defaultdict(float)
    for source in known:
        scale = LETTERS / sum(source.values())
        for letter, count in source.items():
            silent = sum(letter not in other for other in known)
            letters[letter] += count * scale * (1 + silent)
    everything = sum(letters.values())
    shares: dict[str, float] = defaultdict(float)
    for letter, count in letters.items():
        shares[script(letter)] += count / everything
    return "".join(
        sorted(
            letter
            for letter, count in letters.items()
            if count / everything >= RARE and shares[script(letter)] >= 0.05 and script(letter) in _SCRIPTS
        )
    )


def _of_profile(name: str) -> Source:
    text = resources.files("langdetect").joinpath("profiles", name).read_text(encoding="utf-8")
    counts = json.loads(text)["freq"]
    source = []
    for size in _SIZES:
        grams = [gram for gram in counts if len(gram) == size]
        points = _code_points(folded_word("".join(grams))).reshape(-1, size)
        source.append((points.T, np.array([counts[gram] for gram in grams], dtype=float)))
    return source


def _of_words(name: str, transliterated: bool) -> Source:
    listed, shares = words_and_shares(name)
    text = "\n".join(listed)
    folded = folded_word(in_cyrillic(text) if transliterated else text).split("\n")
    kept = [word.isalpha() for word in folded]
    words = list(compress(folded, kept))
    points = _code_points(f" {'  '.join(words)} ")
    counts = np.repeat(shares[kept], [len(word) + 2 for word in words])
    source = []
    for size in _SIZES:
        windows = np.stack([points[at : len(points) - size + 1 + at] for at in range(size)])
        inside = _inside(points == ord(" "), size)
        source.append((windows[:, inside], counts[: len(inside)][inside]))
    return source


def _code_points(text: str) -> Array:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.int32)


def _inside(edge: Array, size: int) -> Array:
    """Where the n-grams begin that lie in one word and its two edges (single letters: in the word)."""
    if size == 1:
        return ~edge
    within = np.ones(len(edge) - size + 1, dtype=bool)
    for at in range(size - 1):
        within &= ~(edge[at : len(within) + at] & edge[at + 1 : len(within) + at + 1])
    return within
