"""What a page says about itself: canonical address, language, Open Graph, JSON-LD.

Every value is `Known` with where it stood (`html.canonical`, `html.lang`, `html.og`, `html.meta`, `html.title`,
`html.json-ld`). Values that make no sense (an address without host, an unknown date form) are left out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from pipeline.extract.html.embedded_data import linked_data
from pipeline.extract.html.markup.parser import Node, Tree
from pipeline.records import Known, fold_space
from pipeline.strings import unbroken

_LONGEST_VALUE: Final = 2000
_MOST_JSON_ITEMS: Final = 2000
_LANGUAGE: Final = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{2,8})*")
_DATE: Final = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")
_HEAD_SEARCH: Final = frozenset(("#document", "html", "head", "body"))

# (metadata key, names of <meta name|property|itemprop>, origin)
_META: Final = (
    ("title", ("og:title", "twitter:title", "dc.title", "dcterms.title"), "html.og"),
    ("site", ("og:site_name", "application-name"), "html.og"),
    ("description", ("og:description", "description", "dc.description", "twitter:description"), "html.meta"),
    ("author", ("author", "article:author", "dc.creator", "dcterms.creator"), "html.meta"),
    ("published", ("article:published_time", "datepublished", "dc.date", "dcterms.created", "dcterms.issued",
                   "date", "pubdate", "publish-date", "dc.date.issued"), "html.meta"),
    ("updated", ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "last-modified",
                 "dc.date.modified"), "html.meta"),
    ("place", ("geo.placename", "place:location:locality", "og:locality"), "html.meta"),
)  # fmt: skip
_JSON_KEYS: Final = (
    ("title", ("headline", "name")),
    ("published", ("datePublished", "dateCreated")),
    ("updated", ("dateModified",)),
    ("language", ("inLanguage",)),
    ("description", ("description",)),
    ("author", ("author", "creator")),
    ("place", ("contentLocation", "locationCreated", "spatialCoverage", "addressLocality")),
)
_JSON_TYPES: Final = re.compile(
    r"Article|Posting|Page|Report|Place|City|Event|Organization|Product|Dataset|CreativeWork|Service",
    re.IGNORECASE,
)


class PageData:
    """The head of a page, read once."""

    def __init__(self, tree: Tree, url: str | None) -> None:
        self.tree = tree
        self.html: Node | None = None
        self.title: str | None = None
        self.meta: dict[str, str] = {}
        self.canonical: str | None = None
        self.base = url or ""
        self.address = url or ""
        self._read(tree.root)

    def _read(self, root: Node) -> None:
        """Elements of the head, wherever a broken page has put them."""
        waiting = deque([root])
        base: str | None = None
        while waiting:
            node = waiting.popleft()
            if node.tag == "html" and self.html is None:
                self.html = node
            elif node.tag == "meta":
                self._read_meta(node)
            elif node.tag == "title" and self.title is None:
                self.title = (
                    fold_space("".join(self.tree.text(run) for run in _runs(self.tree, node))) or None
                )
            elif node.tag == "base" and base is None and node.get("href"):
                base = node.get("href").strip()
            elif node.tag == "link" and "canonical" in node.get("rel").lower().split():
                self.canonical = self.canonical or node.get("href").strip() or None
            if node.tag in _HEAD_SEARCH:
                waiting += self.tree.elements(node)
        if base is not None:
            self.base = absolute(base, self.base)
        elif not self.base and self.canonical:
            self.base = self.canonical
        self.address = self.address or self.canonical or ""

    def _read_meta(self, node: Node) -> None:
        name = (node.get("property") or node.get("name") or node.get("itemprop")).strip().lower()
        value = fold_space(node.get("content"))[:_LONGEST_VALUE]
        if name and value:
            self.meta.setdefault(name, value)

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        """The objects of the page's JSON-LD, outer before inner."""
        return list(_json_items(self.tree))

    @property
    def description(self) -> str:
        """What the head says the page is about; "" where it does not."""
        return self.meta.get("og:description") or self.meta.get("description") or ""

    def known(self) -> dict[str, Known]:
        """The metadata by key."""
        found: dict[str, Known] = {}

        def add(key: str, value: str | None, origin: str) -> None:
            value = _sound(key, value) if value else None
            if value and key not in found:
                found[key] = Known(value=value, origin=origin)

        if self.canonical:
            add("url", absolute(self.canonical, self.base), "html.canonical")
        add("url", self.meta.get("og:url"), "html.og")
        if self.html is not None:
            add("language", self.html.get("lang") or self.html.get("xml:lang"), "html.lang")
        for key, names, origin in _META:
            for name in names:
                add(key, self.meta.get(name), "html.og" if name.startswith("og:") else origin)
        for key, fields in _JSON_KEYS:
            for field in fields:
                add(key, self._json_value(field), "html.json-ld")
        add("language", self.meta.get("content-language"), "html.meta")
        add("title", self.title, "html.title")
        return found

    def _json_value(self, field: str) -> str | None:
        for item in self.items:
            kind = item.get("@type")
            if field == "name" and not _JSON_TYPES.search(str(kind)):
                continue
            if value := _plain(item.get(field)):
                return value
        return None


def absolute(href: str, base: str) -> str:
    """`href` resolved against `base`; as it stands where that makes no address."""
    if not base:
        return href
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def _runs(tree: Tree, node: Node) -> list[int]:
    return [child for child in tree.children(node) if isinstance(child, int) and child >= 0]


def _sound(key: str, value: str) -> str | None:
    whole = unbroken(fold_space(value)[:_LONGEST_VALUE])
    if whole is None:
        return None
    value = whole
    if key == "url":
        try:
            parts = urlsplit(value)
        except ValueError:
            return None
        return value if parts.scheme in ("http", "https") and parts.netloc else None
    if key == "language":
        match = _LANGUAGE.fullmatch(value)
        return match.group().replace("_", "-") if match else None
    if key in ("published", "updated"):
        return value if _DATE.match(value) else None
    if key == "author" and value.startswith("http"):
        return None
    return value or None


def _plain(value: object) -> str | None:
    """A text in a JSON-LD value: itself, its name, or that of its first element."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name") or value.get("addressLocality") or value.get("address")
        else:
            break
    return value if isinstance(value, str) and value.strip() else None


def _json_items(tree: Tree) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD, outer before inner, breadth first."""
    waiting = deque(linked_data(tree))
    for _ in range(_MOST_JSON_ITEMS):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, dict):
            yield value
            waiting += [
                value[name]
                for name in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart")
                if name in value
            ]
        elif isinstance(value, list):
            waiting += value
