"""Lost letters: which word of the language fits what is left?

U+FFFD in the place of a letter (a byte that made no sense), a question mark in a word (a letter that the charset
lacked), a UTF-8 lead byte whose follower was lost. Each lost letter may be one of the language's non-ASCII letters; the
words that come out are looked up in the language's list and in the document's own words. What fits is a guess with a
probability: the word's share among all that fit, the unlisted included.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from pipeline.lexis.alphabet import character, folded
from pipeline.lexis.arrays import Array
from pipeline.lexis.ngrams import STEP, Ngrams, ngrams
from pipeline.lexis.words import normal, word_list
from pipeline.repair.guesser import MARK_INSIDE

LOST = "\ufffd"
UNLISTED = 3e-8
"""The share of words that fit and are in no list."""
OWN_WORD = 2e-5
"""The share with which a word counts that stands undamaged in the document."""
SPELLING = 0.02
"""How much a word counts that is likely by its letters, beside words that are listed."""
SPELLED = 0.98
"""The probability that a word of which no form is listed can be told by its letters at all …"""
TEMPER = 0.7
"""… which know less than they say."""
WORDLIKE = 2.8
"""What a letter of a word costs at most (in nats) that looks like one of the language."""
FAMILIAR = 3e-4
"""A word at least this frequent is hardly a name."""
GERMAN_FAMILIAR = 2e-3
"""The same in German, whose nouns have capitals."""
NO_NAME = 0.94
"""The probability that another word whose first letter is lost in mid-sentence is no name, and has no capital."""
BESIDE_NAME = 0.8
"""The same where the word beside it has a capital."""
_SHORT = 3
_MOST_SPELLED = 400
_COMMON = 1e-4
_MOST_WORDS = 4000
MOST_PATTERNS = 2000
"""Different damaged words of a document at which is guessed: one with more is hardly text."""
_MOST_LOST = 4
_SENTENCE_END = ".!…•"

_SAMPLE = 200_000
_LANGUAGE_SAMPLE = 5000
LANGUAGE_TEMPER = 0.5
"""How far the cost of the letters is believed in telling languages apart."""

_CHUNK = re.compile(r"(\s+)")
_MARKED = re.compile(r"[^\w?]*[^\W\d_?]*(?:[?'’-]+[^\W\d_?]+)+\??[^\w]*")
_MARK_IN_WORD = re.compile(r"\?(?=\?*[^\W\d_A-Z])")
_MARK_AT_END = re.compile(r"(?<![^\W_])(?<!\ufffd)((?:[^\W\d_]|\ufffd)+)\?(?= [^\W\d_A-Z]|[.,;:])")
_WHOLE_WORD = re.compile(r"(?<![\w\ufffd?])[^\W\d_]+(?![\w\ufffd?])")
_WORD = re.compile(r"[^\W\d_]*\ufffd(?:[^\W\d_]|\ufffd)*")


@dataclass(frozen=True)
class Guess:
    """[start, end) of a text is probably `word`."""

    start: int
    end: int
    word: str
    probability: float


@cache
def foreign_letters(language: str) -> str:
    """The non-ASCII letters of a language, the most frequent first."""
    model = ngrams()
    column = model.codes.index(language)
    share: dict[str, float] = {}
    for code in range(128, len(model.symbols)):
        symbol = int(model.symbols[code])
        char = character(code)
        if symbol > 1 and char.islower() and folded(char) == char:
            share[char] = float(np.exp(-float(model.letters[symbol, column]) / STEP))
    return "".join(sorted((c for c in share if share[c] >= _COMMON), key=lambda c: (-share[c], c)))


@dataclass(frozen=True)
class Speech:
    """What is known of a document's words: its likeliest languages, with their probabilities, and its own words."""

    weights: Mapping[str, float]
    own: frozenset[str]
    guessed: dict[str, tuple[str, float, float] | None] = field(default_factory=dict, compare=False)
    """What was found for the patterns asked so far."""


def speech(texts: Iterable[str], model: Ngrams) -> Speech:
    """The languages and the undamaged words of the texts of a document."""
    words: list[str] = []
    size = 0
    for text in texts:
        words += [match[0] for match in _WHOLE_WORD.finditer(text[:_SAMPLE])]
        size += len(text)
        if size > _SAMPLE:
            break
    costs = model.cost(" ".join(words)[:_LANGUAGE_SAMPLE]) / STEP
    chances = np.exp(-(costs - costs.min()) * LANGUAGE_TEMPER)
    chances /= chances.sum()
    likely = [int(index) for index in np.argsort(-chances, kind="stable")[:3]]
    weights = {model.codes[index]: float(chances[index]) for index in likely if chances[index] > 0.02}
    return Speech(weights, frozenset(normal(word) for word in words))


def guesses(text: str, known: Speech, model: Ngrams) -> list[Guess]:
    """Guesses for the words of `text` with lost letters."""
    found = []
    for match in _WORD.finditer(text):
        guess = _guess(text, match.start(), match.end(), known, model)
        if guess:
            found.append(guess)
    return found


def with_marks_lost(text: str) -> str:
    """`text` with U+FFFD for each question mark that stands in the place of a letter.

    That is one between letters, the second of them small; where there is such a one, also those that begin a word,
    or end one before a small letter. Addresses are left alone.
    """
    if not MARK_INSIDE.search(text):
        return text
    chunks = []
    for chunk in _CHUNK.split(text):
        lost = _MARKED.fullmatch(chunk) is not None
        chunks.append(_MARK_IN_WORD.sub(LOST, chunk) if lost else chunk)
    marked = "".join(chunks)
    return _MARK_AT_END.sub(rf"\g<1>{LOST}", marked) if LOST in marked else marked


def _guess(text: str, start: int, end: int, known: Speech, model: Ngrams) -> Guess | None:
    piece = text[start:end]
    lost = piece.count(LOST)
    if lost > _MOST_LOST or lost * 2 > len(piece):
        return None
    pattern = "".join(char.lower()[0] for char in piece)
    if pattern not in known.guessed:
        if len(known.guessed) >= MOST_PATTERNS:
            return None
        known.guessed[pattern] = _best(pattern, lost, known, model)
    best = known.guessed[pattern]
    if best is None:
        return None
    word, share, probability = best
    if not share and piece[0].isupper():
        return None  # a name that is in no list can be spelled in any way
    turkish = known.weights.get("tr", 0.0) > 0.5
    if piece.isupper() and len(piece) - lost >= 2:
        cased = _upper(word, turkish)
    else:
        cased = _cased(text, start, piece, word, turkish)
        if piece[0] == LOST and cased[0].islower():
            probability *= _lower_case(text, start, end, share, known.weights)
        if len(piece) <= _SHORT:
            probability = max(0.0, 1 - 1.5 * (1 - probability))
    return Guess(start, end, cased, round(probability, 4))


def _best(pattern: str, lost: int, known: Speech, model: Ngrams) -> tuple[str, float, float] | None:
    """The word that fits a pattern best, its share among all words of the language, and its probability."""
    shares: dict[str, float] = {}
    likely: dict[str, float] = {}
    for language, weight in known.weights.items():
        letters = foreign_letters(language)
        if not letters or len(letters) ** lost > _MOST_WORDS:
            continue
        filled = [_fill(pattern, combination) for combination in itertools.product(letters, repeat=lost)]
        listed, spelled = _shares(filled, language, known.own, model)
        for word, share, chance in zip(filled, listed.tolist(), spelled.tolist(), strict=True):
            shares[word] = shares.get(word, 0.0) + weight * share
            likely[word] = likely.get(word, 0.0) + weight * chance
    if not shares:
        return None
    is_listed = sum(shares.values()) > 0.0
    if is_listed:
        shares = {word: share + SPELLING * likely[word] for word, share in shares.items()}
        total = sum(shares.values()) + UNLISTED
    else:
        likelihood = max(likely.values())
        if not likelihood or -math.log(likelihood) > WORDLIKE * (len(pattern) + 1):
            return None
        shares = {word: chance**TEMPER for word, chance in likely.items()}
        total = sum(shares.values()) / SPELLED
    best = max(shares, key=lambda word: (shares[word], word))
    if not total:
        return None
    return best, shares[best] if is_listed else 0.0, shares[best] / total


def _lower_case(text: str, start: int, end: int, share: float, weights: Mapping[str, float]) -> float:
    """The probability that a word in mid-sentence whose first letter is lost has no capital."""
    if share >= (GERMAN_FAMILIAR if weights.get("de", 0.0) > 0.5 else FAMILIAR):
        return 1.0
    before, after = text[max(0, start - 60) : start].split(), text[end : end + 60].split()
    beside = (before[-1] if before else "", after[0] if after and text[end : end + 1].isspace() else "")
    return BESIDE_NAME if any(word[:1].isupper() for word in beside) else NO_NAME


def _shares(filled: list[str], language: str, own: frozenset[str], model: Ngrams) -> tuple[Array, Array]:
    """How frequent each word is, as the list and the document say, and how likely its letters are."""
    words = word_list(language)
    listed = np.zeros(len(filled)) if words is None else words.frequencies(filled).astype(np.float64)
    listed += [OWN_WORD if normal(word) in own else 0.0 for word in filled]
    if len(filled) > _MOST_SPELLED:
        return listed, np.zeros(len(filled))
    joined = " ".join(filled)
    rows = model.rows(model.ids(joined))[:, model.codes.index(language)] / STEP
    starts = np.cumsum([0] + [len(word) + 1 for word in filled[:-1]])
    return listed, np.exp(-np.add.reduceat(rows[:-1], starts))


def _upper(word: str, turkish: bool) -> str:
    return (word.replace("i", "İ") if turkish else word).upper()


def _fill(pattern: str, letters: Sequence[str]) -> str:
    parts = pattern.split(LOST)
    return parts[0] + "".join(letter + part for letter, part in zip(letters, parts[1:], strict=True))


def _cased(text: str, start: int, piece: str, word: str, turkish: bool) -> str:
    """`word` with the capitals that are left; a lost first letter is one at the beginning of a sentence."""
    letters = [c.upper() if old.isupper() else c for old, c in zip(piece, word, strict=True)]
    if piece[0] == LOST:
        before = text[:start].rstrip()
        if not before or before[-1] in _SENTENCE_END:
            letters[0] = _upper(letters[0], turkish)
    return "".join(letters)
