"""The bookmarks of a PDF: what its maker took for headings, with page and level."""

from __future__ import annotations

from itertools import islice

import pypdfium2 as pdfium

from pipeline.lexis.fold import fold

_MAX = 5000
_MAX_DEPTH = 10

Bookmarks = dict[tuple[int, str], int]
"""(page from 1, folded title) → level from 1"""


def read_bookmarks(pdf: pdfium.PdfDocument) -> Bookmarks:
    """The bookmarks that lead to a page; the first of those that are alike."""
    found: Bookmarks = {}
    for bookmark in islice(pdf.get_toc(max_depth=_MAX_DEPTH), _MAX):
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        title = fold(bookmark.get_title())
        if page is not None and title:
            found.setdefault((page + 1, title), bookmark.level + 1)
    return found
