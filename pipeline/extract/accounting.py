"""The books of a reader: every character of a source is in a block or counted as left out, and in no two blocks.

A reader that takes text from ranges of a decoded source says which ranges are text (`pieces`) and which of them it
has left out and why (`left_out`). What the blocks hold is not taken from the reader's word but from the origins of the
blocks it made. What is in neither is a defect of the reader, and the finding `text-unaccounted` says so; what
stands in two blocks that are not hidden is the finding `text-twice`. White space does not count, nor does markup:
tags, their attributes, comments (but for one that never ends) and what is written for the markup's sake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from pipeline.knowledge.findings import finding
from pipeline.records import REPLACEMENT, Block, Finding, TextRange

_SPACE: Final = " \t\n\r\f\v\x1c\x1d\x1e\x1f"
_EXCERPT: Final = 80
_SHOWN: Final = 3
_PLACES: Final = 20

Range = tuple[int, int]


class LeftOut(NamedTuple):
    """The source's [start, end) that stands in no block, and why."""

    start: int
    end: int
    reason: str


class Books(NamedTuple):
    """The counts of characters left out by reason, and what does not add up."""

    left_out: dict[str, int]
    findings: list[Finding]


def balance(
    blocks: Sequence[Block],
    pieces: Sequence[Range],
    left_out: Iterable[LeftOut],
    source: str,
    text_of: Callable[[int, int], str],
) -> Books:
    """Balance the books of a document: `pieces` are the ranges of its `source` that are text, in order; `text_of`
    gives what the source says there. Ranges left out need not be pieces; they count as they are written, and only
    where no block holds them."""
    held = _held(blocks)
    counts: dict[str, int] = {}
    reasons = [each for each in sorted(left_out) if each.end > each.start]
    for start, end, reason in _missing(reasons, held):
        if count := count_text(source[start:end]):
            counts[reason] = counts.get(reason, 0) + count
    begins = {start: end for start, end, _ in held}
    open_pieces = [LeftOut(start, end, "") for start, end in pieces if begins.get(start) != end]
    missing: list[LeftOut] = []
    if open_pieces:
        booked = sorted([*held, *((each.start, each.end, -1) for each in reasons)])
        missing = [
            piece for piece in _missing(open_pieces, booked) if count_text(text_of(piece.start, piece.end))
        ]
    findings = _unaccounted(missing, text_of)
    findings += _twice(blocks, held, text_of)
    return Books(dict(sorted(counts.items())), findings)


def gaps(blocks: Sequence[Block], pieces: Sequence[Range], left_out: Iterable[LeftOut]) -> list[Range]:
    """The parts of the pieces (in order) that no block holds and that are not known to be left out."""
    booked = sorted([*_held(blocks), *((start, end, -1) for start, end, _ in left_out)])
    missing = _missing([LeftOut(start, end, "") for start, end in pieces], booked)
    return [(start, end) for start, end, _ in missing]


def _held(blocks: Sequence[Block]) -> list[tuple[int, int, int]]:
    """The ranges that blocks hold, each with the number of its block, in the order of the source."""
    return sorted(
        (origin.start, origin.end, number)
        for number, block in enumerate(blocks)
        for origin in block.origins
        if isinstance(origin, TextRange)
    )


def count_text(text: str) -> int:
    """How many characters of a text are not white space."""
    if text.isascii():  # most scripts, which are long
        return len(text) - sum(map(text.count, _SPACE))
    return sum(map(len, text.split()))


def _missing(pieces: Sequence[LeftOut], held: Sequence[tuple[int, int, int]]) -> list[LeftOut]:
    """The parts of the pieces that no range held covers; both are sorted."""
    found: list[LeftOut] = []
    place, covered = 0, 0  # all ranges before `place` end at or before `covered`
    for start, end, reason in pieces:
        while place < len(held) and held[place][0] <= start:
            covered = max(covered, held[place][1])
            place += 1
        at, next_place, reach = max(start, min(covered, end)), place, covered
        while at < end:
            while next_place < len(held) and held[next_place][0] <= at:
                reach = max(reach, held[next_place][1])
                next_place += 1
            if reach > at:
                at = min(reach, end)
                continue
            stop = min(end, held[next_place][0]) if next_place < len(held) else end
            found.append(LeftOut(at, stop, reason))
            at = stop
    return found


def _unaccounted(missing: Sequence[LeftOut], text_of: Callable[[int, int], str]) -> list[Finding]:
    if not missing:
        return []
    return [
        finding(
            "text-unaccounted",
            evidence=_excerpts([text_of(start, end) for start, end, _ in missing[:_SHOWN]]),
            origins=tuple(TextRange(start=start, end=end) for start, end, _ in missing[:_PLACES]),
            count=sum(count_text(text_of(start, end)) for start, end, _ in missing),
        )
    ]


def _twice(
    blocks: Sequence[Block], held: Sequence[tuple[int, int, int]], text_of: Callable[[int, int], str]
) -> list[Finding]:
    """Ranges that two blocks hold, neither of them hidden."""
    shared: list[Range] = []
    reach, owner = 0, -1
    for start, end, number in held:
        if blocks[number].visibility == "hidden":
            continue
        if start < reach and number != owner and count_text(text_of(start, min(end, reach))):
            shared.append((start, min(end, reach)))
        if end > reach:
            reach, owner = end, number
    if not shared:
        return []
    return [
        finding(
            "text-twice",
            evidence=_excerpts([text_of(start, end) for start, end in shared[:_SHOWN]]),
            origins=tuple(TextRange(start=start, end=end) for start, end in shared[:_PLACES]),
            count=sum(count_text(text_of(start, end)) for start, end in shared),
        )
    ]


def _excerpts(texts: Iterable[str]) -> str:
    return " · ".join(" ".join(text.split())[:_EXCERPT] for text in texts).replace(REPLACEMENT, "")
