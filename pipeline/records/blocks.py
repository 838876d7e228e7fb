"""Blocks, the units of a document: make them, apply edits, locate spans."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from pipeline.records.base import Record, Text
from pipeline.records.edits import Edit, _Pieces, raw_span
from pipeline.records.origins import Origin, TextRange


class Link(Record):
    """A link over [start, end) of the block's *raw* text; `href` is absolute where the document's address is known."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    href: Text


class Cell(Record):
    """A table cell: [start, end) of the block's *raw* text at a place in the grid (from 0)."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    rowspan: int = Field(default=1, ge=1)
    colspan: int = Field(default=1, ge=1)
    header: bool = False
    box: tuple[float, float, float, float] | None = None
    page: int | None = None


BlockKind = Literal["heading", "paragraph", "list_item", "table", "quote", "caption", "figure", "furniture"]
Visibility = Literal["shown", "folded", "hidden"]
Role = Literal[
    # of content
    "title",
    "tagline",
    "address",
    "definition_term",
    "footnote",
    "reference",
    "form_field",
    "machine_data",
    # of furniture
    "site_name",
    "navigation",
    "breadcrumb",
    "cookie",
    "share",
    "related",
    "picture_credit",
    "download",
    "footer",
    "form",
    "running_header",
    "running_footer",
    "page_number",
    "toc",
    "repeated",
    "boilerplate",
    "metadata",
]


class Block(Record):
    """A piece of a document that is read as one: a heading, a paragraph, a list item, a table …

    `raw` is the joined runs of source text, entity-decoded, white space folded, and nothing else; `text` is
    the text now, which is `raw` with all `edits` applied in order. `origins` has one entry for each run; the
    `at` of each is the offset in `raw` at which its run begins (where a source holds the same text twice, the runs
    of the second copy follow those of the first, from 0 again). In a table, cells are joined by a tab and
    rows by a line feed; `cells` says where each stands in `raw`.
    """

    kind: BlockKind
    raw: Text
    text: Text
    origins: tuple[Origin, ...] = ()
    edits: tuple[Edit, ...] = ()
    level: int | None = Field(default=None, ge=1)
    visibility: Visibility = "shown"
    role: Role | None = None
    marker: Text | None = None
    speaker: Text | None = None
    ordered: bool | None = None
    links: tuple[Link, ...] = ()
    cells: tuple[Cell, ...] = ()
    language: str | None = None
    language_confidence: float | None = Field(default=None, ge=0, le=1)

    @property
    def is_content(self) -> bool:
        """Whether the block belongs to what the document says (furniture and hidden text do not)."""
        return self.kind != "furniture" and self.visibility != "hidden"


def new_block(kind: BlockKind, raw: str, origins: Iterable[Origin] = (), **fields: Any) -> Block:
    """A block as an extractor makes it: `text` equals `raw`, nothing edited yet."""
    return Block(kind=kind, raw=raw, text=raw, origins=tuple(origins), **fields)


def apply(block: Block, edits: Iterable[Edit]) -> Block:
    """`block` after `edits`, each given in coordinates of the text before it; they are appended to its ledger.

    Raises ValueError where an edit's `before` is not what stands at its place.
    """
    text, applied = _Pieces(block.text), []
    for edit in edits:
        if not text.replace(edit.start, edit.before, edit.end - edit.start, edit.after):
            raise ValueError(f"edit {edit.cause!r} expects {edit.before!r} at [{edit.start}, {edit.end})")
        applied.append(edit)
    if not applied:
        return block
    return block.model_copy(update={"text": text.joined(), "edits": block.edits + tuple(applied)})


def locate(block: Block, start: int, end: int) -> tuple[Origin, ...]:
    """The origins of [start, end) of `block.text`, through its edits, in order.

    A run whose source has as many characters as its raw text is narrowed to the characters meant; others (a
    run with entities or folded white space, a box on a page) are given whole. Raises ValueError for a span
    that is not in the text.
    """
    if not 0 <= start <= end <= len(block.text):
        raise ValueError(f"[{start}, {end}) is not in a text of {len(block.text)} characters")
    raw_start, raw_end = raw_span(block.edits, start, end)
    return origins_of(block, raw_start, raw_end)


def origins_of(block: Block, start: int, end: int) -> tuple[Origin, ...]:
    """The origins of [start, end) of `block.raw`, in order; see `locate`."""
    found: list[Origin] = []
    for index, origin in enumerate(block.origins):
        following = block.origins[index + 1].at if index + 1 < len(block.origins) else 0
        run_end = following if following > origin.at else len(block.raw)  # else a second copy's runs begin
        if origin.at < end and start < run_end:
            found.append(_narrow(origin, block.raw, start, end, run_end))
    return tuple(found)


def _narrow(origin: Origin, raw: str, start: int, end: int, run_end: int) -> Origin:
    if not isinstance(origin, TextRange):
        return origin
    length = origin.end - origin.start
    if origin.at + length not in (run_end, run_end - 1):  # one space may join this run to the next
        return origin
    first = max(start, origin.at) - origin.at
    last = min(end - origin.at, length)
    if first >= last:
        return origin
    return TextRange(start=origin.start + first, end=origin.start + last, at=origin.at + first)
