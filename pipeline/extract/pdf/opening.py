"""Bytes → an open PDF, or the typed error that says why not.

PDFium opens nearly everything. What it refuses for a broken cross-reference table or a missing trailer is rebuilt by
pikepdf (qpdf) in memory and opened again, with a finding that says so.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pypdfium2 as pdfium

from pipeline.errors import BrokenDocument, EmptyDocument, EncryptedDocument, TooLarge
from pipeline.extract.pdf.fonts.mended import Mended
from pipeline.extract.pdf.fonts.verdicts import Verdicts
from pipeline.knowledge.findings import finding
from pipeline.records import Finding
from pipeline.strings import Foreign

_HEADER_WITHIN = 1024
_WRONG_PASSWORD = 4
_UNSUPPORTED_SECURITY = 5


@dataclass
class Opened:
    """An open PDF: PDFium's document, the bytes it stands on, what was noticed on the way, of its strings and of its
    fonts."""

    pdf: pdfium.PdfDocument
    data: bytes
    password: str | None
    findings: tuple[Finding, ...] = ()
    foreign: Foreign = field(default_factory=Foreign)
    verdicts: Verdicts = field(default_factory=Verdicts)

    def __post_init__(self) -> None:
        self.verdicts.mended = Mended(self.data, self.password)

    def reopen(self) -> None:
        """Close PDFium's document and open it again, which frees everything it had cached of the pages read."""
        self.pdf.close()
        self.pdf = pdfium.PdfDocument(self.data, password=self.password)


@contextmanager
def opened(data: bytes, password: str | None, max_bytes: int) -> Iterator[Opened]:
    """An open PDF, closed at the end.

    Raises EmptyDocument, TooLarge (over `max_bytes`), EncryptedDocument, or BrokenDocument.
    """
    document = _open(data, password, max_bytes)
    try:
        yield document
    finally:
        document.pdf.close()


def _open(data: bytes, password: str | None, max_bytes: int) -> Opened:
    if not data.strip():
        raise EmptyDocument("The file is empty; fetch it again.")
    if len(data) > max_bytes:
        raise TooLarge(
            f"The PDF has {len(data)} bytes, over max_pdf_bytes ({max_bytes}); raise the budget or split it."
        )
    if b"%PDF" not in data[:_HEADER_WITHIN] and b"startxref" not in data[-_HEADER_WITHIN:]:
        raise BrokenDocument("This is not a PDF: it does not begin with %PDF. Check what was fetched.")
    try:
        pdf = pdfium.PdfDocument(data, password=password)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _WRONG_PASSWORD and password:
            return _without_password(data, password, max_bytes)
        if code == _WRONG_PASSWORD:
            raise _needs_password(password) from error
        if code == _UNSUPPORTED_SECURITY:
            raise EncryptedDocument(
                "The PDF is protected by a method that cannot be opened; ask for an unprotected edition."
            ) from error
    else:
        if len(pdf) > 0:
            return Opened(pdf, data, password)
        pdf.close()
    return _rebuilt(data, password)


def _without_password(data: bytes, password: str, max_bytes: int) -> Opened:
    """The document where it opens without the password that was given for it: only its owner needs that one."""
    try:
        return _open(data, None, max_bytes)
    except EncryptedDocument as error:
        raise _needs_password(password) from error


def _rebuilt(data: bytes, password: str | None) -> Opened:
    """The document after qpdf has rebuilt its cross-reference table from the objects it finds in the bytes."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), password=password or "", suppress_warnings=True) as broken:
            if len(broken.pages) == 0:
                raise BrokenDocument("No page could be found in the PDF; fetch it again.")
            mended = io.BytesIO()
            broken.save(mended)
        rebuilt = mended.getvalue()
        pdf = pdfium.PdfDocument(rebuilt)
    except pikepdf.PasswordError as error:
        raise _needs_password(password) from error
    except (
        pikepdf.PdfError,
        pdfium.PdfiumError,
        ValueError,
        RuntimeError,
        TypeError,
        RecursionError,
    ) as error:
        raise BrokenDocument("The PDF is broken and no reader could open it; fetch it again.") from error
    note = finding("broken-structure", "The PDF's table of objects is damaged or missing; it was rebuilt.")
    return Opened(pdf, rebuilt, None, (note,))


def _needs_password(given: str | None) -> EncryptedDocument:
    if given:
        return EncryptedDocument(
            "The password given does not open the PDF; correct it in the .meta.json file."
        )
    return EncryptedDocument(
        'The PDF needs a password; name it in the .meta.json file beside it ({"password": "…"}).'
    )
