"""The runs of a text in one language each."""

from __future__ import annotations

import re
from typing import NamedTuple


class Span(NamedTuple):
    """The characters of a text from `start` to before `end`, and the language they are in."""

    start: int
    end: int
    language: str | None


_PARAGRAPH = re.compile(r"[^\n\r\u2028\u2029]+(?:[\n\r\u2028\u2029]+|$)|[\n\r\u2028\u2029]+")
_SENTENCE = re.compile(r".+?(?:[.!?…;։؟۔][\"'»”’)\]]*\s+|[。！？]|।\s*|$)", re.DOTALL)
_LITTLE = 25
"""Letters below which a sentence is not told from its paragraph: a heading, a name, a quotation of two words."""


def spans_of(text: str) -> list[Span]:
    """See `pipeline.language.spans`."""
    joined: list[Span] = []
    for start, end, language in _pieces(text):
        if joined and (language == joined[-1].language or not _has_letters(text[start:end])):
            joined[-1] = joined[-1]._replace(end=end)
        else:
            joined.append(Span(start, end, language))
    return joined


def _pieces(text: str) -> list[Span]:
    """The sentences, each with its language."""
    from pipeline.language.engine import language_of

    pieces = []
    for paragraph in _PARAGRAPH.finditer(text):
        whole = language_of(paragraph.group())
        for sentence in _SENTENCE.finditer(text, paragraph.start(), paragraph.end()):
            own = language_of(sentence.group()) if _letters(sentence.group()) >= _LITTLE else None
            pieces.append(Span(sentence.start(), sentence.end(), own or whole))
    return pieces


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _has_letters(text: str) -> bool:
    return any(map(str.isalpha, text))
