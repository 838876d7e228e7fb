"""Words that stand in rows and columns → a grid, with the help of the rules between them.

A *track* is the strip of a column: the rows that have the most cells are laid over one another, and where a strip
stays empty in all of them, one column ends and the next begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from pipeline.extract.pdf.layout.lines import Piece
from pipeline.extract.pdf.page_content.pdfium import Floats
from pipeline.extract.pdf.page_content.words import Content
from pipeline.extract.pdf.tables.grid import Box, Grid, GridCell, cell_lines, complete, grid_cell

_NUMBER = re.compile(
    r"^[\s(\[<>≤≥≈~±+\-–−—$€£¥*]*\d[\d\s.,:'’%‰)\]*+/\-–−a-c°]*(?:%|€|\$|pp|bn|m|k)?$|^[-–−—.…·*xX✓]{1,3}$"
    r"|^(?:n/?a|n\.a\.|ref\.?|nil)$",
    re.IGNORECASE,
)
_CLEAR = 0.8
_NARROW = 0.42
_ENOUGH_ROWS = 5
_FIGURE_ROWS = 3
_ALIGNED = 1.6
_MAX_ROWS = 400
_MAX_TRACKS = 40


def is_number(text: str) -> bool:
    """Whether a cell's text is a figure, or a sign that stands for one."""
    return bool(_NUMBER.match(text))


@dataclass(slots=True)
class Row:
    """Pieces on one line, from left to right, with the base line and size of the one in their middle."""

    pieces: list[Piece]
    top: float
    bottom: float
    base: float
    size: float

    @property
    def count(self) -> int:
        """How many pieces stand apart from one another."""
        gaps = sum(b.left - a.right > _CLEAR * 0.9 * self.size for a, b in pairwise(self.pieces))
        return gaps + 1

    @property
    def left(self) -> float:
        """Where its first piece begins."""
        return self.pieces[0].left

    @property
    def right(self) -> float:
        """Where its last piece ends."""
        return max(piece.right for piece in self.pieces)


def make_rows(pieces: Sequence[Piece]) -> list[Row]:
    """Pieces as rows from top to bottom; raised and lowered signs stay with their line."""
    rows: list[list[Piece]] = []
    smallest = 0.0  # size of a piece of the row
    for piece in sorted(pieces, key=lambda p: (p.base, p.left)):
        row = rows[-1] if rows else None
        if row and piece.base - row[len(row) // 2].base < 0.4 * max(smallest, piece.size):
            row.append(piece)
            smallest = min(smallest, piece.size)
        else:
            rows.append([piece])
            smallest = piece.size
    return [_row(row) for row in rows]


def _row(pieces: list[Piece]) -> Row:
    base = pieces[len(pieces) // 2].base
    pieces = sorted(pieces, key=lambda p: p.left)
    return Row(
        pieces,
        min(p.top for p in pieces),
        max(p.bottom for p in pieces),
        base,
        sorted(p.size for p in pieces)[len(pieces) // 2],
    )


# --- columns -----------------------------------------------------------------------------------------------


def find_tracks(
    rows: Sequence[Row], content: Content, rules: Sequence[float] = ()
) -> list[tuple[float, float]]:
    """The columns of the rows as (left, right) strips; `rules` are the x of vertical rules between them."""
    most = max(row.count for row in rows)
    body = [row for row in rows if row.count >= max(2, 0.6 * most)]
    figures = [row for row in rows if _figures(row) >= max(2, 0.5 * sum(len(p.words) for p in row.pieces))]
    if len(figures) >= _FIGURE_ROWS:
        body = figures
    elif len(body) < 2:
        body = [row for row in rows if row.count == most]
    tracks = _strips(body, content, rules)
    return tracks if len(tracks) <= _MAX_TRACKS else []


def _figures(row: Row) -> int:
    """How many words of a row are figures."""
    return sum(is_number(word) for piece in row.pieces for word in piece.text.split(" "))


def _strips(body: Sequence[Row], content: Content, rules: Sequence[float]) -> list[tuple[float, float]]:
    size = median([row.size for row in body])
    boxes = np.vstack(
        [content.boxes[piece.words.start : piece.words.stop] for row in body for piece in row.pieces]
    )
    spans = boxes[np.argsort(boxes[:, 0], kind="stable")][:, [0, 2]]
    strips: list[list[float]] = []
    for left, right in spans.tolist():
        if strips and left - strips[-1][1] < _NARROW * size and not _ruled_off(strips[-1][1], left, rules):
            strips[-1][1] = max(strips[-1][1], right)
        else:
            strips.append([left, right])
    merged: list[list[float]] = []
    for strip in strips:
        if merged and not _apart(merged[-1], strip, body, boxes, size, rules):
            merged[-1][1] = max(merged[-1][1], strip[1])
        else:
            merged.append(strip)
    return [(left, right) for left, right in merged]


def _ruled_off(left: float, right: float, rules: Sequence[float]) -> bool:
    return any(left - 1 <= x <= right + 1 for x in rules)


def _apart(
    above: list[float],
    below: list[float],
    body: Sequence[Row],
    boxes: Floats,
    size: float,
    rules: Sequence[float],
) -> bool:
    """Whether the gap between two strips divides columns: it is wide, ruled, or narrow but straight in many rows."""
    gap = below[0] - above[1]
    if gap >= _CLEAR * size or _ruled_off(above[1], below[0], rules):
        return True
    if len(body) < _ENOUGH_ROWS:
        return False
    starts = boxes[(boxes[:, 0] >= below[0] - 0.1) & (boxes[:, 0] < below[0] + size), 0]
    ends = boxes[(boxes[:, 2] <= above[1] + 0.1) & (boxes[:, 2] > above[1] - size), 2]
    straight = max((starts - below[0] < _ALIGNED).sum(), (above[1] - ends < _ALIGNED).sum())
    return bool(straight >= 0.7 * len(body))


# --- cells -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Slot:
    """Words in a row of text, and the columns [first, last] that they stand in."""

    first: int
    last: int
    words: list[int]
    left: float
    right: float
    text: str


def place(row: Row, tracks: Sequence[tuple[float, float]], content: Content) -> list[Slot]:
    """The pieces of a row as slots; a piece is cut where the gap between its words lies between two columns."""
    slots: list[Slot] = []
    for piece in row.pieces:
        group: list[int] = []
        for word in piece.words:
            if group and _cuts(content, group, word, tracks, row.size):
                slots.append(_slot(content, group, tracks))
                group = []
            group.append(word)
        slots.append(_slot(content, group, tracks))
    return _merged(slots)


def _cuts(
    content: Content, group: list[int], word: int, tracks: Sequence[tuple[float, float]], size: float
) -> bool:
    end, start = content.rights[group[-1]], content.lefts[word]
    if start - end < _NARROW * size:
        return False
    return any(
        end <= right_side[0] + 1 and start >= left_side[1] - 1 for left_side, right_side in pairwise(tracks)
    )


def _slot(content: Content, words: list[int], tracks: Sequence[tuple[float, float]]) -> Slot:
    left = content.lefts[words[0]] if len(words) == 1 else min(content.lefts[word] for word in words)
    right = content.rights[words[0]] if len(words) == 1 else max(content.rights[word] for word in words)
    touched = [
        index
        for index, (start, end) in enumerate(tracks)
        if start < right
        and end > left
        and min(right, end) - max(left, start) > 0.25 * min(right - left, end - start)
    ]
    if not touched:
        centre = (left + right) / 2
        touched = [min(range(len(tracks)), key=lambda i: abs((tracks[i][0] + tracks[i][1]) / 2 - centre))]
    text = " ".join(cell_lines(content, words))
    return Slot(touched[0], touched[-1], words, left, right, text)


def _merged(slots: list[Slot]) -> list[Slot]:
    """Slots that share a column, as one."""
    result: list[Slot] = []
    for slot in sorted(slots, key=lambda s: (s.first, s.left)):
        if result and slot.first <= result[-1].last:
            last = result[-1]
            last.last = max(last.last, slot.last)
            last.words = last.words + slot.words
            last.left, last.right = min(last.left, slot.left), max(last.right, slot.right)
            last.text = f"{last.text} {slot.text}"
        else:
            result.append(slot)
    return result


# --- rows --------------------------------------------------------------------------------------------------


def group_rows(rows: Sequence[Row], slots: Sequence[list[Slot]], rules: Sequence[float]) -> list[list[int]]:
    """Indices of the lines that make one table row: lines of a wrapped cell belong together.

    `rules` are the y of horizontal rules. Where they divide every few lines, they alone divide the rows.
    """
    if not rows:
        return []
    breaks = [_between(above, below, rules) for above, below in pairwise(rows)]
    if sum(breaks) >= 2 and 2 * sum(breaks) >= len(rows) - 1 and not _conflicts(_grouped(breaks), slots):
        return _grouped(breaks)
    gaps = [below.base - above.base for above, below in pairwise(rows)]
    wide = _wide_gaps(rows, gaps)
    if wide is not None:
        by_gap = [broken or gap > wide for broken, gap in zip(breaks, gaps, strict=True)]
        if not _conflicts(_grouped(by_gap), slots):
            return _grouped(by_gap)
    singles = [
        broken or not _wraps(slots, index, rows[index + 1], gap)
        for index, (broken, gap) in enumerate(zip(breaks, gaps, strict=True))
    ]
    return _grouped(singles)


def _between(above: Row, below: Row, rules: Sequence[float]) -> bool:
    return any(above.base - 0.3 * above.size < y < below.base - 0.2 * below.size for y in rules)


def _grouped(breaks: Sequence[bool]) -> list[list[int]]:
    groups = [[0]]
    for index, broken in enumerate(breaks, start=1):
        if broken:
            groups.append([index])
        else:
            groups[-1].append(index)
    return groups


def _wide_gaps(rows: Sequence[Row], gaps: Sequence[float]) -> float | None:
    """The gap above which a new row begins, where there are two kinds of gaps; None where all are alike."""
    if len(gaps) < 2:
        return None
    low, high = min(gaps), median([gap for gap in gaps if gap > 1.25 * min(gaps)] or [min(gaps)])
    size = median([row.size for row in rows])
    if high < 1.25 * low or low > 1.6 * size:
        return None
    return (low + high) / 2


def _conflicts(groups: Sequence[Sequence[int]], slots: Sequence[list[Slot]]) -> bool:
    """Whether rows would hold two figures in one column, or most of the table in one row."""
    clashes = 0
    for group in groups:
        figures: set[int] = set()
        clash = False
        for index in group:
            found = {slot.first for slot in slots[index] if slot.first and is_number(slot.text)}
            clash = clash or bool(figures & found)
            figures |= found
        clashes += clash
    return clashes > 0.1 * len(groups)


def _wraps(slots: Sequence[list[Slot]], index: int, below: Row, gap: float) -> bool:
    """Whether line `index` + 1 goes on with cells of the line above rather than beginning a row."""
    upper, lower = slots[index], slots[index + 1]
    if gap > 1.45 * below.size or not lower:
        return False
    if any(slot.first == 0 for slot in lower):
        first = next(slot for slot in lower if slot.first == 0)
        return len(lower) == 1 and len(upper) >= 1 and first.text[:1].islower()
    if any(is_number(slot.text) for slot in lower):
        return False
    columns = {slot.first for slot in upper}
    return all(slot.first in columns for slot in lower)


# --- the grid ----------------------------------------------------------------------------------------------


def build_grid(
    content: Content,
    rows: Sequence[Row],
    tracks: Sequence[tuple[float, float]],
    across: Sequence[tuple[float, float, float]],
    box: Box,
) -> Grid | None:
    """The rows over the tracks as a grid; `across` are the horizontal rules (left, y, right) within the box."""
    if len(rows) > _MAX_ROWS or len(tracks) < 2:
        return None
    slots = [place(row, tracks, content) for row in rows]
    width = box[2] - box[0]
    full = [y for left, y, right in across if right - left > 0.6 * width]
    groups = group_rows(rows, slots, full)
    edges = _edges(tracks, box)
    cells: list[GridCell] = []
    for number, group in enumerate(groups):
        top, bottom = min(rows[i].top for i in group), max(rows[i].bottom for i in group)
        merged = _merged([slot for i in group for slot in slots[i]]) if len(group) > 1 else slots[group[0]]
        spans = _spans(merged, tracks, across, bottom)
        for slot, (first, last) in zip(merged, spans, strict=True):
            place_box = (edges[first], top, edges[last + 1], bottom)
            cells.append(grid_cell(content, slot.words, (number, first), (1, last - first + 1), place_box))
    cells = complete(cells, len(groups), len(tracks))
    return Grid(content.number, box, content.frame.shown(box), cells, len(groups), len(tracks), ruled=False)


def _edges(tracks: Sequence[tuple[float, float]], box: Box) -> list[float]:
    inner = [(left[1] + right[0]) / 2 for left, right in pairwise(tracks)]
    return [box[0], *inner, box[2]]


def _spans(
    slots: Sequence[Slot],
    tracks: Sequence[tuple[float, float]],
    across: Sequence[tuple[float, float, float]],
    bottom: float,
) -> list[tuple[int, int]]:
    """The columns of each slot: what it touches, widened by a rule drawn under it, or to what it is centred over."""
    spans = [(slot.first, slot.last) for slot in slots]
    if not any(slot.last > slot.first for slot in slots) and len(slots) * 2 > len(tracks):
        return spans
    taken = {column for first, last in spans for column in range(first, last + 1)}
    for index, slot in enumerate(slots):
        first, last = spans[index]
        under = [
            (left, right)
            for left, y, right in across
            if bottom - 4 <= y <= bottom + 6 and left <= slot.left + 3 and right >= slot.right - 3
        ]
        if under:
            left, right = min(under, key=lambda rule: rule[1] - rule[0])
            reached = [
                i for i, (a, b) in enumerate(tracks) if (a + b) / 2 > left - 1 and (a + b) / 2 < right + 1
            ]
            free = [i for i in reached if i not in taken or first <= i <= last]
            if free and len(free) == len(reached):
                first, last = min(free[0], first), max(free[-1], last)
        elif slot.first > 0:
            first, last = _centred(slot, first, last, tracks, taken)
        spans[index] = (first, last)
        taken |= set(range(first, last + 1))
    return spans


def _centred(
    slot: Slot, first: int, last: int, tracks: Sequence[tuple[float, float]], taken: set[int]
) -> tuple[int, int]:
    """The run of free columns around [first, last] over whose middle the slot stands best."""
    centre = (slot.left + slot.right) / 2
    low, high = first, last
    while low - 1 > 0 and low - 1 not in taken:
        low -= 1
    while high + 1 < len(tracks) and high + 1 not in taken:
        high += 1
    best, best_off = (first, last), abs((tracks[first][0] + tracks[last][1]) / 2 - centre)
    for a in range(low, first + 1):
        for b in range(last, high + 1):
            off = abs((tracks[a][0] + tracks[b][1]) / 2 - centre)
            if off < best_off - 2:
                best, best_off = (a, b), off
    return best
