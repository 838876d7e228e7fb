"""What the names of elements say: class, id and role words against the patterns of `hints.toml`."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from pipeline.extract.html.parser import Node
from pipeline.model import Role
from pipeline.overlay import load_toml

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_LONGEST = 400
"""Characters of class and id that are looked at."""


@cache
def _data() -> dict[str, Any]:
    return load_toml("extract/html/hints.toml")


@cache
def _furniture_patterns() -> tuple[tuple[Role, re.Pattern[str]], ...]:
    return tuple((role, re.compile("|".join(patterns))) for role, patterns in _data()["furniture"].items())


@cache
def _pattern(section: str, name: str) -> re.Pattern[str]:
    value = _data()[section][name]
    return re.compile(value if isinstance(value, str) else "|".join(value))


@lru_cache(maxsize=16384)
def _words(names: str) -> str:
    return f" {_NOT_A_WORD.sub(' ', _CAMEL.sub(' ', names[:_LONGEST]).lower()).strip()} "


def words_of(node: Node) -> str:
    """The words of a node's class, id, role and itemprop, each between spaces; "" where it has none."""
    attrs = node.attrs
    if not attrs:
        return ""
    names = " ".join(
        attrs[name] for name in ("class", "id", "role", "itemprop", "data-testid") if name in attrs
    )
    return _words(names) if names else ""


@lru_cache(maxsize=16384)
def furniture_role(words: str) -> Role | None:
    """The role of furniture that the words of an element name, or None."""
    for role, pattern in _furniture_patterns():
        if pattern.search(words):
            return role
    return None


@lru_cache(maxsize=16384)
def says_hidden(words: str) -> bool:
    """Whether the words name text for screen readers only, or a trap for robots."""
    return _pattern("visibility", "hidden").search(words) is not None


@lru_cache(maxsize=16384)
def says_folded(words: str) -> bool:
    """Whether the words name a panel that opens on demand."""
    return _pattern("visibility", "folded").search(words) is not None


@lru_cache(maxsize=16384)
def says_main(words: str) -> bool:
    """Whether the words name the main part of a page."""
    return _pattern("content", "main").search(words) is not None


@lru_cache(maxsize=16384)
def heading_level(words: str) -> int | None:
    """The level of heading that the words name: 1 to 6; 0 for a heading of no certain level; None for none."""
    if named := _pattern("headings", "level").search(words):
        return int(named.group(1))
    if _pattern("headings", "title").search(words):
        return 1
    return 0 if _pattern("headings", "heading").search(words) else None
