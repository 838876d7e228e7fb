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

from pipeline.extract.html.draft import Draft
from pipeline.extract.html.metadata import PageData
from pipeline.overlay import load_toml

_WORD: Final = re.compile(r"\w+")
_LONG_NUMBER: Final = re.compile(r"\d{4,}")
_EXTENSION: Final = re.compile(r"\.\w{2,5}$")
_MOST_TEXT: Final = 2000
"""Characters of a block that are looked at."""
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
    return load_toml("extract/html/about.toml")


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


def block_rows(drafts: Sequence[Draft], data: PageData) -> NDArray[np.float32]:
    """For each draft the numbers of `BLOCK`: the share of its words that the description has, and the body in
    JSON-LD (-1 where the page has none); the number of its links, of those to other hosts, how many leading
    segments of the path its nearest link shares with the page, and the number of links to places on the page."""
    description = set(_WORD.findall(data.description.lower()))
    body = " ".join(_bodies(data.items))
    body_words = set(_WORD.findall(body.lower())) if len(body) > _LEAST_BODY else set[str]()
    host, path, _ = _split(data.address)
    segments = [segment for segment in path.split("/") if segment]
    rows: list[tuple[float, ...]] = []
    for draft in drafts:
        described, told = 0.0, 0.0 if body_words else -1.0
        if description or body_words:
            words = _WORD.findall(draft.text[:_MOST_TEXT].lower())
            if words:
                described = sum([word in description for word in words]) / len(words)
                if body_words:
                    told = sum([word in body_words for word in words]) / len(words)
        links = _links(draft, host, segments) if draft.links else (0, 0, 0)
        rows.append((described, told, bool(body_words), len(draft.links), *links))
    return np.array(rows, dtype=np.float32)


def _links(draft: Draft, host: str, segments: list[str]) -> tuple[int, int, int]:
    away = near = here = 0
    for _, _, href in draft.links[:_MOST_LINKS]:
        if href.startswith("#"):
            here += 1
            continue
        other, path, _ = _split(href)
        if other and other != host:
            away += 1
        elif path.startswith("/"):
            shared = 0
            for one, another in zip(segments, path[1:].split("/"), strict=False):
                if one != another:
                    break
                shared += 1
            near = max(near, shared)
    return away, near, here


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
