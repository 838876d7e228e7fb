"""Lines in reading order → paragraphs, list items and headings-to-be, still as lines (drafts)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import Any

from pipeline.extract.pdf.layout.lines import Line
from pipeline.knowledge.files import load_toml
from pipeline.records import BlockKind, Role, Visibility

_LEADING = 1.3
_LEADING_LIMIT = 2.2
_SIZE_CHANGE = 1.12
_INDENT = 0.8
_LEADERS = ("..", ". .", "…", "__", "_ _")
_ENDS_SENTENCE = re.compile(r"[.!?:;…。؟][\"'”’»)\]\d]*$")
_OPENS_LOWER = re.compile(r"^[\"'“‘«(\[]*[a-zà-öø-ÿāăąćčďđēęěğģīįıķļłńňņōőœřśšşșťţțūůűųŵŷźżž]")


@dataclass(slots=True)
class Draft:
    """A block in the making: lines that are read as one, or a table."""

    kind: BlockKind
    lines: list[Line] = field(default_factory=list)
    page: int = 0
    level: int | None = None
    role: Role | None = None
    visibility: Visibility = "shown"
    marker: str | None = None
    ordered: bool | None = None
    table: Any = None
    joins: bool = False
    column: int = 0

    @property
    def text(self) -> str:
        """The text of its lines, joined by spaces, with its marker."""
        return " ".join(line.text for line in self.lines)

    @property
    def size(self) -> float:
        """The size of its first line, in points."""
        return self.lines[0].size if self.lines else 0.0

    @property
    def bold(self) -> bool:
        """Whether all of its lines are bold."""
        return bool(self.lines) and all(line.bold for line in self.lines)


@dataclass(frozen=True)
class Marks:
    """The patterns of list markers, captions, notes and tables of contents, from `marks.toml`."""

    bullet: re.Pattern[str]
    ordered: re.Pattern[str]
    caption: re.Pattern[str]
    note: re.Pattern[str]
    heading_number: re.Pattern[str]
    page_number: re.Pattern[str]
    contents_line: re.Pattern[str]


@lru_cache(maxsize=1)
def marks() -> Marks:
    """The patterns, compiled once."""
    data = load_toml("extract/pdf/layout/line_marks.toml")
    words = "|".join(sorted(map(re.escape, data["caption_words"]), key=lambda word: (-len(word), word)))
    return Marks(
        bullet=re.compile(data["bullet"]),
        ordered=re.compile(data["ordered"]),
        caption=re.compile(data["caption"].replace("{words}", words), re.IGNORECASE),
        note=re.compile(data["note"]),
        heading_number=re.compile(data["heading_number"]),
        page_number=re.compile(data["page_number"], re.IGNORECASE),
        contents_line=re.compile(data["contents_line"]),
    )


def ends_sentence(text: str) -> bool:
    """Whether a line ends as a sentence does."""
    return bool(_ENDS_SENTENCE.search(text))


def opens_lower(text: str) -> bool:
    """Whether a line begins with a small letter, as the middle of a sentence does."""
    return bool(_OPENS_LOWER.search(text))


def paragraphs(lines: Sequence[Line]) -> list[Draft]:
    """The lines of one column as drafts, in order."""
    drafts: list[Draft] = []
    leading = _leading(lines)
    previous: Line | None = None
    for line in lines:
        if any(leader in line.text for leader in _LEADERS) and marks().contents_line.match(line.text):
            drafts.append(Draft("paragraph", [line], line.page, role="toc"))
            previous = None
            continue
        marker = list_marker(line)
        if previous is None or marker or _breaks(previous, line, drafts[-1], leading):
            drafts.append(_draft(line, marker))
        else:
            drafts[-1].lines.append(line)
        previous = line
    return drafts


def _leading(lines: Sequence[Line]) -> dict[float, float]:
    """The usual distance of base lines for each size of text."""
    gaps: dict[float, list[float]] = {}
    for above, below in pairwise(lines):
        gap = below.base - above.base
        if abs(above.size - below.size) < 0.6 and 0 < gap < _LEADING_LIMIT * below.size:
            gaps.setdefault(round(below.size), []).append(gap)
    return {size: median(found) for size, found in gaps.items()}


def _draft(line: Line, marker: tuple[str, bool] | None) -> Draft:
    if marker is None:
        return Draft("paragraph", [line], line.page)
    text, ordered = marker
    return Draft("list_item", [line], line.page, marker=text, ordered=ordered)


def list_marker(line: Line) -> tuple[str, bool] | None:
    """The list marker with which a line begins, and whether it counts."""
    found = marks().bullet.match(line.text)
    if found:
        return found.group(1), False
    found = marks().ordered.match(line.text)
    if found and not line.bold:
        return found.group(1), True
    return None


def _breaks(above: Line, below: Line, draft: Draft, leading: dict[float, float]) -> bool:
    """Whether a new paragraph begins between two lines of a column."""
    size = max(above.size, below.size)
    if size > _SIZE_CHANGE * min(above.size, below.size) and not _one_sentence(above, below):
        return True
    gap = below.base - above.base
    usual = min(leading.get(round(below.size), 1.35 * below.size), 1.6 * below.size)
    if gap > _LEADING * usual + 0.5 or gap > _LEADING_LIMIT * size or gap < -0.5 * size:
        return True
    if above.bold != below.bold and not _one_sentence(above, below):
        return True
    if above.hyphen:
        return False
    left, right = below.edges
    centred = abs((above.left + above.right) - (below.left + below.right)) < size and below.left > left + size
    indent = below.left - above.left
    if draft.kind == "list_item":
        return _leaves_item(above, below, draft, right)
    if not centred and indent > _INDENT * size and above.left < left + size and len(draft.lines) > 1:
        return True
    if not centred and indent > _INDENT * size and ends_sentence(above.text):
        return True
    if above.right < right - max(0.2 * (right - left), 3 * size) and ends_sentence(above.text):
        return not opens_lower(below.text)
    return False


def _leaves_item(above: Line, below: Line, draft: Draft, right: float) -> bool:
    """Whether a line after a list item's line is no longer of that item: it stands left of the item's text."""
    first = draft.lines[0]
    if below.left > first.left + 0.5 * below.size:
        return False
    short = above.right < right - 5 * above.size
    return short or ends_sentence(above.text)


def _one_sentence(above: Line, below: Line) -> bool:
    """Whether a change of style stands in the middle of a sentence."""
    return above.hyphen or (
        opens_lower(below.text) and not ends_sentence(above.text) and above.bold and above.size == below.size
    )


def join_over_breaks(drafts: Iterable[Draft]) -> list[Draft]:
    """Paragraphs that a column or page break tore apart, joined; what stands between them stays behind them."""
    result: list[Draft] = []
    open_draft: Draft | None = None
    for draft in drafts:
        if draft.kind in ("furniture", "table", "caption", "figure") or draft.role == "footnote":
            result.append(draft)
            continue
        if open_draft is not None and draft.joins and continues(open_draft, draft):
            open_draft.lines.extend(draft.lines)
            continue
        result.append(draft)
        open_draft = draft if draft.kind in ("paragraph", "list_item") else None
    return result


def continues(above: Draft, below: Draft) -> bool:
    """Whether `below`, which begins a column, goes on with the sentence that `above` left open."""
    if below.kind != "paragraph" or not above.lines or not below.lines:
        return False
    last, first = above.lines[-1], below.lines[0]
    if abs(last.size - first.size) > 0.12 * last.size or last.bold != first.bold:
        return False
    if last.hyphen or last.text.endswith("-"):
        return opens_lower(first.text)
    return opens_lower(first.text) and not ends_sentence(last.text)
