"""Small PDFs for tests, written from the tables of a `case.toml`."""

from __future__ import annotations

import io
from typing import Any

from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595, 842


def write_pdf(pages: list[dict[str, Any]], **canvas_options: Any) -> bytes:
    """A PDF of `pages`: `text` rows [x, y from the top, size, font, string], `rules` rows [x0, y0, x1, y1].

    `rotate` is the page's /Rotate; `turn_text` turns its content by 90 degrees, as for a table set sideways.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, **canvas_options)
    for page in pages:
        if page.get("rotate"):
            canvas.setPageRotation(page["rotate"])
        if page.get("turn_text"):
            canvas.translate(WIDTH, 0)
            canvas.rotate(90)
            canvas.translate(0, WIDTH - HEIGHT)
        for x0, y0, x1, y1 in page.get("rules", []):
            canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
        for x, y, size, font, string in page.get("text", []):
            canvas.setFont(font, size)
            canvas.drawString(x, HEIGHT - y, string)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
