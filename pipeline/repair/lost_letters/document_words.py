"""What is known of the words of a damaged document: its likeliest languages, and the words that stand in it whole."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.lexicon.ngrams import STEP, Ngrams
from pipeline.lexicon.spellings import spellings
from pipeline.lexicon.words import normal, word_list
from pipeline.records import REPLACEMENT

LOST = REPLACEMENT
DOTTED = "i"
"""The letter whose capital is İ in Turkish."""
LETTERS_COUNT = 0.5
"""How far the cost of the letters of whole words is believed in telling languages apart, …"""
WORDS_COUNT = 0.3
"""… and the frequency of whole words, and of the words that fit damaged ones."""
UNKNOWN_WORD = 1e-6
"""The share with which a word counts that is in no list."""
NO_LIST = (-10.0, -11.0)
"""What a whole word and a damaged one count (in nats) in a language without a list."""
_LIKELY = 6
_KEPT = 3
_LEAST = 0.02
_SAMPLE = 200_000
_WORDS = 800
_DAMAGED = 12
_FEW_LOST = 2
BEYOND = re.compile(r"[^\x00-\x7f]")
_WHOLE_WORD = re.compile(r"(?<![\w\ufffd?])[^\W\d_]+(?![\w\ufffd?])")
DAMAGED_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]*+\ufffd(?:[^\W\d_]|\ufffd)*+")


@dataclass(frozen=True)
class Speech:
    """A document's likeliest languages, with their probabilities, and its own words."""

    weights: Mapping[str, float]
    own: Mapping[str, tuple[str, ...]]
    """Its words with letters beyond ASCII, by what is left of them without these."""

    def fitting(self, pattern: str) -> list[str]:
        """The words of the document that fit a pattern."""
        words = self.own.get(BEYOND.sub(LOST, pattern), ())
        return [w for w in words if all(a in (LOST, b) for a, b in zip(pattern, w, strict=True))]


def speech(texts: Iterable[str], model: Ngrams) -> Speech:
    """The languages and the whole words of the texts of a document."""
    words: list[str] = []
    damaged: dict[str, None] = {}
    size = 0
    for text in texts:
        words += [match[0] for match in _WHOLE_WORD.finditer(text[:_SAMPLE])]
        if len(damaged) < _DAMAGED:
            damaged |= dict.fromkeys(_patterns(text[:_SAMPLE]))
        size += len(text)
        if size > _SAMPLE:
            break
    own: dict[str, tuple[str, ...]] = {}
    for word in dict.fromkeys(normal(word) for word in words if not word.isascii()):
        left = BEYOND.sub(LOST, word)
        own[left] = (*own.get(left, ()), word)
    return Speech(_languages(words[:_WORDS], list(damaged)[:_DAMAGED], model), own)


def _patterns(text: str) -> Iterator[str]:
    for match in DAMAGED_WORD.finditer(text):
        lost = match[0].count(LOST)
        if lost <= _FEW_LOST and 2 * lost <= len(match[0]) and len(match[0]) > 2:
            yield pattern_of(match[0])


def _languages(words: Sequence[str], damaged: Sequence[str], model: Ngrams) -> dict[str, float]:
    """The likeliest languages: their letters, their words, and words of theirs that fit what is damaged."""
    costs = model.cost(" ".join(words)) / STEP
    likely = [model.codes[index] for index in np.argsort(costs, kind="stable")[:_LIKELY]]
    belief = np.array(
        [
            WORDS_COUNT * (_of_words(code, words) + _of_damaged(code, damaged))
            - LETTERS_COUNT * float(costs[model.codes.index(code)])
            for code in likely
        ]
    )
    chances = np.exp(belief - belief.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")[:_KEPT]
    return {likely[index]: float(chances[index]) for index in order if chances[index] > _LEAST}


def _of_words(language: str, words: Sequence[str]) -> float:
    listed = word_list(language)
    if listed is None:
        return NO_LIST[0] * len(words)
    return float(np.log(listed.frequencies(words) + UNKNOWN_WORD).sum())


def _of_damaged(language: str, patterns: Sequence[str]) -> float:
    listed = spellings(language)
    if listed is None:
        return NO_LIST[1] * len(patterns)
    best = (max(listed.fitting(pattern).values(), default=0.0) for pattern in patterns)
    return sum(math.log(share + UNKNOWN_WORD) for share in best)


def pattern_of(piece: str) -> str:
    """A damaged word as it is looked up: in small letters."""
    return "".join(char.lower()[0] for char in piece)


def fillings(pattern: str, letters: str) -> Iterator[str]:
    """The words that come of putting each combination of `letters` in the places of the lost ones."""
    parts = pattern.split(LOST)
    for combination in itertools.product(letters, repeat=len(parts) - 1):
        yield parts[0] + "".join(letter + part for letter, part in zip(combination, parts[1:], strict=True))
