"""One text that a page holds twice, for wide and for narrow screens: one block with two origins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.markup.parser import Node

_VARIANT: Final = re.compile(
    r"(?:^|[\s_-])(?:mobile|desktop|phone|tablet|smartphone)(?:$|[\s_-])"
    r"|(?:^|\s)(?:visible|hidden|show-for|hide-for|d(?:-(?:sm|md|lg|xl))?-(?:none|block|flex))(?:-(?:xs|sm|md|lg|xl|small|"
    r"medium|large)(?:-(?:only|up|down|block))?)?(?=$|\s)"
    r"|(?:^|\s)(?:sm|md|lg|xl):(?:hidden|block|flex)(?=$|\s)",
    re.IGNORECASE,
)
"""Class names that show an element on some screens only (Bootstrap, Foundation, Tailwind, and plain words)."""
_PARTS: Final = ("mobile", "desktop", "phone", "tablet", "visible", "hidden", "-for", "none", "block", "flex")
"""One of these is in each such name."""
_ANCESTORS: Final = 10


def merge_twins(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts without second copies for other screens, whose runs are noted as `twins` of the first."""
    first: dict[tuple[str, str], Draft] = {}
    kept: list[Draft] = []
    variants: dict[Node, bool] = {}
    for draft in drafts:
        if draft.visibility == "hidden" or not draft.length:
            kept.append(draft)
            continue
        twin = first.setdefault((draft.kind, draft.text), draft)
        if twin is not draft and (_is_variant(draft, variants) or _is_variant(twin, variants)):
            twin.twins = [*twin.twins, *draft.runs]
        else:
            kept.append(draft)
    return kept


@lru_cache(maxsize=4096)
def _names_variant(names: str) -> bool:
    folded = names.casefold()
    return any(part in folded for part in _PARTS) and _VARIANT.search(names) is not None


def _is_variant(draft: Draft, known: dict[Node, bool]) -> bool:
    """Whether an element around the draft is for some screens only."""
    told = known.get(draft.node)
    if told is None:
        told = known[draft.node] = _is_inside_variant(draft.node)
    return told


def _is_inside_variant(node: Node | None) -> bool:
    for _ in range(_ANCESTORS):
        if node is None or node.tag == "body":
            return False
        names = node.attrs.get("class")
        if names and _names_variant(names):
            return True
        node = node.parent
    return False
