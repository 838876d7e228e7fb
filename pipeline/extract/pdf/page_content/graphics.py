"""What a page paints besides text: rules (as edges for the table finder), filled areas and pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import repeat

import numpy as np
import numpy.typing as npt

from pipeline.extract.pdf.page_content import pdfium
from pipeline.extract.pdf.page_content.pdfium import Floats
from pipeline.extract.pdf.page_content.words import Frame

_PATH, _IMAGE, _SHADING, _FORM = 2, 3, 4, 5
_LINE_TO, _BEZIER_TO, _MOVE_TO = 0, 1, 2
_MAX_OBJECTS = 30_000
_MAX_PATHS = 6_000
_MAX_SEGMENTS = 20_000
_MAX_FORM_DEPTH = 5
_STRAIGHT = 0.06
_SHORTEST = 1.0
NEARLY_WHITE = 250
"""A channel of a colour from which on it counts as white."""
WHITE = 0xFFFFFF
_MAX_GROUNDS = 500
_THIN = 2.0
_ASIDE = 0.7
_BAND = 5.0
_TINY = 2.5
_CURVE_SOON = 10
_DOUBLE = 3.0
_MAX_BESIDE = 40

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Graphics:
    """Straight edges as shown: `across` (left, y, right), `down` (x, top, bottom), (n, 3) each, sorted.

    `rules` are the horizontal ones with what continues them. `images` and `fills` (painted in
    another colour than white) are boxes (n, 4). `paths` counts
    the painted paths; `crowded` says that there are more than tables have, and that not all were looked at.
    """

    across: Floats
    down: Floats
    images: Floats
    fills: Floats
    rules: list[tuple[float, float, float]]
    paths: int = 0
    crowded: bool = False


@dataclass(slots=True)
class _Found:
    segments: list[tuple[float, float, float, float]] = field(default_factory=list)
    images: list[tuple[float, float, float, float]] = field(default_factory=list)
    fills: list[tuple[float, float, float, float]] = field(default_factory=list)
    rectangles: list[tuple[float, float, float, float]] = field(default_factory=list)
    colours: list[int] = field(default_factory=list)
    paths: int = 0
    objects: int = 0
    crowded: bool = False


def page_graphics(page: int, frame: Frame) -> Graphics:
    """The graphics of an open page, in the coordinates of `frame`."""
    found = _Found()
    count = min(pdfium.count_objects(page), _MAX_OBJECTS)
    _collect(list(map(pdfium.get_object, repeat(page), range(count))), _IDENTITY, found, 0)
    lines = np.array(found.segments).reshape(-1, 4)
    if found.rectangles:
        lines = np.vstack((lines, _visible_edges(np.array(found.rectangles), np.array(found.colours))))
    segments = frame.boxes(lines)
    boxes = [frame.boxes(np.array(b)) if b else np.zeros((0, 4)) for b in (found.images, found.fills)]
    across, down = _edges(segments)
    return Graphics(across, down, boxes[0], boxes[1], _joined(across), found.paths, found.crowded)


def _edges(segments: Floats) -> tuple[Floats, Floats]:
    """Segments (left, top, right, bottom) as horizontal and vertical edges, without repetitions.

    Rounded, for float32 noise would flip comparisons.
    """
    if not len(segments):
        return np.zeros((0, 3)), np.zeros((0, 3))
    wide, high = segments[:, 2] - segments[:, 0], segments[:, 3] - segments[:, 1]
    across = (high <= _STRAIGHT) & (wide >= _SHORTEST)
    down = (wide <= _STRAIGHT) & (high >= _SHORTEST)
    a, d = np.round(segments[across], 2), np.round(segments[down], 2)
    return np.unique(a[:, [0, 1, 2]], axis=0), np.unique(d[:, [0, 1, 3]], axis=0)


def _joined(across: Floats) -> list[tuple[float, float, float]]:
    """Horizontal edges as rules (left, y, right) from top to bottom: pieces of one line joined, double lines one."""
    rules: list[list[float]] = []
    for left, y, right in sorted(across.tolist(), key=lambda edge: (edge[1], edge[0])):
        for rule in reversed(rules[-_MAX_BESIDE:]):
            if y - rule[1] > _DOUBLE:
                continue
            if left <= rule[2] + _DOUBLE and right >= rule[0] - _DOUBLE:
                rule[0], rule[2] = min(rule[0], left), max(rule[2], right)
                break
        else:
            rules.append([left, y, right])
    return [(left, y, right) for left, y, right in rules]


def _collect(objects: list[int], matrix: Matrix, found: _Found, depth: int) -> None:
    for item, kind in zip(objects, map(pdfium.object_type, objects), strict=True):
        if kind == _PATH:
            found.paths += 1
            if found.paths <= _MAX_PATHS and len(found.segments) < _MAX_SEGMENTS:
                _path(item, matrix, found)
            else:
                found.crowded = True
        elif kind in (_IMAGE, _SHADING):
            box = _bounds(item, matrix)
            if box:
                found.images.append(box)
        elif kind == _FORM and depth < _MAX_FORM_DEPTH:
            inner = multiply(_matrix(item), matrix)
            count = min(max(pdfium.count_form_objects(item), 0), _MAX_OBJECTS - found.objects)
            found.objects += count
            _collect(list(map(pdfium.get_form_object, repeat(item), range(count))), inner, found, depth + 1)


_FLAGS = (ctypes.c_int * 2)()
_NUMBERS = (ctypes.c_float * 6)()
_COLOUR = (ctypes.c_uint * 4)()
_COLOUR_AT = ctypes.addressof(_COLOUR)
_FLAGS_AT, _NUMBERS_AT = ctypes.addressof(_FLAGS), ctypes.addressof(_NUMBERS)
"""Where PDFium writes what it is asked; one place for all calls, for PDFium is not called from two threads."""


def _path(item: int, matrix: Matrix, found: _Found) -> None:
    """The straight segments of a painted path."""
    if not pdfium.path_draw_mode(item, _FLAGS_AT, _FLAGS_AT + 4) or not (_FLAGS[0] or _FLAGS[1]):
        return
    filled, stroked = bool(_FLAGS[0]), bool(_FLAGS[1])
    count = pdfium.count_segments(item)
    if count < 2 or count > _MAX_SEGMENTS:
        return
    box = _bounds(item, matrix)
    if box is None:
        return
    left, low, right, high = box
    if right - left < _TINY and high - low < _TINY:
        return
    colour = _fill_colour(item) if filled else WHITE
    if colour != WHITE or (stroked and min(right - left, high - low) > _BAND):
        found.fills.append(box)
    if filled and not stroked and count in (4, 5):
        found.rectangles.append(box)
        found.colours.append(colour)
        return
    if count == 2:
        if right - left >= high - low:
            found.segments.append((left, (low + high) / 2, right, (low + high) / 2))
        else:
            found.segments.append(((left + right) / 2, low, (left + right) / 2, high))
        return
    found.segments += _segments(item, count, multiply(_matrix(item), matrix))


def _fill_colour(item: int) -> int:
    """The colour of a filled path as 0xRRGGBB; nearly white is white."""
    at = _COLOUR_AT
    if not pdfium.fill_colour(item, at, at + 4, at + 8, at + 12):
        return 0
    red, green, blue, _ = _COLOUR
    return WHITE if min(red, green, blue) >= NEARLY_WHITE else red << 16 | green << 8 | blue


def _visible_edges(boxes: Floats, colours: npt.NDArray[np.int64]) -> Floats:
    """The edges (left, top, right, bottom) of filled rectangles that part two colours, in page space.

    Fills are painted one over the other, in order. Many tables fill the ground of a cell line by line: where both
    sides of an edge end up in one colour, nobody sees an edge there.
    """
    thickness = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    rules, grounds = boxes[thickness < _THIN], boxes[thickness >= _THIN]
    if not 1 < len(grounds) <= _MAX_GROUNDS:
        return _sides(boxes)
    colours = colours[thickness >= _THIN]
    edges = _sides(grounds)
    flat = np.repeat([True, False], 2 * len(grounds))
    across, down = np.where(flat, 0, _ASIDE), np.where(flat, _ASIDE, 0)
    seen = np.zeros(len(edges), dtype=bool)
    for share in (0.12, 0.5, 0.88):
        rest = np.flatnonzero(~seen)
        if not len(rest):
            break
        x = edges[rest, 0] + share * (edges[rest, 2] - edges[rest, 0])
        y = edges[rest, 1] + share * (edges[rest, 3] - edges[rest, 1])
        one = _colour_at(x - across[rest], y - down[rest], grounds, colours)
        other = _colour_at(x + across[rest], y + down[rest], grounds, colours)
        seen[rest] = one != other
    return np.vstack((_sides(rules), edges[seen]))


def _sides(boxes: Floats) -> Floats:
    """The lower, upper, left and right sides of boxes, each side of all of them in turn."""
    left, low, right, high = boxes.T
    return np.vstack(
        (np.column_stack((left, low, right, low)), np.column_stack((left, high, right, high)),
         np.column_stack((left, low, left, high)), np.column_stack((right, low, right, high)))
    )  # fmt: skip


def _colour_at(x: Floats, y: Floats, boxes: Floats, colours: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The colour of the last rectangle painted over each point; white where none is."""
    over = (x[:, None] >= boxes[:, 0]) & (x[:, None] <= boxes[:, 2])
    over &= (y[:, None] >= boxes[:, 1]) & (y[:, None] <= boxes[:, 3])
    last = len(boxes) - 1 - np.argmax(over[:, ::-1], axis=1)
    found: npt.NDArray[np.int64] = np.where(over.any(axis=1), colours[last], WHITE)
    return found


def _segments(item: int, count: int, matrix: Matrix) -> Iterator[tuple[float, float, float, float]]:
    """The straight lines of a path, closing ones included, in page space; none of one that soon curves: a drawing."""
    if any(
        pdfium.segment_type(pdfium.get_segment(item, i)) == _BEZIER_TO for i in range(min(count, _CURVE_SOON))
    ):
        return
    point = (ctypes.c_float * 2)()
    at = ctypes.addressof(point)
    a, b, c, d, e, f = matrix
    x0 = y0 = start_x = start_y = 0.0
    for index in range(count):
        segment = pdfium.get_segment(item, index)
        pdfium.segment_point(segment, at, at + 4)
        x, y = a * point[0] + c * point[1] + e, b * point[0] + d * point[1] + f
        kind = pdfium.segment_type(segment)
        if kind == _MOVE_TO:
            start_x, start_y = x, y
        elif kind == _LINE_TO:
            yield x0, y0, x, y
        if kind != _MOVE_TO and pdfium.segment_closes(segment):
            yield x, y, start_x, start_y
        x0, y0 = x, y


def _bounds(item: int, matrix: Matrix) -> tuple[float, float, float, float] | None:
    """The box of an object in page space (left, bottom, right, top)."""
    at = _NUMBERS_AT
    if not pdfium.object_bounds(item, at, at + 4, at + 8, at + 12):
        return None
    left, low, right, high, _, _ = _NUMBERS
    if matrix is _IDENTITY:
        return left, low, right, high
    a, b, c, d, e, f = matrix
    xs = [a * x + c * y + e for x in (left, right) for y in (low, high)]
    ys = [b * x + d * y + f for x in (left, right) for y in (low, high)]
    return min(xs), min(ys), max(xs), max(ys)


def _matrix(item: int) -> Matrix:
    if not pdfium.object_matrix(item, _NUMBERS_AT):
        return _IDENTITY
    a, b, c, d, e, f = _NUMBERS
    return a, b, c, d, e, f


def multiply(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that does `first` and then `second`."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return (
        a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u
    )  # fmt: skip
