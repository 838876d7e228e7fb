"""The grid of a region known to be a table: its rows of text, and the rules within it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pipeline.extract.pdf.page_content.graphics import Graphics
from pipeline.extract.pdf.page_content.words import Content
from pipeline.extract.pdf.tables.grid import Box, Grid
from pipeline.extract.pdf.tables.rows_and_columns import Row, build_grid, find_tracks

DASHES = re.compile(r"^[-=_–—\s]{8,}$")
"""A rule drawn with characters."""
_MANY_CELLS = 20
_FILLED = 0.4


def region_grid(content: Content, all_rows: Sequence[Row], graphics: Graphics, box: Box) -> Grid | None:
    """The rows over their tracks as a grid; None where they are not at least two rows of two columns."""
    rows, drawn = _without_dashes(all_rows)
    if not rows:
        return None
    left, top, right, bottom = box
    across = [
        rule
        for rule in (*graphics.rules, *drawn)
        if top - 2 < rule[1] < bottom + 2 and rule[0] > left - 6 and rule[2] < right + 6
    ]
    down = graphics.down
    down = down[(down[:, 0] > left + 2) & (down[:, 0] < right - 2)]
    reach = np.minimum(down[:, 2], bottom) - np.maximum(down[:, 1], top)
    rules = np.unique(down[reach > 0.5 * (bottom - top), 0]).tolist()
    tracks = find_tracks(rows, content, rules)
    if len(tracks) < 2:
        return None
    grid = build_grid(content, rows, tracks, across, box)
    return grid if grid and grid.rows >= 2 and _is_filled(grid) else None


def _is_filled(grid: Grid) -> bool:
    """Whether at least two rows have text in half of the columns, and cells are not mostly empty, as in a chart."""
    full = [cell.row for cell in grid.cells if cell.lines]
    rows = sum(2 * full.count(row) >= grid.columns for row in range(grid.rows))
    return rows >= 2 and (len(grid.cells) < _MANY_CELLS or len(full) > _FILLED * len(grid.cells))


def _without_dashes(rows: Sequence[Row]) -> tuple[list[Row], list[tuple[float, float, float]]]:
    """The rows, and the rules that some of them draw with dashes."""
    drawn = [all(DASHES.match(piece.text) for piece in row.pieces) for row in rows]
    rules = [(row.left, row.base, row.right) for row, is_rule in zip(rows, drawn, strict=True) if is_rule]
    return [row for row, is_rule in zip(rows, drawn, strict=True) if not is_rule], rules
