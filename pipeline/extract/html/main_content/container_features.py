"""What is known of the elements around each draft: their text, how much of it links, how often they repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.markup.elements import INLINE
from pipeline.extract.html.markup.parser import Node

STEPS: Final = (1, 2, 3, 5)
"""How many elements above a draft's own block those stand that are looked at."""
COLUMNS: Final = (
    *(f"{what}_{step}" for step in STEPS for what in ("density", "size", "share")),
    "repeat",
    "repeat_level",
    "repeat_size",
    "repeat_density",
)
"""The names of the columns. `repeat*` tell of the largest group of like siblings (same tag and class) that the draft
is in: how many there are, how far above it, how long they are on average, how much of them links."""


def containers(drafts: Sequence[Draft]) -> NDArray[np.float32]:
    """A row of numbers for each draft."""
    above: dict[Node, int] = {}
    places: list[int] = []
    repeats: list[int] = []
    lost: list[int] = []
    for index, draft in enumerate(drafts):
        node: Node | None = draft.node
        while node is not None and node.tag in INLINE:
            node = node.parent
        if node is None:
            lost.append(index)
            node = draft.node
        places.append(above.setdefault(node.parent or node, len(above)))
        if many := _most_alike(node):
            alike = node.most_alike or node.alike or node
            repeats += (node.most_level, many, alike.size_alike, alike.linked_alike)
        else:
            repeats += (0, 0, 0, 0)
    sizes: list[int] = []
    linked: list[int] = []
    for first in above:
        second = first.parent or first
        third = second.parent or second
        fourth = third.parent or third
        fifth = fourth.parent or fourth
        sizes += (first.size, second.size, third.size, fifth.size)
        linked += (first.linked, second.linked, third.linked, fifth.linked)
    size = np.maximum(1, np.array(sizes, dtype=np.float64).reshape(-1, 4))
    density = np.array(linked, dtype=np.float64).reshape(-1, 4) / size
    rows = np.zeros((len(drafts), len(COLUMNS)), dtype=np.float32)
    width = 3 * len(STEPS)
    rows[:, 0:width:3] = density[places]
    rows[:, 1:width:3] = np.log1p(size)[places]
    rows[:, 2:width:3] = np.array([draft.length for draft in drafts])[:, None] / size[places]
    levels, count, together, links = np.array(repeats, dtype=np.float64).reshape(-1, 4).T
    together = np.maximum(1, together)
    rows[:, width] = count
    rows[:, width + 1] = levels
    rows[:, width + 2] = np.log1p(together / np.maximum(1, count))
    rows[:, width + 3] = links / together
    rows[lost] = 0
    return rows


def _most_alike(node: Node) -> int:
    """How many are in the largest group of like siblings that the node or an element around it is in. How far above
    the node that element is, and the first of the group (None: it is the node's own), the node remembers. Among
    groups of one size, the innermost. No deeper a recursion than `parser.MAX_DEPTH`."""
    if node.most < 0:
        parent = node.parent
        if parent is None or node.tag == "body":
            node.most = 0
            return 0
        around, own = _most_alike(parent), (node.alike or node).many_alike
        if own >= around:
            node.most = own
        else:
            node.most, node.most_level = around, parent.most_level + 1
            node.most_alike = parent.most_alike or parent.alike or parent
    return node.most
