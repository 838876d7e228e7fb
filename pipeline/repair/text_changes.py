"""Changes of a text, as edits for the ledger: small, and from right to left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.records import Edit

_SPACE = " \t\n\r"
_PARTS = re.compile(r"[ \t\n\r]+|[^ \t\n\r]+")


class Change(NamedTuple):
    """[start, end) of a text becomes `after`."""

    start: int
    end: int
    after: str
    cause: str
    confidence: float = 1.0


def as_edits(text: str, changes: Sequence[Change]) -> list[Edit]:
    """Disjoint `changes`, all in coordinates of `text`, as edits to be applied one after the other.

    They come from right to left, so that each stands where the text before it has it.
    """
    if not changes:
        return []
    return [
        Edit(
            start=change.start,
            end=change.end,
            before=text[change.start : change.end],
            after=change.after,
            cause=change.cause,
            confidence=change.confidence,
        )
        for change in sorted(changes, reverse=True)
    ]


def applied(text: str, changes: Sequence[Change]) -> str:
    """`text` after disjoint changes, all in its own coordinates."""
    parts, at = [], 0
    for change in sorted(changes):
        parts += [text[at : change.start], change.after]
        at = change.end
    return "".join([*parts, text[at:]])


def spans_after(changes: Sequence[Change]) -> list[tuple[int, int]]:
    """Where the changes of a text stand in the text after them, in order."""
    spans, moved = [], 0
    for change in sorted(changes):
        start = change.start + moved
        spans.append((start, start + len(change.after)))
        moved += len(change.after) - (change.end - change.start)
    return spans


def difference(before: str, after: str, cause: str, confidence: float = 1.0) -> list[Change]:
    """What leads from `before` to `after`, word by word where the ASCII white space of both is alike."""
    if before == after:
        return []
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if len(old) != len(new) or any(
        (a[0] in _SPACE) != (b[0] in _SPACE) for a, b in zip(old, new, strict=True)
    ):
        return [_trimmed(0, before, after, cause, confidence)]
    changes, position = [], 0
    for a, b in zip(old, new, strict=True):
        if a != b:
            changes.append(_trimmed(position, a, b, cause, confidence))
        position += len(a)
    return changes


def _trimmed(position: int, before: str, after: str, cause: str, confidence: float) -> Change:
    """The change without what is the same at both its ends."""
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shorter - head and before[len(before) - 1 - tail] == after[len(after) - 1 - tail]:
        tail += 1
    return Change(
        position + head,
        position + len(before) - tail,
        after[head : len(after) - tail],
        cause,
        confidence,
    )
