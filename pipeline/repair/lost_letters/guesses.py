"""Lost letters of a text: the words that fit, with the capitals they had, each with its probability.

U+FFFD in the place of a letter (a byte that made no sense), a question mark in a word (a letter that the charset
lacked), a UTF-8 lead byte whose follower was lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipeline.lexicon.ngrams import Ngrams
from pipeline.lexicon.words import word_list
from pipeline.repair.lost_letters.document_words import DAMAGED_WORD, DOTTED, LOST, Speech, pattern_of
from pipeline.repair.lost_letters.word_context import beside
from pipeline.repair.lost_letters.word_fit import MOST_LOST, Fit, best_fit

SMALL = ((1e-3, 0.99), (2e-5, 0.97), (0.0, 0.93))
"""The probability that a word in mid-sentence has no capital, whose first letter is lost, by its share at least …"""
NAMED = 0.75
"""… and where the word beside it has one, or a quotation begins, unless it is one of the most frequent."""
UNLISTED_NAME = 0.97
"""How far a guess is believed at a word with a capital that is in no list: names are spelled as they like."""
_ASKED = 0.25
"""How likely a question mark after a damaged word is one, where others stand for letters."""
_ASKED_AMONG = 0.03
"""The same where a sentence goes on after it."""
NAME_ASKED = 3e-8
"""The share of all words together that are in no list, and asked for."""
_MOST_ASKED = 3
MOST_PATTERNS = 2000
"""Different damaged words of a document at which is guessed: one with more is hardly text."""
_CAPITALS = 2
"""From so many capitals on, without a small letter, the lost ones are capitals too."""
_SENTENCE_END = ".!…•"
_ORDINAL = re.compile(r"(?:^|[^\w])\d{1,4}\.$")
"""A number with a full stop, after which a sentence goes on."""

_ELIDED = re.compile(r"[^\W\d_]['’]$")
"""What a word of a single letter is written in one with."""


Fits = dict[tuple[str, bool], Fit | None]
"""What fits the patterns of a document asked so far, at the beginning of sentences and elsewhere."""


@dataclass(frozen=True)
class Guess:
    """[start, end) of a text is probably `word`; `is_listed` says that it is in a list or stands in the document."""

    start: int
    end: int
    word: str
    probability: float
    is_listed: bool


def guesses(text: str, known: Speech, model: Ngrams, fits: Fits, marks: bool = False) -> list[Guess]:
    """Guesses for the words of `text` with lost letters; `marks` says that these were question marks.

    `fits` remembers what was found for the document's other words.
    """
    found = []
    for match in DAMAGED_WORD.finditer(text):
        start, end = match.span()
        if marks and text[end : end + 1] == "?":
            guess = _asked(text, start, end, known, model, fits)
        elif marks and text.find(LOST, start) == end - 1:
            guess = _ended(text, start, end, known, model, fits)
        else:
            guess = _guess(text, start, end, known, model, fits)
        if guess:
            found.append(guess)
    return found


def _guess(text: str, start: int, end: int, known: Speech, model: Ngrams, fits: Fits) -> Guess | None:
    piece = text[start:end]
    if piece == LOST and _ELIDED.search(text, max(0, start - 10), start) is None:
        return None
    begins = _begins(text, start)
    fit = _fit(piece, begins, known, model, fits)
    if fit is None:
        return None
    fit = beside(fit, max(known.weights, key=lambda code: known.weights[code]), text, start, end)
    turkish = known.weights.get("tr", 0.0) > 0.5
    probability = fit.probability
    if not fit.share and piece[0].isupper():
        probability *= UNLISTED_NAME
    cased = _cased(piece, fit.word, begins, turkish)
    if piece[0] == LOST and cased[0].islower():
        probability *= _small(text, start, end, fit.share, known)
    return Guess(start, end, cased, round(probability, 4), fit.share > 0.0)


def _asked(text: str, start: int, end: int, known: Speech, model: Ngrams, fits: Fits) -> Guess | None:
    """A guess where question marks follow, which may be letters as well: each is one or not, the last likelier not."""
    begins = _begins(text, start)
    most = len(text[end : end + _MOST_ASKED]) - len(text[end : end + _MOST_ASKED].lstrip("?"))
    masses = []
    for more in range(most + 1):
        fit = _fit(text[start:end] + LOST * more, begins, known, model, fits)
        masses.append(_ASKED ** (most - more) * (1 - _ASKED) ** more * fit.mass if fit else 0.0)
    best = max(range(most + 1), key=lambda more: masses[more])
    whole = text[:end] + LOST * best + text[end + best :]
    guess = _guess(whole, start, end + best, known, model, fits)
    if guess is None:
        return None
    return replace(guess, probability=round(guess.probability * masses[best] / sum(masses), 4))


def _ended(text: str, start: int, end: int, known: Speech, model: Ngrams, fits: Fits) -> Guess | None:
    """A guess where the only question mark ends the word, and so may be one, though a sentence goes on after it."""
    guess = _guess(text, start, end, known, model, fits)
    fit = _fit(text[start:end], _begins(text, start), known, model, fits)
    alone = text.count(LOST) == 1
    if guess is None or fit is None or (alone and not fit.share):
        return None
    lists = [(weight, word_list(language)) for language, weight in known.weights.items()]
    asked = (
        sum(weight * words.frequency(text[start : end - 1]) for weight, words in lists if words) + NAME_ASKED
    )
    asked *= _ASKED if alone else _ASKED_AMONG
    return replace(guess, probability=round(guess.probability * fit.mass / (fit.mass + asked), 4))


def _fit(piece: str, begins: bool, known: Speech, model: Ngrams, fits: Fits) -> Fit | None:
    lost = piece.count(LOST)
    if lost > MOST_LOST or (lost * 2 > len(piece) and piece != LOST):
        return None
    asked = (pattern_of(piece), begins and piece[0] == LOST)
    if asked not in fits:
        if len(fits) >= MOST_PATTERNS:
            return None
        fits[asked] = best_fit(asked[0], known, model, asked[1])
    return fits[asked]


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins here."""
    before = text[max(0, start - 60) : start].rstrip()
    return not before or (before[-1] in _SENTENCE_END and _ORDINAL.search(before) is None)


def _small(text: str, start: int, end: int, share: float, known: Speech) -> float:
    """The probability that a word in mid-sentence whose first letter is lost has no capital."""
    before, after = text[max(0, start - 60) : start].split(), text[end : end + 60].split()
    beside = (before[-1] if before else "", after[0] if after and text[end : end + 1].isspace() else "")
    if (
        share < SMALL[0][0]
        and (
            known.weights.get("de", 0.0) > 0.5  # nouns have capitals
            or any(word[:1].isupper() for word in beside)
            or not text[start - 1 : start].isspace()
        )
    ):
        return NAMED
    return next(probability for least, probability in SMALL if share >= least)


def _cased(piece: str, word: str, begins: bool, turkish: bool) -> str:
    """`word` with the letters that are left as they are; a lost first letter is a capital where a sentence `begins`."""
    capitals = piece.isupper() and len(piece) - piece.count(LOST) >= _CAPITALS
    letters = [
        old if old != LOST else _upper(new, turkish) if capitals else new
        for old, new in zip(piece, word, strict=True)
    ]
    if piece[0] == LOST and (begins or letters[0] == DOTTED):
        letters[0] = _upper(letters[0], turkish)
    return "".join(letters)


def _upper(letter: str, turkish: bool) -> str:
    """The capital of a letter; ß has none that is usual."""
    upper = "İ" if turkish and letter == DOTTED else letter.upper()
    return upper if len(upper) == 1 else letter
