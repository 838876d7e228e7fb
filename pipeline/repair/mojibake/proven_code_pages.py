"""Which code pages the repairs of a document prove: evidence for the other documents of its site."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.records import Block, Document, undo

if TYPE_CHECKING:
    from pipeline.repair.mojibake.candidates import Chain

ENOUGH = 3
"""Blocks that must have been repaired alike, each with certainty."""
_MOST = 400
"""Blocks of a document that are looked at."""
_CAUSE = "mojibake:"
_ARROW = "→"


def proven_pages(document: Document) -> tuple[str, ...]:
    """The code pages ("true→read as", sorted) that explain the repairs of at least `ENOUGH` blocks each.

    Of a page that explains a part of what another explains nothing is said: it is the other one.
    """
    repaired = [block for block in document.blocks if any(e.cause.startswith(_CAUSE) for e in block.edits)]
    if len(repaired) < ENOUGH:
        return ()
    explained: dict[Chain, set[int]] = {}
    for number, block in enumerate(repaired[:_MOST]):
        for chain in _explanations(block):
            explained.setdefault(chain, set()).add(number)
    often = {chain: blocks for chain, blocks in explained.items() if len(blocks) >= ENOUGH}
    best = [chain for chain, blocks in often.items() if not any(blocks < other for other in often.values())]
    return tuple(sorted(_ARROW.join(chain) for chain in best))


def as_chains(code_pages: Iterable[str]) -> frozenset[Chain]:
    """The chains that `proven_pages` gave, as the judge takes them."""
    parted = (name.partition(_ARROW) for name in code_pages)
    return frozenset((true, read_as) for true, _, read_as in parted)


def _explanations(block: Block) -> list[Chain]:
    """All chains of one step, below entities or not, that lead from a block's text to what the judge made of it."""
    from pipeline.repair.mojibake.candidates import explaining_chains
    from pipeline.repair.mojibake.code_page_tables import pages

    places = [place for place, edit in enumerate(block.edits) if edit.cause.startswith(_CAUSE)]
    first, last = places[0], places[-1] + 1
    *before, step = block.edits[first].cause.removeprefix(_CAUSE).split("+")
    if _ARROW not in step or any(name != "entities" for name in before):
        return []
    after = undo(block.text, block.edits[last:])
    damaged = undo(after, block.edits[first:last])
    return explaining_chains(html.unescape(damaged) if before else damaged, after, pages())
