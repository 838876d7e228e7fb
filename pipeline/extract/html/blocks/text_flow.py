"""The flow of a page's text: runs become drafts, drafts end at the edges of blocks.

What the elements around say about the text now read is the state of the flow; `blocks` sets it.
"""

from __future__ import annotations

import re
from typing import Final

from pipeline.extract.html.blocks.draft import Draft, Run
from pipeline.extract.html.markup.elements import EMPHASIS
from pipeline.extract.html.markup.name_hints import name_bits
from pipeline.extract.html.markup.parser import Node, Tree
from pipeline.records import BlockKind, Role, Visibility, fold_space

_TO_FOLD: Final = re.compile(r"[&\t\n\r\f\v]|  ")
_BLANK_LINE: Final = re.compile(r"(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)\s*")


class Flow:
    """Collects the drafts of a page from its runs of text."""

    __slots__ = (
        "areas", "beyond", "bits", "bold", "breaks", "depth", "draft", "drafts", "ends", "item", "kind", "last", "left",
        "level", "link", "link_number", "list", "list_level", "literal", "main", "near", "number", "page_size",
        "preformatted", "role", "section_level", "solid", "source", "space", "starts", "tree", "unread",
        "visibility",
    )  # fmt: skip

    def __init__(self, tree: Tree, max_blocks: int) -> None:
        self.tree = tree
        self.source, self.literal = tree.source, tree.scanned.literal
        self.starts, self.ends = tree.scanned.starts, tree.scanned.ends
        self.left = max_blocks
        self.beyond: int | None = None
        self.unread: list[Run] = []
        self.drafts: list[Draft] = []
        self.page_size = max(1, tree.root.size)
        self.draft: Draft | None = None
        self.space = False
        self.breaks = 0
        self.last = tree.root
        # what the elements around say about the text now read
        self.kind: BlockKind = "paragraph"
        self.level: int | None = None
        self.role: Role | None = None
        self.visibility: Visibility = "shown"
        self.areas: tuple[Role, ...] = ()
        self.main = 0
        self.bits = 0
        self.depth = 0
        self.near = (0, 0, 0)
        self.link: str | None = None
        self.link_number = 0
        self.bold = False
        self.solid = False
        self.preformatted = False
        self.item: Node | None = None
        self.list: Node | None = None
        self.list_level = 0
        self.number: dict[int, int] = {}
        self.section_level = 0

    def _text(self, run: int, node: Node) -> None:
        start, end = self.starts[run], self.ends[run]
        literal = run in self.literal
        if not self.preformatted:
            self._run(start, end, literal, node)
            return
        source = self.source
        for gap in _BLANK_LINE.finditer(source, start, end):
            self._run(start, gap.start(), literal, node)
            self._edge()
            start = gap.end()
        self._run(start, end, literal, node)

    def _run(self, start: int, end: int, literal: bool, node: Node) -> None:
        text = self.source[start:end]
        if not (text.isprintable() and "&" not in text and "  " not in text) and _TO_FOLD.search(text):
            text = fold_space(self.tree.decoded(start, end, literal))
        if not text:
            self.space = True
            return
        self.breaks = 0
        draft = self.draft or self._open(node)
        apart = self.space or (node is not self.last and self._stand_apart(draft, text, node))
        draft.add(start, end, text, apart)
        self.space, self.last = False, node
        if self.link is not None:
            draft.add_link(self.link, self.link_number, len(text))
        if self.bold:
            draft.bold += len(text)

    def _stand_apart(self, draft: Draft, text: str, node: Node) -> bool:
        """Whether two runs without white space between them are words of their own: the elements around them are
        not for emphasis, and a word or number would begin in the middle of another."""
        if not draft.parts or node.tag in EMPHASIS or self.last.tag in EMPHASIS:
            return False
        before, after = draft.parts[-1][-1], text[0]
        if after.isdigit():
            return before.islower() or before in ")!?"
        return after.isupper() and (before.islower() or before.isdigit() or before in ")!?")

    def _open(self, node: Node) -> Draft:
        draft = self.draft = Draft(self.kind, node)
        draft.level, draft.role = self.level, self.role
        draft.visibility, draft.areas, draft.main = self.visibility, self.areas, self.main
        draft.list_level = self.list_level
        own = name_bits(node.attrs) if node.attrs else 0
        nearest, second, third = self.near
        draft.bits, draft.near, draft.depth = self.bits | own, own | nearest | second | third, self.depth
        draft.in_item = self.item is not None
        return draft

    def _flush(self) -> None:
        draft, self.draft, self.space, self.breaks = self.draft, None, False, 0
        if draft is None or not (draft.text.strip() or draft.cells):
            return
        if self.left <= 0:
            if self.beyond is None and draft.runs:
                self.beyond = draft.runs[0][0]
            self.unread += draft.runs
            return
        self.left -= 1
        if draft.kind == "paragraph" and self.item is not None and draft.visibility != "hidden":
            self._become_item(draft)
        self.drafts.append(draft)

    def _edge(self) -> None:
        """The edge of a block: what is in the line ends here, unless the block around is one piece."""
        if self.solid:
            self.space = True
        elif self.draft is not None:
            self._flush()
        else:
            self.space, self.breaks = False, 0

    def _become_item(self, draft: Draft) -> None:
        """The first text of a list item is the item; what follows in it are paragraphs."""
        item, parent = self.item, self.list
        self.item = None
        if item is None:
            return
        draft.kind, draft.level = "list_item", max(1, self.list_level)
        draft.ordered = parent is not None and parent.tag == "ol"
        if parent is not None and draft.ordered:
            number = self._number(item, parent)
            self.number[id(parent)] = number
            draft.marker = f"{number}."

    def _number(self, item: Node, parent: Node) -> int:
        for node, name, step in ((item, "value", 0), (parent, "start", 0)):
            if node is parent and id(parent) in self.number:
                return self.number[id(parent)] + 1
            value = node.get(name).strip()
            if re.fullmatch(r"[+-]?\d{1,9}", value):
                return int(value) + step
        return 1
