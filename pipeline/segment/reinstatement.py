"""Content that the extractor took for furniture, and that its own words vouch for.

An extractor judges by shape. What stands in the page's title, or is word for word the heading of a section, is
content whatever its shape; so is the plain text under such a heading.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.lexicon.folding import fold
from pipeline.records import REPLACEMENT, Block, BlockKind, Document, Role, TextRange
from pipeline.segment.headings import match_heading

_TAGLINE = 160
_HEADING = 120
_CONTACT = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.\w|(?:\+|\b00)\d[\d /().-]{7,20}")
_LONGEST = 1000
_UNDER = 12  # blocks under a heading that are taken back with it, at most


def rescued(document: Document, overlay: Path | None) -> Document:
    """The document with title, tagline and sections that had been taken for furniture as content again.

    Only text without a role of its own is taken back: what is marked up as navigation, footer or form stays.
    """
    blocks = list(document.blocks)
    if not any(_may_be_content(block, "navigation") for block in blocks):
        return document
    _rescue_title(blocks, fold(document.source.get("title") or ""))
    for index, block in enumerate(blocks):
        if not block.text or len(block.text) > _HEADING:
            continue
        if _leads_to_contact(document, index, overlay):
            blocks[index] = _as(block, "heading").model_copy(update={"level": block.level or 2})
            for below in range(index + 1, min(len(blocks), index + 1 + _UNDER)):
                if not _may_be_content(blocks[below], "navigation") or not _is_contact(blocks[below]):
                    break
                blocks[below] = _as(blocks[below], "paragraph")
        elif (
            _may_be_content(block)
            and (block.level or 0) > 1
            and _is_section(block, document.language, overlay)
        ):
            blocks[index] = _as(block, "heading")
            for below in range(index + 1, min(len(blocks), index + 1 + _UNDER)):
                if not _may_be_content(blocks[below]) or (blocks[below].level and not blocks[below].marker):
                    break
                blocks[below] = _as(blocks[below], "list_item" if blocks[below].marker else "paragraph")
    return document.model_copy(update={"blocks": tuple(blocks)})


def _may_be_content(block: Block, *also: Role) -> bool:
    """Whether a block is furniture for want of a better word: visible text of the source without a role of its own
    (or of a role that `also` names)."""
    return (
        block.kind == "furniture"
        and (block.role == "boilerplate" or block.role in also)
        and block.visibility == "shown"
        and bool(block.text)
        and REPLACEMENT not in block.text
        and all(isinstance(origin, TextRange) for origin in block.origins)
    )


def _rescue_title(blocks: list[Block], page_title: str) -> None:
    """The heading that the page's own title repeats, where no other of its level is left, and the line under it."""
    title = next(
        (i for i, b in enumerate(blocks) if b.kind == "heading" and b.level == 1 and b.is_content), None
    )
    if title is None:
        title = next((i for i, b in enumerate(blocks) if _is_page_title(b, page_title)), None)
        if title is None:
            return
        blocks[title] = _as(blocks[title], "heading")
    below = title + 1
    if below < len(blocks) and _may_be_content(blocks[below]) and _is_a_line(blocks[below].text):
        blocks[below] = _as(blocks[below], "paragraph")


def _is_page_title(block: Block, page_title: str) -> bool:
    return (
        _may_be_content(block) and block.level == 1 and len(block.text) > 1 and fold(block.text) in page_title
    )


def _is_a_line(text: str) -> bool:
    """Whether a text under a title may be its tagline: words, and not a date, an author with an address, a label."""
    words = text.split()
    has_signs = any(char.isdigit() or char in "@|•" for char in text)
    return len(words) >= 3 and len(text) <= _TAGLINE and not has_signs and text[-1] not in ":,;"


def _leads_to_contact(document: Document, index: int, overlay: Path | None) -> bool:
    """Whether a line is the heading of contacts, an e-mail address or a telephone number stands below it, and one
    of the two was taken for furniture.

    Where either may still be garbled it had better stay furniture.
    """
    block, below = document.blocks[index], document.blocks[index + 1 : index + 2]
    if not below or not _is_contact(below[0]):
        return False
    lost = [_may_be_content(block), _may_be_content(below[0], "navigation")]
    kept = [each.is_content and each.kind in ("heading", "paragraph") for each in (block, below[0])]
    if not any(lost) or not all(one or other for one, other in zip(lost, kept, strict=True)):
        return False
    if any(f.code == "mojibake-suspected" and f.block in (index, index + 1) for f in document.findings):
        return False
    return match_heading(document.blocks[index].text, document.language, overlay=overlay).id == "contact"


def _is_contact(block: Block) -> bool:
    return _CONTACT.search(block.text[:_LONGEST]) is not None


def _is_section(block: Block, language: str | None, overlay: Path | None) -> bool:
    return match_heading(block.text, language, overlay=overlay).match in ("exact", "folded")


def _as(block: Block, kind: BlockKind) -> Block:
    level = block.level if kind in ("heading", "list_item") else None
    return block.model_copy(update={"kind": kind, "role": None, "level": level})
