"""What the classifier knows of each block: numbers from its text, its markup, its neighbours and its page.

A row for each draft, a column for each name in `names()`. The numbers are raw (the trees of the classifier split
them where training found it useful), so that a name and its meaning stay the same from version to version.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from math import log1p
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.html.draft import Draft
from pipeline.extract.html.elements import INLINE
from pipeline.extract.html.hints import feature_names, word_bits, word_names
from pipeline.extract.html.parser import Node

Matrix = NDArray[np.float32]

_AREAS: Final = (
    "navigation", "breadcrumb", "cookie", "share", "form", "footer", "related", "picture_credit", "metadata",
    "site_name", "download",
)  # fmt: skip
_KINDS: Final = ("heading", "paragraph", "list_item", "table", "quote", "caption")
_TAGS: Final = ("p", "div", "span", "a", "td", "li", "pre")
_WORD: Final = re.compile(r"\w+")
_DIGIT: Final = re.compile(r"\d")
_UPPER: Final = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_END: Final = re.compile(r"[.!?…:。\"”»)]$")
_PRICE: Final = re.compile(r"[$€£¥₹]\s?\d|\d\s?(?:[$€£¥₹]|zł|EUR|USD|PLN|CHF|kr\b)")

_OWN: Final = (
    "length", "words", "link_density", "uppers", "word_length", "commas", "ends", "price", "level", "list_level",
    "in_item", "main", "depth", "copies", "title_overlap", "areas",
)  # fmt: skip
_CONTAINERS: Final = tuple(f"{what}_{k}" for k in (1, 2, 3, 5) for what in ("density", "size", "share"))
_REPEATS: Final = ("repeat", "repeat_level", "repeat_size", "repeat_density")
_PAGE: Final = ("page_text", "page_density", "page_long", "page_prices", "page_items")
_PLACE: Final = ("index", "place", "after_h1", "from_h1", "before_end", "since_heading", "heading_run")
_PROSE: Final = ("trunk_distance", "trunk_side", "prose_gap", "trunk_share", "prose_share")
_NEIGHBOURS: Final = ("length", "link_density", "heading", "area_any", "ends", "item", "copies")
_SHIFTS: Final = (-1, 1)
_WINDOWS: Final = (3, 8)


@cache
def names() -> tuple[str, ...]:
    """The names of the columns."""
    return (
        *_OWN,
        *(f"kind_{kind}" for kind in _KINDS),
        *(f"tag_{tag}" for tag in _TAGS),
        *(f"area_{area}" for area in _AREAS),
        *(f"near_{name}" for name in feature_names()),
        *(f"in_{name}" for name in feature_names()),
        *(f"says_{name}" for name in word_names()),
        *_CONTAINERS,
        *_REPEATS,
        *_PLACE,
        *_PROSE,
        *(f"{name}{shift:+d}" for name in _NEIGHBOURS for shift in _SHIFTS),
        *(f"{name}~{window}" for name in _NEIGHBOURS for window in _WINDOWS),
        *_PAGE,
    )


def features(drafts: Sequence[Draft], title: str = "") -> Matrix:
    """The matrix of all drafts of a page; `title` is what its head calls it."""
    if not drafts:
        return np.zeros((0, len(names())), dtype=np.float32)
    containers = _Containers()
    copies = Counter(draft.text for draft in drafts)
    title_words = frozenset(_WORD.findall(title.lower()))
    own = np.array([_own(draft, copies, title_words) for draft in drafts], dtype=np.float32)
    around = np.array([containers.of(draft) for draft in drafts], dtype=np.float32)
    bits = _bits(drafts)
    place = _place(drafts)
    neighbours = _neighbours(drafts, own)
    page = np.array(_page(drafts, float(own[:, _OWN.index("price")].sum())), dtype=np.float32)
    return np.hstack([own, bits, around, place, _prose(drafts), neighbours, np.tile(page, (len(drafts), 1))])


def _own(draft: Draft, copies: Counter[str], title: frozenset[str]) -> list[float]:
    text, length, areas = draft.text, draft.length or 1, draft.areas
    words = text.split() if length < 2000 else text[:2000].split()
    count = len(words)
    short = length < 300
    overlap = (
        len(title.intersection(_WORD.findall(text.lower()))) / len(title) if title and length < 150 else 0.0
    )
    return [
        log1p(length),
        count,
        draft.linked / length,
        len(_UPPER.findall(text)) / length if short else 0.03,
        length / count if count else 0.0,
        text.count(",") + text.count(";") + text.count("、"),
        _END.search(text, length - 3) is not None,
        short and _PRICE.search(text) is not None,
        draft.level or 0,
        draft.list_level,
        draft.in_item,
        draft.main,
        draft.depth,
        copies[text],
        overlap,
        len(areas),
        *_kind_row(draft.kind),
        *_tag_row(draft.node.tag),
        *_area_row(areas),
    ]


@lru_cache(maxsize=64)
def _kind_row(kind: str) -> tuple[bool, ...]:
    return tuple(kind == name for name in _KINDS)


@lru_cache(maxsize=256)
def _tag_row(tag: str) -> tuple[bool, ...]:
    return tuple(tag == name for name in _TAGS)


@lru_cache(maxsize=1024)
def _area_row(areas: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(area in areas for area in _AREAS)


def _bits(drafts: Sequence[Draft]) -> Matrix:
    count, words = len(feature_names()), len(word_names())
    near = np.array([draft.near for draft in drafts], dtype=np.int64)
    around = np.array([draft.bits for draft in drafts], dtype=np.int64)
    says = np.array([word_bits(draft.text) for draft in drafts], dtype=np.int64)
    return np.hstack(
        [
            (near[:, None] >> np.arange(count)) & 1,
            (around[:, None] >> np.arange(count)) & 1,
            (says[:, None] >> np.arange(words)) & 1,
        ]
    ).astype(np.float32)


class _Containers:
    """What is known of the elements around a draft; each element is looked at once."""

    def __init__(self) -> None:
        self.known: dict[Node, list[float]] = {}
        self.alike: dict[Node, list[Node]] = {}
        self.largest: dict[Node, tuple[list[Node], int]] = {}

    def of(self, draft: Draft) -> list[float]:
        node: Node | None = draft.node
        while node is not None and node.tag in INLINE:
            node = node.parent
        if node is None:
            return [0.0] * (len(_CONTAINERS) + len(_REPEATS))
        found = self.known.get(node)
        if found is None:
            found = self.known[node] = self._look(node)
        row, length = found.copy(), draft.length
        for index in range(2, len(_CONTAINERS), 3):
            row[index] = length / row[index]
        return row

    def _look(self, node: Node) -> list[float]:
        around, found = node, list[float]()
        for steps in (1, 1, 1, 2):
            for _ in range(steps):
                around = around.parent or around
            size = around.size or 1
            found += (around.linked / size, log1p(size), size)
        alike, level = self._repeat(node)
        size = sum([each.size for each in alike]) or 1
        linked = sum([each.linked for each in alike])
        return [*found, len(alike), level, log1p(size / (len(alike) or 1)), linked / size]

    def _repeat(self, node: Node) -> tuple[list[Node], int]:
        """The largest group of like siblings that the node or an element around it is in, and how far above."""
        waiting: list[Node] = []
        inner: Node | None = node
        while (
            inner is not None
            and inner.parent is not None
            and inner.tag != "body"
            and inner not in self.largest
        ):
            waiting.append(inner)
            inner = inner.parent
        best, level = self.largest.get(inner, ([], 0)) if inner is not None else ([], 0)
        for inner in reversed(waiting):
            level += 1
            alike = self.alike.get(inner) or self._group(inner, inner.parent or inner)
            if len(alike) >= len(best):
                best, level = alike, 0
            self.largest[inner] = best, level
        return best, level

    def _group(self, node: Node, parent: Node) -> list[Node]:
        """The siblings that look like the node (same tag and class), itself among them."""
        groups: dict[tuple[str, str | None], list[Node]] = {}
        for child in parent.children:
            if isinstance(child, Node) and child.size:
                group = groups.setdefault((child.tag, child.attrs.get("class")), [])
                group.append(child)
                self.alike[child] = group
        return self.alike.get(node, [])


def _place(drafts: Sequence[Draft]) -> Matrix:
    """Where each draft stands on the page, and from its headings."""
    count = len(drafts)
    lengths = np.array([draft.length for draft in drafts], dtype=np.float64)
    total = max(1.0, lengths.sum())
    before = np.concatenate([[0.0], np.cumsum(lengths)[:-1]])
    first = next((i for i, draft in enumerate(drafts) if draft.kind == "heading" and draft.level == 1), -1)
    rows = np.zeros((count, len(_PLACE)), dtype=np.float32)
    index = np.arange(count)
    rows[:, 0] = index / count
    rows[:, 1] = before / total
    rows[:, 2] = index >= first if first >= 0 else 0.5
    rows[:, 3] = (
        np.sign(before - before[first]) * np.log1p(np.abs(before - before[first])) if first >= 0 else 0
    )
    rows[:, 4] = np.log1p(total - before)
    since, run = 0.0, 0
    for i, draft in enumerate(drafts):
        if draft.kind == "heading":
            run = run + 1 if since == 0 and i else 1
            since = 0.0
        else:
            since += draft.length
        rows[i, 5], rows[i, 6] = log1p(since), run
    return rows


def _prose(drafts: Sequence[Draft]) -> Matrix:
    """Where each draft stands to the trunk: the element that holds most prose (after Readability's scoring)."""
    rows = np.zeros((len(drafts), len(_PROSE)), dtype=np.float32)
    prose = [index for index, draft in enumerate(drafts) if _is_prose(draft)]
    scores: dict[Node, float] = {}
    for index in prose:
        node: Node | None = drafts[index].node.parent
        weight = float(min(drafts[index].length, 1000))
        for _ in range(5):
            if node is None or node.tag == "html":
                break
            scores[node] = scores.get(node, 0.0) + weight
            node, weight = node.parent, weight * 0.6
    if not scores:
        rows[:, 0], rows[:, 2] = 9, 9
        return rows
    trunk = max(scores, key=lambda node: scores[node])
    distances = [_distance(draft.node, trunk) for draft in drafts]
    inside = [index for index in prose if distances[index] < 9]
    before = np.cumsum([draft.length for draft in drafts])
    places = np.arange(len(drafts))
    rows[:, 0] = distances
    if inside:
        rows[:, 1] = np.where(places < inside[0], -1, np.where(places > inside[-1], 1, 0))
        nearest = np.array(inside)[np.clip(np.searchsorted(inside, places), 0, len(inside) - 1)]
        rows[:, 2] = np.log1p(np.abs(before - before[nearest]))
    total = float(before[-1]) or 1.0
    rows[:, 3] = trunk.size / total
    rows[:, 4] = sum(drafts[i].length for i in prose) / total
    return rows


def _is_prose(draft: Draft) -> bool:
    return (
        draft.length > 80
        and draft.kind in ("paragraph", "list_item", "quote")
        and draft.linked * 3 < draft.length
        and not draft.areas
        and draft.visibility != "hidden"
    )


def _distance(node: Node | None, trunk: Node) -> int:
    """How many elements above the node the trunk stands; 9 where it is not above it, or farther away."""
    for distance in range(9):
        if node is trunk:
            return distance
        if node is None:
            break
        node = node.parent
    return 9


def _neighbours(drafts: Sequence[Draft], own: Matrix) -> Matrix:
    base = np.column_stack(
        [
            own[:, _OWN.index("length")],
            own[:, _OWN.index("link_density")],
            [draft.kind == "heading" for draft in drafts],
            [bool(draft.areas) for draft in drafts],
            own[:, _OWN.index("ends")],
            [draft.kind == "list_item" for draft in drafts],
            np.minimum(own[:, _OWN.index("copies")], 5),
        ]
    ).astype(np.float32)
    count, width = base.shape
    shifted = np.zeros((count, width, len(_SHIFTS)), dtype=np.float32)
    for place, shift in enumerate(_SHIFTS):
        if abs(shift) < count:
            if shift < 0:
                shifted[-shift:, :, place] = base[:shift]
            else:
                shifted[:-shift, :, place] = base[shift:]
    means = np.stack([window_mean(base, window) for window in _WINDOWS], axis=2)
    return np.hstack([shifted.reshape(count, -1), means.reshape(count, -1)])


def window_mean(values: NDArray[Any], window: int) -> Matrix:
    """The mean of each column over the rows at most `window` away."""
    count = len(values)
    sums = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0, dtype=np.float64)])
    index = np.arange(count)
    low, high = np.maximum(index - window, 0), np.minimum(index + window + 1, count)
    means: Matrix = ((sums[high] - sums[low]) / (high - low)[:, None]).astype(np.float32)
    return means


def _page(drafts: Sequence[Draft], prices: float) -> list[float]:
    """The little that is said of a whole page: more would let the classifier learn pages by heart."""
    total = sum(draft.length for draft in drafts) or 1
    return [
        log1p(total),
        sum(draft.linked for draft in drafts) / total,
        sum(d.length for d in drafts if d.length > 150 and d.linked * 3 < d.length) / total,
        prices,
        sum(1 for draft in drafts if draft.kind == "list_item") / len(drafts),
    ]
