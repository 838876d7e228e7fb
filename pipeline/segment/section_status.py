"""What the status of a section is."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.knowledge.causes import RESTORING, class_of
from pipeline.knowledge.losses import damaged_share
from pipeline.records import Block, SectionStatus, Sibling

_ALL = 0.98  # of the characters; what is left then is punctuation


def damage(blocks: Sequence[Block], lost: Sequence[int]) -> tuple[SectionStatus, float]:
    """Status and damaged share of the blocks of a section, of which so many characters each are `lost`."""
    damaged = round(damaged_share(blocks, lost), 6)
    classes = {class_of(edit.cause) for block in blocks for edit in block.edits}
    if damaged >= _ALL:
        return "lost", damaged
    if any(lost) or "loss" in classes:
        return "damaged", damaged
    if any(isinstance(origin, Sibling) for block in blocks for origin in block.origins):
        return "restored", 0.0
    if classes & RESTORING:
        return "repaired", 0.0
    return "clean", 0.0
