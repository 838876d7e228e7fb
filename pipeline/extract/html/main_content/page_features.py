"""What a page says of itself, for the classifier: the kind of page, and how near each block is to what it is about.

The kind is told by Open Graph, JSON-LD, the program that made the page, and words of its address (`about.toml`).
A block is near when its words are those of the page's description or of the body in its JSON-LD, and far when its
links lead away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.metadata import PageData
from pipeline.knowledge.files import load_toml

_WORD: Final = re.compile(r"\w+")
_LONG_NUMBER: Final = re.compile(r"\d{4,}")
_EXTENSION: Final = re.compile(r"\.\w{2,5}$")
_PLAIN_ADDRESS: Final = re.compile(
    r"(?:https?://([a-zA-Z0-9.-]+(?::[0-9]+)?))?((?:/(?!/)[^?#\s]*)?)(?=[?#]|\Z)"
)
"""Host and path of an address as nearly all are written; the others are left to `urlsplit`."""
_MOST_LINKS: Final = 20
"""Links of a block that are looked at."""
_LEAST_BODY: Final = 300
"""A body in JSON-LD shorter than this many characters is a summary."""
_BODY_FIELDS: Final = ("articleBody", "text", "description", "reviewBody")

BLOCK: Final = (
    "description_overlap",
    "body_overlap",
    "has_body",
    "links",
    "links_away",
    "links_near",
    "links_here",
)
_TYPE: Final = ("og_article", "og_website", "dated")
_ADDRESS: Final = ("path_depth", "slug_words", "slug_length", "path_number", "query", "extension")


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    return load_toml("extract/html/main_content/page_features.toml")


@cache
def page_names() -> tuple[str, ...]:
    """The names of the columns of `page_row`."""
    data = _data()
    return (
        *(f"type_{kind}" for kind in data["types"]),
        *_TYPE,
        *(f"made_by_{kind}" for kind in data["generators"]),
        *_ADDRESS,
        *(f"address_{kind}" for kind in data["address"]),
    )


def page_row(data: PageData) -> list[float]:
    """What a page says of its kind; a number for each of `page_names()`."""
    declared = data.meta.get("og:type", "").lower()
    types = {declared, *_types(data.items)}
    generator = data.meta.get("generator", "").lower()
    parts = _split(data.address)
    path = parts[1]
    segments = [segment for segment in path.split("/") if segment]
    slug = segments[-1] if segments else ""
    words = {*parts[0].split("."), *_WORD.findall(path.lower().replace("_", " "))}
    kinds = _data()
    return [
        *(any(part in each for each in types for part in parts_of) for parts_of in kinds["types"].values()),
        declared == "article",
        declared == "website",
        "article:published_time" in data.meta,
        *(any(part in generator for part in parts_of) for parts_of in kinds["generators"].values()),
        len(segments),
        slug.count("-") + slug.count("_"),
        len(slug),
        _LONG_NUMBER.search(path) is not None,
        bool(parts[2]),
        _EXTENSION.search(slug) is not None,
        *(not words.isdisjoint(names) for names in kinds["address"].values()),
    ]


class Words:
    """The words that a page uses of itself: those of its description, and those of the body in its JSON-LD."""

    def __init__(self, data: PageData) -> None:
        body = " ".join(_bodies(data.items))
        self.description = frozenset(_WORD.findall(data.description.lower()))
        self.body = frozenset(_WORD.findall(body.lower())) if len(body) > _LEAST_BODY else frozenset[str]()
        self.are_there = bool(self.description or self.body)

    def overlap(self, words: Sequence[str]) -> tuple[float, float]:
        """The share of words that the description has, and the body (-1 where the page has none)."""
        if not words or not self.are_there:
            return 0.0, 0.0 if self.body else -1.0
        count = len(words)
        return (
            sum(map(self.description.__contains__, words)) / count,
            sum(map(self.body.__contains__, words)) / count if self.body else -1.0,
        )


def link_rows(drafts: Sequence[Draft], data: PageData) -> NDArray[np.float32]:
    """For each draft the number of its links, of those to other hosts, how many leading segments of the path its
    nearest link shares with the page, and the number of links to places on the page."""
    host, path, _ = _split(data.address)
    segments = [segment for segment in path.split("/") if segment]
    rows: list[int] = []
    for draft in drafts:
        rows += _links(draft.links, host, segments) if draft.links else (0, 0, 0, 0)
    return np.array(rows, dtype=np.float32).reshape(-1, 4)


def _links(
    links: Sequence[tuple[int, int, str]], host: str, segments: list[str]
) -> tuple[int, int, int, int]:
    away = near = here = 0
    first = segments[0] if segments else None
    for _, _, href in links[:_MOST_LINKS]:
        if href.startswith("#"):
            here += 1
            continue
        if plain := _PLAIN_ADDRESS.match(href):
            other, path = plain.groups("")
            other = other.lower().removeprefix("www.")
        else:
            other, path, _ = _split(href)
        if other and other != host:
            away += 1
        elif first is not None and path.startswith(first, 1) and path[0] == "/":
            shared = 0
            for one, another in zip(segments, path[1:].split("/"), strict=False):
                if one != another:
                    break
                shared += 1
            near = max(near, shared)
    return len(links), away, near, here


def _split(address: str) -> tuple[str, str, str]:
    """Host (without "www."), path and query of an address; empty where it has none or makes no sense."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", "", ""
    return parts.netloc.lower().removeprefix("www."), parts.path, parts.query


def _types(items: Sequence[dict[str, Any]]) -> Iterator[str]:
    for item in items:
        kinds = item.get("@type")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(kind, str):
                yield kind.lower()


def _bodies(items: Sequence[dict[str, Any]]) -> Iterator[str]:
    for item in items:
        for field in _BODY_FIELDS:
            if isinstance(item.get(field), str):
                yield item[field]
