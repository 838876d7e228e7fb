"""One page → lines and tables in reading order, with what was noticed. Nothing here looks at other pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from pipeline.extract.pdf.accounting import PageAccount, page_account
from pipeline.extract.pdf.fonts.verdicts import Verdicts
from pipeline.extract.pdf.forms import field_lines
from pipeline.extract.pdf.layout.lines import Flags, Line, Piece, make_lines, make_pieces
from pipeline.extract.pdf.layout.reading_order import Atom, columns
from pipeline.extract.pdf.page_content.graphics import NEARLY_WHITE, Graphics, page_graphics
from pipeline.extract.pdf.page_content.overprint import once
from pipeline.extract.pdf.page_content.words import Content, Style, page_content
from pipeline.extract.pdf.structure.structure_tree import Structure
from pipeline.extract.pdf.tables.grid import Grid
from pipeline.extract.pdf.tables.ruled import ruled_tables
from pipeline.extract.pdf.tables.unruled import aligned_tables, between_rules
from pipeline.extract.pdf.tagged_page import tagged_page
from pipeline.strings import Foreign

_TINY = 1.0
_INVISIBLE_MODES = (3, 7)
_PICTURE_SHARE = 0.3
_SCAN_CHARS = 25
_OUTSIDE = 1.0


@dataclass(slots=True)
class Page:
    """A page as read. `columns` hold lines and tables from top to bottom, in reading order; `asides` are lines that
    run sideways, `hidden` what the page does not show, `artifacts` what the file
    itself calls no content, `fields` the values of form fields. `scanned` says that it is a picture without text.
    `account` is what PDFium gives of the page, to compare the blocks with."""

    number: int
    width: float
    height: float
    columns: list[list[Line | Grid]] = field(default_factory=list)
    asides: list[Line] = field(default_factory=list)
    hidden: list[Line] = field(default_factory=list)
    fields: list[Line] = field(default_factory=list)
    artifacts: list[Line] = field(default_factory=list)
    scanned: bool = False
    unreadable: bool = False
    truncated: bool = False
    account: PageAccount = field(default_factory=PageAccount)

    def lines(self) -> list[Line]:
        """The lines of all columns."""
        return [item for column in self.columns for item in column if isinstance(item, Line)]

    def items(self) -> Iterator[Line | Grid]:
        """Everything that is painted on the page and becomes a part of a block."""
        return chain(*self.columns, self.asides, self.hidden, self.artifacts)

    def forget_words(self) -> None:
        """Let go of the indices of words, which lead nowhere once the page is closed."""
        for item in self.items():
            if isinstance(item, Line):
                item.words = ()
            else:
                for cell in item.cells:
                    cell.words = ()


@dataclass(slots=True)
class Knowledge:
    """What is known of the whole document when its pages are read: structure tree, fonts, form, strings."""

    structure: Structure | None = None
    verdicts: Verdicts = field(default_factory=Verdicts)
    form: object | None = None
    foreign: Foreign = field(default_factory=Foreign)


def read_page(document: int, index: int, known: Knowledge) -> Page:
    """Page `index` (from 0) of an open PDF, by the structure tree where there is one that covers its text."""
    with page_content(document, index, known.structure is not None, known.verdicts) as content:
        if content is None:
            return Page(index + 1, 0.0, 0.0, unreadable=True)
        graphics = page_graphics(content.handle, content.frame)
        page = _page(content, graphics, known.structure)
        if known.form is not None:
            page.fields, cut = field_lines(
                known.form, content.handle, content.number, content.frame, known.foreign
            )
            page.truncated = page.truncated or cut
        return page


def _page(content: Content, graphics: Graphics, structure: Structure | None) -> Page:
    frame = content.frame
    width, height = (frame.height, frame.width) if frame.turned in (90, 270) else (frame.width, frame.height)
    page = Page(content.number, width, height, truncated=content.truncated)
    shown, hidden = _visible(content, graphics)
    shown, again = once(content, shown)
    page.scanned = _is_scan(content, graphics, shown)
    by_tags = tagged_page(content, shown, structure) if structure else None
    if by_tags:
        shown = by_tags.others
        page.artifacts = _lines_as_painted(content, by_tags.artifacts)
    upright, sideways = make_pieces(content, shown)
    page.columns = _columns(content, upright, sideways, graphics, shown)
    if by_tags:
        page.columns.insert(0, by_tags.items)
    page.asides = [
        line for piece in sideways for line in make_lines([piece], content, (piece.left, piece.right))
    ]
    page.hidden = _lines_as_painted(content, hidden)
    page.account = page_account(content, page.items(), again)
    page.forget_words()
    return page


def _columns(
    content: Content, upright: list[Piece], sideways: list[Piece], graphics: Graphics, shown: Sequence[int]
) -> list[list[Line | Grid]]:
    """The page's text by its geometry: tables first, and what is left in columns."""
    tables = ruled_tables(content, graphics, shown, upright)
    taken = {word for table in tables for word in table.words}
    if taken:
        rest = [word for word in shown if word not in taken]
        upright, sideways[:] = make_pieces(content, rest)
    ruled_off = between_rules(content, upright, graphics)
    taken = {word for table in ruled_off for word in table.words}
    upright = [piece for piece in upright if piece.words.start not in taken]
    return _ordered(content, upright, [*tables, *ruled_off], graphics)


def _visible(content: Content, graphics: Graphics) -> tuple[list[int], list[int]]:
    """The words that a reader sees, and those that are painted invisibly, too small, or outside the page.

    Invisible text over a picture that fills the page is a scan's text layer, which is what its reader sees.
    """
    count = len(content)
    if not count:
        return [], []
    boxes, frame = content.boxes, content.frame
    outside = (
        (boxes[:, 2] < _OUTSIDE) | (boxes[:, 3] < _OUTSIDE)
        | (boxes[:, 0] > frame.width - _OUTSIDE) | (boxes[:, 1] > frame.height - _OUTSIDE)
    )  # fmt: skip
    layer = _picture_share(graphics, frame.width, frame.height) > _PICTURE_SHARE
    unseen = _of_style(
        content,
        lambda style: (
            style.size < _TINY or not style.opaque or (style.mode in _INVISIBLE_MODES and not layer)
        ),
    )
    away = outside | unseen | _white_on_white(content, graphics)
    return np.flatnonzero(~away).tolist(), np.flatnonzero(away).tolist()


def _of_style(content: Content, holds: Callable[[Style], bool]) -> Flags:
    """The words whose style is such; each style is asked once."""
    found = {style for style in set(content.styles) if holds(style)}
    if not found:
        return np.zeros(len(content), dtype=bool)
    return np.array([style in found for style in content.styles])


def _white_on_white(content: Content, graphics: Graphics) -> Flags:
    """The words that are painted white where nothing was painted before."""
    white = _of_style(content, lambda style: _is_white(style.colour))
    if not white.any() or graphics.crowded:
        return np.zeros(len(content), dtype=bool)
    grounds = np.vstack((graphics.fills, graphics.images))
    x = (content.boxes[:, 0] + content.boxes[:, 2])[:, None] / 2
    y = (content.boxes[:, 1] + content.boxes[:, 3])[:, None] / 2
    covered = (grounds[:, 0] <= x) & (x <= grounds[:, 2]) & (grounds[:, 1] <= y) & (y <= grounds[:, 3])
    hidden: Flags = white & ~covered.any(axis=1)
    return hidden


def _is_white(colour: int) -> bool:
    return min(colour >> 16, colour >> 8 & 255, colour & 255) >= NEARLY_WHITE


def _picture_share(graphics: Graphics, width: float, height: float) -> float:
    """The share of the page that its largest pictures cover."""
    if not len(graphics.images) or width <= 0 or height <= 0:
        return 0.0
    boxes = np.clip(graphics.images, 0, [width, height, width, height])
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return float(min(areas.sum() / (width * height), 1.0))


def _is_scan(content: Content, graphics: Graphics, shown: Sequence[int]) -> bool:
    """Whether the page is a picture of text: hardly a letter, and pictures (or outlines) over much of it."""
    letters = sum(content.ends[i] - content.starts[i] for i in shown)
    if letters > _SCAN_CHARS:
        return False
    share = _picture_share(graphics, content.frame.width, content.frame.height)
    return share > _PICTURE_SHARE or (not letters and (len(graphics.images) > 0 or graphics.paths > 50))


def _ordered(
    content: Content, pieces: Sequence[Piece], tables: Sequence[Grid], graphics: Graphics
) -> list[list[Line | Grid]]:
    atoms = [Atom(p.left, p.top, p.right, p.bottom, p.size, len(p.text), p) for p in pieces]
    for table in tables:
        left, top, right, bottom = table.box
        atoms.append(Atom(left, top, right, bottom, 10.0, 100, table))
    result: list[list[Line | Grid]] = []
    for column in columns(atoms):
        grids = [atom.item for atom in column.atoms if isinstance(atom.item, Grid)]
        inside = [atom.item for atom in column.atoms if isinstance(atom.item, Piece)]
        found = aligned_tables(content, inside, graphics)
        taken = {word for grid in found for word in grid.words}
        inside = [piece for piece in inside if piece.words.start not in taken]
        lines = make_lines(inside, content, (column.left, column.right))
        grids += found
        items: list[Line | Grid] = [*lines, *grids]
        result.append(sorted(items, key=_height))
    return result


def _height(item: Line | Grid) -> float:
    return (item.top + item.bottom) / 2 if isinstance(item, Line) else (item.box[1] + item.box[3]) / 2


def _lines_as_painted(content: Content, words: list[int]) -> list[Line]:
    upright, sideways = make_pieces(content, words)
    return [
        line
        for piece in (*upright, *sideways)
        for line in make_lines([piece], content, (piece.left, piece.right))
    ]
