"""Lost letters of a document's texts: which words are guessed, and which of the guesses are sure enough to stand."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pipeline.records import OMISSION, REPLACEMENT
from pipeline.repair.lost_letters.question_marks import MARK, with_marks_lost
from pipeline.repair.text_changes import Change

if TYPE_CHECKING:
    from pipeline.repair.lost_letters.document_words import Speech
    from pipeline.repair.lost_letters.guesses import Fits, Guess

CAUSE = "lost-letter"
WORTH_TELLING = 0.4
"""The probability from which a guess that does not stand is suggested."""


_CHUNK = re.compile(r"[^ \t\n\r]+")
_MARK_LEFT = re.compile(r"\A[^?]*+\?(?s:.*)\w|['’-]\?")
"""A question mark that is not at the end of a word, or that stands for a whole part of it."""
UNLISTED_LETTERS = 6
"""Letters of a word in no list that is believed where a question mark stood: `rc?d` named a directory, …"""
MARKED_WORDS = 3
"""… unless so many different words of the document have question marks between letters."""
_MARKED_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]++\?++[^\W\d_]++")


class Guessed(NamedTuple):
    """A guess at a word: the change it would be, whether it stands, and what a person is told about it."""

    change: Change
    certain: bool
    told: str
    is_mark: bool


class Guesser:
    """Guesses at the texts of one document; the language and the words are looked at when first needed."""

    def __init__(self, texts: Sequence[str], threshold: float) -> None:
        self._texts = texts
        self._threshold = threshold
        self._fits: Fits = {}

    def guesses(self, text: str) -> list[Guessed]:
        """The guesses at `text`, in order: those that stand, and those that are worth telling."""
        if REPLACEMENT not in text and not MARK.search(text):
            return []
        from pipeline.lexicon.ngrams import ngrams
        from pipeline.repair.lost_letters.guesses import guesses

        marked = with_marks_lost(text)
        found = guesses(marked, self._speech, ngrams(), self._fits, marks=REPLACEMENT not in text)
        told = [self._guessed(text, guess) for guess in found if guess.probability >= WORTH_TELLING]
        return _whole_words(text, told)

    @cached_property
    def _speech(self) -> Speech:
        from pipeline.lexicon.ngrams import ngrams
        from pipeline.repair.lost_letters.document_words import speech

        return speech(map(with_marks_lost, self._texts), ngrams())

    def _guessed(self, text: str, guess: Guess) -> Guessed:
        before = text[guess.start : guess.end]
        change = Change(guess.start, guess.end, guess.word, CAUSE, guess.probability)
        shown = before.replace(REPLACEMENT, OMISSION)
        told = f"{shown} → {guess.word} ({guess.probability:.2f})"
        is_mark = REPLACEMENT not in before
        known = guess.is_listed or len(guess.word) >= UNLISTED_LETTERS or self._has_marks
        certain = guess.probability >= self._threshold and (known or not is_mark)
        return Guessed(change, certain, told, is_mark)

    @cached_property
    def _has_marks(self) -> bool:
        """Whether question marks stand in so many different words of the document that they are letters."""
        words = {word[0] for text in self._texts if "?" in text for word in _MARKED_WORD.finditer(text)}
        return len(words) >= MARKED_WORDS


def _whole_words(text: str, found: list[Guessed]) -> list[Guessed]:
    """The guesses, of which none stands at question marks in a word where others would be left."""
    result = []
    waiting = deque(found)  # both go from left to right
    for match in _CHUNK.finditer(text):
        here = []
        while waiting and waiting[0].change.start < match.end():
            here.append(waiting.popleft())
        if any(g.is_mark for g in here):
            left = list(match[0])
            for g in here:
                if g.certain:
                    begin, end = g.change.start - match.start(), g.change.end - match.start()
                    left[begin:end] = "x" * (end - begin)
            if _MARK_LEFT.search("".join(left)):
                here = [g._replace(certain=False) for g in here]
        result += here
    return result
