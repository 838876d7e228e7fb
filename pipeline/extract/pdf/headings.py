"""Which drafts are headings, and of which level: by size, weight, numbering and what surrounds them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.extract.pdf.paragraphs import Draft, ends_sentence, marks

_MAX_LINES = 4
_MAX_LENGTH = 220
_LARGER = 1.13
_LETTER = re.compile(r"[^\W\d_]")
_LEVELS = 6


def body_size(drafts: Sequence[Draft]) -> float:
    """The size in which most of the text is set, in points."""
    weight: Counter[float] = Counter()
    for draft in drafts:
        for line in draft.lines:
            weight[round(line.size * 2) / 2] += len(line.text)
    return min(weight, key=lambda size: (-weight[size], size)) if weight else 10.0


def mark_headings(drafts: Sequence[Draft]) -> None:
    """Set kind and level of the drafts that are headings."""
    body = body_size(drafts)
    bold_share = _bold_share(drafts, body)
    styles: list[tuple[float, bool, bool]] = []
    found = []
    for index, draft in enumerate(drafts):
        following = drafts[index + 1] if index + 1 < len(drafts) else None
        if _is_heading(draft, following, body, bold_share):
            found.append(draft)
            styles.append(_style(draft, body))
    ranks = {style: rank for rank, style in enumerate(sorted(set(styles), reverse=True), start=1)}
    for draft, style in zip(found, styles, strict=True):
        draft.kind, draft.marker, draft.ordered = "heading", None, None
        draft.level = min(_number_depth(draft) or ranks[style], _LEVELS)
    _tidy_levels(found)


def _bold_share(drafts: Sequence[Draft], body: float) -> float:
    """How much of the text of body size is bold: where most is, bold says nothing."""
    bold = total = 0
    for draft in drafts:
        for line in draft.lines:
            if abs(line.size - body) < 0.06 * body:
                total += len(line.text)
                bold += len(line.text) * line.bold
    return bold / total if total else 0.0


def _is_heading(draft: Draft, following: Draft | None, body: float, bold_share: float) -> bool:
    if draft.kind not in ("paragraph", "list_item") or draft.role or not draft.lines:
        return False
    text = draft.text
    if len(draft.lines) > _MAX_LINES or len(text) > _MAX_LENGTH or len(_LETTER.findall(text)) < 3:
        return False
    if text[-1] in ",;" or marks().caption.match(text):
        return False
    larger = draft.size >= _LARGER * body
    bold = draft.bold and bold_share < 0.5
    if not (larger or bold) or draft.size < 0.85 * body:
        return False
    if ends_sentence(text) and not text.endswith(("?", "!")) and not _number_depth(draft) and len(text) > 40:
        return False
    if following is None and not larger:
        return False
    if sum(line.wide_gap for line in draft.lines):
        return False
    return larger or len(draft.lines) <= 3


def _style(draft: Draft, body: float) -> tuple[float, bool, bool]:
    text = draft.text
    capitals = text.upper() == text
    return round(draft.size / body * 8) / 8, draft.bold, capitals


def _number_depth(draft: Draft) -> int | None:
    """The depth of the number that a heading begins with ("2.3" is 2), or None where there is none."""
    found = marks().heading_number.match(draft.text)
    if not found:
        return None
    number = found.group(1)
    if number.isalpha() and draft.text[len(number) : len(number) + 1] not in ".):":
        return None
    return number.count(".") + 1


def _tidy_levels(headings: Sequence[Draft]) -> None:
    """No level may be skipped downwards: a heading is at most one level below the one before it."""
    previous = 0
    for draft in headings:
        level = draft.level or 1
        draft.level = min(level, previous + 1) if previous else level
        previous = draft.level
