"""What the classifier knows of each block: numbers from its text, its markup, its neighbours and its page.

A row for each draft, a column for each name in `names()`. The numbers are raw (the trees of the classifier split
them where training found it useful), so that a name and its meaning stay the same from version to version.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from math import log1p
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.main_content import page_features as about_page
from pipeline.extract.html.main_content.container_features import COLUMNS as CONTAINERS
from pipeline.extract.html.main_content.container_features import containers
from pipeline.extract.html.markup.name_hints import (
    LONGEST_SPOKEN,
    feature_names,
    may_tell,
    word_bits,
    word_names,
)
from pipeline.extract.html.markup.parser import Node
from pipeline.extract.html.metadata import PageData

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
_ASCII_UPPER: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ENDS: Final = tuple('.!?…:。"”»)')
_PRICE: Final = re.compile(r"[$€£¥₹]\s?\d|\d\s?(?:[$€£¥₹]|zł|EUR|USD|PLN|CHF|kr\b)")

_OWN: Final = (
    "length", "words", "link_density", "uppers", "word_length", "commas", "ends", "price", "level", "list_level",
    "in_item", "main", "depth", "copies", "title_overlap", "areas",
)  # fmt: skip
_PAGE: Final = ("page_text", "page_density", "page_long", "page_prices", "page_items")
_COUNTED: Final = (
    "length", "linked", "level", "list_level", "in_item", "main", "depth", "areas", "near", "bits", "text", "marks",
)  # fmt: skip
_SAID: Final = (
    "words", "uppers", "commas", "ends", "price", "title_overlap", "says", "description_overlap", "body_overlap",
    "has_body",
)  # fmt: skip
_MOST_TEXT: Final = 2000
"""Characters of a block whose words are looked at."""
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
        *CONTAINERS,
        *_PLACE,
        *_PROSE,
        *(f"{name}{shift:+d}" for name in _NEIGHBOURS for shift in _SHIFTS),
        *(f"{name}~{window}" for name in _NEIGHBOURS for window in _WINDOWS),
        *about_page.BLOCK,
        *_PAGE,
        *about_page.page_names(),
    )


def features(drafts: Sequence[Draft], data: PageData) -> Matrix:
    """The matrix of all drafts of a page; `data` is what its head says. Sets what each
    `says`. The matrix lies in memory column by column."""
    matrix = np.empty((len(drafts), len(names())), dtype=np.float32, order="F")
    if not drafts:
        return matrix
    facts = _Facts(drafts)
    said = _said_by(facts.different, data)[facts.of("text")]
    for draft, bits in zip(drafts, said[:, _SAID.index("says")].astype(np.int64).tolist(), strict=True):
        draft.says = bits
    own, marks = _own(facts, said), facts.marks
    overlaps = said[:, _SAID.index("description_overlap") :]
    parts = (
        own,
        marks,
        _bits(facts, said),
        containers(drafts),
        _place(drafts),
        _prose(drafts),
        _neighbours(own, marks),
        overlaps,
        about_page.link_rows(drafts, data),
        np.array([*_page(drafts, own), *about_page.page_row(data)], dtype=np.float32)[None],
    )
    column = 0
    for part in parts:
        matrix[:, column : column + part.shape[1]] = part
        column += part.shape[1]
    return matrix


class _Facts:
    """What is counted of each draft, and drafts with all `different` texts; `marks` has a row of kind, tag and areas
    for each draft."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.different: list[Draft] = []
        numbers, marks, rows = dict[str, int](), dict[tuple[str, str, tuple[str, ...]], int](), list[int]()
        for draft in drafts:
            areas, text = draft.areas, draft.text
            number = numbers.get(text)
            if number is None:
                self.different.append(draft)
                number = numbers[text] = len(numbers)
            rows += (
                draft.length,
                draft.linked,
                draft.level or 0,
                draft.list_level,
                draft.in_item,
                draft.main,
                draft.depth,
                len(areas),
                draft.near,
                draft.bits,
                number,
                marks.setdefault((draft.kind, draft.node.tag, areas), len(marks)),
            )
        self._rows = np.array(rows, dtype=np.int64).reshape(-1, len(_COUNTED))
        self.marks = np.array([_marks(*each) for each in marks], dtype=np.float32)[self.of("marks")]

    def of(self, name: str) -> NDArray[np.int64]:
        """The column with that name in `_COUNTED`."""
        return self._rows[:, _COUNTED.index(name)]


def _own(facts: _Facts, said: NDArray[np.float64]) -> Matrix:
    length, texts = np.maximum(1, facts.of("length")), facts.of("text")
    words = said[:, _SAID.index("words")]
    rows = np.empty((len(length), len(_OWN)), dtype=np.float32)
    for column, values in enumerate(
        (
            np.log1p(length),
            words,
            facts.of("linked") / length,
            said[:, _SAID.index("uppers")],
            np.where(words > 0, length / np.maximum(1, words), 0.0),
            said[:, _SAID.index("commas")],
            said[:, _SAID.index("ends")],
            said[:, _SAID.index("price")],
            facts.of("level"),
            facts.of("list_level"),
            facts.of("in_item"),
            facts.of("main"),
            facts.of("depth"),
            np.bincount(texts)[texts],
            said[:, _SAID.index("title_overlap")],
            facts.of("areas"),
        )
    ):
        rows[:, column] = values
    return rows


def _said_by(drafts: Sequence[Draft], data: PageData) -> NDArray[np.float64]:
    """A row of the numbers of `_SAID` for each draft."""
    title = frozenset(_WORD.findall((data.title or "").lower()))
    page = about_page.Words(data)
    rows: list[float] = []
    for draft in drafts:
        rows += _said(draft, title, page)
    return np.array(rows, dtype=np.float64).reshape(-1, len(_SAID))


def _said(draft: Draft, title: frozenset[str], page: about_page.Words) -> tuple[float, ...]:
    """Of a text alone: words, share of capitals, commas, whether it ends like a sentence, whether it names a price,
    how much of the title is in it, the bits of telling words, how much of it is in the page's description and body."""
    text = draft.text
    length = len(text) or 1
    short = length < 300
    beginning = text if length <= _MOST_TEXT else text[:_MOST_TEXT]
    words = _WORD.findall(beginning.lower()) if page.are_there or length <= LONGEST_SPOKEN else []
    return (
        draft.words if beginning is text else len(beginning.split()),
        _uppers(text) / length if short else 0.03,
        text.count(",") + text.count(";") + (0 if text.isascii() else text.count("、")),
        text.removesuffix("\n").endswith(_ENDS),
        short and _DIGIT.search(text) is not None and _PRICE.search(text) is not None,
        len(title.intersection(words)) / len(title) if title and length < 150 else 0.0,
        word_bits(text) if length <= LONGEST_SPOKEN and (may_tell(words) or "©" in text) else 0,
        *page.overlap(words),
        bool(page.body),
    )


def _uppers(text: str) -> int:
    if text.isascii():
        return len(text) - len(text.encode().translate(None, _ASCII_UPPER))
    return len(_UPPER.findall(text))


@lru_cache(maxsize=2048)
def _marks(kind: str, tag: str, areas: tuple[str, ...]) -> tuple[bool, ...]:
    """One for each kind, tag and area."""
    return (
        *(kind == name for name in _KINDS),
        *(tag == name for name in _TAGS),
        *(area in areas for area in _AREAS),
    )


def _bits(facts: _Facts, said: NDArray[np.float64]) -> NDArray[np.uint8]:
    count, words = len(feature_names()), len(word_names())
    says = said[:, _SAID.index("says")].astype(np.int64)
    return np.hstack(
        [
            _unpacked(facts.of("near"), count),
            _unpacked(facts.of("bits"), count),
            _unpacked(says, words),
        ]
    )


def _unpacked(values: NDArray[np.int64], count: int) -> NDArray[np.uint8]:
    """The lowest `count` bits of each number, lowest first."""
    octets = values.astype("<i8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets, axis=1, count=count, bitorder="little")


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
    headings: list[float] = []
    for i, draft in enumerate(drafts):
        if draft.kind == "heading":
            run = run + 1 if since == 0 and i else 1
            since = 0.0
        else:
            since += draft.length
        headings += (log1p(since), run)
    rows[:, 5:] = np.array(headings).reshape(-1, 2)
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


def _distance(node: Node, trunk: Node) -> int:
    """How many elements above the node the trunk stands; 9 where it is not above it, or farther away."""
    if not trunk.start <= node.start <= trunk.end:
        return 9
    distance = 0
    while node is not trunk and node.parent is not None and distance < 9:
        node = node.parent
        distance += 1
    return distance if node is trunk else 9


def _neighbours(own: Matrix, marks: Matrix) -> Matrix:
    base = np.column_stack(
        [
            own[:, _OWN.index("length")],
            own[:, _OWN.index("link_density")],
            marks[:, _KINDS.index("heading")],
            own[:, _OWN.index("areas")] > 0,
            own[:, _OWN.index("ends")],
            marks[:, _KINDS.index("list_item")],
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


def _page(drafts: Sequence[Draft], own: Matrix) -> list[float]:
    """The little that is said of a whole page: more would let the classifier learn pages by heart."""
    total = sum(draft.length for draft in drafts) or 1
    return [
        log1p(total),
        sum(draft.linked for draft in drafts) / total,
        sum(d.length for d in drafts if d.length > 150 and d.linked * 3 < d.length) / total,
        float(own[:, _OWN.index("price")].sum()),
        sum(1 for draft in drafts if draft.kind == "list_item") / len(drafts),
    ]
