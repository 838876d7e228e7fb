"""What stands on a page: words with boxes and styles, read from PDFium in a few bulk calls.

Coordinates are points from the top left corner of the page as it is shown (rotated, cropped). Where most of the
text of a page runs sideways, the *frame* turns the page so that the text is upright, and leads back.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.extract.pdf.fonts.broken_fonts import decode
from pipeline.extract.pdf.fonts.verdicts import Verdicts
from pipeline.extract.pdf.page_content import pdfium
from pipeline.extract.pdf.page_content.pdfium import HYPHEN, Floats
from pipeline.records import REPLACEMENT

_WORD = re.compile(r"[^\s\ufffe\x00-\x1f\x7f]+\ufffe?|\ufffe")
_PLAIN_WORD = re.compile(r"\S+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_ASCENT = 0.75
_DESCENT = 0.22
_MAX_WORDS = 60_000
_INVISIBLE_MODES = (3, 7)
_TINY = 1.0
_BOLD_WEIGHT = 600
_BOLD_NAME = re.compile(r"bold|black|heavy|semib|demi|[-,_]bd\b|cmbx", re.IGNORECASE)
_ITALIC_NAME = re.compile(r"ital|obli|[-,_]it\b|kursiv|cmti|slant", re.IGNORECASE)
_FORCE_BOLD_FLAG = 1 << 18
_ITALIC_FLAG = 1 << 6


@dataclass(slots=True, frozen=True)
class Font:
    """A font of the file. `key` tells fonts of one page apart; `full` is its name with the tag of its subset."""

    key: int
    name: str
    bold: bool
    italic: bool
    full: str = ""


@dataclass(slots=True, eq=False)
class Style:
    """How a run of text is painted: effective size in points, angle in degrees counter-clockwise as shown."""

    font: Font
    size: float
    angle: int
    colour: int
    opaque: bool
    mode: int
    content_id: int
    painter: int

    @property
    def bold(self) -> bool:
        """Whether it looks bold: by its font, or by painting the outline as well."""
        return self.font.bold or self.mode == 2


@dataclass(slots=True)
class Frame:
    """The affine map from PDF page space to shown coordinates, x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    width: float
    height: float
    turned: int = 0

    def points(self, xy: Floats) -> Floats:
        """Points (n, 2) of page space as shown."""
        x, y = xy[:, 0], xy[:, 1]
        return np.column_stack((self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f))

    def boxes(self, ltrb: Floats) -> Floats:
        """Boxes (n, 4) of page space (left, top, right, bottom) as shown, with left < right and top < bottom."""
        first, second = self.points(ltrb[:, :2]), self.points(ltrb[:, 2:])
        return np.hstack((np.minimum(first, second), np.maximum(first, second)))

    def upright(self, angle: int) -> Frame:
        """The frame in which text that now runs at `angle` (90, 180 or 270) runs from left to right."""
        w, h = self.width, self.height
        a, b, c, d, e, f = self.a, self.b, self.c, self.d, self.e, self.f
        if angle == 90:
            return Frame(-b, a, -d, c, h - f, e, h, w, 90)
        if angle == 270:
            return Frame(b, -a, d, -c, f, w - e, h, w, 270)
        return Frame(-a, -b, -c, -d, w - e, h - f, w, h, 180)

    def shown(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """A box of this frame in the coordinates of the page as shown, rounded to 2 decimals."""
        left, top, right, bottom = box
        if self.turned == 90:
            left, top, right, bottom = top, self.width - right, bottom, self.width - left
        elif self.turned == 270:
            left, top, right, bottom = self.height - bottom, left, self.height - top, right
        elif self.turned == 180:
            left, top, right, bottom = (
                self.width - right,
                self.height - bottom,
                self.width - left,
                self.height - top,
            )
        return round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)


@dataclass(slots=True)
class Content:
    """The words of a page in the order in which the file paints them. Arrays are indexed by word.

    `said` is the text as the file has it, where broken fonts were read otherwise; it is as long as `text`.
    """

    number: int
    frame: Frame
    text: str
    starts: list[int]
    ends: list[int]
    boxes: Floats
    baselines: Floats
    styles: list[Style]
    sizes: Floats
    angles: Floats
    style_ids: npt.NDArray[Any]
    bases: list[float]
    lefts: list[float]
    rights: list[float]
    tops: list[float]
    bottoms: list[float]
    truncated: bool = False
    handle: int = 0
    text_handle: int = 0
    said: str | None = None

    def word(self, index: int) -> str:
        """The text of a word as the file has it."""
        return pdfium.whole(self.text[self.starts[index] : self.ends[index]])

    def __len__(self) -> int:
        return len(self.starts)


@contextmanager
def page_content(
    document: int, index: int, tagged: bool = False, verdicts: Verdicts | None = None
) -> Iterator[Content | None]:
    """The content of page `index` (from 0), valid within the context; None where the page cannot be loaded."""
    page = pdfium.load_page(document, index)
    if not page:
        yield None
        return
    text_page = pdfium.load_text(page)
    try:
        yield _read(page, text_page, index + 1, tagged, verdicts or Verdicts()) if text_page else None
    finally:
        if text_page:
            pdfium.close_text(text_page)
        pdfium.close_page(page)


def _read(page: int, text_page: int, number: int, tagged: bool, verdicts: Verdicts) -> Content:
    frame = _frame(page)
    text = pdfium.text_of(text_page)
    spans = _spans(text)
    styles = _styles(text_page, [start for start, _ in spans], frame, tagged)
    said = None
    decoded = decode(number - 1, text_page, text, spans, [style.font.full for style in styles], verdicts)
    if decoded != text:
        text, said = decoded, _said(text, decoded)
        said = said if said != text else None
        spans = _parted(_spans(text), text, said)
        styles = _styles(text_page, [start for start, _ in spans], frame, tagged)
    truncated = len(spans) > _MAX_WORDS
    spans, styles = spans[:_MAX_WORDS], styles[:_MAX_WORDS]
    starts, ends = [span[0] for span in spans], [span[1] for span in spans]
    angles = [style.angle for style in styles]
    upright = angles.count(0)
    for angle in (90, 270, 180):
        if angles.count(angle) > max(upright, len(angles) / 2):
            frame = frame.upright(angle)
            styles = _styles(text_page, starts, frame, tagged)
            break
    sizes = np.array([style.size for style in styles])
    directions = np.array([style.angle for style in styles])
    boxes, baselines = _word_boxes(text_page, starts, ends, sizes, directions, frame)
    ids = np.fromiter(map(id, styles), dtype=np.uint64, count=len(styles))
    lefts, tops, rights, bottoms = boxes.T.tolist()
    return Content(
        number, frame, text, starts, ends, boxes, baselines, styles, sizes, directions, ids,
        baselines.tolist(), lefts, rights, tops, bottoms, truncated, page, text_page, said,
    )  # fmt: skip


def _said(said: str, text: str) -> str:
    """What the file says, with U+FFFD where that is no character at all: what is lost, and codes without a map that
    would be control characters or white space."""
    chars = []
    for was, now in zip(said, text, strict=True):
        none = now != was and (was.isspace() or _CONTROL.match(was) is not None)
        chars.append((" " if now.isspace() else REPLACEMENT) if none or now == REPLACEMENT else was)
    return "".join(chars)


def _spans(text: str) -> list[tuple[int, int]]:
    """The words of a text, one more than the budget allows at most."""
    pattern = _WORD if HYPHEN in text or _CONTROL.search(text) else _PLAIN_WORD
    return [match.span() for match in islice(pattern.finditer(text), _MAX_WORDS + 1)]


def _parted(spans: list[tuple[int, int]], text: str, said: str | None) -> list[tuple[int, int]]:
    """The words, also ended where the file seems to have a hyphen at a line end, after which PDFium has no line end."""
    if said is None or HYPHEN not in said:
        return spans
    parted = []
    for start, end in spans:
        ends = [at + 1 for at in range(start, end - 1) if said[at] == HYPHEN != text[at]]
        parted += list(pairwise([start, *ends, end]))
    return parted


def _frame(page: int) -> Frame:
    """From page space, whose origin and rotation the file chooses, to the page as shown."""
    rect = (ctypes.c_float * 4)()
    if not pdfium.page_box(page, ctypes.addressof(rect)):
        rect = (ctypes.c_float * 4)(0, 792, 612, 0)
    left, top, right, bottom = rect
    width, height = pdfium.page_width(page), pdfium.page_height(page)
    turn = pdfium.page_rotation(page)
    if turn == 1:
        return Frame(0, 1, 1, 0, -bottom, -left, width, height)
    if turn == 2:
        return Frame(-1, 0, 0, 1, right, -bottom, width, height)
    if turn == 3:
        return Frame(0, -1, -1, 0, top, right, width, height)
    return Frame(1, 0, 0, -1, -left, top, width, height)


def _styles(text_page: int, starts: list[int], frame: Frame, tagged: bool) -> list[Style]:
    """The style of each word, looked up once for each page object that paints text."""
    known: dict[int, Style] = {}
    fonts: dict[int, Font] = {}
    styles = []
    for start, painter in zip(starts, pdfium.objects_of(text_page, starts), strict=True):
        style = known.get(painter)
        if style is None:
            style = known[painter] = _style(text_page, start, painter, fonts, frame, tagged)
        styles.append(style)
    return styles


_MATRIX = (ctypes.c_float * 6)()
_COLOUR = (ctypes.c_uint * 4)()
_MATRIX_AT, _COLOUR_AT = ctypes.addressof(_MATRIX), ctypes.addressof(_COLOUR)
"""Where PDFium writes what it is asked; one place for all calls, for PDFium is not called from two threads."""


def _style(
    text_page: int, index: int, painter: int, fonts: dict[int, Font], frame: Frame, tagged: bool
) -> Style:
    pdfium.char_matrix(text_page, index, _MATRIX_AT)
    a, b, c, d, _, _ = _MATRIX
    height = abs(d) if not c else math.hypot(c, d)
    size = round(pdfium.char_font_size(text_page, index) * height, 2)
    across, down = frame.a * a + frame.c * b, frame.b * a + frame.d * b
    angle = 0
    if down or across <= 0:
        angle = round(math.degrees(math.atan2(-down, across))) % 360
    if not painter:
        return Style(fonts.setdefault(0, _font(0)), size, angle, 0, True, 0, -1, 0)
    key = pdfium.object_font(painter) or 0
    font = fonts.get(key)
    if font is None:
        font = fonts[key] = _font(key)
    known = pdfium.fill_colour(painter, _COLOUR_AT, _COLOUR_AT + 4, _COLOUR_AT + 8, _COLOUR_AT + 12)
    red, green, blue, alpha = _COLOUR if known else (0, 0, 0, 255)
    content_id = pdfium.object_content_id(painter) if tagged else -1
    mode = pdfium.render_mode(painter)
    return Style(font, size, angle, red << 16 | green << 8 | blue, alpha > 0, mode, content_id, painter)


def _font(key: int) -> Font:
    if not key:
        return Font(0, "", False, False)
    full = name = pdfium.name_of(key)
    name = name.split("+", 1)[-1] if name[6:7] == "+" else name
    flags = max(pdfium.font_flags(key), 0)
    bold = (
        bool(_BOLD_NAME.search(name))
        or bool(flags & _FORCE_BOLD_FLAG)
        or pdfium.font_weight(key) >= _BOLD_WEIGHT
    )
    italic = bool(_ITALIC_NAME.search(name)) or bool(flags & _ITALIC_FLAG)
    return Font(key, name, bold, italic, full)


def _word_boxes(
    text_page: int, starts: list[int], ends: list[int], sizes: Floats, angles: Floats, frame: Frame
) -> tuple[Floats, Floats]:
    """Boxes and base lines of the words, as shown.

    Upright words reach from the origin of their first character to the loose box of their last, and from
    ascent to descent of a common font: the boxes that fonts declare are too wild to compare lines by.
    """
    count = len(starts)
    if not count:
        return np.zeros((0, 4)), np.zeros(0)
    lasts = [end - 1 for end in ends]
    origin = frame.points(pdfium.origins_of(text_page, starts, count))
    tail = frame.boxes(pdfium.boxes_of(text_page, lasts, count))
    left = np.minimum(origin[:, 0], tail[:, 0])
    right = np.maximum(origin[:, 0], tail[:, 2])
    boxes = np.column_stack((left, origin[:, 1] - _ASCENT * sizes, right, origin[:, 1] + _DESCENT * sizes))
    sloped = angles != 0
    if sloped.any():
        head = frame.boxes(pdfium.boxes_of(text_page, starts, count))
        both = np.hstack((np.minimum(head[:, :2], tail[:, :2]), np.maximum(head[:, 2:], tail[:, 2:])))
        boxes[sloped] = both[sloped]
    return boxes, origin[:, 1]
