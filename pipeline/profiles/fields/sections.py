"""Takeaways, leads and sections as text."""

from __future__ import annotations

import re

from pipeline.profiles.evidence import JOINER, Evidence, Found, in_sections, whole
from pipeline.records import Document, EvidenceSpan, ProfileSection, Section

_LEAD = re.compile(r"[^.!?:;\n]{3,90}(?=:[ \u00a0]+[^\W_])")
_LEAD_WORDS = 12
_REST = 40
"""A lead's paragraph goes on for at least so many characters."""


def takeaways(document: Document) -> list[Found[str]]:
    """The items of the section of takeaways, without their markers; its paragraphs where it has no items."""
    blocks = in_sections(document, "key_takeaways")
    items = [(index, block) for index, block in blocks if block.kind == "list_item"] or [
        (index, block) for index, block in blocks if block.kind == "paragraph"
    ]
    return [Found(block.text, (whole(index, block),)) for index, block in items]


def sections(document: Document, evidence: Evidence) -> tuple[ProfileSection, ...]:
    """All sections as text, in order; the evidence of heading, lead and text is noted."""
    return tuple(
        _section(document, section, f"/sections/{position}", evidence)
        for position, section in enumerate(document.sections)
    )


def _section(document: Document, section: Section, pointer: str, evidence: Evidence) -> ProfileSection:
    spans: list[EvidenceSpan] = []
    for index in section.blocks:
        block = document.blocks[index]
        if block.is_content and block.text:
            spans.append(whole(index, block, _confidence(document, index)))
    if spans:
        evidence.spans[f"{pointer}/text"] = tuple(spans)
    if section.heading_block is not None:
        evidence.spans[f"{pointer}/heading"] = (
            whole(section.heading_block, document.blocks[section.heading_block]),
        )
    return ProfileSection(
        id=section.id,
        heading=section.heading,
        lead=evidence.take(f"{pointer}/lead", lead(document, section)),
        text=JOINER.join(document.blocks[index].text[start:end] for index, start, end, _ in spans),
        language=section.language,
        status=section.status,
        damaged=section.damaged,
    )


def _confidence(document: Document, index: int) -> float:
    """The confidence of the least certain edit in a block."""
    return min((edit.confidence for edit in document.blocks[index].edits), default=1.0)


def lead(document: Document, section: Section) -> Found[str] | None:
    """The lead phrase of a section's first paragraph ("Lead phrase: The rest …"), if it has one.

    What follows the colon begins with a capital or a digit and goes on; a colon before a list or an apposition
    makes no lead.
    """
    for index in section.blocks:
        block = document.blocks[index]
        if not block.is_content or not block.text:
            continue
        match = _LEAD.match(block.text)
        if block.kind != "paragraph" or match is None:
            return None
        rest = block.text[match.end() + 1 :].lstrip()
        is_lead = len(match.group(0).split()) <= _LEAD_WORDS and len(rest) >= _REST
        starts = rest[:1].isupper() or rest[:1].isdigit()
        return Found(match.group(0), ((index, 0, match.end(), 0.9),)) if is_lead and starts else None
    return None
