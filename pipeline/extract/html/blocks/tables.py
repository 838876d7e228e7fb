"""Tables: whether one holds data or only lays out the page, and its cells as a grid with spans.

Places follow the table model of the HTML standard (forming a table); spans are cut to the rows and columns that
are really there, so that a span of a million costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from pipeline.extract.html.markup.elements import SECTIONS
from pipeline.extract.html.markup.parser import Node, Tree

_MAX_COLSPAN: Final = 1000
_MAX_ROWSPAN: Final = 65_534
_MAX_PLACES: Final = 200_000
"""Places of a grid that spans may fill or skip; beyond it cells do not span."""
_LONG_CELL: Final = 800
"""A cell with more characters than this holds a part of the page, not a datum."""
_DATA_CLASS: Final = re.compile(r"\b(?:data|wikitable|table|tabelle|tabela|datatable|tablepress)")


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell's element at its place in the grid."""

    node: Node
    row: int
    column: int
    rowspan: int
    colspan: int
    header: bool


def rows_of(tree: Tree, table: Node) -> Iterator[Node]:
    """The rows of a table, in its own sections or directly in it."""
    for child in tree.elements(table):
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in tree.elements(child) if row.tag == "tr")


def cells_of(tree: Tree, row: Node) -> list[Node]:
    """The cells of a row."""
    return [cell for cell in tree.elements(row) if cell.tag in ("td", "th")]


def is_data_table(tree: Tree, table: Node) -> bool:
    """Whether a table holds data: at least two columns, short cells, no tables or sections of a page inside."""
    if table.get("role") in ("presentation", "none"):
        return False
    rows = [cells_of(tree, row) for row in rows_of(tree, table)]
    cells = [cell for row in rows for cell in row]
    if not cells or max(map(len, rows)) < 2 or max(cell.size for cell in cells) > _LONG_CELL:
        return False
    if any(_has_blocks(tree, cell) for cell in cells):
        return False
    named = any(cell.tag == "th" for cell in cells) or any(
        child.tag in ("caption", "thead") for child in tree.elements(table)
    )
    if named or "border" in table.attrs or _DATA_CLASS.search(table.get("class")):
        return True
    filled = sum(1 for cell in cells if cell.size)
    return len(rows) > 1 and filled * 2 >= len(cells) and sum(cell.size for cell in cells) / len(cells) < 120


def _has_blocks(tree: Tree, cell: Node) -> bool:
    """Whether there is a table, a heading or a section of the page in the cell."""
    inside = tree.items[cell.start : cell.end]
    return any(not isinstance(item, int) and item.tag in SECTIONS for item in inside)


def _span(cell: Node, name: str, most: int) -> int:
    digits = re.match(r"\s*\+?(\d{1,20})", cell.get(name))
    return min(int(digits.group(1)), most) if digits else 1


def grid(tree: Tree, table: Node) -> list[GridCell]:
    """The cells of a table in the order of its rows, each at its place."""
    rows = [cells_of(tree, row) for row in rows_of(tree, table)]
    placed: list[GridCell] = []
    taken: dict[int, int] = {}  # column -> the first row in which it is free again
    places = 0
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while taken.get(column, 0) > row:
                column += 1
                places += 1
            rowspan = _span(cell, "rowspan", _MAX_ROWSPAN) or len(rows)
            rowspan, colspan = min(rowspan, len(rows) - row), max(1, _span(cell, "colspan", _MAX_COLSPAN))
            places += colspan
            if places > _MAX_PLACES:
                taken.clear()
                rowspan = colspan = 1
            if rowspan > 1:
                taken.update(dict.fromkeys(range(column, column + colspan), row + rowspan))
            placed.append(GridCell(cell, row, column, rowspan, colspan, cell.tag == "th"))
            column += colspan
    width = 1 + max((cell.column for cell in placed), default=0)
    return [
        replace(cell, colspan=width - cell.column) if cell.column + cell.colspan > width else cell
        for cell in placed
    ]
