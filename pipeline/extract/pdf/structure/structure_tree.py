"""The structure tree of a tagged PDF: which marked content is which heading, paragraph, list item or table cell.

Read with pikepdf, which walks trees that other readers stumble over. A tree is data from outside: its depth and size
are bounded, and it is used only on pages whose text it covers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.knowledge.files import load_toml

_MAX_DEPTH = 80
_MAX_ELEMENTS = 300_000
_MAX_SPAN = 200


@dataclass(slots=True)
class Element:
    """A block of the tree, in its order. `table` numbers the table that a cell belongs to, from 1."""

    kind: str
    level: int = 0
    table: int = 0
    row: int = 0
    column: int = 0
    rowspan: int = 1
    colspan: int = 1
    header: bool = False


@dataclass(slots=True)
class Structure:
    """The elements in order, and for each page (from 1) which element each marked content belongs to.

    `labels` holds the marked contents, as (page, id), that are list markers.
    """

    elements: list[Element] = field(default_factory=list)
    places: dict[int, dict[int, int]] = field(default_factory=dict)
    order: dict[int, dict[int, int]] = field(default_factory=dict)
    labels: set[tuple[int, int]] = field(default_factory=set)


def read_structure(data: bytes, password: str | None) -> Structure | None:
    """The structure of the PDF in `data`; None where there is none or it cannot be walked."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), password=password or "", suppress_warnings=True) as pdf:
            root = pdf.Root.get("/StructTreeRoot")
            if not isinstance(root, pikepdf.Dictionary):
                return None
            pages = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
            walker = _Walker(pages, _role_map(root))
            walker.walk(root.get("/K"), "", None, None, 0)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, KeyError, RecursionError, AttributeError):
        return None
    return walker.structure if walker.structure.places else None


def _role_map(root: Any) -> dict[str, str]:
    """The file's own element names by the standard ones they stand for."""
    import pikepdf

    roles = root.get("/RoleMap")
    if not isinstance(roles, pikepdf.Dictionary):
        return {}
    return {str(key).lstrip("/"): str(value).lstrip("/") for key, value in roles.items()}


class _Walker:
    """Walks the tree depth first. `owner` is the index of the block element that text now belongs to."""

    def __init__(self, pages: dict[Any, int], roles: dict[str, str]) -> None:
        self.structure = Structure()
        self.pages = pages
        self.roles = roles
        self.kinds: dict[str, str] = load_toml("extract/pdf/structure/structure_tree.toml")["kinds"]
        self.seen: set[tuple[int, int]] = set()
        self.visited = 0
        self.tables = 0
        self.cell_table = 0
        self.row = self.column = 0
        self.lists = self.sections = 0
        self.placed = 0

    def walk(self, node: Any, role: str, owner: int | None, page: int | None, depth: int) -> None:
        """Visit a /K entry: a marked-content id, a reference to one, an element, or an array of those."""
        import pikepdf

        self.visited += 1
        if node is None or depth > _MAX_DEPTH or self.visited > _MAX_ELEMENTS:
            return
        if isinstance(node, int):
            self._place(int(node), role, owner, page)
        elif isinstance(node, pikepdf.Array):
            for child in node:
                self.walk(child, role, owner, page, depth + 1)
        elif isinstance(node, pikepdf.Dictionary):
            if node.get("/MCID") is not None:
                self._place(int(node.MCID), role, owner, self._page(node, page))
            elif "/S" in node:
                self._element(node, owner, page, depth)

    def _page(self, node: Any, page: int | None) -> int | None:
        own = node.get("/Pg")
        return self.pages.get(own.objgen, page) if own is not None else page

    def _place(self, content: int, role: str, owner: int | None, page: int | None) -> None:
        if page is None:
            return
        if owner is None:
            owner = self._add(Element("paragraph"))
        known = self.structure.places.setdefault(page, {})
        if content not in known:
            known[content] = owner
            self.structure.order.setdefault(page, {})[content] = self.placed
            self.placed += 1
        if role == "label":
            self.structure.labels.add((page, content))

    def _add(self, element: Element) -> int:
        self.structure.elements.append(element)
        return len(self.structure.elements) - 1

    def _element(self, node: Any, owner: int | None, page: int | None, depth: int) -> None:
        if node.objgen != (0, 0):
            if node.objgen in self.seen:
                return
            self.seen.add(node.objgen)
        page = self._page(node, page)
        children = node.get("/K")
        kind = self._kind(str(node.S).lstrip("/"), children)
        if kind == "artifact":
            return
        if kind == "table" and not self.cell_table:
            self._table(children, page, depth)
            return
        if self.cell_table and owner is not None and kind not in ("row", "cell", "header_cell"):
            self.walk(children, "", owner, page, depth + 1)
            return
        if kind == "row":
            self.row, self.column = self.row + 1, 0
            self.walk(children, "", None, page, depth + 1)
        elif kind in ("cell", "header_cell"):
            self._cell(node, kind, children, page, depth)
        elif kind == "list":
            self.lists += 1
            self.walk(children, "", owner, page, depth + 1)
            self.lists -= 1
        elif kind == "label":
            self.walk(children, "label", owner, page, depth + 1)
        elif kind == "item":
            item = self._add(Element("list_item", max(self.lists, 1)))
            self.walk(children, "", item, page, depth + 1)
        elif kind == "section":
            self.sections += 1
            self.walk(children, "", owner if self._in_item(owner) else None, page, depth + 1)
            self.sections -= 1
        elif kind in ("inline", "container"):
            inherit = owner if kind == "inline" or self._in_item(owner) else None
            self.walk(children, "", inherit, page, depth + 1)
        else:
            self._block(kind, children, owner, page, depth)

    def _in_item(self, owner: int | None) -> bool:
        return owner is not None and self.structure.elements[owner].kind == "list_item"

    def _block(self, kind: str, children: Any, owner: int | None, page: int | None, depth: int) -> None:
        """A block of text; within a list item a paragraph is part of the item."""
        if kind == "paragraph" and self._in_item(owner):
            self.walk(children, "", owner, page, depth + 1)
            return
        name, _, level = kind.partition(":")
        own = int(level or 0) or (min(max(self.sections, 1), 6) if name == "heading" else 0)
        self.walk(children, "", self._add(Element(name, own)), page, depth + 1)

    def _table(self, children: Any, page: int | None, depth: int) -> None:
        self.tables += 1
        self.cell_table, self.row, self.column = self.tables, -1, 0
        self.walk(children, "", None, page, depth + 1)
        self.cell_table = 0

    def _cell(self, node: Any, kind: str, children: Any, page: int | None, depth: int) -> None:
        rowspan, colspan = _spans(node)
        cell = Element(
            "cell", 0, self.cell_table, max(self.row, 0), self.column, rowspan, colspan, kind == "header_cell"
        )
        self.column += colspan
        self.walk(children, "", self._add(cell), page, depth + 1)

    def _kind(self, name: str, children: Any) -> str:
        """What a structure type is here; one that nobody knows holds blocks or is one."""
        for _ in range(8):
            if name in self.kinds:
                return self.kinds[name]
            if name not in self.roles:
                break
            name = self.roles[name]
        return (
            "container"
            if any("/S" in child and self._holds_block(child) for child in _dictionaries(children))
            else "paragraph"
        )

    def _holds_block(self, child: Any) -> bool:
        name = str(child.S).lstrip("/")
        return self.kinds.get(self.roles.get(name, name), "paragraph") not in ("inline", "label")


def _spans(node: Any) -> tuple[int, int]:
    """Row and column span of a table cell, from its attributes."""
    spans = {"/RowSpan": 1, "/ColSpan": 1}
    for attributes in _dictionaries(node.get("/A")):
        for key in spans:
            value = attributes.get(key)
            if isinstance(value, int) and 1 <= value <= _MAX_SPAN:
                spans[key] = int(value)
    return spans["/RowSpan"], spans["/ColSpan"]


def _dictionaries(node: Any) -> Iterator[Any]:
    import pikepdf

    if isinstance(node, pikepdf.Dictionary):
        yield node
    elif isinstance(node, pikepdf.Array):
        yield from (item for item in node if isinstance(item, pikepdf.Dictionary))
