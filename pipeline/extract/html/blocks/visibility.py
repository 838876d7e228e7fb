"""Which elements a page hides from its readers, and which it only folds away until they are wanted.

Folded text (an accordion, a tab, `details`) is content. An element that is switched off counts as folded where
its name, its role or a control that opens it says so; otherwise it is hidden. An element that holds most of the
page's text is never hidden: such pages are switched on by their scripts, and a name that seems to hide it means
something else.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.extract.html.markup.elements import HIDDEN
from pipeline.extract.html.markup.name_hints import NO_HINTS, Hints, hints_of
from pipeline.extract.html.markup.parser import Node, Tree
from pipeline.records import Visibility

_OFF_STYLE: Final = re.compile(r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_CONTROLLED: Final = (
    re.compile(r"aria-controls=[\"']?([^\"'<>]{1,200})"),
    re.compile(r"data-(?:bs-)?target=[\"']?([^\"'<>]{1,200})"),
)
_TAB: Final = re.compile(r"role=[\"']?(?:tab|button)\b")
_TARGET: Final = re.compile(r"href=[\"']?(#[^\"'<>\s]{1,200})")
_HIDING: Final = frozenset(("hidden", "aria-hidden", "style"))
_LONGEST_TAG: Final = 1000
_HIDDEN_BY_NAME: Final = 1 / 3
"""An element with more of the page's text (links left out) than this is not hidden by its names. Of 4,682 elements that
names hide on 812 pages, those that are hidden have .12 at most, and the one that is the page's main part has .90."""
_SKIP_LINK: Final = 60
"""Characters that a link past the menu has at most where it is not marked up as a link."""
_PAGE: Final = frozenset(("html", "body", "main"))


class Visibilities:
    """Tells the visibility that an element's own markup gives it."""

    def __init__(self, tree: Tree) -> None:
        self._size = tree.root.size
        self._prose = tree.root.size - tree.root.linked
        self._markup = tree.scanned.markup
        self._controlled: frozenset[str] | None = None

    def of(self, node: Node, hints: Hints) -> Visibility | None:
        """hidden, folded, or None where the element says nothing of it."""
        if node.tag in HIDDEN:  # but for a page that speaks only to those without scripts
            return None if node.tag == "noscript" and node.size * 2 > self._size else "hidden"
        parent = node.parent
        if parent is not None and parent.tag == "details" and "open" not in parent.attrs:
            return None if node.tag == "summary" else "folded"
        if not node.attrs or node.tag in _PAGE:
            return None
        if self._named_hidden(node, hints):
            return "hidden"
        if not _is_off(node.attrs):
            return "folded" if hints.closed or node.attrs.get("hidden") == "until-found" else None
        if node.size * 2 > self._size:
            return None
        return "folded" if self._opens(node, hints) else "hidden"

    def _named_hidden(self, node: Node, hints: Hints) -> bool:
        prose = node.size - node.linked
        if hints.skips and prose <= max(node.linked, _SKIP_LINK):
            return True
        return hints.hidden and prose <= _HIDDEN_BY_NAME * max(self._prose, 1)

    def _opens(self, node: Node, hints: Hints) -> bool:
        parent = node.parent
        return (
            hints.folded
            or node.get("role") == "tabpanel"
            or (parent is not None and hints_of(parent.attrs).folded)
            or (node.get("id") in self._controlled_ids())
        )

    def _controlled_ids(self) -> frozenset[str]:
        """The ids of elements that a control of the page opens."""
        if self._controlled is None:
            markup = self._markup
            named = [names for pattern in _CONTROLLED for names in pattern.findall(markup)]
            for tab in _TAB.finditer(markup):
                start = max(0, markup.rfind("<", max(0, tab.start() - _LONGEST_TAG), tab.start()))
                named += _TARGET.findall(markup, start, tab.end() + _LONGEST_TAG)[:1]
            self._controlled = frozenset(name for names in named for name in names.replace("#", " ").split())
        return self._controlled


def may_hide(node: Node, hints: Hints) -> bool:
    """Whether an element may be hidden or folded: a glance before `Visibilities.of`."""
    return (
        not _HIDING.isdisjoint(node.attrs)
        or node.tag in HIDDEN
        or (node.parent is not None and node.parent.tag == "details")
        or (hints is not NO_HINTS and (hints.hidden or hints.skips or hints.closed))
    )


def _is_off(attrs: dict[str, str | None]) -> bool:
    if "hidden" in attrs and (attrs["hidden"] or "").lower() != "until-found":
        return True
    if (attrs.get("aria-hidden") or "").lower() == "true":
        return True
    style = attrs.get("style")
    return bool(style) and _OFF_STYLE.search(style or "") is not None
