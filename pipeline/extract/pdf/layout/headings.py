"""Which drafts are headings, and of which level: by size, weight, numbering and what surrounds them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from pipeline.extract.pdf.layout.paragraphs import Draft, ends_sentence, marks, opens_lower
from pipeline.extract.pdf.structure.bookmarks import Bookmarks
from pipeline.lexicon.folding import fold

_MAX_LINES = 4
_MAX_LENGTH = 220
_SMALLEST = 0.45
_LETTER = re.compile(r"[^\W\d_]")
_FORMULA = re.compile(r"\\[a-zA-Z]+|[=∑∫√≤≥→]|[_^]\{")
_SENTENCES = re.compile(r"[^\W\d_]{3}[.!?][\"'”’»]?\s+\S")
_QUOTES = '"“„«»”‘‚‹'
_LEVELS = 6
_ENOUGH = 3.0
_SIZES = ((1.6, 3.0), (1.35, 2.0), (1.13, 1.0))
_BODY_LENGTH = 40
_SHORT = 60
_TINT = 40


@dataclass(frozen=True)
class Body:
    """How most of the text is set: size in points, font, colour, and whether most of it is bold."""

    size: float
    font: str
    colour: int
    bold: bool


def body_size(drafts: Sequence[Draft]) -> float:
    """The size in which most of the text is set, in points."""
    weight: Counter[float] = Counter()
    for draft in drafts:
        for line in draft.lines:
            weight[round(line.size * 2) / 2] += len(line.text)
    return min(weight, key=lambda size: (-weight[size], size)) if weight else 10.0


def mark_headings(drafts: Sequence[Draft], bookmarks: Bookmarks) -> None:
    """Set kind and level of the drafts that are headings.

    A bookmark that names a draft on its page speaks for it, and gives its level; so does a table of contents. Where
    the structure tree has headings, it alone tells them on the pages it covers, with the bookmarks.
    """
    body = _body(drafts)
    styles: list[tuple[float, bool, bool]] = []
    found = []
    contents = _contents(drafts)
    told = any(draft.kind == "heading" for draft in drafts)
    covered = {draft.page for draft in drafts if draft.lines and draft.lines[0].element} if told else set()
    for index, draft in enumerate(drafts):
        if (
            draft.kind not in ("paragraph", "list_item")
            or draft.role
            or draft.visibility != "shown"
            or not draft.lines
        ):
            continue
        if draft.page in covered and (
            draft.lines[0].element or (draft.page, fold(draft.text)) not in bookmarks
        ):
            continue
        following = next((d for d in drafts[index + 1 : index + 6] if d.kind != "furniture"), None)
        if _score(draft, following, body, bookmarks, contents) >= _ENOUGH:
            found.append(draft)
            styles.append(_style(draft, body.size))
    _set_levels(found, styles, bookmarks, tidy=not told)


def _set_levels(
    found: Sequence[Draft], styles: Sequence[tuple[float, bool, bool]], bookmarks: Bookmarks, tidy: bool
) -> None:
    """Levels from bookmarks, else from numbers (below what stands above chapters), else from the ranks of styles."""
    ranks = {style: rank for rank, style in enumerate(sorted(set(styles), reverse=True), start=1)}
    depths = [_number_depth(draft) for draft in found]
    chapters = min(
        (ranks[style] for style, depth in zip(styles, depths, strict=True) if depth == 1), default=1
    )
    for draft, style, depth in zip(found, styles, depths, strict=True):
        level = bookmarks.get((draft.page, fold(draft.text))) or (
            chapters + depth - 1 if depth else ranks[style]
        )
        draft.kind, draft.marker, draft.ordered = "heading", None, None
        draft.level = min(level, _LEVELS)
    if tidy:
        _tidy_levels(found)


def _contents(drafts: Sequence[Draft]) -> Set[str]:
    """The titles, folded, that the document's table of contents names."""
    found = set()
    for draft in drafts:
        entry = marks().contents_line.match(draft.text) if draft.role == "toc" else None
        if entry:
            found.add(fold(entry.group(1)))
    return found


def _body(drafts: Sequence[Draft]) -> Body:
    size = body_size(drafts)
    fonts: Counter[str] = Counter()
    colours: Counter[int] = Counter()
    bold = total = 0
    for draft in drafts:
        for line in draft.lines:
            if abs(line.size - size) < 0.06 * size:
                total += len(line.text)
                bold += len(line.text) * line.bold
                fonts[line.font] += len(line.text)
                colours[line.colour] += len(line.text)
    font = min(fonts, key=lambda name: (-fonts[name], name)) if fonts else ""
    colour = min(colours, key=lambda value: (-colours[value], value)) if colours else 0
    return Body(size, font, colour, 2 * bold > total)


def _score(
    draft: Draft, following: Draft | None, body: Body, bookmarks: Bookmarks, contents: Set[str]
) -> float:
    """How much speaks for a heading: what sets it off from the body text, less what running text or labels have."""
    if len(draft.lines) > _MAX_LINES:
        return 0.0
    text, first = draft.text, draft.lines[0]
    if len(text) > _MAX_LENGTH or text[-1] in ",;":
        return 0.0
    letters = len(_LETTER.findall(text))
    if letters < 3:
        return 0.0
    if draft.size < _SMALLEST * body.size or (draft.kind == "list_item" and not draft.ordered):
        return 0.0
    ratio = draft.size / body.size
    score = next((points for least, points in _SIZES if ratio >= least), 0.0)
    if draft.bold and not body.bold:
        score += 3.0
    if first.font != body.font and not draft.bold:
        score += 1.0
    if first.colour not in (body.colour, 0):
        score += 2.0 if _is_coloured(first.colour) else 1.0
    if 1.05 <= ratio < _SIZES[-1][0]:
        score += 0.5
    if len(draft.lines) == 1 and len(text) < _SHORT and not ends_sentence(text) and text[:1].isupper():
        score += 0.5
    if (bookmarks or contents) and ((draft.page, fold(text)) in bookmarks or fold(text) in contents):
        score += 2.5
    if text.upper() == text and letters > 5:
        score += 1.0
    if _number_depth(draft) and draft.lines[0].text[-1:] != ".":
        score += 0.5
    return score - _doubts(draft, following, body, letters)


def _is_coloured(colour: int) -> bool:
    """Whether a colour (0xRRGGBB) is neither black nor grey nor white."""
    channels = (colour >> 16, colour >> 8 & 255, colour & 255)
    return max(channels) - min(channels) > _TINT


def _doubts(draft: Draft, following: Draft | None, body: Body, letters: int) -> float:
    """What speaks against a heading."""
    text = draft.text
    doubts = 0.0
    if ends_sentence(text) and not text.endswith(("?", "!")) and not _number_depth(draft) and len(text) > 40:
        doubts += 2.0
    if len(draft.lines) > 2:
        doubts += 1.0
    if letters < 0.6 * len(text.replace(" ", "")) or _FORMULA.search(text):
        doubts += 2.0
    if opens_lower(text):
        doubts += 1.0
    if sum(line.wide_gap for line in draft.lines):
        doubts += 2.0
    if _SENTENCES.search(text) or text[0] in _QUOTES:
        doubts += 1.5
    if marks().bullet.match(text):
        doubts += 2.0
    if following is None or not _is_text(following, body):
        doubts += 0.5 if draft.bold else 1.5
    return doubts


def _is_text(draft: Draft, body: Body) -> bool:
    """Whether a draft is what may stand under a heading: text, a list, a table, or another heading-like line."""
    if draft.kind in ("table", "list_item"):
        return True
    return len(draft.text) > _BODY_LENGTH or draft.bold or draft.size > 1.1 * body.size


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
