"""The passages that a document offers to other documents, and the lost passages for which it asks them.

A section is offered where it is whole after `read`; restored text is never offered, because `read` restores none.
It is found by a capture of the same page (same profile, section and heading), or, for a section that the taxonomy
says is shared by all cities of a country, by another page of the same site and language with the same heading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.knowledge.causes import class_of
from pipeline.knowledge.losses import lost_in
from pipeline.lexicon.folding import fold
from pipeline.records import Document, Passage, Profile, Section, block_digest, short_id
from pipeline.segment import shared_sections
from pipeline.settings import Settings

_WHOLE = ("clean", "repaired")
_TEXT = ("paragraph", "list_item", "quote", "heading", "caption")


def passages(document: Document, profile: Profile, settings: Settings) -> tuple[list[Passage], list[Passage]]:
    """The sections that the document offers, and those it asks for."""
    shared = shared_sections(settings)
    lost = lost_in(document)
    offers, asks = [], []
    for position, section in enumerate(document.sections):
        if not section.heading or not section.blocks:
            continue
        passage = _passage(document, profile, position, section.id in shared, lost)
        if section.status in _WHOLE and all(passage.digests) and _is_text(document, section):
            offers.append(passage)
        elif not all(passage.digests):
            asks.append(passage)
    return offers, asks


def _passage(
    document: Document, profile: Profile, position: int, shared: bool, lost: Sequence[int]
) -> Passage:
    section = document.sections[position]
    heading = fold(section.heading or "")
    digests = tuple(
        "" if lost[index] else block_digest(document.blocks[index].text) for index in section.blocks
    )
    key = short_id("shared", profile.site or "", document.language or "", section.id, heading)
    return Passage(
        section=position,
        capture_key=short_id("capture", profile.id, section.id, heading),
        shared_key=key if shared and profile.site and document.language else None,
        blocks=section.blocks,
        digests=digests,
    )


def _is_text(document: Document, section: Section) -> bool:
    """Whether all blocks are text that can stand elsewhere, and nothing in them is a guess."""
    blocks = [document.blocks[index] for index in section.blocks]
    guessed = any(class_of(edit.cause) == "guess" for block in blocks for edit in block.edits)
    return not guessed and all(block.kind in _TEXT for block in blocks)


def offered_texts(document: Document, offers: list[Passage]) -> dict[str, Any]:
    """The blocks of what is offered, by index: kind, level, text; the ledger keeps them beside the summary."""
    return {
        str(index): [document.blocks[index].kind, document.blocks[index].level, document.blocks[index].text]
        for passage in offers
        for index in passage.blocks
    }
