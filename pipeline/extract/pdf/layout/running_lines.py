"""Running headers, running footers and page numbers: what stands at the same place on several pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile
from math import inf

from pipeline.extract.pdf.layout.lines import Line
from pipeline.extract.pdf.layout.paragraphs import marks
from pipeline.records import Role

_ZONE = 0.16
_DEEPEST = 5
_PLACE = 6.0
_EDGE_NUMBER = re.compile(r"^(?:\d+|[ivxlc]{1,6}\b)|(?:\d+|\b[ivxlc]{1,6})$")
_MIN_SHARE = 0.12
_HAS_WORD = re.compile(r"[^\W\d_]{3}")


def label_furniture(pages: Sequence[tuple[float, list[Line]]]) -> None:
    """Set `Line.kind` of what repeats. A page is its height in points and its lines."""
    if len(pages) < 2:
        return
    for from_top in (True, False):
        _label_zone(pages, from_top)


def _label_zone(pages: Sequence[tuple[float, list[Line]]], from_top: bool) -> None:
    """Label repeated lines of the upper or lower edge; rows count from the edge inwards until one does not repeat."""
    zones = [list(_zone(height, lines, from_top)) for height, lines in pages]
    places: dict[tuple[str, int], set[int]] = {}
    count: Counter[str] = Counter()
    for number, zone in enumerate(zones):
        for line, distance in zone:
            places.setdefault((_key(line.text), round(distance / _PLACE)), set()).add(number)
            count[_key(line.text)] += 1
    others = {
        number
        for number, (zone, (_, lines)) in enumerate(zip(zones, pages, strict=True))
        if len(zone) < len(lines) or any(count[_key(line.text)] == 1 for line, _ in zone)
    }
    needed = 2 if len(pages) < 8 else max(3, min(6, round(_MIN_SHARE * len(pages))))
    known: dict[tuple[str, int], bool] = {}

    def repeats(line: Line, distance: float) -> bool:
        place = (_key(line.text), round(distance / _PLACE))
        if place not in known:
            near = [places.get((place[0], place[1] + step), set()) for step in (-1, 0, 1)]
            same = set().union(*near)
            known[place] = len(same) >= needed and 2 * len(same & others) >= len(same)
        return known[place] and (bool(_HAS_WORD.search(line.text)) or _is_number(line))

    for zone in zones:
        for line in _outer(zone, repeats):
            line.kind = _role(line, from_top)


def _outer(zone: Sequence[tuple[Line, float]], repeats: Callable[[Line, float], bool]) -> list[Line]:
    """The repeated lines of the outermost rows; none of rows that are set on as the text within is."""
    rows: list[tuple[list[Line], list[Line]]] = []
    row_distance = -inf
    for line, distance in zone:
        if distance > row_distance + _PLACE:
            row_distance = distance
            rows.append(([], []))
        rows[-1][0].append(line)
        if repeats(line, distance):
            rows[-1][1].append(line)
    outer = [row for row, _ in zip(rows, takewhile(lambda row: row[1], rows), strict=False)]
    while outer and len(outer) < len(rows) and _runs_on(outer[-1][0], rows[len(outer)][0]):
        outer.pop()
    return [line for _, repeated in outer for line in repeated]


def _runs_on(outer: Sequence[Line], inner: Sequence[Line]) -> bool:
    """Whether two rows are lines of one text: of one size, and no further apart than lines are."""
    one, other = outer[0], inner[0]
    alike = abs(one.size - other.size) < 0.05 * one.size and one.bold == other.bold
    return (
        alike
        and abs(one.base - other.base) < 1.6 * one.size
        and one.left < other.right
        and other.left < one.right
    )


def _zone(height: float, lines: Sequence[Line], from_top: bool) -> Iterator[tuple[Line, float]]:
    """The outermost lines of a page with their distance from its edge."""
    ordered = sorted(lines, key=lambda line: line.box[1] if from_top else -line.box[3])
    rows, last = 0, None
    for line in ordered:
        distance = line.box[1] if from_top else height - line.box[3]
        if distance > _ZONE * height:
            return
        if last is None or abs(distance - last) > 0.5 * line.size:
            rows, last = rows + 1, distance
        if rows > _DEEPEST:
            return
        yield line, distance


def _is_number(line: Line) -> bool:
    """Whether a line is nothing but a page number."""
    return bool(marks().page_number.match(line.text))


def _key(text: str) -> str:
    """The text under which lines of different pages are the same: the page's number does not count."""
    text = text.casefold()
    return "#" if marks().page_number.match(text) else _EDGE_NUMBER.sub("#", text)


def _role(line: Line, from_top: bool) -> Role:
    if _is_number(line):
        return "page_number"
    return "running_header" if from_top else "running_footer"
