"""The body of a page that only a browser could show, from the data it carries: JSON-LD, JSON in scripts and attributes.

Only asked when the page itself shows next to nothing. Texts are taken from fields that are known to hold bodies
(`embedded.toml`), in the order in which they stand; markup in them is read like a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from pipeline.extract.html.blocks.builder import BlockBuilder
from pipeline.extract.html.markup.parser import Tree, attributes, parse
from pipeline.knowledge.files import load_toml
from pipeline.records import fold_space
from pipeline.strings import Foreign

_LONGEST_JSON: Final = 4_000_000
_MOST_VALUES: Final = 50_000
_MOST_TEXT: Final = 1_000_000
_DEEPEST_STRING: Final = 3
"""How often JSON may be packed in a string of JSON."""
_LEAST_LINKED_DATA: Final = 150
_LEAST_DATA: Final = 1000
_SHORTEST_ATTRIBUTE: Final = 500


@cache
def _body_fields() -> frozenset[str]:
    return frozenset(load_toml("extract/html/embedded_data.toml")["body_fields"])


def embedded_lines(tree: Tree) -> list[tuple[str, str]]:
    """Paragraphs of the body in the page's data, each with the name of the field it stood in; no text twice.

    JSON-LD is about the page; other data must hold a good deal of text, for an application's messages are short.
    """
    linked = linked_data(tree)
    found = _paragraphs(linked, _LEAST_LINKED_DATA, tree.foreign)
    return found or _paragraphs(_sources(tree), _LEAST_DATA, tree.foreign)


def linked_data(tree: Tree) -> list[Any]:
    """The values of the page's JSON-LD, in the order of the page."""
    return [
        loads(tree.source[start:end], tree.foreign, "html.json")
        for node, start, end in tree.scripts
        if "ld+json" in node.get("type")
    ]


def _paragraphs(sources: Iterable[Any], least: int, foreign: Foreign) -> list[tuple[str, str]]:
    """The paragraphs of the bodies in the sources; none where they have fewer than `least` characters in all."""
    found: dict[str, str] = {}
    size = 0
    for field, text in _texts(sources, foreign):
        for line in _lines(text):
            if line not in found and size < _MOST_TEXT:
                found[line] = field
                size += len(line)
    return list(found.items()) if size >= least else []


def _lines(text: str) -> list[str]:
    if "<" in text and ">" in text:
        tree = parse(text, _MOST_TEXT, _MOST_VALUES)
        return [draft.text for draft in BlockBuilder(tree, _MOST_VALUES).build()]
    return [line for line in map(fold_space, text.split("\n")) if line]


def _texts(sources: Iterable[Any], foreign: Foreign) -> Iterator[tuple[str, str]]:
    left = _MOST_VALUES
    for source in sources:
        waiting: list[tuple[str, Any, int]] = [("", source, 0)]
        while waiting and left > 0:
            left -= 1
            field, value, packed = waiting.pop()
            if isinstance(value, str):
                if value[:1] in ("{", "[") and packed < _DEEPEST_STRING:
                    waiting.append((field, loads(value, foreign, "html.json"), packed + 1))
                elif field in _body_fields() and len(value.split()) >= 3:
                    yield field, value
            elif isinstance(value, dict):
                waiting += [(str(name), value[name], packed) for name in reversed(value)]
            elif isinstance(value, list):
                waiting += [(field, item, packed) for item in reversed(value)]


def _sources(tree: Tree) -> Iterator[Any]:
    for _, start, end in tree.scripts:
        yield loads(tree.source[start:end], tree.foreign, "html.json")
    for name, value in attributes(tree):
        if not value or len(value) < _SHORTEST_ATTRIBUTE or not name.startswith("data-"):
            continue
        if value.lstrip()[:1] in ("{", "["):
            yield loads(value, tree.foreign, "html.json")


def loads(text: str, foreign: Foreign, where: str) -> Any:
    """The value of a JSON text; None where it is broken, too long or too deep. Line feeds in strings are forgiven,
    halves of characters are made whole (`where` names the text for the finding)."""
    if len(text) > _LONGEST_JSON:
        return None
    text = text.strip().removeprefix("<!--").removesuffix("-->")
    try:
        return foreign.json(text, where, strict=False)
    except ValueError:
        return None
