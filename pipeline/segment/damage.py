"""How much of a section is lost, and what its status is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.model import OMISSION, REPLACEMENT, Block, Document, SectionStatus, Sibling

_WITHHELD = "withheld"
_REPAIRS = ("mojibake", "lost-letter", "cipher", "charset")
"""Causes of edits that restore damaged text (taking out soft hyphens or line ends is reading)."""
_ALL = 0.98  # of the characters; what is left then is punctuation


def lost_in(document: Document) -> list[int]:
    """Characters lost, by block: replacement characters that no repair replaced, and characters without a meaning."""
    lost = [_replacements(block) for block in document.blocks]
    for finding in document.findings:
        if finding.code == "unmapped-characters" and finding.block is not None and finding.count:
            lost[finding.block] += finding.count
    return lost


def _replacements(block: Block) -> int:
    if REPLACEMENT not in block.raw:
        return 0
    withheld = sum(edit.before.count(REPLACEMENT) for edit in block.edits if edit.cause.startswith(_WITHHELD))
    return withheld + block.text.count(REPLACEMENT)


def damage(blocks: Sequence[Block], lost: Iterable[int]) -> tuple[SectionStatus, float]:
    """Status and damaged share (lost ÷ (lost + kept)) of the blocks of a section."""
    total, gone = 0, 0
    for block, count in zip(blocks, lost, strict=True):
        total += max(len(block.raw), count)
        gone += count
    damaged = round(gone / total, 6) if total else 0.0
    left = any(block.text.replace(OMISSION, "").strip() for block in blocks)
    if damaged >= _ALL or (damaged > 0 and not left):
        return "lost", damaged
    if damaged > 0:
        return "damaged", damaged
    if any(isinstance(origin, Sibling) for block in blocks for origin in block.origins):
        return "restored", 0.0
    if any(edit.cause.startswith("sibling") for block in blocks for edit in block.edits):
        return "restored", 0.0
    if any(edit.cause.startswith(_REPAIRS) for block in blocks for edit in block.edits):
        return "repaired", 0.0
    return "clean", 0.0
