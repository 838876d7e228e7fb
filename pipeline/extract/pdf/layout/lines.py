"""Words → pieces (unbroken runs of words on one base line) → lines of a column."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.extract.pdf.page_content.pdfium import HYPHEN, Floats, whole
from pipeline.extract.pdf.page_content.words import Content, Frame, Style
from pipeline.extract.pdf.structure.structure_tree import Element
from pipeline.records import fold_space

Flags = npt.NDArray[Any]

_PIECE_GAP = 0.8
_PAINTED_GAP = 3.0
"""Words that one operator paints are one line of text even where justification drives them this far apart."""
_EVEN = 1.3
"""The widest gap of a justified line is so many times the narrowest, at most."""
_BACKSTEP = -0.35
_SAME_LINE = 0.45
_GLUE = 0.1
_TRACKED_LETTERS = 4
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(slots=True)
class Piece:
    """A run of words on one base line with no gap wider than a word space. `words` are indices into the page."""

    words: range
    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    style: Style
    bold: float
    hyphen: bool
    tracked: tuple[int, ...] = ()
    rtl: bool = False
    said: str = ""


@dataclass(slots=True)
class Line:
    """A line of a column as it is read. `tracked` are offsets of spaces that only track out a word.

    `words` are runs of indices into the page; a line that is not painted on the page (a form's value) has none.
    `said` is its text as the file has it, where a broken font was read otherwise.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    base: float
    size: float
    bold: bool
    italic: bool
    colour: int
    font: str
    hyphen: bool
    page: int
    frame: Frame
    tracked: tuple[int, ...] = ()
    wide_gap: int = 0
    element: int = 0
    tag: Element | None = None
    marker: str = ""
    said: str = ""
    kind: str = ""
    edges: tuple[float, float] = (0.0, 0.0)
    words: tuple[range, ...] = ()

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Where it stands on its page as shown, rounded."""
        return self.frame.shown((self.left, self.top, self.right, self.bottom))


def text_between(content: Content, first: int, last: int) -> str:
    """The text from word `first` to word `last` (both included), white space folded, line-end hyphens as such."""
    return _cleaned(content.text[content.starts[first] : content.ends[last]])


def said_between(content: Content, first: int, last: int) -> str:
    """The same as the file has it; "" where the page's text is the file's."""
    return _cleaned(content.said[content.starts[first] : content.ends[last]]) if content.said else ""


def _cleaned(text: str) -> str:
    if text.isprintable() and "  " not in text:
        return text
    return fold_space(_CONTROL.sub("", whole(text).replace(HYPHEN, "-")))


def make_pieces(
    content: Content, words: Sequence[int], owners: Sequence[int] | None = None
) -> tuple[list[Piece], list[Piece]]:
    """The pieces of `words` (ascending indices) in painting order: upright ones, and those that run otherwise.

    `owners` tell for each word what it belongs to; a piece never holds words of two.
    """
    if not words:
        return [], []
    index = np.asarray(words)
    boxes, bases = content.boxes[index], content.baselines[index]
    sizes, angles = content.sizes[index], content.angles[index]
    unit = np.maximum(np.maximum(sizes[1:], sizes[:-1]), 1.0)
    gap = boxes[1:, 0] - boxes[:-1, 2]
    back = boxes[:-1, 0] - boxes[1:, 2]
    lower = np.minimum(boxes[1:, 3], boxes[:-1, 3]) - np.maximum(boxes[1:, 1], boxes[:-1, 1])
    least = np.minimum(sizes[1:], sizes[:-1])
    level = (lower > _SAME_LINE * least) & (np.abs(bases[1:] - bases[:-1]) < 0.5 * unit)
    near = (gap > _BACKSTEP * unit) & (gap < _PIECE_GAP * unit)
    painted = content.style_ids[index]
    near |= _justified(gap, unit, painted)
    has_rtl = bool(_RTL.search(content.text))
    if has_rtl:
        rtl = np.array([bool(_RTL.search(content.word(i))) for i in words])
        near |= rtl[1:] & rtl[:-1] & (back > _BACKSTEP * unit) & (back < _PIECE_GAP * unit)
    joined = level & near & (index[1:] == index[:-1] + 1)
    if HYPHEN in content.text:
        joined &= np.array([content.text[content.ends[i] - 1] != HYPHEN for i in words[:-1]], dtype=bool)
    if owners is not None:
        belongs = np.asarray(owners)
        joined &= belongs[1:] == belongs[:-1]
    sloped = angles != 0
    if sloped.any():
        joined = np.where(sloped[1:] | sloped[:-1], _same_sloped_line(content, words, angles), joined)
    starts = np.concatenate(([0], np.flatnonzero(~joined) + 1))
    corners = np.hstack(
        (np.minimum.reduceat(boxes[:, :2], starts), np.maximum.reduceat(boxes[:, 2:], starts))
    )
    plain = np.minimum.reduceat(painted, starts) == np.maximum.reduceat(painted, starts)
    slope = sloped[starts]
    upright: list[Piece] = []
    other: list[Piece] = []
    for (start, end), box, one_style, turned in zip(
        pairwise([*starts.tolist(), len(words)]),
        corners.tolist(),
        plain.tolist(),
        slope.tolist(),
        strict=True,
    ):
        piece = _piece(content, range(words[start], words[end - 1] + 1), box, one_style, has_rtl)
        if piece.text:
            (other if turned else upright).append(piece)
    return upright, other


def _justified(gap: Floats, unit: Floats, painted: Flags) -> Flags:
    """Whether the gap behind each word but the last is one of a justified line: one operator paints the words on
    both sides, and all gaps between its words are as wide, which those between the cells of a table seldom are."""
    same = (painted[1:] == painted[:-1]) & (gap > 0)
    wide: Flags = same & (gap >= _PIECE_GAP * unit) & (gap < _PAINTED_GAP * unit)
    if not wide.any():
        return wide
    _, group = np.unique(painted[:-1], return_inverse=True)
    narrowest = np.full(int(group.max()) + 1, np.inf)
    np.minimum.at(narrowest, group[same], gap[same])
    justified: Flags = wide & (gap <= _EVEN * narrowest[group])
    return justified


def _same_sloped_line(content: Content, words: Sequence[int], angles: Flags) -> Flags:
    """Whether each word that does not run from left to right continues the one before it: PDFium's own lines."""
    between = [
        "\n" not in content.text[content.ends[a] : content.starts[b]] and b == a + 1
        for a, b in pairwise(words)
    ]
    same: Flags = np.array(between, dtype=bool) & (angles[1:] == angles[:-1])
    return same


def _piece(content: Content, words: range, box: list[float], one_style: bool, may_be_rtl: bool) -> Piece:
    first, last = words[0], words[-1]
    style, base = content.styles[first], content.bases[first]
    size, bold = style.size, float(style.bold)
    if not one_style:
        size, bold, main = _mixed(content, words)
        style, base = content.styles[main], content.bases[main]
    text = text_between(content, first, last)
    tracked: tuple[int, ...] = ()
    if len(words) >= _TRACKED_LETTERS and len(text) < 3 * len(words):
        tracked = _tracking(content, words)
    said = said_between(content, first, last)
    hyphen = content.text[content.ends[last] - 1] == HYPHEN
    rtl = may_be_rtl and bool(_RTL.search(text))
    left, top, right, bottom = box
    return Piece(words, text, left, top, right, bottom, base, size, style, bold, hyphen, tracked, rtl, said)


def _mixed(content: Content, words: range) -> tuple[float, float, int]:
    """Of words in several styles: the size of most, the share that is bold, and the first word of that size."""
    weight: dict[float, int] = {}
    bold = total = 0
    for word in words:
        style, length = content.styles[word], content.ends[word] - content.starts[word]
        weight[style.size] = weight.get(style.size, 0) + length
        bold += length * style.bold
        total += length
    size = max(weight, key=lambda key: (weight[key], key))
    return size, bold / total, next(word for word in words if content.styles[word].size == size)


def _tracking(content: Content, words: range) -> tuple[int, ...]:
    """Offsets of the spaces in the piece's text that only track out its letters ("E X E C U T I V E")."""
    letters = [
        content.ends[i] - content.starts[i] == 1 and content.text[content.starts[i]].isalpha() for i in words
    ]
    if sum(letters) < _TRACKED_LETTERS or sum(letters) < 0.8 * len(words):
        return ()
    gaps = [float(content.boxes[i + 1, 0] - content.boxes[i, 2]) for i in words[:-1]]
    usual = median(gaps)
    offsets, at = [], 0
    for place, gap in enumerate(gaps):
        at += content.ends[words[place]] - content.starts[words[place]]
        if letters[place] and letters[place + 1] and gap <= 1.6 * max(usual, 0.5):
            offsets.append(at)
        at += 1
    return tuple(offsets) if len(offsets) >= _TRACKED_LETTERS - 1 else ()


def make_lines(pieces: Iterable[Piece], content: Content, edges: tuple[float, float]) -> list[Line]:
    """The pieces of one column as lines from top to bottom; `edges` are the column's left and right."""
    rows: list[_OpenRow] = []
    for piece in sorted(pieces, key=lambda p: (p.base, p.left)):
        for row in reversed(rows[-3:]):
            if _on_line(row, piece):
                row.add(piece)
                break
        else:
            rows.append(_OpenRow(piece))
    return [line_of(row.pieces, content, edges) for row in rows]


class _OpenRow:
    """The pieces of a line so far, in order of base line; also by their edges, so that a page whose words all stand
    on one line costs no more than another."""

    def __init__(self, piece: Piece) -> None:
        self.pieces = [piece]
        self.anchor = piece
        self._by_left = [piece]
        self._rights = [piece.right]
        self._widest = piece.right - piece.left

    def add(self, piece: Piece) -> None:
        self.pieces.append(piece)
        if piece.size > self.anchor.size:
            self.anchor = piece
        insort(self._by_left, piece, key=_left)
        insort(self._rights, piece.right)
        self._widest = max(self._widest, piece.right - piece.left)

    def is_taken(self, piece: Piece) -> bool:
        """Whether another piece of the row stands where this one does."""
        at = bisect_left(self._by_left, piece.left - self._widest, key=_left)
        while at < len(self._by_left) and (other := self._by_left[at]).left < piece.right:
            shared = min(other.right, piece.right) - max(other.left, piece.left)
            if shared > 0.4 * min(other.size, piece.size):
                return True
            at += 1
        return False

    def distance(self, piece: Piece) -> float:
        """From the end of the nearest piece of the row to where this one begins."""
        at = bisect_left(self._rights, piece.left)
        return min(abs(right - piece.left) for right in self._rights[max(0, at - 1) : at + 1])


def _left(piece: Piece) -> float:
    return piece.left


def _on_line(row: _OpenRow, piece: Piece) -> bool:
    """Whether a piece stands on the line of `row`: its base line, or raised or lowered beside it as a script is."""
    last, anchor = row.pieces[-1], row.anchor
    if piece.base - last.base > 1.5 * max(last.size, piece.size):
        return False
    overlap = min(anchor.bottom, piece.bottom) - max(anchor.top, piece.top)
    if overlap < _SAME_LINE * min(anchor.size, piece.size):
        return False
    if row.is_taken(piece):
        return False
    if abs(anchor.base - piece.base) < 0.25 * max(anchor.size, piece.size):
        return True
    smaller = min(anchor.size, piece.size) < 0.85 * max(anchor.size, piece.size)
    near = row.distance(piece) < 0.6 * anchor.size
    return smaller and near


def same_line(above: Piece, piece: Piece) -> bool:
    """Whether a piece that is read after `above` goes on with its line."""
    size = max(above.size, piece.size)
    overlap = min(above.bottom, piece.bottom) - max(above.top, piece.top)
    return overlap > _SAME_LINE * min(above.size, piece.size) and piece.left > above.right - 0.6 * size


def line_of(row: list[Piece], content: Content, edges: tuple[float, float], in_order: bool = False) -> Line:
    """The line that the pieces make, from left to right (from right to left where they are written so).

    `in_order` says that they are in reading order already.
    """
    if len(row) == 1:
        return _single(row[0], content, edges)
    rtl = sum(p.rtl for p in row) * 2 > len(row)
    if not in_order:
        row = sorted(row, key=lambda p: -p.right if rtl else p.left)
    parts: list[str] = []
    said: list[str] = []
    tracked: list[int] = []
    at = wide = 0
    for previous, piece in zip([None, *row], row, strict=False):
        if previous is not None:
            gap = previous.left - piece.right if rtl else piece.left - previous.right
            if gap > _GLUE * piece.size:
                parts.append(" ")
                said.append(" ")
                at += 1
            wide += gap > 1.5 * piece.size
        tracked.extend(at + offset for offset in piece.tracked)
        parts.append(piece.text)
        said.append(piece.said)
        at += len(piece.text)
    main = max(row, key=lambda p: (len(p.text), -p.left))
    total = sum(len(p.text) for p in row)
    box = (
        min(p.left for p in row), min(p.top for p in row), max(p.right for p in row), max(p.bottom for p in row)
    )  # fmt: skip
    return Line(
        text="".join(parts),
        left=box[0], top=box[1], right=box[2], bottom=box[3],
        base=main.base,
        size=main.size,
        bold=sum(p.bold * len(p.text) for p in row) > 0.6 * total,
        italic=main.style.font.italic,
        colour=main.style.colour,
        font=main.style.font.name,
        hyphen=row[-1].hyphen,
        page=content.number,
        frame=content.frame,
        tracked=tuple(tracked),
        wide_gap=wide,
        said="".join(said) if any(piece.said != piece.text for piece in row if piece.said) else "",
        edges=edges,
        words=tuple(piece.words for piece in row),
    )  # fmt: skip


def _single(piece: Piece, content: Content, edges: tuple[float, float]) -> Line:
    """The line of one piece, which most lines are."""
    style = piece.style
    box = (piece.left, piece.top, piece.right, piece.bottom)
    said = piece.said if piece.said != piece.text else ""
    return Line(
        piece.text, *box, piece.base, piece.size, piece.bold > 0.6, style.font.italic, style.colour, style.font.name,
        piece.hyphen, content.number, content.frame, piece.tracked, said=said, edges=edges,
        words=(piece.words,),
    )  # fmt: skip
