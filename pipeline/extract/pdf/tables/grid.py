"""A table as a grid: rows and columns of cells with their words and boxes, and the block it becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.extract.pdf.blocks import Joins, font_edits, hyphen_edits
from pipeline.extract.pdf.layout.lines import said_between, text_between
from pipeline.extract.pdf.page_content.words import Content
from pipeline.records import Block, Cell, Edit, PageBox, apply, fold_space, new_block

_LEADERS = re.compile(r"(?<!\s)\s*+(?:(?<!\.)(?<!\.\s)(?:\.\s?){4,}+|(?<!…)…{2,}+|(?<!_)_{4,}+)$")

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class GridCell:
    """A cell; `words` are indices into the page, `lines` its lines of text, `box` where it stands as shown.

    `lines_at` are the top and bottom of each line, in the coordinates of the page's frame.
    """

    row: int
    column: int
    rowspan: int
    colspan: int
    lines: list[str]
    box: Box | None
    header: bool = False
    said: str = ""
    lines_at: tuple[tuple[float, float], ...] = ()
    words: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The text of the cell on one line."""
        return " ".join(self.lines)


@dataclass(slots=True)
class Grid:
    """A table on one page, in the coordinates of the page's frame; `shown` is its box as shown.

    `overlaps` says that the rules made cells that lie over one another, with text in both.
    """

    page: int
    box: Box
    shown: Box
    cells: list[GridCell]
    rows: int
    columns: int
    ruled: bool = True
    overlaps: bool = False

    @property
    def words(self) -> list[int]:
        """The words of all cells, as indices into the page."""
        return sorted(word for cell in self.cells for word in cell.words)


def grid_cell(
    content: Content,
    words: Sequence[int],
    place: tuple[int, int],
    spans: tuple[int, int],
    box: Box,
    header: bool = False,
) -> GridCell:
    """The cell at `place` (row, column) with its `words`; `box` in the coordinates of the page's frame."""
    shown = content.frame.shown(box)
    lines = cell_rows(content, words)
    texts = [_line(content, line) for line in lines]
    at: tuple[tuple[float, float], ...] = ()
    if len(lines) > 1:
        at = tuple((content.tops[line[0]], content.bottoms[line[0]]) for line in lines)
    return GridCell(*place, *spans, texts, shown, header, cell_said(content, words), at, tuple(words))


def complete(cells: Sequence[GridCell], rows: int, columns: int) -> list[GridCell]:
    """The cells with empty ones at every place that none covers, in order of rows and columns."""
    covered = {
        (row, column)
        for cell in cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for column in range(cell.column, cell.column + cell.colspan)
    }
    empty = [
        GridCell(row, column, 1, 1, [], None)
        for row in range(rows)
        for column in range(columns)
        if (row, column) not in covered
    ]
    return sorted([*cells, *empty], key=lambda cell: (cell.row, cell.column))


def cell_lines(content: Content, words: Sequence[int]) -> list[str]:
    """The words of a cell as lines from top to bottom, each read from left to right."""
    return [_line(content, line) for line in cell_rows(content, words)]


def cell_rows(content: Content, words: Sequence[int]) -> list[list[int]]:
    """The words of a cell by line, from top to bottom."""
    if not words:
        return []
    bases, lefts = content.bases, content.lefts
    lines: list[list[int]] = []
    for word in sorted(words, key=lambda i: (bases[i], lefts[i])) if len(words) > 1 else words:
        if lines and bases[word] - bases[lines[-1][-1]] < 0.5 * content.styles[word].size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def cell_said(content: Content, words: Sequence[int]) -> str:
    """The text of a cell as the file has it, where a broken font was read otherwise; "" elsewhere."""
    if content.said is None or all(
        said_between(content, word, word) == text_between(content, word, word) for word in words
    ):
        return ""
    said = (said_between(content, word, word) for line in cell_rows(content, words) for word in line)
    return fold_space(" ".join(said))


def _line(content: Content, words: list[int]) -> str:
    """A line of a cell: painted in one go it is as PDFium has it, else its words from left to right."""
    first, last = min(words), max(words)
    if last - first + 1 == len(words):
        return text_between(content, first, last)
    words.sort(key=lambda i: content.lefts[i])
    return fold_space(" ".join(text_between(content, i, i) for i in words))


def table_block(grids: Sequence[Grid], joins: Joins | None = None) -> Block:
    """The block of a table; further grids continue it on later pages. `joins` judges hyphens at line ends."""
    texts: list[tuple[int, GridCell, int]] = []
    first_row = 0
    origins: list[PageBox] = []
    for grid in grids:
        texts += [(first_row, cell, grid.page) for cell in grid.cells]
        first_row += grid.rows
    rows: dict[int, list[tuple[GridCell, int]]] = {}
    for start, cell, page in texts:
        rows.setdefault(start + cell.row, []).append((cell, page))
    raw, cells, seen = "", [], set()
    edits: list[Edit] = []
    shift = 0
    for row in range(first_row):
        if row:
            raw += "\n"
        for place, (cell, page) in enumerate(sorted(rows.get(row, []), key=lambda found: found[0].column)):
            if place:
                raw += "\t"
            start = len(raw)
            text = cell.text
            raw += cell.said or text
            leaders = _LEADERS.search(text) if not cell.said else None
            if leaders:
                at = start + shift + leaders.start()
                edits.append(
                    Edit(
                        start=at,
                        end=at + len(leaders.group()),
                        before=leaders.group(),
                        after="",
                        cause="leaders",
                    )
                )
                shift -= len(leaders.group())
            elif joins and not cell.said and len(cell.lines) > 1:
                found = hyphen_edits(cell.lines, start + shift, joins)
                edits += found
                shift -= sum(len(edit.before) - len(edit.after) for edit in found)
            if cell.said and cell.said != text:
                found = font_edits(cell.said, text, start + shift)
                edits += found
                shift += sum(len(edit.after) - len(edit.before) for edit in found)
            if page not in seen:
                seen.add(page)
                box = next(grid.shown for grid in grids if grid.page == page)
                origins.append(PageBox(page=page, box=box, at=start))
            cells.append(
                Cell(
                    row=row,
                    column=cell.column,
                    start=start,
                    end=len(raw),
                    rowspan=cell.rowspan,
                    colspan=cell.colspan,
                    header=cell.header,
                    box=cell.box,
                    page=page,
                )
            )
    return apply(new_block("table", raw, origins, cells=tuple(cells)), edits)
