"""Which elements a page hides from its readers, and which it only folds away until they are wanted.

Folded text (an accordion, a tab, `details`) is content. An element that is switched off counts as folded where
its name, its role or a control that opens it says so; otherwise it is hidden. An element that holds most of the
page's text is never hidden: such pages are switched on by their scripts.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.extract.html.hints import says_folded, says_hidden, words_of
from pipeline.extract.html.parser import Node
from pipeline.model import Visibility

_OFF_STYLE: Final = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_OPEN: Final = re.compile(r" (show|active|in|open) ")
_CLOSED: Final = re.compile(r" (collapse|tab pane) ")
_CONTROLS: Final = ("aria-controls", "data-target", "data-bs-target")
_PAGE: Final = frozenset(("html", "body", "main"))


class Visibilities:
    """Tells the visibility that an element's own markup gives it."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self._controlled: set[str] | None = None

    def of(self, node: Node, words: str) -> Visibility | None:
        """hidden, folded, or None where the element says nothing of it."""
        parent = node.parent
        if parent is not None and parent.tag == "details" and "open" not in parent.attrs:
            return None if node.tag == "summary" else "folded"
        if not node.attrs or node.tag in _PAGE:
            return None
        if words and says_hidden(words):
            return "hidden"
        if not _is_off(node):
            closed = words and _CLOSED.search(words) and not _OPEN.search(words)
            return "folded" if closed or node.attrs.get("hidden") == "until-found" else None
        if node.size * 2 > self.root.size:
            return None
        return "folded" if self._opens(node, words) else "hidden"

    def _opens(self, node: Node, words: str) -> bool:
        parent = node.parent
        return (
            says_folded(words)
            or node.get("role") == "tabpanel"
            or (parent is not None and says_folded(words_of(parent)))
            or ("id" in node.attrs and node.attrs["id"] in self._controlled_ids())
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
                        self._controlled.update(node.attrs[name].replace("#", " ").split())
                if node.attrs.get("role") in ("tab", "button") and node.get("href").startswith("#"):
                    self._controlled.add(node.attrs["href"][1:])
        return self._controlled


def _is_off(node: Node) -> bool:
    attrs = node.attrs
    if "hidden" in attrs and attrs["hidden"].lower() != "until-found":
        return True
    if attrs.get("aria-hidden", "").lower() == "true":
        return True
    return "style" in attrs and _OFF_STYLE.search(attrs["style"]) is not None
