"""Reading order: pieces and tables of a page → columns, each read to its end before the next.

A gutter is a vertical strip that splits many lines into a left and a right part. What crosses it (a heading over both
columns, a wide table) divides the page into bands; within each band the left part is read before the right. Parts are
searched for gutters again, so that three columns are two and one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.extract.pdf.page_content.pdfium import Floats

_MAX_DEPTH = 6
_MAX_ATOMS = 2500
_MAX_CANDIDATES = 40
_MOST_CROSSING = 0.4
_ALIGNED = 2.5
_PROSE = 16.0
_NARROW, _NARROW_FEW = 0.1, 0.4
_MANY_LINES = 8


@dataclass(slots=True)
class Atom:
    """Something with a box that is read as a whole: a piece (with its length in characters) or a table."""

    left: float
    top: float
    right: float
    bottom: float
    size: float
    length: int
    item: object


@dataclass(slots=True)
class Column:
    """Atoms that are read together, from top to bottom, and the edges of the column they stand in."""

    atoms: list[Atom]
    left: float
    right: float


def columns(atoms: Sequence[Atom]) -> list[Column]:
    """The atoms as columns in reading order."""
    if not atoms:
        return []
    if len(atoms) > _MAX_ATOMS:
        return [_leaf(list(atoms))]
    return _split(list(atoms), 0)


def _leaf(atoms: list[Atom]) -> Column:
    return Column(atoms, min(a.left for a in atoms), max(a.right for a in atoms))


def _split(atoms: list[Atom], depth: int) -> list[Column]:
    gutter = _gutter(atoms) if depth < _MAX_DEPTH and len(atoms) >= 4 else None
    if gutter is None:
        return [_leaf(atoms)]
    result: list[Column] = []
    pending: list[Atom] = []
    for band in _bands(atoms, gutter):
        left = [a for a in band if a.right <= gutter]
        right = [a for a in band if a.left >= gutter]
        if left and right and len(left) + len(right) == len(band):
            if pending:
                result.extend(_split_or_leaf(pending, depth))
                pending = []
            result.extend(_split(left, depth + 1))
            result.extend(_split(right, depth + 1))
        else:
            pending.extend(band)
    if pending:
        result.extend(_split_or_leaf(pending, depth))
    return result


def _split_or_leaf(atoms: list[Atom], depth: int) -> list[Column]:
    return _split(atoms, depth + 1)


def _bands(atoms: list[Atom], gutter: float) -> list[list[Atom]]:
    """The atoms from top to bottom, cut above and below each one that crosses the gutter."""
    bands: list[list[Atom]] = []
    open_band = False
    for atom in sorted(atoms, key=lambda a: (a.top + a.bottom, a.left)):
        if atom.left < gutter < atom.right:
            bands.append([atom])
            open_band = False
        elif open_band:
            bands[-1].append(atom)
        else:
            bands.append([atom])
            open_band = True
    return bands


def _gutter(atoms: list[Atom]) -> float | None:
    """The x that best splits the atoms into two columns, or None where they are one."""
    box = np.array([(a.left, a.top, a.right, a.bottom) for a in atoms])
    size = np.array([a.size for a in atoms])
    length = np.array([a.length for a in atoms])
    order = np.argsort(box[:, 1] + box[:, 3], kind="stable")
    box, size, length = box[order], size[order], length[order]
    best, best_score = None, 0.0
    for x in _candidates(box, size):
        score = _score(box, size, length, x)
        if score > best_score:
            best, best_score = x, score
    return best


def _candidates(box: Floats, size: Floats) -> list[float]:
    """Places just left of where several atoms begin, with room to the left of them."""
    starts = np.sort(box[:, 0])
    usual = float(np.median(size))
    found = []
    at = 0
    while at < len(starts):
        end = int(np.searchsorted(starts, starts[at] + max(_ALIGNED, 0.5 * usual), side="right"))
        if end - at >= 2 and (box[:, 2] < starts[at]).any():
            found.append(float(starts[at]) - 0.5)
        at = end
    return found[:_MAX_CANDIDATES]


def _score(box: Floats, size: Floats, length: Floats, x: float) -> float:
    """How many lines stand side by side across `x`; 0 where the split would tear rows or paragraphs apart."""
    right = box[:, 0] >= x
    left = box[:, 2] <= x
    crossing = ~(left | right)
    if crossing.sum() > _MOST_CROSSING * len(box):
        return 0.0
    band = np.cumsum(crossing)
    score, rows, aligned = 0.0, 0, 0
    lengths_left: list[float] = []
    lengths_right: list[float] = []
    room = np.inf
    for number in np.unique(band[left]):
        here = (band == number) & ~crossing
        on_left, on_right = here & left, here & right
        if not on_right.any():
            continue
        top = max(box[on_left, 1].min(), box[on_right, 1].min())
        bottom = min(box[on_left, 3].max(), box[on_right, 3].max())
        lines_left = on_left & (box[:, 3] > top) & (box[:, 1] < bottom)
        lines_right = on_right & (box[:, 3] > top) & (box[:, 1] < bottom)
        count = min(int(lines_left.sum()), int(lines_right.sum()))
        if not count:
            continue
        score += count
        room = min(room, float(box[on_right, 0].min() - box[on_left, 2].max()))
        bases = box[lines_right, 3]
        rows += int(lines_left.sum())
        aligned += int((np.abs(box[lines_left, 3][:, None] - bases[None, :]).min(axis=1) < 1.5).sum())
        lengths_left.extend(length[lines_left].tolist())
        lengths_right.extend(length[lines_right].tolist())
    narrowest = _NARROW if score >= _MANY_LINES else _NARROW_FEW
    if score < 3 or room < narrowest * float(np.median(size)):
        return 0.0
    shortest = min(float(np.median(lengths_left)), float(np.median(lengths_right)))
    if shortest < _PROSE and (aligned > 0.6 * rows or shortest < 5):
        return 0.0
    return score - 0.5 * float(crossing.sum() > score)
