"""From the tree of a page to its blocks in reading order, each still a draft: structure, text runs, visibility.

Nothing is judged here but what the markup itself says; whether a draft is content is decided by `classify`.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.blocks.tables import grid, is_data_table
from pipeline.extract.html.blocks.text_flow import Flow
from pipeline.extract.html.blocks.visibility import Visibilities, may_hide
from pipeline.extract.html.markup.elements import INLINE, MEDIA, NEVER_FURNITURE, SILENT, SKIPPED
from pipeline.extract.html.markup.name_hints import NO_HINTS, Hints, hints_of, says_hidden
from pipeline.extract.html.markup.parser import LINE, SPACE, Node, Tree
from pipeline.records import BlockKind, Role, Visibility

_LISTS: Final = frozenset(("ul", "ol", "menu", "dir"))
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_MAIN_TAGS: Final = frozenset(("main", "article"))
_ROLES: Final[dict[str, Role | None]] = {"dt": "definition_term", "dd": None, "address": "address"}
_PREFORMATTED: Final = frozenset(("pre", "listing", "xmp", "plaintext"))
_PLAIN: Final = frozenset(
    ("div", "p", "section", "article", "main", "body", "html", "header", "footer", "nav", "td")
)
_PLAIN_AREAS: Final = frozenset(("div", "p", "section", "li", "ul", "ol", "td", "tr", "tbody", "dd", "dt"))
_BOLD: Final = frozenset(("b", "strong"))
_TO_FOLD: Final = re.compile(r"[&\t\n\r\f\v]|  ")
_BLANK_LINE: Final = re.compile(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)\s*")
_DASH: Final = re.compile(r"^[\s\u2012-\u2015\u2212~-]+")
_ROLE_OF_TAG: Final[dict[str, Role]] = {
    "nav": "navigation", "footer": "footer", "aside": "related", "form": "form", "dialog": "form",
    "select": "form", "option": "form", "textarea": "form", "datalist": "form", "fieldset": "form",
}  # fmt: skip
_ROLE_OF_ROLE: Final[dict[str, Role]] = {
    "navigation": "navigation", "banner": "site_name", "contentinfo": "footer", "complementary": "related",
    "search": "form", "dialog": "form", "alertdialog": "cookie", "menu": "navigation", "menubar": "navigation",
    "form": "form", "tooltip": "boilerplate", "toolbar": "navigation", "tablist": "navigation",
}  # fmt: skip


class BlockBuilder(Flow):
    """Walks over a tree once and collects the drafts of its blocks."""

    __slots__ = ("items", "skipped", "visibilities")

    def __init__(self, tree: Tree, max_blocks: int) -> None:
        super().__init__(tree, max_blocks)
        self.items = tree.items
        self.skipped: list[Node] = []
        self.visibilities = Visibilities(tree)

    def build(self) -> list[Draft]:
        """The drafts of the whole page."""
        self._walk(self.tree.root)
        self._flush()
        return self.drafts

    def _walk(self, node: Node) -> None:
        items, place, end = self.items, node.start, node.end
        while place < end:
            item = items[place]
            if isinstance(item, int):
                place += 1
                if item >= 0:
                    self._text(item, node)
                elif item == SPACE:
                    self.space = True
                elif item == LINE:
                    self._line_break()
                else:
                    self._edge()
            else:
                place = item.end
                self._element(item)

    def _line_break(self) -> None:
        self.breaks += 1
        self.space = True
        if self.breaks > 1:
            self._edge()

    def _element(self, node: Node) -> None:
        tag, attrs, hints = node.tag, node.attrs, NO_HINTS
        if not node.size or (tag in SKIPPED and self._skip(node)):
            if tag not in SILENT:
                self._edge()
            return
        inline = tag in INLINE
        if attrs:
            if inline and attrs.get("role") == "heading":
                inline = False
            if not inline or says_hidden(attrs):
                hints = hints_of(attrs)
        if self.visibility != "hidden" and may_hide(node, hints):
            visibility = self.visibilities.of(node, hints)
            if visibility == "folded" and self.solid:
                visibility = None
            if visibility is not None and visibility != self.visibility:
                self._apart(node, hints, visibility)
                return
        if inline:
            self._inline(node)
        else:
            self._block(node, hints)

    def _skip(self, node: Node) -> bool:
        """Leave out an element that holds no text for readers, and note it; not one that holds most of the page as
        what stands in for it."""
        if node.tag in MEDIA and node.size * 2 > self.page_size:
            return False
        self.skipped.append(node)
        return True

    def _apart(self, node: Node, hints: Hints, visibility: Visibility) -> None:
        """An element that is shown otherwise than the text around it stands in blocks of its own."""
        draft, space = self.draft, True
        saved = self.solid, self.kind, self.visibility
        if not (self.solid or node.tag in INLINE):
            self._flush()
            draft = None
        self.draft, self.solid, self.visibility = None, False, visibility
        if visibility == "hidden":
            self.kind = "paragraph"
        if node.tag in INLINE:
            self._inline(node)
        else:
            self._block(node, hints)
        self._flush()
        self.solid, self.kind, self.visibility = saved
        self.draft, self.space = draft, space

    def _inline(self, node: Node) -> None:
        if node.tag == "a" and "href" in node.attrs:
            saved = self.link
            self.link, self.link_number = node.get("href").strip(), self.link_number + 1
            self._walk(node)
            self.link = saved
        elif node.tag in _BOLD and not self.bold:
            self.bold = True
            self._walk(node)
            self.bold = False
        else:
            self._walk(node)

    def _block(self, node: Node, hints: Hints) -> None:
        self._edge()
        saved = self.areas, self.main, self.bits, self.near
        tag, attrs, bits = node.tag, node.attrs, hints.bits
        if hints.main or tag in _MAIN_TAGS:
            self.main += 1
        self.bits |= bits
        nearest, second, _ = self.near
        self.near = bits, nearest, second
        self.depth += 1
        if (hints is not NO_HINTS and hints.role is not None) or tag not in _PLAIN_AREAS or "role" in attrs:
            role = self._role_of(node, hints)
            if role is not None and role not in self.areas:
                self.areas = (*self.areas, role)
        if self.solid or (tag in _PLAIN and hints.level is None and attrs.get("role") != "heading"):
            self._walk(node)
        else:
            self._inside(node, hints)
        self.depth -= 1
        self.areas, self.main, self.bits, self.near = saved
        self._edge()

    def _inside(self, node: Node, hints: Hints) -> None:
        """The content of an element that means more than a block."""
        tag = node.tag
        if self._is_heading(node):
            self._heading(node)
        elif tag == "table":
            self._table(node)
        elif tag in _LISTS:
            self._list(node)
        elif tag == "li":
            self._item(node)
        elif tag == "blockquote":
            self._quote(node)
        elif tag == "figcaption":
            self._one(node, "caption")
        elif tag == "figure":
            first = len(self.drafts)
            self._walk(node)
            self._flush()
            self._attribute(first)
        elif tag in _ROLES:
            saved, self.role = self.role, _ROLES[tag]
            self._walk(node)
            self._edge()
            self.role = saved
        elif tag in _PREFORMATTED:
            self.preformatted = True
            self._walk(node)
            self._edge()
            self.preformatted = False
        elif tag == "summary" or (tag == "button" and _opens_panel(node, hints)):
            self._one(node, "heading", self.section_level + 1)
        else:
            first = len(self.drafts)
            self._walk(node)
            self._edge()
            if hints.level is not None and len(self.drafts) == first + 1:
                self.drafts[first].named_heading = hints.level

    def _role_of(self, node: Node, hints: Hints) -> Role | None:
        """The role of furniture that an element's tag, ARIA role or names give it."""
        tag = node.tag
        if tag == "aside" and self.main:
            return None
        role = _ROLE_OF_TAG.get(tag) or (_ROLE_OF_ROLE.get(node.get("role")) if node.attrs else None)
        if role == "navigation" or role == "footer":
            return role
        if node.size * 2 > self.page_size:  # what holds most of the page is the page
            return None
        if role is None and hints.role is not None and tag not in NEVER_FURNITURE:
            role = hints.role
        if role is None and tag == "header" and not self.main:
            return "site_name"
        if role is None and tag == "button" and not _opens_panel(node, hints):
            return "form"
        return role

    @staticmethod
    def _is_heading(node: Node) -> bool:
        return node.tag in _HEADINGS or (bool(node.attrs) and node.attrs.get("role") == "heading")

    def _heading(self, node: Node) -> None:
        stated = node.get("aria-level").strip()
        level = int(stated) if re.fullmatch(r"[1-9]", stated) else _HEADINGS.get(node.tag, 2)
        self.section_level = level
        item, self.item = self.item, None
        self._one(node, "heading", level)
        if not node.size:
            self.item = item

    def _one(self, node: Node, kind: BlockKind, level: int | None = None) -> None:
        """The element as one block, whatever elements are in it."""
        saved = self.kind, self.level, self.solid, self.role
        self.kind, self.level, self.solid, self.role = kind, level, True, None
        self._walk(node)
        if not saved[2]:
            self._flush()
        self.kind, self.level, self.solid, self.role = saved

    def _list(self, node: Node) -> None:
        saved = self.list, self.list_level, self.item
        self.list, self.list_level, self.item = node, self.list_level + 1, None
        self._walk(node)
        self._edge()
        self.list, self.list_level, self.item = saved

    def _item(self, node: Node) -> None:
        saved = self.item
        self.item = node
        self._walk(node)
        self._edge()
        self.item = saved

    def _quote(self, node: Node) -> None:
        saved, first = self.kind, len(self.drafts)
        self.kind = "quote"
        for child in self.tree.children(node):
            if isinstance(child, Node) and child.tag in ("footer", "cite", "figcaption") and child.size:
                self._edge()
                self._one(child, "caption")
            elif isinstance(child, Node):
                self._element(child)
            else:
                self._walk_one(child, node)
        self._edge()
        self.kind = saved
        self._attribute(first)

    def _walk_one(self, child: int, node: Node) -> None:
        if child >= 0:
            self._text(child, node)
        elif child == SPACE:
            self.space = True
        elif child == LINE:
            self._line_break()
        else:
            self._edge()

    def _attribute(self, first: int) -> None:
        """Give the quotes among the drafts from `first` on their speaker: a caption, or a line behind a dash."""
        quotes = [draft for draft in self.drafts[first:] if draft.kind == "quote"]
        named = [draft for draft in self.drafts[first:] if draft.kind == "caption"]
        if not named and len(quotes) > 1 and _DASH.match(quotes[-1].text) and len(quotes[-1].text) < 120:
            quotes[-1].kind = "caption"
            named = [quotes.pop()]
        if named and quotes:
            speaker = _DASH.sub("", named[-1].text).strip()
            for quote in quotes:
                quote.speaker = quote.speaker or speaker or None

    # --- tables ---

    def _table(self, node: Node) -> None:
        if not is_data_table(self.tree, node):
            self._walk(node)
            return
        for caption in (child for child in self.tree.elements(node) if child.tag == "caption"):
            self._one(caption, "caption")
        saved = self.kind, self.solid, self.item, self.role
        self.kind, self.solid, self.item, self.role = "table", True, None, None
        draft = self._open(node)
        row = 0
        for cell in grid(self.tree, node):
            while row < cell.row:
                row += 1
                draft.separate("\n")
            if draft.cells and draft.cells[-1].row == cell.row:
                draft.separate("\t")
            start, self.space, self.draft = draft.length, False, draft
            self._walk(cell.node)
            draft.add_cell(cell, start)
        self.draft = draft if any(cell.end > cell.start for cell in draft.cells) else None
        self.solid = False
        self._flush()
        self.kind, self.solid, self.item, self.role = saved


def _opens_panel(node: Node, hints: Hints) -> bool:
    return "aria-expanded" in node.attrs or "aria-controls" in node.attrs or hints.accordion
