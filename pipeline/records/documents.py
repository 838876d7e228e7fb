"""Documents: source, metadata, blocks, sections, findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from pipeline.records.base import Record, Text
from pipeline.records.blocks import Block
from pipeline.records.origins import Origin

Severity = Literal["error", "warning", "info"]


class Finding(Record):
    """Something a person should know about a document. `code` is an entry of the catalogue in `findings.py`.

    `block` is an index into the document's blocks, [start, end) a span of that block's *raw* text, `origins`
    the places in the source; `evidence` is what was seen there, `suggestion` what may be done about it.
    """

    code: str
    severity: Severity
    message: Text
    block: int | None = None
    start: int | None = None
    end: int | None = None
    origins: tuple[Origin, ...] = ()
    section: str | None = None
    evidence: Text | None = None
    suggestion: Text | None = None
    count: int | None = None


class Known(Record):
    """A piece of metadata as resolved, and where it came from (`manifest.url`, `html.canonical`, `address` …)."""

    value: Text
    origin: str


class Source(Record):
    """Where a document's bytes came from.

    `path` is relative to `raw/`, with slashes; bytes that are not UTF-8 are written as `\\xNN`. `sha256` and
    `size` (bytes) are those of the content, after decompression where `compression` says so. `metadata` holds
    what is known besides the content, by key: url, fetched_at, charset, language, site, licence, publish …
    `also` lists the paths of further files with the same bytes, `also_urls` their addresses where known, in that order.
    """

    path: str
    sha256: str
    media_type: str
    size: int = Field(ge=0)
    compression: Literal["gzip"] | None = None
    metadata: dict[str, Known] = Field(default_factory=dict)
    also: tuple[str, ...] = ()
    also_urls: tuple[str | None, ...] = ()

    def get(self, key: str) -> str | None:
        """The value of a piece of metadata, or None where it is not known."""
        known = self.metadata.get(key)
        return known.value if known else None


class OutlineEntry(Record):
    """A heading in the document's outline."""

    block: int
    level: int
    text: Text


SectionStatus = Literal["clean", "repaired", "restored", "damaged", "lost"]


class Section(Record):
    """A part of the document under one heading. `id` is a canonical section of the taxonomy, or `other`.

    `blocks` are the indices of its blocks without the heading; `damaged` is characters lost ÷ (lost + kept)
    over them; `match` says how the heading was recognised.
    """

    id: str
    heading: str | None = None
    heading_block: int | None = None
    lead: str | None = None
    blocks: tuple[int, ...] = ()
    language: str | None = None
    status: SectionStatus = "clean"
    damaged: float = Field(default=0.0, ge=0, le=1)
    match: Literal["exact", "folded", "fuzzy", "words", "structure", "none"] = "none"


class Document(Record):
    """What a source says, block by block, in reading order, with everything noticed on the way.

    `left_out` counts the characters of the source (white space excluded) that stand in no block, by reason
    ("script", "beyond-budget" ...). Blocks and these counts together account for every character.
    """

    id: str
    source: Source
    title: Text | None = None
    charset: str | None = None
    pages: int | None = None
    language: str | None = None
    language_confidence: float | None = None
    blocks: tuple[Block, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: dict[str, int] = Field(default_factory=dict)

    def with_findings(self, findings: Iterable[Finding]) -> Document:
        """The document with more findings."""
        added = tuple(findings)
        return self.model_copy(update={"findings": self.findings + added}) if added else self
