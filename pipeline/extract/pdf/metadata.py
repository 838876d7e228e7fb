"""What a PDF says about itself: title, author, dates, language."""

from __future__ import annotations

import ctypes
import re

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.records import Known, fold_space
from pipeline.strings import Foreign, unbroken

_DATE = re.compile(r"^(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")
_LONGEST = 2000
_NO_TITLE = re.compile(
    r"^(?:untitled|microsoft word - .*|.*\.(?:docx?|indd|pdf|pptx?|xlsx?|qxd|rtf|tex))$", re.IGNORECASE
)
_NOTHING = frozenset({"anonymous", "unspecified", "unknown", "user", "administrator", "admin", "none"})
_KEYS = {"title": "Title", "author": "Author", "description": "Subject"}


def pdf_metadata(pdf: pdfium.PdfDocument, foreign: Foreign) -> dict[str, Known]:
    """The file's own metadata by key: title, author, description, published, updated, language."""
    found: dict[str, Known] = {}
    for key, name in _KEYS.items():
        value = unbroken(fold_space(_clean(_value(pdf, name, foreign)))[:_LONGEST])
        if value and value.casefold() not in _NOTHING and not (key == "title" and _NO_TITLE.match(value)):
            found[key] = Known(value=value, origin=f"pdf.{key}")
    for key, name in (("published", "CreationDate"), ("updated", "ModDate")):
        date = _date(_value(pdf, name, foreign))
        if date:
            found[key] = Known(value=date, origin=f"pdf.{name}")
    language = _language(pdf)
    if language:
        found["language"] = Known(value=language, origin="pdf.language")
    return found


def _value(pdf: pdfium.PdfDocument, name: str, foreign: Foreign) -> str:
    """A value of the file's information dictionary; "" where it has none."""
    key = name.encode("ascii")
    length = raw.FPDF_GetMetaText(pdf.raw, key, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDF_GetMetaText(pdf.raw, key, buffer, length)
    return foreign.utf16(buffer.raw[: length - 2], f"pdf.{name}")


def _clean(text: str) -> str:
    return "".join(char for char in text if char >= " ")


def _date(text: str) -> str | None:
    """An ISO date from a PDF date ("D:20210304…"), None for one that is not in the calendar."""
    found = _DATE.match(text.strip())
    if not found:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    if not (1980 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{year:04}-{month:02}-{day:02}"


def _language(pdf: pdfium.PdfDocument) -> str | None:
    """The language that the catalogue declares, as a BCP 47 tag."""
    length = raw.FPDFCatalog_GetLanguage(pdf.raw, None, 0)
    if not 4 <= length <= 128:
        return None
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFCatalog_GetLanguage(pdf.raw, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    tag = buffer.raw[: length - 2].decode("utf-16-le", "replace").strip()
    return tag.replace("_", "-") if _LANGUAGE.match(tag) else None
