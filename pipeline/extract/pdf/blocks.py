"""Drafts → blocks: raw text, one origin for each line, and the first edits (hyphens, ligatures, tracking)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from pipeline.extract.pdf.layout.lines import Line
from pipeline.extract.pdf.layout.paragraphs import Draft
from pipeline.records import Block, Edit, PageBox, apply, new_block

_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_SOFT_HYPHEN = "\u00ad"
_LINE_HYPHEN = re.compile("(?<=[^\\W\\d_])[-\u2010\u00ad]$")
_HYPHENS = ("-", "\u2010", "\u00ad")
_LAST_WORD = re.compile(r"(?<![^\W\d_])(?<![^\W\d_][-‐])[^\W\d_]++(?:[-‐][^\W\d_]++)*+$")
_FIRST_WORD = re.compile(r"^[^\W\d_]+")

FONT = "broken-font"
"""The cause of the edit by which the text of a font is put right that maps its characters wrongly or not at all."""
FONT_CONFIDENCE = 0.9

Joins = Callable[[str, str], bool]
"""Whether two parts of a word that a line end divides are written without a hyphen."""


def make_block(draft: Draft, joins: Joins) -> Block:
    """The block of a draft; `joins` judges hyphens at line ends."""
    written: list[str] = []
    above = ""
    length = shift = 0
    origins: list[PageBox] = []
    edits: list[Edit] = []
    for position, line in enumerate(draft.lines):
        text, said, skipped = line.text, line.said, 0
        if position == 0 and draft.marker and text.startswith(draft.marker) and _says(line, draft.marker):
            text = text[len(draft.marker) :].lstrip(" ")
            skipped = len(line.text) - len(text)
            said = said[skipped:]
        if origins:
            hyphen = hyphen_edit(above, text, length + shift, joins)
            if hyphen:
                edits.append(hyphen)
                shift -= len(hyphen.before) - len(hyphen.after)
            length += 1
        at = length
        written.append(said or text)
        above = text
        length += len(written[-1])
        origins.append(PageBox(page=line.page, box=line.box, at=at))
        for edit in _inner_edits(line, text, said, skipped, at + shift):
            edits.append(edit)
            shift -= len(edit.before) - len(edit.after)
    block = new_block(
        draft.kind, " ".join(written), origins,
        level=draft.level, role=draft.role, visibility=draft.visibility, marker=draft.marker, ordered=draft.ordered,
    )  # fmt: skip
    return apply(block, edits)


def _says(line: Line, marker: str) -> bool:
    """Whether the line begins with its marker as the file has it, too."""
    return not line.said or (line.said.startswith(marker) and len(line.said) == len(line.text))


def font_changes(said: str, text: str) -> list[tuple[int, str, str]]:
    """(offset, before, after) of each word that a broken font says otherwise than it was read."""
    if said == text:
        return []
    if len(said) != len(text):
        return [(0, said, _spelled(text))]
    spaces = [at for at, (was, now) in enumerate(zip(said, text, strict=True)) if was == now == " "]
    bounds = [-1, *spaces, len(text)]
    words = [(start + 1, end) for start, end in pairwise(bounds)]
    return [(a, said[a:b], _spelled(text[a:b])) for a, b in words if said[a:b] != text[a:b]]


def font_edits(said: str, text: str, at: int) -> list[Edit]:
    """The edits that put the text of a broken font right, which begins at `at`."""
    return list(_edits(((*change, FONT) for change in font_changes(said, text)), at))


def _spelled(text: str) -> str:
    return _LIGATURE.sub(lambda match: _LIGATURES[match.group()], text)


def hyphen_edits(lines: Sequence[str], at: int, joins: Joins) -> list[Edit]:
    """The edits that remove hyphens between lines that are joined by spaces, in a text that begins at `at`."""
    edits: list[Edit] = []
    before, end, written = "", at, False
    for line in lines:
        if written:
            edit = hyphen_edit(before, line, end, joins)
            if edit:
                edits.append(edit)
                end -= len(edit.before) - len(edit.after)
            end += 1
        before, end, written = line, end + len(line), written or bool(line)
    return edits


def hyphen_edit(line: str, following: str, end: int, joins: Joins) -> Edit | None:
    """The edit that removes a hyphen at the end of `line` and the space that joins it to the next line.

    `end` is where the line ends in the text, after the edits before it.
    """
    if not line.endswith(_HYPHENS):
        return None
    found = _LINE_HYPHEN.search(line)
    head, tail = _LAST_WORD.search(line[: found.start()]) if found else None, _FIRST_WORD.match(following)
    if found is None or head is None or tail is None:
        return None
    place, mark = end - 1, found.group()
    if mark == _SOFT_HYPHEN or joins(head.group(), tail.group()):
        return Edit(start=place, end=place + 2, before=mark + " ", after="", cause="dehyphenate")
    return Edit(start=place + 1, end=place + 2, before=" ", after="", cause="dehyphenate")


def _inner_edits(line: Line, text: str, said: str, skipped: int, at: int) -> Iterator[Edit]:
    """Edits within a line whose text begins at `at` of the block's text: fonts, tracking, ligatures, soft hyphens."""
    changes = font_changes(said, text) if said else []
    if len(said or text) != len(text):
        yield from _edits(((*change, FONT) for change in changes), at)
        return
    if not changes and not line.tracked and text.isascii():
        return
    places: list[tuple[int, str, str, str]] = [
        (offset - skipped, " ", "", "tracking") for offset in line.tracked if offset >= skipped
    ]
    places += [(m.start(), m.group(), _LIGATURES[m.group()], "ligature") for m in _LIGATURE.finditer(text)]
    if _SOFT_HYPHEN in text:
        places += [
            (i, _SOFT_HYPHEN, "", "soft-hyphen")
            for i, char in enumerate(text)
            if char == _SOFT_HYPHEN and i + 1 < len(text)
        ]
    taken = {place for offset, before, _ in changes for place in range(offset, offset + len(before))}
    places = [place for place in places if place[0] not in taken]
    yield from _edits(sorted([*places, *((*change, FONT) for change in changes)]), at)


def _edits(places: Iterable[tuple[int, str, str, str]], at: int) -> Iterator[Edit]:
    """The edits of (offset, before, after, cause), in order, of a text that begins at `at`."""
    shift = 0
    for offset, before, after, cause in places:
        start = at + offset + shift
        yield Edit(
            start=start, end=start + len(before), before=before, after=after, cause=cause,
            confidence=FONT_CONFIDENCE if cause == FONT else 1.0,
        )  # fmt: skip
        shift += len(after) - len(before)
