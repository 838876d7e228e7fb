"""Scores of Markdown read from PDFs against its truth: NID, MHS, TEDS, and adjacency relations of table cells.

NID: similarity of the normalised texts, 2·LCS / (both lengths) over characters, markup taken out.
MHS: 1 − edit distance ÷ size over the sequence of headings and the text under them; a heading's or text's
     replacement costs its normalised Levenshtein distance; levels count alike. None without headings in the truth.
TEDS: 1 − tree edit distance ÷ size over tables, rows and cells, where rows are matched with rows (a lower bound
     of the score with free matching). None without tables in the truth.
Adjacency: pairs of neighbouring non-empty cells by their text without white space, to the right and below.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TypeVar
from xml.etree import ElementTree

T = TypeVar("T")
TABLE = re.compile(r"<table[^>]*>.*?</table>", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^>\s][^>]*>")
EMPHASIS = re.compile(r"(\*{1,3}|~~)(\S(?:.*?\S)?)\1")
PIPES = re.compile(r"(?:^\|.*\|[ \t]*(?:\n|\Z)){2,}", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.*)$")


@dataclass(frozen=True)
class TableCell:
    """A cell of a parsed table."""

    row: int
    column: int
    rowspan: int
    colspan: int
    text: str


Grid = list[TableCell]


# --- text --------------------------------------------------------------------------------------------------


def plain(markdown: str) -> str:
    """The text without markup and with white space folded."""
    text = html.unescape(TAG.sub(" ", pipes_to_html(markdown)))
    return " ".join(EMPHASIS.sub(r"\2", text).split())


def pipes_to_html(markdown: str) -> str:
    """Pipe tables as HTML tables."""

    def convert(match: re.Match[str]) -> str:
        rows = []
        for line in match.group().strip().splitlines():
            cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
            if all(re.fullmatch(r"\s*:?-{3,}:?\s*", cell) for cell in cells):
                continue
            texts = (cell.strip().replace("\\|", "|") for cell in cells)
            rows.append("<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in texts) + "</tr>")
        return "<table>" + "".join(rows) + "</table>\n"

    return PIPES.sub(convert, markdown)


def nid(truth: str, found: str) -> float | None:
    """Similarity of the texts in their order; None where the truth has none."""
    a, b = plain(truth), plain(found)
    return 2 * common(a, b) / (len(a) + len(b)) if a else None


def common(a: str, b: str) -> int:
    """Length of the longest common subsequence (Hyyrö's bit-parallel algorithm)."""
    places: dict[str, int] = {}
    for index, char in enumerate(a):
        places[char] = places.get(char, 0) | 1 << index
    full = (1 << len(a)) - 1
    row = full
    for char in b:
        matched = row & places.get(char, 0)
        row = ((row + matched) | (row - matched)) & full
    return len(a) - row.bit_count()


def distance(a: str, b: str) -> float:
    """Levenshtein distance divided by the greater length."""
    if a == b:
        return 0.0
    if not a or not b:
        return 1.0
    return levenshtein(a, b) / max(len(a), len(b))


def levenshtein(a: str, b: str) -> int:
    """Levenshtein distance (Myers' bit-parallel algorithm)."""
    places: dict[str, int] = {}
    for index, char in enumerate(a):
        places[char] = places.get(char, 0) | 1 << index
    full, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    positive, negative, score = full, 0, len(a)
    for char in b:
        equal = places.get(char, 0)
        vertical = equal | negative
        diagonal = (((equal & positive) + positive) ^ positive) | equal
        up = negative | (full & ~(diagonal | positive))
        down = positive & diagonal
        score += bool(up & last) - bool(down & last)
        up = (up << 1 | 1) & full
        down = (down << 1) & full
        positive = down | (full & ~(vertical | up))
        negative = up & vertical
    return score


def sequence_distance(
    a: Sequence[T], b: Sequence[T], size: Callable[[T], float], change: Callable[[T, T], float]
) -> float:
    """Edit distance of two sequences whose elements have a size (to add or remove) and a cost of change."""
    row = [0.0]
    for item in b:
        row.append(row[-1] + size(item))
    for one in a:
        above, row = row, [row[0] + size(one)]
        for index, other in enumerate(b):
            row.append(
                min(above[index] + change(one, other), above[index + 1] + size(one), row[index] + size(other))
            )
    return row[-1]


# --- headings ----------------------------------------------------------------------------------------------


def mhs(truth: str, found: str) -> float | None:
    """Similarity of the heading structures; None where the truth has no headings."""
    a, b = list(_parts(truth)), list(_parts(found))
    if not any(heading for heading, _ in a):
        return None
    if not any(heading for heading, _ in b):
        return 0.0
    spent = sequence_distance(a, b, lambda _: 1.0, lambda x, y: distance(x[1], y[1]) if x[0] == y[0] else 1.0)
    return 1 - spent / max(len(a), len(b))


def _parts(markdown: str) -> Iterator[tuple[bool, str]]:
    """Headings and the texts between them, in order."""
    text: list[str] = []
    for line in pipes_to_html(markdown).splitlines():
        found = HEADING.match(line)
        if found:
            content = plain("\n".join(text))
            if content:
                yield False, content
            text = []
            yield True, plain(found.group(1))
        else:
            text.append(line)
    content = plain("\n".join(text))
    if content:
        yield False, content


# --- tables ------------------------------------------------------------------------------------------------


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[tuple[int, int, str]]] = []
        self.cell: list[str] | None = None
        self.spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            given = dict(attrs)
            self.cell, self.spans = [], (_span(given.get("rowspan")), _span(given.get("colspan")))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self.cell is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append((*self.spans, " ".join("".join(self.cell).split())))
            self.cell = None

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)


def _span(value: str | None) -> int:
    return max(int(value), 1) if value and value.isdigit() else 1


def tables(markdown: str) -> list[Grid]:
    """The tables of a Markdown text, each as cells on a grid."""
    return [_grid(match.group()) for match in TABLE.finditer(pipes_to_html(markdown))]


def _grid(markup: str) -> Grid:
    parser = _Tables()
    parser.feed(markup)
    taken: set[tuple[int, int]] = set()
    cells = []
    for row, found in enumerate(parser.rows):
        column = 0
        for rowspan, colspan, text in found:
            while (row, column) in taken:
                column += 1
            taken |= {(r, c) for r in range(row, row + rowspan) for c in range(column, column + colspan)}
            cells.append(TableCell(row, column, rowspan, colspan, text))
    return cells


def teds(truth: str, found: str) -> float | None:
    """Similarity of the tables as trees; None where the truth has no tables."""
    a, b = _trees(truth), _trees(found)
    if not a:
        return None
    size = [1 + sum(1 + sum(1 + len(row) for row in table) for table in side) for side in (a, b)]

    def cell_change(x: TableCell, y: TableCell) -> float:
        same = (x.rowspan, x.colspan) == (y.rowspan, y.colspan)
        return distance(x.text, y.text) if same else 1.0

    def row_change(x: Sequence[TableCell], y: Sequence[TableCell]) -> float:
        return sequence_distance(x, y, lambda _: 1.0, cell_change)

    def table_change(x: list[list[TableCell]], y: list[list[TableCell]]) -> float:
        return sequence_distance(x, y, lambda row: 1.0 + len(row), row_change)

    spent = sequence_distance(a, b, lambda table: 1.0 + sum(1 + len(row) for row in table), table_change)
    return 1 - spent / max(size)


def _trees(markdown: str) -> list[list[list[TableCell]]]:
    result = []
    for grid in tables(markdown):
        rows: dict[int, list[TableCell]] = {}
        for cell in grid:
            rows.setdefault(cell.row, []).append(cell)
        result.append([rows[row] for row in sorted(rows)])
    return result


def relations(grids: Sequence[Grid]) -> Counter[tuple[str, str, str]]:
    """The pairs of neighbouring non-empty cells of all tables: (direction, text, text)."""
    found: Counter[tuple[str, str, str]] = Counter()
    for grid in grids:
        place = {
            (row, column): cell
            for cell in grid
            if bare(cell.text)
            for row in range(cell.row, cell.row + cell.rowspan)
            for column in range(cell.column, cell.column + cell.colspan)
        }
        if not place:
            continue
        height, width = max(row for row, _ in place) + 1, max(column for _, column in place) + 1
        pairs: set[tuple[str, TableCell, TableCell]] = set()
        for (row, column), cell in place.items():
            right = next((place[row, c] for c in range(column + 1, width) if (row, c) in place), None)
            below = next((place[r, column] for r in range(row + 1, height) if (r, column) in place), None)
            pairs |= {("right", cell, right)} if right is not None and right != cell else set()
            pairs |= {("below", cell, below)} if below is not None and below != cell else set()
        found.update((direction, bare(a.text), bare(b.text)) for direction, a, b in pairs)
    return found


def bare(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def icdar_tables(xml: str) -> list[Grid]:
    """The tables of an ICDAR 2013 structure file; regions of one table on several pages are one grid."""
    grids = []
    for table in ElementTree.fromstring(xml).iter("table"):
        cells: Grid = []
        for region in table.iter("region"):
            down = int(region.get("row-increment", "0"))
            across = int(region.get("col-increment", "0"))
            for cell in region.iter("cell"):
                row, column = int(cell.get("start-row", "0")), int(cell.get("start-col", "0"))
                last_row = int(cell.get("end-row", row))
                last_column = int(cell.get("end-col", column))
                text = cell.findtext("content") or ""
                cells.append(
                    TableCell(row + down, column + across, last_row - row + 1, last_column - column + 1, text)
                )
        grids.append(cells)
    return grids
