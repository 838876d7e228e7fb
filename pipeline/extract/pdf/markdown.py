"""Blocks of one page → Markdown for reading and measuring: the page's own words, hardly a sign escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.records import OMISSION, REPLACEMENT, Block
from pipeline.render import table_markdown

_LIKE_HEADING = re.compile(r"^#{1,6}(?=\s)")
_LOST = re.compile(f"{REPLACEMENT}+")


def page_markdown(blocks: Iterable[Block]) -> str:
    """The content of the blocks: headings as `#`, tables as pipe tables, or as HTML tables where cells span."""
    parts = [_markdown(block) for block in blocks if block.is_content]
    return _LOST.sub(OMISSION, "\n\n".join(part for part in parts if part))


def _markdown(block: Block) -> str:
    if block.kind == "table":
        return table_markdown(block)
    text = block.text.strip()
    if block.kind == "heading":
        return "#" * min(block.level or 2, 6) + " " + text
    if block.kind == "list_item":
        return f"{block.marker if block.ordered else '-'} {text}"
    return _LIKE_HEADING.sub(r"\\\g<0>", text)
