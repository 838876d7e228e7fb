"""Which word fits what is left of one that lost letters?

Each lost letter may be one of the language's letters beyond ASCII; where no listed word has one there, it may be a
letter of ASCII after all. The words that come out are looked up in the
language's list and among the document's own; those that are in none are weighed by how their letters stand in the
words of the list. What fits best has a probability: its share among all that fit, the unlisted included.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np

from pipeline.lexicon.identification.alphabets import letters_beyond_ascii
from pipeline.lexicon.ngrams import STEP, Ngrams
from pipeline.lexicon.spellings import Spellings, spellings
from pipeline.lexicon.words import word_list
from pipeline.repair.lost_letters.document_words import DOTTED, LOST, Speech, fillings

UNLISTED = 0.3
"""The share that all unlisted words have which fit, beside that of the rarest that is listed."""
UNLISTED_WITHOUT = 1e-7
"""The same in a language without a list."""
OWN_WORD = 2e-5
"""The share with which a word counts that stands undamaged in the document."""
CERTAIN = 0.99
"""The probability that the text was written as the lists have it."""
TEMPER = 0.5
"""How far trigrams are believed where there is no list."""
WORDLIKE = 2.8
"""What a letter of a word costs at most (in nats) that looks like one of a language without a list."""
CAPITAL = 0.05
"""The probability that a word in mid-sentence has a capital."""
PLAIN = 0.01
"""How likely a letter of ASCII is lost, where no listed word has another letter there."""
PLAIN_SHARE = 1e-5
"""A word with a letter of ASCII in the place of the lost one must be at least this frequent."""
PLAIN_KEPT = 4
"""So many letters must be left of it."""
_MOST_SPELLED = 400
_TRIED = 4
_KEPT = 8
MOST_LOST = 4


@dataclass(frozen=True)
class Fit:
    """The word that fits best, its share among the words of the language, its probability.

    `mass` is the share of all words that fit: how much the pattern looks like a word. `scores` are the parts in it of
    the likeliest words, `shares` of those that are listed.
    """

    word: str
    share: float
    probability: float
    mass: float
    scores: Mapping[str, float]
    shares: Mapping[str, float]


def best_fit(pattern: str, known: Speech, model: Ngrams, begins: bool) -> Fit | None:
    """The word that fits a pattern best; None where nothing can be said. `begins` says that a sentence begins here."""
    listed: dict[str, float] = {}
    scores: dict[str, float] = {}
    for language, weight in known.weights.items():
        letters = letters_beyond_ascii(language)
        if not letters:
            continue
        words = spellings(language)
        for word, share in (words.fitting(pattern) if words else {}).items():
            listed[word] = listed.get(word, 0.0) + weight * share
        if language == "tr" and pattern[0] == LOST:
            for word, share in _dotted(pattern, words).items():
                listed[word] = listed.get(word, 0.0) + weight * share * (1.0 if begins else CAPITAL)
        unlisted = UNLISTED * words.least if words else UNLISTED_WITHOUT
        for word, chance in _spelled(pattern, letters, words, language, model).items():
            scores[word] = scores.get(word, 0.0) + weight * unlisted * chance
    for word in known.fitting(pattern):
        listed[word] = listed.get(word, 0.0) + OWN_WORD
    if not listed:
        listed = _plain(pattern, known)
    for word, share in listed.items():
        scores[word] = scores.get(word, 0.0) + share
    if not scores:
        return None
    total = sum(scores.values())
    best = max(scores, key=lambda word: (scores[word], word))
    likeliest = {
        word: scores[word] for word in sorted(scores, key=lambda word: (-scores[word], word))[:_KEPT]
    }
    return Fit(best, listed.get(best, 0.0), CERTAIN * scores[best] / total, total, likeliest, listed)


def _dotted(pattern: str, words: Spellings | None) -> dict[str, float]:
    """The Turkish words that fit and begin with İ, whose small letter is not lost."""
    plain = word_list("tr")
    rest = DOTTED + pattern[1:]
    if words is None or plain is None:
        return {}
    if LOST in rest:
        return words.fitting(rest)
    share = plain.frequency(rest)
    return {rest: share} if share else {}


def _plain(pattern: str, known: Speech) -> dict[str, float]:
    """The frequent words that fit with a letter of ASCII, which seldom is what is lost ("m?asto")."""
    if pattern.count(LOST) != 1 or len(pattern) <= PLAIN_KEPT:
        return {}
    filled = [pattern.replace(LOST, letter) for letter in ascii_lowercase]
    listed: dict[str, float] = {}
    for language, weight in known.weights.items():
        words = word_list(language)
        for word, share in zip(filled, words.frequencies(filled), strict=True) if words else ():
            if share >= PLAIN_SHARE:
                listed[word] = listed.get(word, 0.0) + weight * PLAIN * float(share)
    return listed


def _spelled(
    pattern: str, letters: str, words: Spellings | None, language: str, model: Ngrams
) -> dict[str, float]:
    """The words that fit, with the probability that it is they, as far as letters tell."""
    if words is None:
        return _by_trigrams(pattern, letters, language, model)
    places = []
    for likely in words.likely_letters(pattern):
        own = sorted(((likely.get(letter, 0.0), letter) for letter in letters), reverse=True)
        places.append(own[:_TRIED])
    parts = pattern.split(LOST)
    spelled = {}
    for combination in itertools.product(*places):
        filled = "".join(letter + part for (_, letter), part in zip(combination, parts[1:], strict=True))
        spelled[parts[0] + filled] = math.prod(chance for chance, _ in combination)
    return spelled


def _by_trigrams(pattern: str, letters: str, language: str, model: Ngrams) -> dict[str, float]:
    if len(letters) ** pattern.count(LOST) > _MOST_SPELLED:
        return {}
    filled = list(fillings(pattern, letters))
    rows = model.rows(model.ids(" ".join(filled)))[:, model.codes.index(language)] / STEP
    starts = np.cumsum([0] + [len(word) + 1 for word in filled[:-1]])
    costs = np.add.reduceat(rows[:-1], starts)
    if costs.min() > WORDLIKE * (len(pattern) + 1):
        return {}
    chances = np.exp(-TEMPER * (costs - costs.min()))
    return dict(zip(filled, (chances / chances.sum()).tolist(), strict=True))
