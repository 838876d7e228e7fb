"""Tables without a full set of rules: found by columns of aligned cells, or between rules of one width.

After the observation that table rows are lines of several short pieces that begin or end on common verticals, at
regular distances; running text in columns has long pieces, and lists have a column of markers.
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.extract.pdf.layout.lines import Piece
from pipeline.extract.pdf.layout.paragraphs import marks
from pipeline.extract.pdf.page_content.graphics import Graphics
from pipeline.extract.pdf.page_content.words import Content
from pipeline.extract.pdf.tables.grid import Grid
from pipeline.extract.pdf.tables.regions import DASHES, region_grid
from pipeline.extract.pdf.tables.rows_and_columns import Row, find_tracks, is_number, make_rows

_RULE_SAME = 4.0
_RULE_WIDTH = 80.0
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}|_{4,}")
_LONG_CELL = 60
_ROW_GAP = 2.6
_LONELY = 2
_PROSE_WIDTH = 0.6
_HEADER_SHARE = 0.35
_HEADER_CELL = 45


def between_rules(content: Content, pieces: Sequence[Piece], graphics: Graphics) -> list[Grid]:
    """Tables between horizontal rules of the same width: a rule above, one below, and often one under the header."""
    found: list[Grid] = []
    used: set[int] = set()
    for left, right, ys in _rule_groups(graphics.rules):
        inside = [
            p
            for p in pieces
            if p.words.start not in used
            and ys[0] - 1 < p.base < ys[-1] + 1
            and p.left > left - 4
            and p.right < right + 4
        ]
        beside = [p for p in pieces if p.left < right and p.right > left]
        for stretch in _stretches(beside, ys, left, right):
            within = [p for p in inside if stretch[0] - 1 < p.base < stretch[-1] + 1]
            grid = _grid_between(content, within, graphics, (left, right), stretch)
            if grid:
                found.append(grid)
                used |= {p.words.start for p in within}
    return found


def _stretches(pieces: Sequence[Piece], ys: Sequence[float], left: float, right: float) -> list[list[float]]:
    """The rules cut into stretches that may each be one table: what lies between two tables is running text."""
    stretches: list[list[float]] = [[ys[0]]]
    for above, below in pairwise(ys):
        rows = make_rows([p for p in pieces if above - 1 < p.base < below + 1])
        prose = [row for row in rows if row.count == 1 and _is_wide(row, left, right)]
        several = [row for row in rows if row.count > 1]
        if len(prose) > len(several):
            stretches.append([])
        stretches[-1].append(below)
    return [stretch for stretch in stretches if len(stretch) > 1]


def _is_wide(row: Row, left: float, right: float) -> bool:
    """Whether a row runs from the left edge over most of the width."""
    width = right - left
    return row.left < left + 0.1 * width and row.right - row.left > _PROSE_WIDTH * width


def _rule_groups(rules: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, list[float]]]:
    """Rules of one width that lie over one another: (left, right, heights from top to bottom)."""
    groups: list[tuple[float, float, list[float]]] = []
    for left, y, right in rules:
        if right - left < _RULE_WIDTH:
            continue
        for group in groups:
            if abs(group[0] - left) < _RULE_SAME and abs(group[1] - right) < _RULE_SAME:
                group[2].append(y)
                break
        else:
            groups.append((left, right, [y]))
    return [group for group in groups if len(group[2]) >= 2 and group[2][-1] - group[2][0] > 8]


def _grid_between(
    content: Content,
    pieces: Sequence[Piece],
    graphics: Graphics,
    edges: tuple[float, float],
    ys: Sequence[float],
) -> Grid | None:
    if len(pieces) < 4:
        return None
    rows = make_rows(pieces)
    if len(rows) < 2:
        return None
    fewest = 2 if _has_header(rows, ys) else 3
    if not (_looks_tabular(rows, ruled=True) or _keeps_to_tracks(rows, content, fewest)):
        return None
    return region_grid(content, rows, graphics, (edges[0], ys[0], edges[1], ys[-1]))


def _has_header(rows: Sequence[Row], ys: Sequence[float]) -> bool:
    """Whether a rule sets off, at the top of a region, a line or two of short pieces: the head of a table."""
    if len(ys) < 3 or ys[1] - ys[0] > _HEADER_SHARE * (ys[-1] - ys[0]):
        return False
    head = [row for row in rows if row.base < ys[1]]
    if not head or not any(row.count >= 2 for row in head):
        return False
    return all(len(piece.text) <= _HEADER_CELL for row in head for piece in row.pieces)


def _keeps_to_tracks(rows: Sequence[Row], content: Content, fewest: int) -> bool:
    """Whether several rows show at least `fewest` tracks, and hardly a piece crosses from one into the next."""
    if sum(row.count >= fewest for row in rows) < min(3, fewest + 1):
        return False
    tracks = find_tracks(rows, content)
    if len(tracks) < fewest:
        return False
    crossing = sum(
        sum(piece.left < right and piece.right > left for left, right in tracks) > 1
        for row in rows
        for piece in row.pieces
    )
    return crossing <= 0.1 * sum(len(row.pieces) for row in rows)


def _looks_tabular(rows: Sequence[Row], ruled: bool) -> bool:
    """Whether lines of pieces are a table's rows and not text in columns, a list, or a table of contents."""
    several = [row for row in rows if row.count >= 2]
    if len(several) < (2 if ruled else 3) or len(several) < 0.3 * len(rows):
        return False
    texts = [piece.text for row in several for piece in row.pieces]
    rest = [piece.text for row in several for piece in row.pieces[1:]]
    figures = sum(is_number(text) for text in rest) / len(rest)
    leaders = sum(bool(_LEADERS.search(row.pieces[0].text)) for row in several)
    if leaders > 0.5 * len(several) and median([row.count for row in several]) < 4:
        return False
    if sum(
        bool(marks().bullet.match(row.pieces[0].text + " x")) and len(row.pieces[0].text) < 3
        for row in several
    ) > 0.5 * len(several):
        return False
    if median([len(text) for text in texts]) > _LONG_CELL:
        return False
    if ruled:
        return True
    columns = median([row.count for row in several])
    words = median([len(text.split()) for text in rest])
    if columns >= 3:
        return figures > 0.25 or words <= 4
    return figures > 0.6


def aligned_tables(content: Content, pieces: Sequence[Piece], graphics: Graphics) -> list[Grid]:
    """Tables that only the alignment of their cells shows, among the pieces of one column of the page."""
    rows = make_rows(pieces)
    found: list[Grid] = []
    start = 0
    while start < len(rows):
        if rows[start].count < 2:
            start += 1
            continue
        end = _run_end(rows, start)
        grid = _run_grid(content, rows, start, end, graphics)
        if grid:
            found.append(grid)
            start = end
        else:
            start += 1 if end - start < 3 else max(1, end - start)
    return found


def _run_end(rows: Sequence[Row], start: int) -> int:
    """The end of the run of table rows that begins at `start`: up to the last row with several pieces."""
    end, lonely = start + 1, 0
    gaps: list[float] = []  # sorted, which makes their median cheap
    for index in range(start + 1, len(rows)):
        above, row = rows[index - 1], rows[index]
        gap = row.base - above.base
        pitch = median(gaps) if len(gaps) >= 3 else 0.0
        if gap > _ROW_GAP * max(row.size, above.size):
            break
        if pitch and gap > 1.6 * pitch and not _in_line(row, rows[max(start, end - 6) : end]):
            break
        if row.count >= 2:
            insort(gaps, gap)
            end, lonely = index + 1, 0
        elif not all(DASHES.match(piece.text) for piece in row.pieces):
            lonely += 1
            if lonely > _LONELY or len(row.pieces[0].text) > _LONG_CELL:
                break
    return end


def _in_line(row: Row, above: Sequence[Row]) -> bool:
    """Whether most pieces of a row begin or end where pieces of the rows above do."""
    edges = [edge for other in above[-6:] for piece in other.pieces for edge in (piece.left, piece.right)]
    fits = sum(
        any(abs(edge - piece.left) < 2 or abs(edge - piece.right) < 2 for edge in edges)
        for piece in row.pieces
    )
    return row.count >= 2 and fits >= 0.6 * len(row.pieces)


def _run_grid(content: Content, rows: Sequence[Row], start: int, end: int, graphics: Graphics) -> Grid | None:
    run = list(rows[start:end])
    if not _looks_tabular(run, ruled=False):
        return None
    first = start
    while first > 0 and _heads(rows[first - 1], rows[first], run):
        first -= 1
    run = list(rows[first:end])
    box = (min(r.left for r in run), run[0].top, max(r.right for r in run), run[-1].bottom)
    grid = region_grid(content, run, graphics, box)
    return grid if grid and (grid.columns >= 3 or grid.rows >= 3) else None


def _heads(above: Row, below: Row, run: Sequence[Row]) -> bool:
    """Whether a row of one piece above a run is a heading over some of its columns."""
    piece = above.pieces[0]
    left = min(row.left for row in run)
    return (
        above.count == 1
        and below.base - above.base < 1.8 * below.size
        and piece.left > left + 3 * above.size
        and piece.right <= max(row.right for row in run) + 2
        and len(piece.text) < _LONG_CELL
    )
