"""A block in the making: its runs, links and cells, and what the markup around it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.extract.html.markup.parser import Node
from pipeline.records import BlockKind, Role, Visibility

if TYPE_CHECKING:
    from pipeline.extract.html.blocks.tables import GridCell


Run = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class DraftCell:
    """A cell at its place in the grid, and [start, end) of its text in the draft's."""

    row: int
    column: int
    rowspan: int
    colspan: int
    header: bool
    start: int
    end: int


class Draft:
    """A block before it is judged. `runs` are (start, end, at): a range of the source and where its text begins;
    `twins` the runs of a second copy of the same text;
    `links` are (start, end, href) in the text; `areas` the kinds of furniture around it, outermost first; `main`
    how many elements around it call themselves the main part; `bits` and `near` what the names of all elements around
    it, and of the nearest three, tell the classifier; `depth` how many blocks it is in; `named_heading` the level a
    class name gives it; `says` the bits of telling words in the text, None where nobody has asked."""

    __slots__ = (
        "_places", "_text", "_words", "areas", "bits", "bold", "cells", "depth", "in_item", "kind", "length", "level",
        "link_number", "linked", "links", "list_level", "main", "marker", "named_heading", "near", "node", "ordered",
        "parts", "role", "says", "score", "speaker", "twins", "visibility",
    )  # fmt: skip

    def __init__(self, kind: BlockKind, node: Node) -> None:
        self.kind = kind
        self.node = node
        self.parts: list[str] = []
        self.length = 0
        self._places: list[int] = []
        self._text: str | None = None
        self._words = -1
        self.twins: Sequence[Run] = ()
        self.links: Sequence[tuple[int, int, str]] = ()
        self.link_number = -1
        self.linked = 0
        self.bold = 0
        self.cells: Sequence[DraftCell] = ()
        self.level: int | None = None
        self.role: Role | None = None
        self.marker: str | None = None
        self.ordered: bool | None = None
        self.speaker: str | None = None
        self.visibility: Visibility = "shown"
        self.areas: tuple[Role, ...] = ()
        self.main = 0
        self.bits = 0
        self.near = 0
        self.depth = 0
        self.list_level = 0
        self.in_item = False
        self.named_heading: int | None = None
        self.says: int | None = None
        self.score = 0.0

    @property
    def runs(self) -> list[Run]:
        """The ranges of the source that the text comes from."""
        places = iter(self._places)
        return list(zip(places, places, places, strict=True))

    @property
    def text(self) -> str:
        """The raw text; asked for when all of it is there."""
        text = self._text
        if text is None:
            text = self._text = "".join(self.parts)
            del self.parts  # no more is added
        return text

    @property
    def words(self) -> int:
        """How many words the text has."""
        if self._words < 0:
            self._words = len(self.text.split())
        return self._words

    def add(self, start: int, end: int, text: str, space: bool) -> None:
        """Append the text of the source's [start, end), after a space where one stood before it."""
        if space and self.length and self.parts[-1] not in "\t\n":
            self.parts.append(" ")
            self.length += 1
        self._places += (start, end, self.length)
        self.parts.append(text)
        self.length += len(text)

    def add_link(self, href: str, number: int, length: int) -> None:
        """Note that the last `length` characters are in the link with that number of the page."""
        start, links = self.length - length, self.links
        if not isinstance(links, list):
            links = self.links = []
        elif self.link_number == number:
            start = links.pop()[0]
        links.append((start, self.length, href))
        self.link_number = number
        self.linked += length

    def separate(self, mark: str) -> None:
        """Append the sign between cells or rows."""
        self.parts.append(mark)
        self.length += 1

    def add_cell(self, cell: GridCell, start: int) -> None:
        """Note that what was appended since `start` is the text of `cell`."""
        placed = DraftCell(cell.row, cell.column, cell.rowspan, cell.colspan, cell.header, start, self.length)
        if not isinstance(self.cells, list):
            self.cells = []
        self.cells.append(placed)
