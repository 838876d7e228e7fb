"""The values of form fields: text that stands in the file's form, not on its pages."""

from __future__ import annotations

import ctypes

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.extract.pdf.layout.lines import Line
from pipeline.extract.pdf.page_content.pdfium import Floats
from pipeline.extract.pdf.page_content.words import Frame
from pipeline.records import fold_space
from pipeline.strings import Foreign

_MAX_FIELDS = 10_000
_LONGEST = 200_000
_WITH_TEXT = (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
_SIZE = 10.0


def open_form(pdf: pdfium.PdfDocument) -> object | None:
    """PDFium's handle of the document's form; None where it has none that it can read. Scripts are never run."""
    if pdf.get_formtype() != raw.FORMTYPE_ACRO_FORM:
        return None
    try:
        pdf.init_forms()
    except pdfium.PdfiumError:
        return None
    return pdf.formenv.raw if pdf.formenv else None


def field_lines(
    form: object, page: int, number: int, frame: Frame, foreign: Foreign
) -> tuple[list[Line], bool]:
    """The values of the text and choice fields of a page, from top to bottom; and whether a budget cut them short."""
    handle = ctypes.cast(page, raw.FPDF_PAGE)
    lines = []
    count = raw.FPDFPage_GetAnnotCount(handle)
    cut = count > _MAX_FIELDS
    for index in range(min(count, _MAX_FIELDS)):
        annotation = raw.FPDFPage_GetAnnot(handle, index)
        if not annotation:
            continue
        try:
            if raw.FPDFAnnot_GetFormFieldType(form, annotation) in _WITH_TEXT:
                text, longer = _value(form, annotation, foreign)
                cut = cut or longer
                line = _line(fold_space(text), annotation, number, frame)
                if line:
                    lines.append(line)
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
    return sorted(lines, key=lambda line: (line.base, line.left)), cut


def _line(text: str, annotation: object, number: int, frame: Frame) -> Line | None:
    rect = raw.FS_RECTF()
    if not text or not raw.FPDFAnnot_GetRect(annotation, rect):
        return None
    corners: Floats = np.array([[rect.left, rect.bottom, rect.right, rect.top]])
    left, top, right, bottom = frame.boxes(corners)[0].tolist()
    return Line(
        text=text, left=left, top=top, right=right, bottom=bottom, base=bottom, size=_SIZE, bold=False, italic=False,
        colour=0, font="", hyphen=False, page=number, frame=frame, edges=(left, right),
    )  # fmt: skip


def _value(form: object, annotation: object, foreign: Foreign) -> tuple[str, bool]:
    """The value of a field, and whether it is longer than what is read of it."""
    length = raw.FPDFAnnot_GetFormFieldValue(form, annotation, None, 0)
    if length <= 2:
        return "", False
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFAnnot_GetFormFieldValue(
        form, annotation, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length
    )
    size = min(length - 2, 2 * _LONGEST)
    return foreign.utf16(buffer.raw[:size], "pdf.field").replace("\x00", ""), size < length - 2
