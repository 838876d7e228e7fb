"""Drafts → blocks: raw text, one origin for each line, and the first edits (hyphens, ligatures, tracking)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pipeline.extract.pdf.lines import Line
from pipeline.extract.pdf.paragraphs import Draft
from pipeline.model import Block, Edit, PageBox, apply, new_block

_LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_SOFT_HYPHEN = "\u00ad"
_LINE_HYPHEN = re.compile("(?<=[^\\W\\d_])[-\u2010\u00ad]$")
_HYPHENS = ("-", "\u2010", "\u00ad")
_LAST_WORD = re.compile(r"(?<![^\W\d_])(?<![^\W\d_][-‐])[^\W\d_]++(?:[-‐][^\W\d_]++)*+$")
_FIRST_WORD = re.compile(r"^[^\W\d_]+")

Joins = Callable[[str, str], bool]
"""Whether two parts of a word that a line end divides are written without a hyphen."""


def make_block(draft: Draft, joins: Joins) -> Block:
    """The block of a draft; `joins` judges hyphens at line ends."""
    written: list[str] = []
    length = shift = 0
    origins: list[PageBox] = []
    edits: list[Edit] = []
    for position, line in enumerate(draft.lines):
        text, skipped = line.text, 0
        if position == 0 and draft.marker and text.startswith(draft.marker) and not line.said:
            text = text[len(draft.marker) :].lstrip(" ")
            skipped = len(line.text) - len(text)
        if origins:
            hyphen = hyphen_edit(written[-1], text, length + shift, joins)
            if hyphen:
                edits.append(hyphen)
                shift -= len(hyphen.before) - len(hyphen.after)
            length += 1
        at = length
        written.append(line.said or text)
        length += len(written[-1])
        origins.append(PageBox(page=line.page, box=line.box, at=at))
        for edit in (
            [_cipher_edit(line, at + shift)] if line.said else _inner_edits(line, text, skipped, at + shift)
        ):
            edits.append(edit)
            shift -= len(edit.before) - len(edit.after)
    block = new_block(
        draft.kind, " ".join(written), origins,
        level=draft.level, role=draft.role, visibility=draft.visibility, marker=draft.marker, ordered=draft.ordered,
    )  # fmt: skip
    return apply(block, edits)


def _cipher_edit(line: Line, at: int) -> Edit:
    """The edit that puts the text of a broken font right."""
    return Edit(
        start=at,
        end=at + len(line.said),
        before=line.said,
        after=line.text,
        cause="broken-font",
        confidence=0.9,
    )


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


def hyphen_edit(raw: str, following: str, end: int, joins: Joins) -> Edit | None:
    """The edit that removes a hyphen at the end of the line `raw` and the space that joins it to the next line.

    `end` is where the line ends in the text, after the edits before it.
    """
    if not raw.endswith(_HYPHENS):
        return None
    found = _LINE_HYPHEN.search(raw)
    head, tail = _LAST_WORD.search(raw[: found.start()]) if found else None, _FIRST_WORD.match(following)
    if found is None or head is None or tail is None:
        return None
    place, mark = end - 1, found.group()
    if mark == _SOFT_HYPHEN or joins(head.group(), tail.group()):
        return Edit(start=place, end=place + 2, before=mark + " ", after="", cause="dehyphenate")
    return Edit(start=place + 1, end=place + 2, before=" ", after="", cause="dehyphenate")


def _inner_edits(line: Line, text: str, skipped: int, at: int) -> Iterator[Edit]:
    """Edits within a line whose text begins at `at` of the block's text: tracking, ligatures, soft hyphens."""
    if not line.tracked and text.isascii():
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
    shift = 0
    for offset, before, after, cause in sorted(places):
        start = at + offset + shift
        yield Edit(start=start, end=start + 1, before=before, after=after, cause=cause)
        shift += len(after) - 1
