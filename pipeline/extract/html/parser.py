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

from pipeline.extract.html.elements import INLINE
from pipeline.extract.html.scan import MARK, Scanned, scan

SPACE: Final = -1
"""A child that is white space."""
BREAK: Final = -2
"""A child that stands for the edge of a block that is nested too deep to be kept."""
MAX_DEPTH: Final = 120
"""Elements nested deeper than this are dissolved into the element at this depth; their text stays."""

_SHADOW_ROOT: Final = re.compile(r"<template(?=[^<>]{0,200}\sshadowrootmode)", re.IGNORECASE)


_NO_ATTRIBUTES: Final[dict[str, str | None]] = {}


Alike = list[int]
"""Of siblings with text that have the same tag and class: how many, their size, their linked characters."""


class Node:
    """An element. What is in it are the tree's items from `start` to `end`; `size` and `linked` are the characters
    of text in it, and of text in links in it; `alike` tells of the siblings with the same tag and class, `largest`
    is for `containers` to remember. A node knows the elements around it but not those in it, so that pages are freed
    as soon as they are done with."""

    __slots__ = ("alike", "attrs", "end", "largest", "linked", "parent", "size", "start", "tag")

    def __init__(self, tag: str, attrs: dict[str, str | None], parent: Node | None, start: int = 0) -> None:
        self.tag = tag
        self.attrs = attrs
        self.parent = parent
        self.start = start
        self.end = start
        self.size = 0
        self.linked = 0
        self.alike: Alike | None = None
        self.largest: tuple[Alike, int] | None = None

    def get(self, name: str) -> str:
        """The value of an attribute; "" where it is absent or empty."""
        return self.attrs.get(name) or ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A parsed page. `items` are its elements, numbers of text runs, SPACE and BREAK, in the order of the document,
    an element before what is in it. `unread` is where in the source the reading stopped (None: all was read);
    `flattened` says whether elements were nested too deep, `scripts` are the script elements with JSON and their
    ranges."""

    root: Node
    items: list[Node | int]
    source: str
    scanned: Scanned
    scripts: list[tuple[Node, int, int]]
    unread: int | None
    flattened: bool

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
        start, end = self.scanned.runs[run]
        return self.decoded(start, end, run in self.scanned.literal)

    def decoded(self, start: int, end: int, literal: bool = False) -> str:
        """The source at [start, end) with its entities decoded."""
        text = self.source[start:end]
        return text if literal or "&" not in text else unescape(text)


class _Builder(SaxHandler):
    """Makes nodes of the parser's events. The events are many, so their handlers are closures over local names."""

    def __init__(self, scanned: Scanned, max_nodes: int) -> None:
        self.root = Node("#document", _NO_ATTRIBUTES, None)
        self.items: list[Node | int] = []
        self.scripts: list[tuple[Node, int, int]] = []
        self.first_unread: int | None = None
        self.flattened = False
        runs, script_ranges, items, append = scanned.runs, scanned.scripts, self.items, self.items.append
        groups: dict[tuple[int, str, str | None], Alike] = {}
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
            node = Node(tag, dict(attrs) if attrs else _NO_ATTRIBUTES, node, len(items) + 1)
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
                linked = node.linked
                key = parent.start, tag, node.attrs.get("class")
                alike = groups.get(key)
                if alike is None:
                    node.alike = groups[key] = [1, size, linked]
                else:
                    alike[0] += 1
                    alike[1] += size
                    alike[2] += linked
                    node.alike = alike
                parent.size += size
                parent.linked += linked
            node = parent

        def characters(data: str) -> None:
            if MARK not in data:
                if node.tag == "script":
                    if data.isdigit() and int(data) < len(script_ranges):
                        self.scripts.append((node, *script_ranges[int(data)]))
                elif left >= 0:
                    append(SPACE)
                return
            before, *marks = data.split(MARK)
            if left < 0:
                starts = [runs[int(mark)][0] for mark in marks]
                if self.first_unread is not None:
                    starts.append(self.first_unread)
                self.first_unread = min(starts)
                return
            if before:
                append(SPACE)
            for mark in marks:
                number = int(mark)
                append(number)
                if mark[-1] == " ":
                    append(SPACE)
                start, end = runs[number]
                node.size += end - start
                if links:
                    node.linked += end - start

        self.start_element = start_element  # type: ignore[method-assign]
        self.end_element = end_element  # type: ignore[method-assign]
        self.characters = characters  # type: ignore[method-assign]


def parse(source: str, max_characters: int, max_nodes: int) -> Tree:
    """Parse decoded HTML; reads about `max_characters` of markup and text and makes at most `max_nodes` elements."""
    scanned = scan(source, max_characters)
    builder = _Builder(scanned, max_nodes)
    # A declarative shadow root is text that the reader sees; the parser's events would leave it out.
    markup = scanned.markup
    if "shadowrootmode" in markup:
        markup = _SHADOW_ROOT.sub("<shadow-root", markup)
    sax_parse(markup, builder)
    root, items, scripts = builder.root, builder.items, builder.scripts
    first_unread, flattened = builder.first_unread, builder.flattened
    root.end = len(items)
    builder.__dict__.clear()  # its handlers know it, and it knows them
    unread = [place for place in (scanned.stopped, first_unread) if place is not None]
    return Tree(root, items, source, scanned, scripts, min(unread, default=None), flattened)
