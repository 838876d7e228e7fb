"""Text or bytes → Document: one reader for each kind of file."""

from __future__ import annotations

from pipeline.errors import UnsupportedType
from pipeline.records import Document, Source
from pipeline.settings import Settings

__all__ = ["extract"]


def extract(data: bytes, source: Source, settings: Settings) -> Document:
    """The document in `data`, read as what `source.media_type` says it is.

    Raises UnsupportedType for a media type that has no reader, and whatever DocumentError the reader raises.
    """
    match source.media_type:
        case "text/html":
            from pipeline.extract.html import extract_html

            return extract_html(data, source, settings)
        case "text/plain" | "text/markdown":
            from pipeline.extract.text.reader import extract_text

            return extract_text(data, source, settings)
        case "application/pdf":
            from pipeline.extract.pdf import extract_pdf

            return extract_pdf(data, source, settings)
        case other:
            raise UnsupportedType(f"There is no reader for {other}; HTML, text, Markdown and PDF are read.")
