"""PDFium's C functions with plain integer arguments, and bulk calls of them over arrays.

pypdfium2 declares its functions with rich ctypes types, which cost more per call than PDFium's own work. Here the
ones that are called for every word are declared over integers (handles and addresses), and a call over a
whole array runs in `map` without a Python frame for each element. Handles are `int`, 0 is none.
"""

from __future__ import annotations

import ctypes
import re
from collections import deque
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

Floats = npt.NDArray[np.float64]

HYPHEN = "\ufffe"
"""What PDFium writes for a hyphen at the end of a line; no line break follows it."""

_LONE_SURROGATE = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")

_LONGEST_NAME = 256

_HANDLE = ctypes.c_void_p
_ADDRESS = ctypes.c_void_p
_INT = ctypes.c_int


def _function(name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value
    assert address
    return ctypes.CFUNCTYPE(result, *arguments)(address)


load_page = _function("FPDF_LoadPage", _HANDLE, _HANDLE, _INT)
close_page = _function("FPDF_ClosePage", None, _HANDLE)
load_text = _function("FPDFText_LoadPage", _HANDLE, _HANDLE)
close_text = _function("FPDFText_ClosePage", None, _HANDLE)
page_width = _function("FPDF_GetPageWidthF", ctypes.c_float, _HANDLE)
page_height = _function("FPDF_GetPageHeightF", ctypes.c_float, _HANDLE)
page_rotation = _function("FPDFPage_GetRotation", _INT, _HANDLE)
page_box = _function("FPDF_GetPageBoundingBox", _INT, _HANDLE, _ADDRESS)
count_objects = _function("FPDFPage_CountObjects", _INT, _HANDLE)
get_object = _function("FPDFPage_GetObject", _HANDLE, _HANDLE, _INT)
count_form_objects = _function("FPDFFormObj_CountObjects", _INT, _HANDLE)
get_form_object = _function("FPDFFormObj_GetObject", _HANDLE, _HANDLE, ctypes.c_ulong)

count_chars = _function("FPDFText_CountChars", _INT, _HANDLE)
get_text = _function("FPDFText_GetText", _INT, _HANDLE, _INT, _INT, _ADDRESS)
get_unicode = _function("FPDFText_GetUnicode", ctypes.c_uint, _HANDLE, _INT)
loose_box = _function("FPDFText_GetLooseCharBox", _INT, _HANDLE, _INT, _ADDRESS)
char_origin = _function("FPDFText_GetCharOrigin", _INT, _HANDLE, _INT, _ADDRESS, _ADDRESS)
char_matrix = _function("FPDFText_GetMatrix", _INT, _HANDLE, _INT, _ADDRESS)
char_font_size = _function("FPDFText_GetFontSize", ctypes.c_double, _HANDLE, _INT)
map_error = _function("FPDFText_HasUnicodeMapError", _INT, _HANDLE, _INT)
is_generated = _function("FPDFText_IsGenerated", _INT, _HANDLE, _INT)
text_object = _function("FPDFText_GetTextObject", _HANDLE, _HANDLE, _INT)

object_type = _function("FPDFPageObj_GetType", _INT, _HANDLE)
object_bounds = _function("FPDFPageObj_GetBounds", _INT, _HANDLE, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
object_matrix = _function("FPDFPageObj_GetMatrix", _INT, _HANDLE, _ADDRESS)
object_content_id = _function("FPDFPageObj_GetMarkedContentID", _INT, _HANDLE)
count_marks = _function("FPDFPageObj_CountMarks", _INT, _HANDLE)
get_mark = _function("FPDFPageObj_GetMark", _HANDLE, _HANDLE, ctypes.c_ulong)
mark_name = _function("FPDFPageObjMark_GetName", _INT, _HANDLE, _ADDRESS, ctypes.c_ulong, _ADDRESS)
fill_colour = _function("FPDFPageObj_GetFillColor", _INT, _HANDLE, _ADDRESS, _ADDRESS, _ADDRESS, _ADDRESS)
render_mode = _function("FPDFTextObj_GetTextRenderMode", _INT, _HANDLE)
object_font = _function("FPDFTextObj_GetFont", _HANDLE, _HANDLE)
font_name = _function("FPDFFont_GetBaseFontName", ctypes.c_size_t, _HANDLE, _ADDRESS, ctypes.c_size_t)
font_flags = _function("FPDFFont_GetFlags", _INT, _HANDLE)
font_weight = _function("FPDFFont_GetWeight", _INT, _HANDLE)

path_draw_mode = _function("FPDFPath_GetDrawMode", _INT, _HANDLE, _ADDRESS, _ADDRESS)
count_segments = _function("FPDFPath_CountSegments", _INT, _HANDLE)
get_segment = _function("FPDFPath_GetPathSegment", _HANDLE, _HANDLE, _INT)
segment_point = _function("FPDFPathSegment_GetPoint", _INT, _HANDLE, _ADDRESS, _ADDRESS)
segment_type = _function("FPDFPathSegment_GetType", _INT, _HANDLE)
segment_closes = _function("FPDFPathSegment_GetClose", _INT, _HANDLE)


def handle(pointer: Any) -> int:
    """The integer behind one of pypdfium2's typed pointers."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def text_of(text_page: int) -> str:
    """The whole text of a text page, one character for each of PDFium's character indices.

    A character that has no Unicode value is U+FFFD. One beyond U+FFFF has two indices where a map of the file spells it
    in UTF-16: there its two surrogates stand; `whole` makes one character of them.
    """
    count = count_chars(text_page)
    if count <= 0:
        return ""
    buffer = ctypes.create_string_buffer(4 * count + 4)
    units = get_text(text_page, 0, count, ctypes.addressof(buffer))
    text = buffer.raw[: 2 * max(units - 1, 0)].decode("utf-16-le", "replace")
    if len(text) == count:
        return text.replace("\x00", "\ufffd")
    codes = map(get_unicode, repeat(text_page), range(count))
    text = "".join(chr(code) if 0 < code < 0x110000 else "\ufffd" for code in codes)
    return _LONE_SURROGATE.sub("\ufffd", text)


def whole(text: str) -> str:
    """`text` with each pair of surrogates as the one character that it stands for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def font_name_of(painter: int) -> str:
    """The name of the font with which a page object paints text, with the tag of its subset; "" without any."""
    return name_of(object_font(painter) or 0) if painter else ""


def name_of(font: int) -> str:
    """The name of a font, with the tag of its subset; "" without any."""
    buffer = ctypes.create_string_buffer(_LONGEST_NAME)
    length = font_name(font, ctypes.addressof(buffer), _LONGEST_NAME) if font else 0
    return buffer.value.decode("utf-8", "replace") if 0 < length <= _LONGEST_NAME else ""


def boxes_of(text_page: int, indices: Iterable[int], count: int) -> Floats:
    """Loose boxes (left, top, right, bottom in page space) of the characters at `indices`, as (count, 4)."""
    buffer = np.zeros((count, 4), dtype=np.float32)
    address = buffer.ctypes.data
    deque(map(loose_box, repeat(text_page), indices, range(address, address + 16 * count, 16)), maxlen=0)
    return buffer.astype(np.float64)


def origins_of(text_page: int, indices: Iterable[int], count: int) -> Floats:
    """Origins (x, y in page space: the pen on the base line) of the characters at `indices`, as (count, 2)."""
    buffer = np.zeros((count, 2), dtype=np.float64)
    address = buffer.ctypes.data
    deque(
        map(
            char_origin,
            repeat(text_page),
            indices,
            range(address, address + 16 * count, 16),
            range(address + 8, address + 16 * count + 8, 16),
        ),
        maxlen=0,
    )
    return buffer


def objects_of(text_page: int, indices: Iterable[int]) -> list[int]:
    """The page objects that painted the characters at `indices`."""
    return [found or 0 for found in map(text_object, repeat(text_page), indices)]
