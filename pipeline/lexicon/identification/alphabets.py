"""Letters of languages: which alphabet has them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache

import numpy as np

from pipeline.lexicon.alphabet import OTHER, character, code_points, folded
from pipeline.lexicon.languages import identified, languages
from pipeline.lexicon.ngrams import STEP, ngrams

COMMON = 1e-4
"""The share among the letters of a language from which a letter is one of its alphabet: é has 2e-4 in German."""
USUAL = 5e-4
"""The share from which words of a language may well have a letter that stands in none of its common words: è is one
letter in 4,000 of what is called Slovene, and is č misread."""
_WRITTEN_TWICE = {"ş": "ș", "ţ": "ț"}


@cache
def _small_letters() -> list[tuple[str, int]]:
    """The small letters beyond ASCII that the model counts, with the symbol of each."""
    symbols = ngrams().symbols
    codes = [int(code) for code in np.flatnonzero(symbols > OTHER) if code >= 128]
    letters = [(character(code), int(symbols[code])) for code in codes]
    return [(char, symbol) for char, symbol in letters if char.islower() and folded(char) == char]


@cache
def letters_beyond_ascii(language: str) -> str:
    """The small letters beyond ASCII of a language there is a model of, the most frequent first."""
    model = ngrams()
    column = model.codes.index(language)
    costs = ((char, float(model.letters[symbol, column]) / STEP) for char, symbol in _small_letters())
    shares = {char: math.exp(-cost) for char, cost in costs}
    return "".join(sorted((c for c in shares if shares[c] >= COMMON), key=lambda c: (-shares[c], c)))


@cache
def alphabet(language: str) -> frozenset[str]:
    """The small letters beyond ASCII that a language is written with."""
    letters = letters_beyond_ascii(language)
    return frozenset(letters + "".join(_WRITTEN_TWICE.get(char, "") for char in letters))


@lru_cache(maxsize=4096)
def is_counted(char: str) -> bool:
    """Whether a character is a letter of a language with a model."""
    return int(ngrams().symbols[code_points(char)[0]]) > OTHER


@lru_cache(maxsize=4096)
def languages_with(letter: str) -> int:
    """The languages with a model in which a letter is usual, with a bit for each; none for what is no letter."""
    model = ngrams()
    if not is_counted(letter):
        return 0
    costs = model.letters[model.symbols[code_points(letter)[0]]]
    usual = np.flatnonzero(costs <= -math.log(USUAL) * STEP)
    return sum(1 << int(column) for column in usual)


@cache
def other_alphabets() -> tuple[frozenset[str], ...]:
    """The alphabets of languages without a model."""
    with_model = {language.code for language in languages()}
    others = (language for language in identified() if language.code not in with_model)
    return tuple(frozenset(language.letters) for language in others if language.letters)


def in_one_alphabet(text: str, among: Iterable[str] | None = None, without_model: bool = True) -> bool:
    """Whether all letters beyond ASCII of `text` are of one language: one of `among`, by default any that has a model.

    Languages without a model count too, unless `without_model` says that the text is in none of these.
    """
    letters = {char for char in text.lower() if char.isalpha() and not char.isascii()}
    codes = (language.code for language in languages()) if among is None else among
    if any(letters <= alphabet(code) for code in codes):
        return True
    return without_model and any(letters <= known for known in other_alphabets())
