"""Builds the n-gram model from what langdetect and wordfreq ship; runs once on a machine."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np

from pipeline.lexis.alphabet import EDGE, OTHER, folded_word, symbol_table
from pipeline.lexis.arrays import Array, write_arrays
from pipeline.lexis.cyrillic import in_cyrillic
from pipeline.lexis.languages import Identified, Language
from pipeline.lexis.lists import shares

LETTERS = 1e6
"""The number of letters that each source of a language is scaled to."""
PRIOR = (20.0, 30.0, 8.0)
"""Pseudo-counts with which the next shorter context takes part: of one, two and three letters."""
RARE = 3e-6
"""A letter below this share of a language's letters is none of the language's."""

Counts = dict[str, float]
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI")


def train(path: Path, languages: Sequence[Language | Identified]) -> None:
    """Write the model file of these languages to `path`."""
    sources = [_counts(language) for language in languages]
    alphabet = "".join(sorted({gram for counts in sources for gram in counts if len(gram) == 1} - {" "}))
    width = len(alphabet) + 2
    symbols = {" ": EDGE, **{letter: index + 2 for index, letter in enumerate(alphabet)}}
    columns = [_columns(counts, symbols, width) for counts in sources]
    keys = np.unique(np.concatenate([grams for _, _, grams, _ in columns]))
    shape = (width, len(columns))
    one = np.stack([single for single, _, _, _ in columns], axis=1)
    two = np.stack([pairs for _, pairs, _, _ in columns], axis=1)
    three = np.zeros((len(keys), len(columns)))
    for index, (_, _, grams, counted) in enumerate(columns):
        three[np.searchsorted(keys, grams), index] = counted
    single = (one + PRIOR[0] / width) / (one.sum(axis=0) + PRIOR[0])
    after_one = two.reshape(width, *shape).sum(axis=1)  # how often each letter begins a pair
    pair = (two.reshape(width, *shape) + PRIOR[1] * single) / (after_one + PRIOR[1])[:, None, :]
    pair = pair.reshape(width * width, -1)
    begun = np.zeros_like(two)  # how often each pair begins a trigram
    np.add.at(begun, keys // width, three)
    triple = (three + PRIOR[2] * pair[keys % (width * width)]) / (begun[keys // width] + PRIOR[2])
    write_arrays(
        path,
        {
            "symbols": symbol_table(alphabet),
            "width": np.array([width]),
            "keys": keys.astype(np.uint32),
            "letters": _cost(single),
            "trigrams": _cost(triple),
            "bigrams": _cost(pair),
            "backoff": _cost(PRIOR[2] / (begun + PRIOR[2])),
        },
    )


def _cost(probability: Array) -> Array:
    return np.clip(np.rint(-np.log(probability) * 16.0), 0, 255).astype(np.uint8)


def _columns(counts: Counts, symbols: dict[str, int], width: int) -> tuple[Array, Array, Array, Array]:
    """Counts as arrays: of letters, of pairs (dense), and of trigrams (their keys, and how many)."""
    one = np.zeros(width)
    two = np.zeros(width * width)
    three: dict[int, float] = {}
    for gram, count in counts.items():
        ids = [symbols.get(char, OTHER) for char in gram]
        if OTHER in ids:
            continue
        if len(ids) == 1:
            one[ids[0]] += count
        elif len(ids) == 2:
            two[ids[0] * width + ids[1]] += count
            if ids[0] == EDGE:  # the beginning of a word: two edges before the letter
                three[ids[1]] = three.get(ids[1], 0.0) + count
        else:
            key = (ids[0] * width + ids[1]) * width + ids[2]
            three[key] = three.get(key, 0.0) + count
    order = sorted(three)
    return one, two, np.array(order, dtype=np.int64), np.array([three[key] for key in order])


def _counts(language: Language | Identified) -> Counts:
    """Counts of n-grams of one to three characters, a space for the edge of a word.

    A source that lacks a letter (wordfreq writes ß as ss) says nothing about it: the others count for it as well.
    """
    sources = []
    if language.profile:
        sources.append(_of_profile(language.profile))
    if language.words:
        sources.append(
            _of_words(language.words, isinstance(language, Identified) and language.transliterated)
        )
    total: Counts = defaultdict(float)
    for source in sources:
        letters = sum(count for gram, count in source.items() if len(gram) == 1 and gram != " ")
        others = [other for other in sources if other is not source]
        for gram, count in source.items():
            silent = sum(any(char not in other and char != " " for char in gram) for other in others)
            total[gram] += count * LETTERS / letters * (1 + silent)
    kept = _own_letters(total)
    return {gram: count for gram, count in total.items() if all(char in kept for char in gram)}


def _own_letters(total: Counts) -> set[str]:
    """The letters of the language: of its scripts, and not too rare. Sources carry strays."""
    letters = {gram: count for gram, count in total.items() if len(gram) == 1 and gram != " "}
    everything = sum(letters.values())
    shares: Counts = defaultdict(float)
    for letter, count in letters.items():
        shares[_script(letter)] += count / everything
    return {" "} | {
        letter
        for letter, count in letters.items()
        if count / everything >= RARE and shares[_script(letter)] >= 0.05 and _script(letter) in _SCRIPTS
    }


def _script(letter: str) -> str:
    return unicodedata.name(letter, "NONE").split(" ")[0]


def _of_profile(name: str) -> Counts:
    text = resources.files("langdetect").joinpath("profiles", name).read_text(encoding="utf-8")
    counts: Counts = defaultdict(float)
    for gram, count in json.loads(text)["freq"].items():
        counts[folded_word(gram)] += count
    return counts


def _of_words(name: str, transliterated: bool) -> Counts:
    words: dict[str, float] = defaultdict(float)
    listed = shares(name)
    text = "\n".join(listed)
    folded = folded_word(in_cyrillic(text) if transliterated else text).split("\n")
    for plain, frequency in zip(folded, listed.values(), strict=True):
        if plain.isalpha():
            words[plain] += frequency
    points = np.frombuffer(f" {'  '.join(words)} ".encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    weights = np.repeat(np.array(list(words.values())), [len(word) + 2 for word in words])
    counts: Counts = defaultdict(float)
    for size in (1, 2, 3):
        windows = [points[at : len(points) - size + 1 + at] << 21 * at for at in range(size)]
        grams = np.bitwise_or.reduce(windows)
        kept = np.flatnonzero(_inside(points == ord(" "), size))
        keys, at = np.unique(grams[kept], return_inverse=True)
        totals = np.bincount(at, weights[kept])
        for gram, total in zip(keys.tolist(), totals.tolist(), strict=True):
            counts["".join(chr(gram >> 21 * at & 0x1FFFFF) for at in range(size))] += total
    return counts


def _inside(edge: Array, size: int) -> Array:
    """Where the n-grams begin that lie in one word and its two edges (single letters: in the word)."""
    if size == 1:
        return ~edge
    within = np.ones(len(edge) - size + 1, dtype=bool)
    for at in range(size - 1):
        within &= ~(edge[at : len(within) + at] & edge[at + 1 : len(within) + at + 1])
    return within
