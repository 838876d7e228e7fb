"""Edges → the cells that they bound, by table: pdfplumber's algorithm (Nurminen's), its inner loops on arrays and sets.

Merging of edges and grouping of cells are pdfplumber's own functions. Intersections and smallest cells give what its
functions of these names give, without building the same sets again for every pair of points.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import Any

import numpy as np

from pipeline.extract.pdf.page_content.pdfium import Floats
from pipeline.extract.pdf.tables.grid import Box

_TOLERANCE = 3.0
_PRUNINGS = 3
_SHORTEST = 3.0
_MAX_POINTS = 20_000

Point = tuple[float, float]


def find_cells(across: Floats, down: Floats) -> list[list[Box]]:
    """The cells of each table that horizontal edges (left, y, right) and vertical ones (x, top, bottom) make."""
    rows = _joined(across[:, [1, 0, 2]].tolist())
    across, down = _meeting(
        np.array([(left, y, right) for y, left, right in rows]), np.array(_joined(down.tolist()))
    )
    if len(across) < 2 or len(down) < 2:
        return []
    from pdfplumber.table import cells_to_tables, merge_edges

    edges = [_edge(left, y, right, y, "h") for left, y, right in across.tolist()]
    edges += [_edge(x, top, x, bottom, "v") for x, top, bottom in down.tolist()]
    merged = merge_edges(edges, _TOLERANCE, _TOLERANCE, _TOLERANCE, _TOLERANCE)
    cells = _cells(
        [(e["x0"], e["top"], e["x1"]) for e in merged if e["orientation"] == "h" and e["width"] >= _SHORTEST],
        [
            (e["x0"], e["top"], e["bottom"])
            for e in merged
            if e["orientation"] == "v" and e["height"] >= _SHORTEST
        ],
    )
    tables: list[list[Box]] = cells_to_tables(cells)
    return tables


def _meeting(across: Floats, down: Floats) -> tuple[Floats, Floats]:
    """The edges that meet one of the other direction, within twice the tolerance."""
    reach = 2 * _TOLERANCE
    for _ in range(_PRUNINGS):
        if not len(across) or not len(down):
            break
        y, left, right = across[:, 1, None], across[:, 0, None], across[:, 2, None]
        x, top, bottom = down[None, :, 0], down[None, :, 1], down[None, :, 2]
        meets = (x > left - reach) & (x < right + reach) & (y > top - reach) & (y < bottom + reach)
        keep_across, keep_down = meets.any(axis=1), meets.any(axis=0)
        if keep_across.all() and keep_down.all():
            break
        across, down = across[keep_across], down[keep_down]
    return across, down


def _joined(edges: list[list[float]]) -> list[list[float]]:
    """Edges (place, start, end) of which those on one line that touch are one, as merging would join them later."""
    joined: list[list[float]] = []
    for place, start, end in sorted(edges):
        last = joined[-1] if joined else None
        if last and place == last[0] and start <= last[2] + _TOLERANCE:
            last[2] = max(last[2], end)
        else:
            joined.append([place, start, end])
    return joined


def _edge(x0: float, top: float, x1: float, bottom: float, orientation: str) -> dict[str, Any]:
    return {
        "x0": x0, "x1": x1, "top": top, "bottom": bottom, "width": x1 - x0, "height": bottom - top,
        "orientation": orientation, "object_type": "line",
    }  # fmt: skip


def _cells(across: list[tuple[float, float, float]], down: list[tuple[float, float, float]]) -> list[Box]:
    """For each point where edges meet, the smallest rectangle of edges of which it is the upper left corner."""
    on_across, on_down = _points(across, down)
    if len(on_across) > _MAX_POINTS:
        return []
    columns: dict[float, list[float]] = defaultdict(list)
    rows: dict[float, list[float]] = defaultdict(list)
    for x, y in sorted(on_across):
        columns[x].append(y)
        rows[y].append(x)
    found = []
    for x, y in sorted(on_across):
        below = [v for v in columns[x][bisect_right(columns[x], y) :] if on_down[x, y] & on_down[x, v]]
        right = [u for u in rows[y][bisect_right(rows[y], x) :] if on_across[x, y] & on_across[u, y]]
        cell = _smallest(x, y, below, right, on_across, on_down)
        if cell:
            found.append(cell)
    return found


def _smallest(
    x: float,
    y: float,
    below: list[float],
    right: list[float],
    on_across: dict[Point, frozenset[int]],
    on_down: dict[Point, frozenset[int]],
) -> Box | None:
    for v in below:
        for u in right:
            if (u, v) not in on_across:
                continue
            if on_across[u, v] & on_across[x, v] and on_down[u, v] & on_down[u, y]:
                return x, y, u, v
    return None


def _points(
    across: list[tuple[float, float, float]], down: list[tuple[float, float, float]]
) -> tuple[dict[Point, frozenset[int]], dict[Point, frozenset[int]]]:
    """The points where edges meet, with the horizontal and the vertical edges that meet there."""
    if not across or not down:
        return {}, {}
    h, v = np.array(across), np.array(down)
    y, left, right = h[:, 1, None], h[:, 0, None], h[:, 2, None]
    x, top, bottom = v[None, :, 0], v[None, :, 1], v[None, :, 2]
    meets = (
        (top <= y + _TOLERANCE)
        & (bottom >= y - _TOLERANCE)
        & (x >= left - _TOLERANCE)
        & (x <= right + _TOLERANCE)
    )
    on_across: dict[Point, set[int]] = defaultdict(set)
    on_down: dict[Point, set[int]] = defaultdict(set)
    for i, j in zip(*(found.tolist() for found in np.nonzero(meets)), strict=True):
        point = (down[j][0], across[i][1])
        on_across[point].add(i)
        on_down[point].add(j)
    return (
        {point: frozenset(edges) for point, edges in on_across.items()},
        {point: frozenset(edges) for point, edges in on_down.items()},
    )
