"""What an extractor took for furniture and a city report needs: the title above cards, a section of contacts.

An extractor tells content from furniture by shape, in any page; it cannot know that "Kontakt" over an address is a
section here. Only what was labelled by judgement (`boilerplate`, and `navigation` for a line of links) is looked at,
never what the page itself marks as navigation, footer or form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.lexis.fold import fold
from pipeline.model import Block, Document
from pipeline.segment.headings import match_heading

_LONGEST_HEADING = 80
_MASTHEAD = 30
"""The title stands among so many blocks from the top."""
_REACH = ("boilerplate", "navigation")
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w|(?:\+|\b00)\d[\d /().-]{7,}")


def rescue(document: Document, overlay: Path | None) -> Document:
    """The document with such blocks as content again."""
    blocks = list(document.blocks)
    for index, change in (*_masthead(document), *_sections(document, overlay)):
        blocks[index] = blocks[index].model_copy(update={"role": None, **change})
    return document.model_copy(update={"blocks": tuple(blocks)})


def _masthead(document: Document) -> Iterator[tuple[int, dict[str, object]]]:
    """The heading of the first level that the page's own title repeats, where no other is left, and the line under it."""
    if any(block.kind == "heading" and block.level == 1 for block in document.blocks):
        return
    title = fold(document.source.get("title") or document.title or "")
    for index, block in enumerate(document.blocks[:_MASTHEAD]):
        if block.role == "boilerplate" and block.level == 1 and block.text and fold(block.text) in title:
            yield index, {"kind": "heading"}
            below = document.blocks[index + 1] if index + 1 < len(document.blocks) else None
            if below is not None and below.role == "boilerplate" and len(below.text.split()) > 2:
                yield index + 1, {"kind": "heading" if below.level else "paragraph"}
            return


def _sections(document: Document, overlay: Path | None) -> Iterator[tuple[int, dict[str, object]]]:
    """A line that is, word for word, the heading of a section of contacts, with the contacts under it."""
    for index, block in enumerate(document.blocks):
        if block.role != "boilerplate" or not 0 < len(block.text) <= _LONGEST_HEADING:
            continue
        found = match_heading(block.text, document.language, overlay=overlay)
        if found.id != "contact" or found.match not in ("exact", "folded"):
            continue
        below = list(_contacts_below(document.blocks, index))
        if below:
            yield index, {"kind": "heading", "level": block.level or 2}
            yield from ((position, {"kind": "paragraph", "level": None}) for position in below)


def _contacts_below(blocks: tuple[Block, ...], index: int) -> Iterator[int]:
    for position in range(index + 1, len(blocks)):
        block = blocks[position]
        if block.role not in _REACH or block.kind != "furniture" or not _CONTACT.search(block.text):
            return
        yield position
