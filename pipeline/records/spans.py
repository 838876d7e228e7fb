"""Where spans of a text stand before and after its edits: for many spans of one block, found by bisection.

The same answers as `raw_span` and `text_span`, which go through all edits for each span: a table of a
thousand cells with a thousand edits would cost a million steps.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from pipeline.records import Edit, raw_span, text_span


class Spans:
    """The spans of a text with these edits.

    Edits of one pass over a text are disjoint and go in one direction; a span looks only at those that it touches
    (edges count), all others move it by a sum that is known.
    """

    def __init__(self, edits: Iterable[Edit]) -> None:
        self._passes = [
            _Leftward(run) if len(run) > 1 and run[1].end <= run[0].start else _Rightward(run)
            for run in _runs(edits)
        ]

    def in_text(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the raw text stands in the text now."""
        for edits in self._passes:
            start, end = edits.forward(start, end)
        return start, end

    def in_raw(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the text now stood in the raw text; a span that touches an edit widens to all of it."""
        for edits in reversed(self._passes):
            start, end = edits.back(start, end)
        return start, end


class _Rightward:
    """Disjoint edits from left to right, each in coordinates of the text with those before it made."""

    def __init__(self, run: Sequence[Edit]) -> None:
        self._edits = run
        self._grown = _growth(run)
        self._starts = [edit.start for edit in run]
        self._ends_before = [edit.end - grown for edit, grown in zip(run, self._grown, strict=False)]

    def forward(self, start: int, end: int) -> tuple[int, int]:
        at = bisect_left(self._ends_before, start)
        start, end = start + self._grown[at], end + self._grown[at]
        while at < len(self._edits) and self._edits[at].start < end:
            start, end = text_span(self._edits[at : at + 1], start, end)
            at += 1
        return start, end

    def back(self, start: int, end: int) -> tuple[int, int]:
        at = bisect_right(self._starts, end)
        while at and self._edits[at - 1].start + len(self._edits[at - 1].after) >= start:
            at -= 1
            start, end = raw_span(self._edits[at : at + 1], start, end)
        return start - self._grown[at], end - self._grown[at]


class _Leftward:
    """Disjoint edits from right to left, each in coordinates of the text before all of them; kept in reverse."""

    def __init__(self, run: Sequence[Edit]) -> None:
        self._edits = run[::-1]
        self._grown = _growth(self._edits)
        self._starts = [edit.start for edit in self._edits]
        self._ends_after = [
            edit.start + grown + len(edit.after)
            for edit, grown in zip(self._edits, self._grown, strict=False)
        ]

    def forward(self, start: int, end: int) -> tuple[int, int]:
        at = bisect_left(self._starts, end)
        while at and self._edits[at - 1].end >= start:
            at -= 1
            start, end = text_span(self._edits[at : at + 1], start, end)
        return start + self._grown[at], end + self._grown[at]

    def back(self, start: int, end: int) -> tuple[int, int]:
        at = bisect_left(self._ends_after, start)
        start, end = start - self._grown[at], end - self._grown[at]
        while at < len(self._edits) and self._edits[at].start <= end:
            start, end = raw_span(self._edits[at : at + 1], start, end)
            at += 1
        return start, end


def _growth(edits: Iterable[Edit]) -> list[int]:
    """By how much the edits before the nth make the text longer, and all of them."""
    return [0, *accumulate(len(edit.after) - (edit.end - edit.start) for edit in edits)]


def _runs(edits: Iterable[Edit]) -> list[list[Edit]]:
    """The edits in their order, cut where one goes back over another of its run."""
    runs: list[list[Edit]] = []
    for edit in edits:
        run = runs[-1] if runs else []
        leftward = bool(run) and edit.end <= run[-1].start
        rightward = bool(run) and edit.start >= run[-1].start + len(run[-1].after)
        if len(run) > 1:
            leftward = leftward and run[1].end <= run[0].start
            rightward = rightward and not run[1].end <= run[0].start
        if leftward or rightward:
            run.append(edit)
        else:
            runs.append([edit])
    return runs
