"""What of a page's text stands in no block, and why."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Final

from pipeline.extract.accounting import LeftOut, Range
from pipeline.extract.html.blocks.builder import BlockBuilder
from pipeline.extract.html.markup.elements import MEDIA
from pipeline.extract.html.markup.parser import Node, Tree

_SIZE: Final = attrgetter("size")
_BEYOND: Final = "beyond-budget"
_FRAMES: Final = ("<frameset", "<FRAMESET")


def pieces(tree: Tree) -> list[Range]:
    """The ranges of the source that are text: every run that the scanner marked."""
    return list(zip(tree.scanned.starts, tree.scanned.ends, strict=True))


def left_out(tree: Tree, builder: BlockBuilder) -> list[LeftOut]:
    """The ranges of the source that stand in no draft on purpose. Reasons: the element (`script`, `style`, `title`,
    `iframe` ...), `fallback` (what stands in for a picture or film), `beyond-budget`, `comment` and `tag` (that are
    never closed; CDATA sections of HTML are comments), `frameset` (which shows frames, no text)."""
    scanned = tree.scanned
    found = list(scanned.left_out)
    for node in builder.skipped:
        found += _inside(tree, node)
    found += [LeftOut(start, end, _BEYOND) for start, end, _ in builder.unread]
    found += [LeftOut(scanned.starts[run], scanned.ends[run], _BEYOND) for run in tree.beyond]
    if scanned.stopped is not None:
        found.append(LeftOut(scanned.stopped, len(tree.source), _BEYOND))
    found += [LeftOut(scanned.starts[run], scanned.ends[run], "comment") for run in scanned.sections]
    if any(tag in scanned.markup for tag in _FRAMES):
        found += _dropped(tree)
    return found


def _inside(tree: Tree, node: Node) -> Iterator[LeftOut]:
    """The runs of an element that holds no text for readers; those of the head by the elements in it."""
    if node.tag == "head":
        for child in filter(_SIZE, tree.elements(node)):
            yield from _inside(tree, child)
        return
    reason = "fallback" if node.tag in MEDIA else node.tag
    for item in tree.items[node.start : node.end]:
        if isinstance(item, int) and item >= 0:
            yield LeftOut(tree.scanned.starts[item], tree.scanned.ends[item], reason)


def _dropped(tree: Tree) -> Iterator[LeftOut]:
    """The runs that the parser has left out of a page of frames."""
    kept = {item for item in tree.items if isinstance(item, int)}
    for run, (start, end) in enumerate(pieces(tree)):
        if run not in kept:
            yield LeftOut(start, end, "frameset")
