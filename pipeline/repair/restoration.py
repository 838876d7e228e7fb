"""Lost passages restored from siblings: other documents that still hold them.

What is restored, and from whom, was decided by `gather`; here the donor's blocks are put beside the damaged ones.
The damaged block stays in the document, hidden; the new block has `Sibling` origin, so that its text leads to
the donor's block and on to the donor's bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.knowledge.findings import finding, loses_text
from pipeline.records import (
    OMISSION,
    Answers,
    Block,
    Document,
    DonorBlock,
    Finding,
    Restoration,
    Sibling,
    new_block,
)

_FRAGMENT = 12
"""Letters of what is left of a damaged block that a donor must hold too, piece by piece."""
_SHOWN = 300


def restore(document: Document, answers: Answers) -> Document:
    """The document with what siblings hold of its lost passages, as `answers` decided."""
    inserted: dict[int, tuple[Block, ...]] = {}
    healed: set[int] = set()
    findings: list[Finding] = []
    for restoration in answers.restorations:
        blocks = [document.blocks[index] for index in restoration.blocks]
        if restoration.status != "disagreement" and not _fits(blocks, restoration.passage):
            continue
        findings.append(_told(restoration))
        if restoration.status == "restored":
            inserted[restoration.blocks[-1]] = tuple(
                _restored(blocks[0], donor) for donor in restoration.passage
            )
            healed.update(restoration.blocks)
    if not inserted:
        return document.with_findings(findings)
    return _with_blocks(document, inserted, healed, findings)


def _fits(damaged: Iterable[Block], passage: tuple[DonorBlock, ...]) -> bool:
    """Whether the donor's text holds, in order, what is left of the damaged blocks."""
    text, position = "\n".join(donor.text for donor in passage), 0
    for block in damaged:
        for fragment in block.text.split(OMISSION):
            piece = fragment.strip(" .,;:!?")
            if len(piece) < _FRAGMENT:
                continue
            found = text.find(piece, position)
            if found < 0:
                return False
            position = found + len(piece)
    return True


def _restored(damaged: Block, donor: DonorBlock) -> Block:
    origin = Sibling(document=donor.document, block=donor.block)
    return new_block(donor.kind, donor.text, [origin], level=donor.level, visibility=damaged.visibility)


def _with_blocks(
    document: Document, inserted: dict[int, tuple[Block, ...]], healed: set[int], findings: list[Finding]
) -> Document:
    """The document with blocks inserted behind others; findings follow their blocks, healed losses are told no more."""
    blocks: list[Block] = []
    moved: dict[int, int] = {}
    for index, block in enumerate(document.blocks):
        moved[index] = len(blocks)
        blocks.append(block.model_copy(update={"visibility": "hidden"}) if index in healed else block)
        blocks += inserted.get(index, ())
    kept = [f for f in document.findings if not (f.block in healed and loses_text(f.code))]
    told = tuple(
        f if f.block is None else f.model_copy(update={"block": moved[f.block]}) for f in (*kept, *findings)
    )
    return document.model_copy(update={"blocks": tuple(blocks), "findings": told})


def _told(restoration: Restoration) -> Finding:
    code = {
        "restored": "text-restored",
        "candidate": "restoration-candidate",
        "disagreement": "donors-disagree",
    }[restoration.status]
    text = " ".join(donor.text for donor in restoration.passage)
    return finding(
        code,
        block=restoration.blocks[0],
        evidence=f"donors: {', '.join(restoration.donors)}",
        suggestion=(text[:_SHOWN] or None) if restoration.status == "candidate" else None,
        count=len(restoration.passage) or None,
    )
