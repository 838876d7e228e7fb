"""The bookmarks of a PDF: what its maker took for headings, with page and level."""

from __future__ import annotations

import ctypes
from itertools import islice

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pipeline.lexicon.folding import fold
from pipeline.strings import Foreign

_MAX = 5000
_MAX_DEPTH = 10

Bookmarks = dict[tuple[int, str], int]
"""(page from 1, folded title) → level from 1"""


def read_bookmarks(pdf: pdfium.PdfDocument, foreign: Foreign) -> Bookmarks:
    """The bookmarks that lead to a page; the first of those that are alike."""
    found: Bookmarks = {}
    for bookmark in islice(pdf.get_toc(max_depth=_MAX_DEPTH), _MAX):
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        title = fold(_title(bookmark, foreign))
        if page is not None and title:
            found.setdefault((page + 1, title), bookmark.level + 1)
    return found


def _title(bookmark: pdfium.PdfBookmark, foreign: Foreign) -> str:
    length = raw.FPDFBookmark_GetTitle(bookmark.raw, None, 0)
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFBookmark_GetTitle(bookmark.raw, buffer, length)
    return foreign.utf16(buffer.raw[: length - 2], "pdf.bookmark")
