"""The readers there are, by media type.

A reader loads its format's code when it reads: a run over pages never loads what PDFs need.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import UnsupportedType
from pipeline.extract.reader import Reader
from pipeline.records import Document, Source
from pipeline.settings import Settings


@dataclass(frozen=True)
class _Html:
    name: str = "HTML"
    media_types: tuple[str, ...] = ("text/html",)
    folder: str = "extract/html/"
    may_be_cut: bool = True
    uses_tesseract: bool = False

    def budget(self, settings: Settings) -> int:
        return settings.max_text_bytes

    def read(self, data: bytes, source: Source, settings: Settings) -> Document:
        from pipeline.extract.html import extract_html

        return extract_html(data, source, settings)


@dataclass(frozen=True)
class _Text:
    name: str = "text and Markdown"
    media_types: tuple[str, ...] = ("text/plain", "text/markdown")
    folder: str = "extract/text/"
    may_be_cut: bool = True
    uses_tesseract: bool = False

    def budget(self, settings: Settings) -> int:
        return settings.max_text_bytes

    def read(self, data: bytes, source: Source, settings: Settings) -> Document:
        from pipeline.extract.text.reader import extract_text

        return extract_text(data, source, settings)


@dataclass(frozen=True)
class _Pdf:
    name: str = "PDF"
    media_types: tuple[str, ...] = ("application/pdf",)
    folder: str = "extract/pdf/"
    may_be_cut: bool = False
    uses_tesseract: bool = True

    def budget(self, settings: Settings) -> int:
        return settings.max_pdf_bytes

    def read(self, data: bytes, source: Source, settings: Settings) -> Document:
        from pipeline.extract.pdf import extract_pdf

        return extract_pdf(data, source, settings)


READERS: tuple[Reader, ...] = (_Html(), _Text(), _Pdf())


def reader_of(media_type: str) -> Reader:
    """The reader of a media type. Raises UnsupportedType where there is none."""
    for reader in READERS:
        if media_type in reader.media_types:
            return reader
    names = ", ".join(reader.name for reader in READERS[:-1])
    raise UnsupportedType(f"There is no reader for {media_type}; {names} and {READERS[-1].name} are read.")
