"""The HTML parser, behind one door: decoded text in, a light tree of elements and text runs out.

The tree is built by turbohtml's WHATWG parser from the markup of `scan`, whose text is markers; so every text
child of a node is the number of a run with a known place in the source. Another parser could stand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from turbohtml import unescape
from turbohtml.saxparse import SaxHandler, sax_parse

from pipeline.extract.html.markup.elements import INLINE, KEPT, SILENT
from pipeline.extract.html.markup.source_scan import MARK, Scanned, scan
from pipeline.strings import Foreign

SPACE: Final = -1
"""A child that is white space."""
BREAK: Final = -2
"""A child that stands for the edge of a block that is not kept: it has no text, or is nested too deep."""
LINE: Final = -3
"""A child that is a line break."""
MAX_DEPTH: Final = 120
"""Elements nested deeper than this are dissolved into the element at this depth; their text stays."""

_MARKED: Final = re.compile(rf"{MARK}\d+")
_SHADOW_ROOT: Final = re.compile(r"<template(?=[^<>]{0,200}\sshadowrootmode)", re.IGNORECASE)


_NO_ATTRIBUTES: Final[dict[str, str | None]] = {}


class Node:
    """An element. What is in it are the tree's items from `start` to `end`; `size` and `linked` are the characters
    of text in it, and of text in links in it. `alike` is the first of the siblings with text that have the same tag
    and class (None: it is this one), which knows how many they are and what their sizes and links are together;
    `most`, `most_level` and `most_alike` are for `containers` to remember. A node knows the elements around it but not
    those in it, and not itself, so that pages are freed as soon as they are done with."""

    __slots__ = (
        "alike", "attrs", "end", "linked", "linked_alike", "many_alike", "most", "most_alike", "most_level", "parent",
        "size", "size_alike", "start", "tag",
    )  # fmt: skip

    def __init__(self, tag: str, attrs: dict[str, str | None], parent: Node | None, start: int = 0) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.start = start
        self.end = start
        self.size = 0
        self.linked = 0
        self.alike: Node | None = None
        self.many_alike = 0
        self.size_alike = 0
        self.linked_alike = 0
        self.most = -1
        self.most_level = 0
        self.most_alike: Node | None = None

    def get(self, name: str) -> str:
        """The value of an attribute; "" where it is absent or empty."""
        return self.attrs.get(name) or ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed page. `items` are its elements, numbers of text runs, SPACE, BREAK and LINE, in the order of the
    document, an element before what is in it; elements without text are left out where nothing hangs on them.
    `unread` is where in the source the reading stopped (None: all was read), `beyond` the runs that were not
    read because there were too many elements;
    `flattened` says whether elements were nested too deep, `scripts` are the script elements with JSON and their
    ranges, `foreign` what is noticed of the page's strings."""

    root: Node
    items: list[Node | int]
    source: str
    scanned: Scanned
    scripts: list[tuple[Node, int, int]]
    unread: int | None
    beyond: list[int]
    flattened: bool
    foreign: Foreign

    def children(self, node: Node) -> Iterator[Node | int]:
        """What is directly in an element."""
        items, place = self.items, node.start
        while place < node.end:
            item = items[place]
            yield item
            place = place + 1 if isinstance(item, int) else item.end

    def elements(self, node: Node) -> list[Node]:
        """The elements directly in an element."""
        return [child for child in self.children(node) if isinstance(child, Node)]

    def text(self, run: int) -> str:
        """The text of a run: entities decoded, white space as in the source."""
        scanned = self.scanned
        return self.decoded(scanned.starts[run], scanned.ends[run], run in scanned.literal)

    def decoded(self, start: int, end: int, literal: bool = False) -> str:
        """The source at [start, end) with its entities decoded."""
        text = self.source[start:end]
        return text if literal or "&" not in text else unescape(self.foreign.references(text))


class _Builder(SaxHandler):
    """Makes nodes of the parser's events. The events are many, so their handlers are closures over local names."""

    def __init__(self, scanned: Scanned, max_nodes: int) -> None:
        self.root = Node("#document", _NO_ATTRIBUTES, None)
        self.items: list[Node | int] = []
        self.scripts: list[tuple[Node, int, int]] = []
        self.unread: list[int] = []
        self.flattened = False
        starts, ends, script_ranges = scanned.starts, scanned.ends, scanned.scripts
        items, append = self.items, self.items.append
        groups: dict[str, Node] = {}
        classes: dict[str | None, dict[str, str | None]] = {}  # elements with nothing but a class share it
        node, depth, links, left = self.root, 0, 0, max_nodes

        def start_element(tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
            nonlocal node, depth, links, left
            depth += 1
            if depth > MAX_DEPTH:
                self.flattened = True
                if tag not in INLINE and left >= 0:
                    append(BREAK)
                return
            left -= 1
            if not attrs:
                kept = _NO_ATTRIBUTES
            elif len(attrs) == 1 and attrs[0][0] == "class":
                names = attrs[0][1]
                kept = classes.get(names) or classes.setdefault(names, {"class": names})
            else:
                kept = dict(attrs)
            node = Node(tag, kept, node, len(items) + 1)
            if left >= 0:
                append(node)
            if tag == "a":
                links += 1

        def end_element(tag: str) -> None:
            nonlocal node, depth, links
            depth -= 1
            if depth >= MAX_DEPTH:
                if tag not in INLINE and left >= 0:
                    append(BREAK)
                return
            if tag == "a":
                links -= 1
            parent = node.parent
            if parent is None:
                return
            node.end = len(items)
            if size := node.size:
                linked, names = node.linked, node.attrs.get("class")
                key = f"{parent.start} {tag}" if names is None else f"{parent.start} {tag} {names}"
                first = groups.setdefault(key, node)
                if first is not node:
                    node.alike = first
                first.many_alike += 1
                first.size_alike += size
                first.linked_alike += linked
                parent.size += size
                parent.linked += linked
            elif tag not in KEPT and left >= 0:
                start = node.start
                if len(items) == start or all(isinstance(item, int) for item in items[start:]):
                    del items[start - 1 :]
                    if tag == "br":
                        append(LINE)
                    elif tag not in SILENT:
                        append(BREAK)
            node = parent

        def characters(data: str) -> None:
            if MARK not in data:
                if node.tag == "script":
                    if data.isdigit() and int(data) < len(script_ranges):
                        self.scripts.append((node, *script_ranges[int(data)]))
                elif left >= 0:
                    append(SPACE)
                return
            if (
                "<" in data
            ):  # the content of an element that the scanner took for markup, and the parser for text
                data = " ".join(_MARKED.findall(data))
            before, *marks = data.split(MARK)
            if left < 0:
                self.unread += map(int, marks)
                return
            if before:
                append(SPACE)
            for mark in marks:
                number = int(mark)
                append(number)
                if mark[-1] == " ":
                    append(SPACE)
                size = ends[number] - starts[number]
                node.size += size
                if links:
                    node.linked += size

        self.start_element = start_element  # type: ignore[method-assign]
        self.end_element = end_element  # type: ignore[method-assign]
        self.characters = characters  # type: ignore[method-assign]


class _Attributes(SaxHandler):
    """Collects attributes of all elements."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str | None]] = []

    def start_element(self, tag: str, attrs: tuple[tuple[str, str | None], ...]) -> None:
        self.found += attrs


def attributes(tree: Tree) -> list[tuple[str, str | None]]:
    """Every attribute of a page, those of elements that are not in the tree too, in the order of the document."""
    collector = _Attributes()
    sax_parse(tree.foreign.references(_with_shadows(tree.scanned.markup)), collector)
    return collector.found


def _with_shadows(markup: str) -> str:
    """A declarative shadow root is text that the reader sees; the parser's events would leave it out."""
    return _SHADOW_ROOT.sub("<shadow-root", markup) if "shadowrootmode" in markup else markup


def parse(source: str, max_characters: int, max_nodes: int) -> Tree:
    """Parse decoded HTML; reads about `max_characters` of markup and text and makes at most `max_nodes` elements."""
    scanned = scan(source, max_characters)
    foreign = Foreign()
    builder = _Builder(scanned, max_nodes)
    sax_parse(foreign.references(_with_shadows(scanned.markup)), builder)
    root, items, scripts = builder.root, builder.items, builder.scripts
    beyond, flattened = builder.unread, builder.flattened
    root.end = len(items)
    builder.__dict__.clear()  # its handlers know it, and it knows them
    places = [scanned.starts[run] for run in beyond]
    if scanned.stopped is not None:
        places.append(scanned.stopped)
    return Tree(root, items, source, scanned, scripts, min(places, default=None), beyond, flattened, foreign)
