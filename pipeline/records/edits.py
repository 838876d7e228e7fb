"""Edits of a block's text: undo them, and map spans through them."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from pipeline.records.base import Record, Text


class Edit(Record):
    """One change of a block's text: `before` stood at [start, end) of the text before the change.

    `cause` is an entry of the catalogue in `causes.py`, with more behind a colon (`mojibake:utf-8→cp1252`,
    `dehyphenate`, `withheld` …); `confidence` is a probability in [0, 1].
    """

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    before: Text
    after: Text
    cause: str
    confidence: float = Field(default=1.0, ge=0, le=1)


def undo(text: str, edits: Iterable[Edit]) -> str:
    """The raw text, from the text now and its edits in the order in which they were made.

    Raises ValueError where `text` is not what these edits led to.
    """
    pieces = _Pieces(text)
    for edit in reversed(tuple(edits)):
        if not pieces.replace(edit.start, edit.after, len(edit.after), edit.before):
            raise ValueError(f"edit {edit.cause!r} left {edit.after!r} at {edit.start}, which is not there")
    return pieces.joined()


class _Pieces:
    """A text that is edited without being copied: pieces left and right of the last edit's place.

    An edit costs the pieces between its place and the last one's: edits that go in one direction cost little each.
    """

    def __init__(self, text: str) -> None:
        self._left: list[tuple[str, int, int]] = []  # [start, end) of a string each
        self._right = [(text, 0, len(text))]  # the last one stands first
        self._at = 0

    def replace(self, start: int, before: str, length: int, after: str) -> bool:
        """Put `after` in the place of `length` characters from `start`; False where these are not `before`."""
        self._seek(start)
        taken: list[str] = []
        while length and self._right:
            text, begin, end = self._right.pop()
            cut = min(end, begin + length)
            taken.append(text[begin:cut])
            length -= cut - begin
            if cut < end:
                self._right.append((text, cut, end))
        self._left.append((after, 0, len(after)))
        self._at += len(after)
        return "".join(taken) == before

    def _seek(self, place: int) -> None:
        while self._at > place:
            text, begin, end = self._left.pop()
            cut = max(begin, end - (self._at - place))
            self._at -= end - cut
            self._right.append((text, cut, end))
            if begin < cut:
                self._left.append((text, begin, cut))
        while self._at < place and self._right:
            text, begin, end = self._right.pop()
            cut = min(end, begin + place - self._at)
            self._at += cut - begin
            self._left.append((text, begin, cut))
            if cut < end:
                self._right.append((text, cut, end))

    def joined(self) -> str:
        """The text as it is now."""
        return "".join(text[begin:end] for text, begin, end in (*self._left, *reversed(self._right)))


def raw_span(edits: Iterable[Edit], start: int, end: int) -> tuple[int, int]:
    """Where [start, end) of the text now stood in the raw text; a span that touches an edit widens to all of it."""
    for edit in reversed(tuple(edits)):
        after_end = edit.start + len(edit.after)
        shift = edit.end - after_end
        if edit.after and start < after_end and end > edit.start:
            start, end = min(start, edit.start), max(end + shift, edit.end)
        else:
            empty = start == end
            start = start + shift if start >= after_end else start
            end = start if empty else (end + shift if end > edit.start else end)
    return start, end


def text_span(edits: Iterable[Edit], start: int, end: int) -> tuple[int, int]:
    """Where [start, end) of the raw text stands in the text now (the way back of `raw_span`)."""
    for edit in edits:
        after_end = edit.start + len(edit.after)
        shift = after_end - edit.end
        if end <= edit.start:
            continue
        if start >= edit.end:
            start, end = start + shift, end + shift
        elif start <= edit.start and end >= edit.end:
            end += shift
        else:
            start, end = min(start, edit.start), max(end + shift, after_end)
    return start, end
