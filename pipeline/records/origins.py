"""Where a piece of text comes from: a range of the source, a box on a page, metadata, another document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.records.base import Record


class TextRange(Record):
    """Characters [start, end) of the decoded source; `at` is where their text begins in `Block.raw`."""

    kind: Literal["text"] = "text"
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    at: int = Field(default=0, ge=0)


class PageBox(Record):
    """A box on a page: (left, top, right, bottom) in points from the page's top left corner; page 1 is the first."""

    kind: Literal["page"] = "page"
    page: int = Field(ge=1)
    box: tuple[float, float, float, float]
    at: int = Field(default=0, ge=0)


class Metadata(Record):
    """A value that stood in no text but in metadata: `url`, `html.lang`, `manifest.site`, `pdf.title` …"""

    kind: Literal["metadata"] = "metadata"
    key: str
    at: int = Field(default=0, ge=0)


class Sibling(Record):
    """A block of another document that holds the same passage."""

    kind: Literal["sibling"] = "sibling"
    document: str
    block: int = Field(ge=0)
    at: int = Field(default=0, ge=0)


Origin = Annotated[TextRange | PageBox | Metadata | Sibling, Field(discriminator="kind")]
