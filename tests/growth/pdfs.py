"""PDFs that grow: words, lines, rules, tables, pages, bookmarks, links. A new function here is a new generator.

A size is the number of things, not of bytes: an object of a PDF costs far more than a letter of a text.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator

from reportlab.pdfgen.canvas import Canvas

from tests.growth.made import Generator, own_word, start_anew

WIDTH, HEIGHT = 595, 842
_LARGEST = {"draw_words_on_one_page": 1 << 13}
"""PDFium itself takes the square of the words of a page to load its text: 8,000 cost 0.6 s, 32,000 cost 7.9 s."""


def pdf_generators() -> list[Generator]:
    """One for each function of this module whose name begins with `draw_`."""
    module = sys.modules[__name__]
    return [
        Generator(
            "pdf/" + name.removeprefix("draw_").replace("_", "-"),
            "application/pdf",
            _made(draw),
            _LARGEST.get(name, 1 << 15),
        )
        for name, draw in vars(module).items()
        if name.startswith("draw_")
    ]


def _made(draw: Callable[[Canvas, int], None]) -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        start_anew()
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
        canvas.setFont("Helvetica", 8)
        draw(canvas, size)
        canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return make


def _grid(count: int, columns: int) -> Iterator[tuple[int, float, float]]:
    """(number, x, y) of `count` places on one page, in rows of `columns`, however close."""
    rows = -(-count // columns)
    for number in range(count):
        row, column = divmod(number, columns)
        yield number, 40 + 515 * column / columns, 800 - 760 * row / rows


def draw_words_on_one_page(canvas: Canvas, count: int) -> None:
    for number, x, y in _grid(count, 10):
        canvas.drawString(x, y, own_word(number))


def draw_words_in_one_place(canvas: Canvas, count: int) -> None:
    for number in range(count):
        canvas.drawString(72, 400, own_word(number))


def draw_words_in_one_line(canvas: Canvas, count: int) -> None:
    for number in range(count):
        canvas.drawString(40 + 515 * number / count, 400, own_word(number))


def draw_letters_one_by_one(canvas: Canvas, count: int) -> None:
    for number, x, y in _grid(count, 100):
        canvas.drawString(x, y, "abcdefghij"[number % 10])


def draw_one_long_string(canvas: Canvas, count: int) -> None:
    canvas.drawString(40, 400, " ".join(own_word(number) for number in range(count)))


def draw_one_long_word(canvas: Canvas, count: int) -> None:
    canvas.drawString(40, 400, "abcdefghij" * count)


def draw_lines_of_prose(canvas: Canvas, count: int) -> None:
    for number in range(count):
        if number and number % 60 == 0:
            canvas.showPage()
            canvas.setFont("Helvetica", 8)
        text = f"The city council adopted the plan of {own_word(number)} for the people of the city in 2019"
        canvas.drawString(40, 800 - 12 * (number % 60), text)


def draw_lines_with_hyphens(canvas: Canvas, count: int) -> None:
    for number in range(count):
        canvas.drawString(
            40, 800 - 760 * number / count, f"the council of the city adopted the {own_word(number)}-"
        )


def draw_columns(canvas: Canvas, count: int) -> None:
    for number, x, y in _grid(count, 3):
        canvas.drawString(x, y, f"a line of {own_word(number)} here")


def draw_pages(canvas: Canvas, count: int) -> None:
    for number in range(-(-count // 10)):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(40, 820, "The head of each page")
        canvas.drawString(40, 400, f"A sentence about {own_word(number)} that stands alone on its page.")
        canvas.drawString(300, 20, str(number + 1))
        canvas.showPage()


def draw_empty_pages(canvas: Canvas, count: int) -> None:
    for _ in range(-(-count // 10)):
        canvas.showPage()


def draw_rules(canvas: Canvas, count: int) -> None:
    canvas.drawString(40, 820, "A page of rules")
    for _, x, y in _grid(count, 2):
        canvas.line(x, y, x + 200, y)


def draw_rules_that_cross(canvas: Canvas, count: int) -> None:
    canvas.drawString(40, 820, "A page of rules")
    for number in range(-(-count // 2)):
        at = 40 + 500 * number / count
        canvas.line(at, 40, at, 540)
        canvas.line(40, at, 540, at)


def draw_boxes(canvas: Canvas, count: int) -> None:
    canvas.drawString(40, 820, "A page of boxes")
    for _, x, y in _grid(count, 40):
        canvas.rect(x, y, 4, 2, fill=1)


def draw_curves(canvas: Canvas, count: int) -> None:
    canvas.drawString(40, 820, "A page of curves")
    for _, x, y in _grid(count, 20):
        canvas.bezier(x, y, x + 5, y + 5, x + 10, y - 5, x + 15, y)


def draw_ruled_table(canvas: Canvas, count: int) -> None:
    for number, x, _ in _grid(count, 4):
        if number and number % 200 == 0:
            canvas.showPage()
            canvas.setFont("Helvetica", 4)
        canvas.rect(x, 800 - 15 * (number % 200 // 4), 120, 15)
        canvas.drawString(x + 2, 804 - 15 * (number % 200 // 4), own_word(number))


def draw_tiny_tables(canvas: Canvas, count: int) -> None:
    for number, x, y in _grid(count, 8):
        canvas.rect(x, y, 20, 4)
        canvas.rect(x + 20, y, 20, 4)
        canvas.drawString(x + 1, y, str(number))
        canvas.drawString(x + 21, y, "b")


def draw_aligned_table(canvas: Canvas, count: int) -> None:
    for number, x, y in _grid(count, 4):
        canvas.drawString(x, y, own_word(number) if number % 4 == 0 else str(number))


def draw_bookmarks(canvas: Canvas, count: int) -> None:
    canvas.bookmarkPage("here")
    canvas.drawString(40, 400, "A page with bookmarks")
    for number in range(count):
        canvas.addOutlineEntry(own_word(number), "here", 0)


def draw_bookmarks_in_bookmarks(canvas: Canvas, count: int) -> None:
    canvas.bookmarkPage("here")
    canvas.drawString(40, 400, "A page with bookmarks")
    for number in range(count):
        canvas.addOutlineEntry(own_word(number), "here", min(number, 400))


def draw_links(canvas: Canvas, count: int) -> None:
    for number, x, y in _grid(count, 10):
        canvas.drawString(x, y, own_word(number))
        canvas.linkURL(f"https://city.example/{number}", (x, y, x + 20, y + 8))


def draw_notes(canvas: Canvas, count: int) -> None:
    canvas.drawString(40, 400, "A page with notes")
    for number in range(count):
        canvas.textAnnotation(own_word(number), (10, 10, 20, 20))


def draw_form_fields(canvas: Canvas, count: int) -> None:
    for number, x, y in _grid(-(-count // 4), 10):
        canvas.acroForm.textfield(name=f"field{number}", x=x, y=y, width=20, height=8, value=own_word(number))


def draw_contents_lines(canvas: Canvas, count: int) -> None:
    for number in range(count):
        if number and number % 60 == 0:
            canvas.showPage()
            canvas.setFont("Helvetica", 8)
        canvas.drawString(40, 800 - 12 * (number % 60), f"Chapter of {own_word(number)} {'.' * 60} {number}")
