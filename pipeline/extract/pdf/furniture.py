"""Running headers, running footers and page numbers: what stands at the same place on several pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.extract.pdf.lines import Line
from pipeline.extract.pdf.paragraphs import marks
from pipeline.model import Role

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
    seen: dict[str, list[tuple[int, float]]] = {}
    for number, zone in enumerate(zones):
        for line, distance in zone:
            seen.setdefault(_key(line.text), []).append((number, distance))
    others = [
        len(zone) < len(lines) or any(len(seen[_key(line.text)]) == 1 for line, _ in zone)
        for zone, (_, lines) in zip(zones, pages, strict=True)
    ]
    needed = 2 if len(pages) < 8 else max(3, min(6, round(_MIN_SHARE * len(pages))))
    for number, zone in enumerate(zones):
        row_distance, row_repeats = -_PLACE, True
        for line, distance in zone:
            if distance > row_distance + _PLACE:
                if not row_repeats:
                    break
                row_distance, row_repeats = distance, False
            same = {page for page, other in seen[_key(line.text)] if abs(other - distance) <= _PLACE}
            repeats = len(same) >= needed and 2 * sum(others[page] for page in same) >= len(same)
            if repeats and number in same and (_HAS_WORD.search(line.text) or _is_number(line)):
                line.kind, row_repeats = _role(line, from_top), True


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
