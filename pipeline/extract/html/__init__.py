"""HTML: a page as blocks, each labelled content, furniture, hidden or folded; nothing is deleted."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.records import Document, Known, OutlineEntry, Source
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.decode import Decoded

__all__ = ["extract_html", "main_text", "read_html"]

_HARD_LIMIT = 8
"""How many times `max_text_bytes` are decoded: scripts and long attributes do not count as text."""


def extract_html(data: bytes, source: Source, settings: Settings) -> Document:
    """The page in `data` as a document. Metadata found in it are added to the source's where not known yet."""
    from pipeline.extract.accounting import balance
    from pipeline.extract.html.blocks.leftovers import pieces
    from pipeline.extract.html.page import blocks_of, findings_of, read_page
    from pipeline.knowledge.findings import finding

    most = settings.max_text_bytes * _HARD_LIMIT
    decoded = _decode(data[:most], source.metadata.get("charset"))
    page = read_page(decoded.text, settings, source.get("url"))
    blocks = blocks_of(page)
    books = balance(blocks, pieces(page.tree), page.left_out, decoded.text, page.tree.decoded)
    metadata = {**page.data.known(), **source.metadata}
    findings = [*decoded.findings, *findings_of(page, blocks), *page.tree.foreign.findings(), *books.findings]
    if len(data) > most:
        findings.append(
            finding("over-budget", f"Only the first {most:,} bytes were decoded.", count=len(data) - most)
        )
    headings = [
        OutlineEntry(block=index, level=block.level or 1, text=block.text)
        for index, block in enumerate(blocks)
        if block.kind == "heading" and block.is_content
    ]
    first = next((entry.text for entry in headings if entry.level == 1), None)
    known_title = metadata.get("title")
    return Document(
        id=source.sha256[:16],
        source=source.model_copy(update={"metadata": metadata}),
        title=first or (known_title.value if known_title else None),
        charset=decoded.charset,
        blocks=tuple(blocks),
        outline=tuple(headings),
        findings=tuple(findings),
        left_out=books.left_out,
    )


def read_html(data: bytes, url: str | None = None) -> Document:
    """The page in `data`, fetched from `url`, as a document, with the settings as shipped."""
    source = Source(
        path=url or "page.html",
        sha256=hashlib.sha256(data).hexdigest(),
        media_type="text/html",
        size=len(data),
        metadata={"url": Known(value=url, origin="caller")} if url else {},
    )
    return extract_html(data, source, Settings.model_construct())


def main_text(data: bytes, url: str | None = None) -> str:
    """The content of the page in `data` as text: a line for each heading, paragraph, list item and table row.

    The same reading as `read_html`, without making its records.
    """
    from pipeline.extract.html.page import content_lines, read_page

    settings = Settings.model_construct()
    decoded = _decode(data[: settings.max_text_bytes * _HARD_LIMIT], None)
    return "\n".join(content_lines(read_page(decoded.text, settings, url)))


def _decode(data: bytes, charset: Known | None) -> Decoded:
    from pipeline.decode import declared_in_markup, decode_bytes

    declared = [(charset.value, charset.origin)] if charset else []
    if in_markup := declared_in_markup(data):
        declared.append((in_markup, "html.meta"))
    return decode_bytes(data, declared)
