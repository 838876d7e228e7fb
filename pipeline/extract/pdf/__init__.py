"""PDF → Document: PDFium's characters, our own reading order, pdfplumber's table finder, pikepdf's structure tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pipeline.records import Block, Document, Source
    from pipeline.settings import Settings

__all__ = ["extract_pdf", "markdown_pages", "read_pdf", "render_page"]


def extract_pdf(data: bytes, source: Source, settings: Settings) -> Document:
    """The PDF in `data` as a document; see `pipeline.extract.pdf.reader.extract_pdf`."""
    from pipeline.extract.pdf.reader import extract_pdf

    return extract_pdf(data, source, settings)


def read_pdf(path: Path | str, settings: Settings | None = None) -> Document:
    """The PDF file at `path` as a document; see `pipeline.extract.pdf.reader.read_pdf`."""
    from pipeline.extract.pdf.reader import read_pdf

    return read_pdf(path, settings)


def markdown_pages(path: Path | str, settings: Settings | None = None) -> Iterator[str]:
    """The pages of a PDF as Markdown; see `pipeline.extract.pdf.reader.markdown_pages`."""
    from pipeline.extract.pdf.reader import markdown_pages

    return markdown_pages(path, settings)


def render_page(data: bytes, page: int, blocks: Sequence[Block], max_bytes: int) -> bytes:
    """A page as PNG with its blocks drawn; see `pipeline.extract.pdf.page_image.render_page`."""
    from pipeline.extract.pdf.page_image import render_page

    return render_page(data, page, blocks, max_bytes)
