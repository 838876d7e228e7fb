"""The body of a capture, by which the same text under several addresses of a site is recognised."""

from __future__ import annotations

from typing import Final

from pipeline.records import REPLACEMENT, Document, block_digest

LONGEST_SAME_BODY: Final = 400
"""Characters of a text up to which it may stand on several pages without being theirs: an excuse, a notice, a form.

Of 108 walls of the test cases 96 are not longer, half of them not longer than 137; the shortest page of raw/ has 672.
"""

_QUOTED: Final = 80


def body_of(document: Document) -> str:
    """The digest of an analysed document's content: its texts and the targets of its links (pages that only offer a
    report each say the same, and mean another). Empty where it is long, empty or damaged, or where a person
    has said that it is a page."""
    content = [block for block in document.blocks if block.is_content and block.raw]
    size = sum(len(block.raw) for block in content)
    damaged = any(REPLACEMENT in block.raw for block in content)
    if damaged or not 0 < size <= LONGEST_SAME_BODY or document.source.get("is_page") is not None:
        return ""
    return block_digest(
        "\n".join(part for b in content for part in (b.raw, *(link.href for link in b.links)))
    )


def quote(document: Document) -> str:
    """The beginning of a document's content."""
    text = " ".join(block.text for block in document.blocks if block.is_content).replace(REPLACEMENT, "?")
    return f"“{text[:_QUOTED]}{' …' if len(text) > _QUOTED else ''}”"
