"""Which drafts are the content of a page, and which role the others play in its furniture.

A forest, trained by `tests/benchmarks/html_train.py` on the data that its weights name, gives each draft a
probability. From these follows how good a selection can be expected to be (its F1), and from that the threshold:
a page of which much is certain is cut sharply, one of which little is certain generously (the threshold that
maximises the expected F1 is half of it; see Lipton, Elkan & Naryanaswamy 2014).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.main_content.features import features, names
from pipeline.extract.html.main_content.forest import Forest
from pipeline.extract.html.markup.name_hints import word_bits, word_names
from pipeline.extract.html.markup.parser import Node
from pipeline.extract.html.metadata import PageData
from pipeline.records import Role

WEIGHTS: Final = "weights.json"
_LOW: Final = (0.6, 0.2)
_HIGH: Final = (0.95, 0.55)
"""Between these expected F1 the threshold goes from the one value to the other; below, it is half the F1."""
_FLOOR: Final = 0.1
"""What is less likely than this is never content."""
_SMALL_PAGE: Final = 12
_LEAST_SMALL: Final = 0.25
"""On a page of no more blocks than that, a short notice say, there is little to judge by: blocks that are neither links
nor in a named area need no higher probability than this."""
_LEAST_OF: Final = (("dl", 0.3), ("aside", 0.4))
"""In these elements of the main part, blocks without links need no higher probability than this."""
_LEAST_LINKS: Final = 0.8
"""A paragraph that is nothing but links must be more likely content than this."""
_EMPTY_SECTION: Final = 0.3
"""A heading of the main part with nothing under it needs no higher probability than this."""
_LEAST_NAVIGATION: Final = 0.3
"""What is marked up as navigation must be more likely content than this, however little else there is."""
_FILE: Final = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|csv|zip|epub)(?:$|[?#])", re.IGNORECASE)
_ROLE_OF_WORDS: Final[dict[str, Role]] = {
    "cookie": "cookie", "legal": "footer", "credit": "picture_credit", "share": "share", "related": "related",
    "subscribe": "form", "login": "form", "comment": "form", "by": "boilerplate",
}  # fmt: skip


@cache
def _forest() -> Forest:
    data: dict[str, Any] = orjson.loads(
        resources.files("pipeline.extract.html.main_content").joinpath(WEIGHTS).read_bytes()
    )
    return forest_of(data)


def forest_of(weights: dict[str, Any]) -> Forest:
    """The forest in the contents of a file of weights. RuntimeError where it was trained on other features."""
    if tuple(weights["columns"]) != names():
        raise RuntimeError(f"{WEIGHTS} was trained on other features; train it again (make train)")
    return Forest.from_data(weights["trees"])


def classify(drafts: Sequence[Draft], data: PageData) -> list[Role | None]:
    """For each draft the role of furniture it plays, None for content. `data` is what the head of the page says.
    Hidden drafts are judged like the others; sets the `score` of each: the probability that it is content."""
    if not drafts:
        return []
    scores = _forest().probabilities(features(drafts, data))
    for draft, score in zip(drafts, scores.tolist(), strict=True):
        draft.score = score
    chosen = select(drafts, scores)
    return [None if content else furniture(draft) for draft, content in zip(drafts, chosen, strict=True)]


def select(drafts: Sequence[Draft], scores: NDArray[np.float64]) -> list[bool]:
    """Which drafts are content: by their probabilities, and by what stands beside and under them."""
    least = threshold(drafts, scores)
    small = sum(1 for draft in drafts if draft.visibility != "hidden") <= _SMALL_PAGE
    chosen = [
        _reaches(score, draft, least, small) for draft, score in zip(drafts, scores.tolist(), strict=True)
    ]
    _take_title(drafts, chosen)
    _take_files(drafts, chosen)
    _take_siblings(drafts, chosen)
    _take_captions(drafts, chosen)
    _leave_pointers(drafts, chosen)
    _settle_headings(drafts, chosen)
    return chosen


def _reaches(score: float, draft: Draft, least: float, small: bool) -> bool:
    """Whether a probability is enough for a draft: facts and asides of the main part are let in sooner, navigation
    and rows of links later."""
    if draft.kind == "paragraph" and len(draft.links) > 1 and draft.linked > 0.9 * draft.length:
        least = max(least, _LEAST_LINKS)
    if draft.areas:
        return score >= (max(least, _LEAST_NAVIGATION) if draft.areas[-1] == "navigation" else least)
    if score >= least or draft.linked * 2 >= draft.length:
        return score >= least
    if small:
        return score >= _LEAST_SMALL
    if draft.main and score >= _LEAST_OF[0][1]:
        node: Node | None = draft.node
        for _ in range(6):
            if node is None:
                break
            for tag, enough in _LEAST_OF:
                if node.tag == tag:
                    return score >= enough
            node = node.parent
    return False


def _take_title(drafts: Sequence[Draft], chosen: list[bool]) -> None:
    """The page's only first-level heading is its title, wherever the template has put it."""
    first = [
        i for i, d in enumerate(drafts) if d.kind == "heading" and d.level == 1 and d.visibility != "hidden"
    ]
    if len(first) == 1 and not drafts[first[0]].areas:
        chosen[first[0]] = True


def _take_files(drafts: Sequence[Draft], chosen: list[bool]) -> None:
    """Links to documents in the main part are content: reports and annexes hang on them."""
    for index, draft in enumerate(drafts):
        if (
            draft.main
            and draft.links
            and not draft.areas
            and all(_FILE.search(href) for _, _, href in draft.links)
        ):
            chosen[index] = True


def _take_siblings(drafts: Sequence[Draft], chosen: list[bool]) -> None:
    """An item of a list goes with the items on both sides of it, or with the one that it has, if those are content."""
    first = chosen.copy()
    for index, draft in enumerate(drafts):
        others = [other for other in (index - 1, index + 1) if 0 <= other < len(first)]
        if chosen[index] or draft.areas or not any(first[other] for other in others):
            continue
        around = _list_of(draft)
        if around is not None:
            beside = [first[other] for other in others if _list_of(drafts[other]) is around]
            chosen[index] = bool(beside) and all(beside)


def _take_captions(drafts: Sequence[Draft], chosen: list[bool]) -> None:
    """The caption of a figure or table that stands in the content belongs to it; a picture credit does not."""
    for index, draft in enumerate(drafts):
        if draft.kind == "caption" and not chosen[index] and not draft.areas and not _says(draft, "credit"):
            chosen[index] = any(chosen[max(0, index - 1) : index]) or any(chosen[index + 1 : index + 2])


def _leave_pointers(drafts: Sequence[Draft], chosen: list[bool]) -> None:
    """A linked line that begins with "Read also:" points to another page."""
    for index, draft in enumerate(drafts):
        if (
            chosen[index]
            and draft.kind == "paragraph"
            and draft.length < 200
            and draft.linked * 2 > draft.length
        ):
            chosen[index] = not _says(draft, "related")


def _says(draft: Draft, name: str) -> bool:
    return bool(_telling(draft) >> word_names().index(name) & 1)


def _telling(draft: Draft) -> int:
    return word_bits(draft.text) if draft.says is None else draft.says


def _list_of(draft: Draft) -> Node | None:
    node: Node | None = draft.node
    for _ in range(6):
        if node is None or node.tag in ("ul", "ol", "dl"):
            return node
        node = node.parent
    return None


def threshold(drafts: Sequence[Draft], scores: NDArray[np.float64]) -> float:
    """The probability from which on a draft of this page counts as content."""
    weights = np.array([draft.words * (draft.visibility != "hidden") for draft in drafts], dtype=np.float64)
    order = np.argsort(-scores, kind="stable")
    expected = (scores * weights)[order]
    f1 = 2 * np.cumsum(expected) / (np.cumsum(weights[order]) + expected.sum() + 1e-9)
    best = float(f1.max())
    if best <= _LOW[0]:
        return max(_FLOOR, best / 2)
    return float(np.interp(best, (_LOW[0], _HIGH[0]), (_LOW[1], _HIGH[1])))


def _settle_headings(drafts: Sequence[Draft], chosen: list[bool]) -> None:
    """A heading goes with what stands under it: it is content over content, and furniture over furniture alone.
    Over nothing at all it stays what it is, for an empty section is worth knowing."""
    content, furniture_only = (
        [False] * 10,
        [False] * 10,
    )  # by level: what is there up to the next heading of that level
    follows = False  # the block after this one is content
    for index in range(len(drafts) - 1, -1, -1):
        draft = drafts[index]
        if draft.visibility == "hidden":
            continue
        if draft.kind != "heading":
            follows = chosen[index]
            if follows:
                content = [True] * 10
            elif not draft.areas:
                furniture_only = [True] * 10
            continue
        level = min(draft.level or 2, 9)
        if level > 1 and furniture_only[level] and not content[level]:
            chosen[index] = False
        elif follows and not draft.areas:
            chosen[index] = True
        elif draft.main and not draft.areas and not draft.linked and not content[level]:
            chosen[index] = chosen[index] or draft.score > _EMPTY_SECTION
        follows = follows and chosen[index]
        content[level:] = furniture_only[level:] = [False] * (10 - level)


def furniture(draft: Draft) -> Role:
    """The role of a draft that is not content: what the elements around it say, what its words say, its links."""
    if draft.areas:
        return draft.areas[0]
    bits = _telling(draft)
    for bit, name in enumerate(word_names()):
        if bits >> bit & 1 and name in _ROLE_OF_WORDS:
            return _ROLE_OF_WORDS[name]
    return "navigation" if draft.linked * 2 > draft.length else "boilerplate"
