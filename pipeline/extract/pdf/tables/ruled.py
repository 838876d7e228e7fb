"""Ruled tables: pdfplumber's table finder over the edges that PDFium gives, without pdfminer reading the page."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pipeline.extract.pdf.layout.lines import Flags, Piece
from pipeline.extract.pdf.layout.paragraphs import marks
from pipeline.extract.pdf.page_content.graphics import Graphics
from pipeline.extract.pdf.page_content.pdfium import Floats
from pipeline.extract.pdf.page_content.words import Content
from pipeline.extract.pdf.tables.grid import Box, Grid, GridCell, cell_lines, complete, grid_cell
from pipeline.extract.pdf.tables.regions import region_grid
from pipeline.extract.pdf.tables.rows_and_columns import is_number, make_rows
from pipeline.extract.pdf.tables.ruling_cells import find_cells

Ints = npt.NDArray[np.intp]

_MIN_EDGES = 2
_MAX_EDGES = 3000
_SNAP = 3.0
_WORDS_AT_ONCE = 2000
_REMARK = 70
_STRIP = 7.0
_CHART_CELLS = 20
_CHART_EMPTY = 0.65


def ruled_tables(
    content: Content, graphics: Graphics, words: Sequence[int], pieces: Sequence[Piece]
) -> list[Grid]:
    """The tables of a page that rules divide into cells, from top to bottom, made of `words` (ascending indices).

    `pieces` are those of them that run upright. Of two tables that lie over one another the first takes the words.

    Where the rules leave rows or columns undivided, or make cells that overlap, the grid is made from the text's
    alignment, within the rules. Grids that are nearly empty are the lines of a chart.
    """
    if len(graphics.across) < _MIN_EDGES or len(graphics.down) < _MIN_EDGES or not words:
        return []
    if len(graphics.across) + len(graphics.down) > _MAX_EDGES:
        return []
    centres = np.column_stack(
        ((content.boxes[:, 0] + content.boxes[:, 2]) / 2, (content.boxes[:, 1] + content.boxes[:, 3]) / 2)
    )
    free = np.zeros(len(content), dtype=bool)
    free[words] = True
    grids = []
    for cells in find_cells(graphics.across, graphics.down):
        grid = _grid(content, cells, centres, free)
        if grid is None:
            continue
        if grid.overlaps or _undivided(grid) or _has_strips(grid):
            left, top, right, bottom = grid.box
            inside = [
                p
                for p in pieces
                if free[p.words.start : p.words.stop].all()
                and left - 2 < (p.left + p.right) / 2 < right + 2
                and top < p.base < bottom + 2
            ]
            grid = region_grid(content, make_rows(inside), graphics, grid.box) or grid
        if not _is_chart(grid):
            grids.append(grid)
            free[grid.words] = False
    return sorted(grids, key=lambda grid: (grid.box[1], grid.box[0]))


def _is_chart(grid: Grid) -> bool:
    """Whether hardly a cell has text: the grid lines of a chart, not a table."""
    empty = sum(not cell.lines for cell in grid.cells)
    return len(grid.cells) >= _CHART_CELLS and empty > _CHART_EMPTY * len(grid.cells)


def _undivided(grid: Grid) -> bool:
    """Whether cells hold several rows of figures, or several columns of text."""
    for row in range(grid.rows):
        stacked = [
            cell
            for cell in grid.cells
            if cell.row == row and len(cell.lines) >= 2 and all(map(is_number, cell.lines))
        ]
        if len(stacked) >= 2 or (stacked and grid.columns == 2):
            return True
    spread = sum(cell.colspan > 1 and _spreads(cell) for cell in grid.cells)
    slivers = sum(not cell.lines for cell in grid.cells)
    return spread >= 2 or (slivers > 0.5 * len(grid.cells) and len(grid.cells) >= 8)


def _spreads(cell: GridCell) -> bool:
    """Whether the text of a spanning cell is a row of figures."""
    words = cell.text.split()
    return len(words) >= 3 and sum(map(is_number, words)) >= 2


def _grid(content: Content, cells: list[Box], centres: Floats, free: Flags) -> Grid | None:
    """The cells with those of their words that are `free`, as a grid; None where this is a frame around text."""
    xs, ys = _boundaries(cells, 0), _boundaries(cells, 1)
    if len(xs) < 3 or len(ys) < 3:
        return None
    near = np.flatnonzero(
        free
        & (centres[:, 0] >= xs[0])
        & (centres[:, 0] < xs[-1] + _SNAP)
        & (centres[:, 1] >= ys[0])
        & (centres[:, 1] < ys[-1] + _SNAP)
    )
    filled, overlaps = _words_by_cell(near, centres, cells)
    inner = [cell for cell in cells if not _is_remark(content, cell, filled[cell], xs, ys)]
    if len(inner) < len(cells):
        return _grid(content, inner, centres, free) if inner else None
    placed = [
        (_place(xs, cell[0]), _place(ys, cell[1]), _place(xs, cell[2]), _place(ys, cell[3])) for cell in cells
    ]
    used_rows = {top for (_, top, _, _), cell in zip(placed, cells, strict=True) if filled[cell]}
    used_columns = {left for (left, _, _, _), cell in zip(placed, cells, strict=True) if filled[cell]}
    if len(used_rows) < 2 or len(used_columns) < 2:
        return None
    row_of, column_of = _ranks(used_rows, len(ys)), _ranks(used_columns, len(xs))
    made = []
    for (left, top, right, bottom), cell in zip(placed, cells, strict=True):
        row, column = row_of[top], column_of[left]
        rowspan, colspan = row_of[bottom] - row, column_of[right] - column
        if rowspan < 1 or colspan < 1:
            continue
        made.append(grid_cell(content, filled[cell], (row, column), (rowspan, colspan), cell))
    rows, columns = len(used_rows), len(used_columns)
    made = complete(made, rows, columns)
    box = (
        min(c[0] for c in cells),
        min(c[1] for c in cells),
        max(c[2] for c in cells),
        max(c[3] for c in cells),
    )
    return Grid(content.number, box, content.frame.shown(box), made, rows, columns, overlaps=overlaps)


def _is_remark(content: Content, cell: Box, words: list[int], xs: list[float], ys: list[float]) -> bool:
    """Whether a cell is the first or last of its table, as wide as all of it, and holds a caption or a note."""
    wide = cell[0] - xs[0] < _SNAP and xs[-1] - cell[2] < _SNAP
    if not wide or not (cell[1] - ys[0] < _SNAP or ys[-1] - cell[3] < _SNAP):
        return False
    text = " ".join(cell_lines(content, words))
    return len(text) > _REMARK or bool(marks().caption.match(text))


def _has_strips(grid: Grid) -> bool:
    """Whether an empty strip runs through two cells or more of a row, with text above and below it in both."""
    for row in range(grid.rows):
        spans = [cell.lines_at for cell in grid.cells if cell.row == row and len(cell.lines_at) >= 2]
        if len(spans) < 2:
            continue
        gaps = [
            {
                round((above + below) / 2)
                for (_, above), (below, _) in pairwise(lines)
                if below - above > _STRIP
            }
            for lines in spans
        ]
        shared = [y for y in gaps[0] if any(abs(y - other) <= 2 for found in gaps[1:] for other in found)]
        if shared:
            return True
    return False


def _words_by_cell(words: Ints, centres: Floats, cells: Sequence[Box]) -> tuple[dict[Box, list[int]], bool]:
    """The words whose centres lie in each cell, where cells overlap in the smallest; and whether any do."""
    overlaps = False
    cells = sorted(cells, key=lambda cell: ((cell[2] - cell[0]) * (cell[3] - cell[1]), cell))
    bounds = np.array(cells)
    filled: dict[Box, list[int]] = {cell: [] for cell in cells}
    for start in range(0, len(words), _WORDS_AT_ONCE):
        some = words[start : start + _WORDS_AT_ONCE]
        x, y = centres[some, 0, None], centres[some, 1, None]
        inside = (x >= bounds[:, 0]) & (x < bounds[:, 2]) & (y >= bounds[:, 1]) & (y < bounds[:, 3])
        times = inside.sum(axis=1)
        held, overlaps = times > 0, overlaps or bool((times > 1).any())
        for word, number in zip(some[held].tolist(), inside[held].argmax(axis=1).tolist(), strict=True):
            filled[cells[number]].append(word)
    return filled, overlaps


def _boundaries(cells: list[Box], axis: int) -> list[float]:
    """The coordinates at which cells begin or end, those nearer than the finder's tolerance as one."""
    values = sorted({cell[axis] for cell in cells} | {cell[axis + 2] for cell in cells})
    kept: list[float] = []
    for value in values:
        if not kept or value - kept[-1] > _SNAP:
            kept.append(value)
    return kept


def _place(boundaries: list[float], value: float) -> int:
    """The index of the boundary nearest to `value`."""
    after = bisect_left(boundaries, value)
    if after == len(boundaries) or (after and value - boundaries[after - 1] <= boundaries[after] - value):
        return after - 1
    return after


def _ranks(used: set[int], count: int) -> dict[int, int]:
    """For each boundary, how many used rows (or columns) begin before it: empty ones take no room."""
    ranks: dict[int, int] = defaultdict(int)
    for boundary in range(count):
        ranks[boundary] = sum(1 for other in used if other < boundary)
    return ranks
