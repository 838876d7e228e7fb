"""Characters lost: counted once, after repair, from the findings that say so.

A finding whose catalogue entry says `loses_text` names a block and how many of its characters cannot be read and were
not restored. Nothing else counts: what an extractor could not read may still be repaired, or may be an icon.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.knowledge.findings import loses_text
from pipeline.records import OMISSION, Block, Document


def lost_in(document: Document) -> list[int]:
    """Characters lost, by block. Meant for a document that was repaired: before that, nothing is known to be lost."""
    lost = [0] * len(document.blocks)
    for finding in document.findings:
        if loses_text(finding.code):
            assert finding.block is not None and finding.count is not None  # `finding()` sees to it
            lost[finding.block] += finding.count
    return lost


def damaged_share(blocks: Iterable[Block], lost: Iterable[int]) -> float:
    """Characters lost ÷ (lost + kept), in [0, 1], of blocks with so many characters lost; 1 where no text is left."""
    total, gone, left = 0, 0, False
    for block, count in zip(blocks, lost, strict=True):
        total += max(len(block.raw), count)
        gone += count
        left = left or bool(block.text.replace(OMISSION, "").strip())
    if not gone:
        return 0.0
    return gone / total if left else 1.0
