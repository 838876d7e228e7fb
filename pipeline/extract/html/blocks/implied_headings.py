"""Headings that are not marked up as such: a short bold or class-named line that heads what follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipeline.extract.html.blocks.draft import Draft

_LONGEST: Final = 100
_MOST_WORDS: Final = 14
_SENTENCE_END: Final = re.compile(r"[.,;!…]$|[.!?]\s+\S")
_LETTER: Final = re.compile(r"[^\W\d_]")


def find_headings(drafts: Sequence[Draft]) -> None:
    """Turn the paragraphs that head what follows into headings, one level below the last heading marked up."""
    level = 0
    for index, draft in enumerate(drafts):
        if draft.kind == "heading":
            level = draft.level or level
        elif _heads(draft, drafts[index + 1 : index + 3]):
            draft.kind = "heading"
            draft.level = draft.named_heading or min(level + 1, 6)
            if draft.named_heading:
                level = draft.level


def _heads(draft: Draft, following: Sequence[Draft]) -> bool:
    text = draft.text
    if (
        draft.kind != "paragraph"
        or draft.in_item
        or draft.areas
        or draft.visibility == "hidden"
        or draft.role
    ):
        return False
    if not 2 <= len(text) <= _LONGEST or len(text.split()) > _MOST_WORDS:
        return False
    if _SENTENCE_END.search(text) or not _LETTER.search(text):
        return False
    bold = draft.bold >= 0.9 * len(text.replace(" ", "")) and draft.linked < 0.5 * len(text)
    if not bold and draft.named_heading is None:
        return False
    return any(_is_body(other) for other in following[:1]) or (
        len(following) > 1 and following[0].kind == "heading" and _is_body(following[1])
    )


def _is_body(draft: Draft) -> bool:
    if draft.visibility == "hidden":
        return False
    return draft.kind in ("list_item", "table", "quote") or (
        draft.kind == "paragraph" and draft.bold < 0.5 * draft.length and draft.named_heading is None
    )
