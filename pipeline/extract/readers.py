"""The readers there are, by media type: what the rest of the program must know of a format.

A reader loads its format's code when it reads: a run over pages never loads what PDFs need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import UnsupportedType
from pipeline.records import Document, Source
from pipeline.settings import Settings


@dataclass(frozen=True)
class Reader:
    """Reads documents of one format.

    `name` is the format, as messages name it; `folder` holds its code, on which no other format's key depends. `budget`
    is how many bytes of a file are read, `read` gives the document in them, nothing repaired, or raises DocumentError.
    `may_be_cut` says that the first bytes of a file that is too large are worth reading, `uses_tesseract` that
    tesseract takes part where the user asks for it.
    """

    name: str
    media_types: tuple[str, ...]
    folder: str
    budget: Callable[[Settings], int]
    read: Callable[[bytes, Source, Settings], Document]
    may_be_cut: bool = True
    uses_tesseract: bool = False


def _read_html(data: bytes, source: Source, settings: Settings) -> Document:
    from pipeline.extract.html import extract_html

    return extract_html(data, source, settings)


def _read_text(data: bytes, source: Source, settings: Settings) -> Document:
    from pipeline.extract.text.reader import extract_text

    return extract_text(data, source, settings)


def _read_pdf(data: bytes, source: Source, settings: Settings) -> Document:
    from pipeline.extract.pdf import extract_pdf

    return extract_pdf(data, source, settings)


def _text_budget(settings: Settings) -> int:
    return settings.max_text_bytes


def _pdf_budget(settings: Settings) -> int:
    return settings.max_pdf_bytes


READERS = (
    Reader("HTML", ("text/html",), "extract/html/", _text_budget, _read_html),
    Reader("text and Markdown", ("text/plain", "text/markdown"), "extract/text/", _text_budget, _read_text),
    Reader(
        "PDF",
        ("application/pdf",),
        "extract/pdf/",
        _pdf_budget,
        _read_pdf,
        may_be_cut=False,
        uses_tesseract=True,
    ),
)


def reader_of(media_type: str) -> Reader:
    """The reader of a media type. Raises UnsupportedType where there is none."""
    for reader in READERS:
        if media_type in reader.media_types:
            return reader
    names = ", ".join(reader.name for reader in READERS[:-1])
    raise UnsupportedType(f"There is no reader for {media_type}; {names} and {READERS[-1].name} are read.")
