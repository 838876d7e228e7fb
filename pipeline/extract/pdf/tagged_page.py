"""A page whose text the structure tree covers → lines and tables in the tree's order."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from pipeline.extract.pdf.layout.lines import Line, Piece, line_of, make_pieces, same_line
from pipeline.extract.pdf.page_content import pdfium
from pipeline.extract.pdf.page_content.words import Content
from pipeline.extract.pdf.structure.structure_tree import Structure
from pipeline.extract.pdf.tables.grid import Box, Grid, GridCell, complete, grid_cell

_COVERED = 0.6
_ARTIFACT = "Artifact"
_MAX_COLUMNS = 200
_MAX_PLACES = 50_000
"""Rows times columns of a table on one page, spans counted: no page has room for more; a file may claim any number."""


@dataclass(slots=True)
class TaggedPage:
    """Lines and tables in the tree's order, and the words that are not in them: artifacts, and others."""

    items: list[Line | Grid]
    artifacts: list[int]
    others: list[int]


def tagged_page(content: Content, words: Sequence[int], structure: Structure) -> TaggedPage | None:
    """The words of a page by the structure tree; None where it does not cover most of their text."""
    places = structure.places.get(content.number)
    if not places or not words:
        return None
    owners = [places.get(content.styles[word].content_id, -1) for word in words]
    lengths = [content.ends[word] - content.starts[word] for word in words]
    loose = [word for word, owner in zip(words, owners, strict=True) if owner < 0]
    artifacts = _artifacts(content, loose)
    covered = sum(length for length, owner in zip(lengths, owners, strict=True) if owner >= 0)
    missed = sum(content.ends[word] - content.starts[word] for word in loose if word not in artifacts)
    if covered < _COVERED * (covered + missed):
        return None
    order = structure.order[content.number]
    upright, sloped = make_pieces(content, words, owners)
    owner_of = dict(zip(words, owners, strict=True))
    pieces = sorted(
        (piece for piece in (*upright, *sloped) if owner_of[piece.words.start] >= 0),
        key=lambda p: (owner_of[p.words.start], order.get(p.style.content_id, 0), p.words.start),
    )
    items = _items(content, pieces, owner_of, structure)
    placed = {word for item in items for word in _words(item)}
    others = [word for word in words if word not in placed and word not in artifacts]
    return TaggedPage(items, [word for word in loose if word in artifacts], others)


def _words(item: Line | Grid) -> Iterable[int]:
    return item.words if isinstance(item, Grid) else chain.from_iterable(item.words)


def _items(
    content: Content, pieces: Sequence[Piece], owner_of: dict[int, int], structure: Structure
) -> list[Line | Grid]:
    items: list[Line | Grid] = []
    tables: dict[int, dict[int, list[int]]] = {}
    row: list[Piece] = []

    def close() -> None:
        if row:
            owner = owner_of[row[0].words.start]
            items.append(_line(content, row, owner, structure))
            row.clear()

    for piece in pieces:
        owner = owner_of[piece.words.start]
        element = structure.elements[owner]
        if element.kind == "cell":
            close()
            if element.table not in tables:
                tables[element.table] = {}
                items.append(Grid(content.number, (0, 0, 0, 0), (0, 0, 0, 0), [], 0, element.table))
            tables[element.table].setdefault(owner, []).extend(piece.words)
            continue
        if row and (owner_of[row[0].words.start] != owner or not same_line(row[-1], piece)):
            close()
        row.append(piece)
    close()
    made = [
        _grid(content, tables[item.columns], structure) if isinstance(item, Grid) else item for item in items
    ]
    return [item for item in made if item is not None]


def _line(content: Content, row: Sequence[Piece], owner: int, structure: Structure) -> Line:
    line = line_of(list(row), content, (row[0].left, row[-1].right), in_order=True)
    line.element, line.tag = owner + 1, structure.elements[owner]
    labels = [p for p in row if (content.number, p.style.content_id) in structure.labels]
    if labels and labels[0] is row[0]:
        line.marker = " ".join(piece.text for piece in labels)
    return line


def _grid(content: Content, cells: dict[int, list[int]], structure: Structure) -> Grid | None:
    """The cells of a table on this page as a grid; rows that begin on an earlier page are not counted.

    None where the tree claims a table that no page has room for.
    """
    ordered = sorted(cells, key=lambda owner: (structure.elements[owner].row, owner))
    first = structure.elements[ordered[0]].row
    taken: set[tuple[int, int]] = set()
    made: list[GridCell] = []
    rows = columns = area = 0
    for owner in ordered:
        cell = structure.elements[owner]
        row, column = cell.row - first, cell.column
        area += cell.rowspan * cell.colspan
        if area > _MAX_PLACES:
            return None
        while (row, column) in taken and column < _MAX_COLUMNS:
            column += 1
        if column >= _MAX_COLUMNS:
            continue
        taken |= {
            (r, c) for r in range(row, row + cell.rowspan) for c in range(column, column + cell.colspan)
        }
        box = _box(content, cells[owner])
        spans = (cell.rowspan, cell.colspan)
        made.append(grid_cell(content, cells[owner], (row, column), spans, box, cell.header))
        rows, columns = max(rows, row + cell.rowspan), max(columns, column + cell.colspan)
    if not made or rows * columns > _MAX_PLACES:
        return None
    box = _box(content, sorted(word for found in cells.values() for word in found))
    return Grid(
        content.number,
        box,
        content.frame.shown(box),
        complete(made, rows, columns),
        rows,
        columns,
        ruled=False,
    )


def _box(content: Content, words: Sequence[int]) -> Box:
    boxes = content.boxes[list(words)]
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    return left, top, right, bottom


def _artifacts(content: Content, words: Sequence[int]) -> set[int]:
    """The words that the file itself marks as artifacts (running heads, ornaments)."""
    known: dict[int, bool] = {}
    found = set()
    for word in words:
        painter = content.styles[word].painter
        if painter not in known:
            known[painter] = bool(painter) and _is_artifact(painter)
        if known[painter]:
            found.add(word)
    return found


def _is_artifact(painter: int) -> bool:
    buffer = ctypes.create_string_buffer(64)
    length = ctypes.c_ulong()
    for index in range(min(max(pdfium.count_marks(painter), 0), 16)):
        mark = pdfium.get_mark(painter, index)
        if (
            pdfium.mark_name(mark, ctypes.addressof(buffer), 64, ctypes.addressof(length))
            and length.value <= 64
        ):
            name = buffer.raw[: max(length.value - 2, 0)].decode("utf-16-le", "replace")
            if name == _ARTIFACT:
                return True
    return False
