"""Lost letters of a document's texts: which words are guessed, and which of the guesses are sure enough to stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pipeline.model import OMISSION, REPLACEMENT
from pipeline.repair.changes import Change

if TYPE_CHECKING:
    from pipeline.repair.letters import Guess, Speech

CAUSE = "lost-letter"
WORTH_TELLING = 0.4
"""The probability from which a guess that does not stand is suggested."""

MARK_INSIDE = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_])|(?<!\S)\?(?=[^\W\d_A-Z]{2})")
"""A question mark between letters, or before small ones: perhaps a letter that a charset lacked."""


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

    def guesses(self, text: str) -> list[Guessed]:
        """The guesses at `text`, in order: those that stand, and those that are worth telling."""
        if REPLACEMENT not in text and not MARK_INSIDE.search(text):
            return []
        from pipeline.lexis.ngrams import ngrams
        from pipeline.repair.letters import guesses, with_marks_lost

        found = guesses(with_marks_lost(text), self._speech, ngrams())
        return [self._guessed(text, guess) for guess in found if guess.probability >= WORTH_TELLING]

    @cached_property
    def _speech(self) -> Speech:
        from pipeline.lexis.ngrams import ngrams
        from pipeline.repair.letters import speech

        return speech(self._texts, ngrams())

    def _guessed(self, text: str, guess: Guess) -> Guessed:
        before = text[guess.start : guess.end]
        change = Change(guess.start, guess.end, guess.word, CAUSE, guess.probability)
        shown = before.replace(REPLACEMENT, OMISSION)
        told = f"{shown} → {guess.word} ({guess.probability:.2f})"
        return Guessed(change, guess.probability >= self._threshold, told, REPLACEMENT not in before)
