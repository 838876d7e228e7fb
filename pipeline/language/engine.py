"""The languages of records and those of the engine that tells them: Norwegian is `no` in a record."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from pipeline.lexicon.identification.identify import (
    Guess,
    closest,
    identify,
    kin,
    known_codes,
    likely_languages,
)

__all__ = ["Guess", "in_engine", "kin_of", "known_languages", "language_of", "likely"]

_IN_RECORDS = {"nb": "no"}
_IN_ENGINE = {"no": "nb", "nn": "nb"}


def language_of(text: str, among: Collection[str] = ()) -> str | None:
    """See `pipeline.language.detect`."""
    guess = closest(text, [in_engine(code) for code in among]) if among else identify(text)
    return _in_record(guess.language) if guess else None


def likely(text: str, among: Collection[str] = ()) -> list[Guess]:
    """The likely languages of a text, best first; none where the best (of those of `among`) is not believed."""
    guesses = likely_languages(text, [in_engine(code) for code in among] if among else None)
    return [Guess(_in_record(guess.language), guess.probability) for guess in guesses]


@cache
def known_languages() -> frozenset[str]:
    """The languages that can be told, as a record names them."""
    return frozenset(map(_in_record, known_codes()))


def kin_of(language: str) -> tuple[str, ...]:
    """The languages that text in this one may be taken for, because too little is known of it."""
    return tuple(map(_in_record, kin(in_engine(language))))


def in_engine(code: str) -> str:
    """The code of the engine for one of a record."""
    return _IN_ENGINE.get(code, code)


def _in_record(code: str) -> str:
    return _IN_RECORDS.get(code, code)
