"""Which elements a page hides from its readers, and which it only folds away until they are wanted.

Folded text (an accordion, a tab, `details`) is content. An element that is switched off counts as folded where
its name, its role or a control that opens it says so; otherwise it is hidden. An element that holds most of the
page's text is never hidden: such pages are switched on by their scripts.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.extract.html.elements import HIDDEN
from pipeline.extract.html.hints import Hints, hints_of
from pipeline.extract.html.parser import Node
from pipeline.model import Visibility

_OFF_STYLE: Final = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CONTROLS: Final = ("aria-controls", "data-target", "data-bs-target")
_PAGE: Final = frozenset(("html", "body", "main"))


class Visibilities:
    """Tells the visibility that an element's own markup gives it."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._controlled: set[str] | None = None

    def of(self, node: Node, hints: Hints) -> Visibility | None:
        """hidden, folded, or None where the element says nothing of it."""
        if node.tag in HIDDEN:  # but for a page that speaks only to those without scripts
            return None if node.tag == "noscript" and node.size * 2 > self.root.size else "hidden"
        parent = node.parent
        if parent is not None and parent.tag == "details" and "open" not in parent.attrs:
            return None if node.tag == "summary" else "folded"
        if not node.attrs or node.tag in _PAGE:
            return None
        if hints.hidden:
            return "hidden"
        if not _is_off(node.attrs):
            return "folded" if hints.closed or node.attrs.get("hidden") == "until-found" else None
        if node.size * 2 > self.root.size:
            return None
        return "folded" if self._opens(node, hints) else "hidden"

    def _opens(self, node: Node, hints: Hints) -> bool:
        parent = node.parent
        return (
            hints.folded
            or node.get("role") == "tabpanel"
            or (parent is not None and hints_of(parent.attrs).folded)
            or (node.get("id") in self._controlled_ids())
        )

    def _controlled_ids(self) -> set[str]:
        """The ids of elements that a control of the page opens."""
        if self._controlled is None:
            self._controlled = set()
            waiting = [self.root]
            while waiting:
                node = waiting.pop()
                waiting += node.elements()
                for name in _CONTROLS:
                    if name in node.attrs:
                        self._controlled.update(node.get(name).replace("#", " ").split())
                if node.attrs.get("role") in ("tab", "button") and node.get("href").startswith("#"):
                    self._controlled.add(node.get("href")[1:])
        return self._controlled


def may_hide_bare(node: Node) -> bool:
    """Whether an element without attributes may be hidden or folded all the same."""
    return node.tag in HIDDEN or (node.parent is not None and node.parent.tag == "details")


def _is_off(attrs: dict[str, str | None]) -> bool:
    if "hidden" in attrs and (attrs["hidden"] or "").lower() != "until-found":
        return True
    if (attrs.get("aria-hidden") or "").lower() == "true":
        return True
    style = attrs.get("style")
    return bool(style) and _OFF_STYLE.search(style or "") is not None
