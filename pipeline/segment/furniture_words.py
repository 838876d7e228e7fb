"""Furniture that is told by its words: breadcrumbs, picture credits, buttons. The words are data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pipeline.knowledge.files import load_toml
from pipeline.knowledge.languages import languages
from pipeline.knowledge.shapes import Words
from pipeline.lexicon.folding import fold
from pipeline.records import Block, Role
from pipeline.segment.headings import tells

_LONGEST = 120  # characters of a block that is furniture by its words
_FEW_WORDS = 14
_TEASER = 80
_PAGE_NUMBER = 20
_CONTENTS = 3  # lines that make a table of contents
_LEADER = re.compile(r"(?<![.·…_])(?<![.·…_] )(?:[.·…_] ?){4,}+\s*+\d{1,3}$")
_SIZE = re.compile(
    r"(?<!\s)\s*+[\[(][^()\[\]]{0,40}\b(?:pdf|[kmg]i?b|mo|ko)\b[^()\[\]]{0,40}[\])]\s*+$", re.IGNORECASE
)
_EDGES = " .:…»›>→←«‹<|•·-–\u00a0"


@dataclass(frozen=True, slots=True)
class Phrases:
    """Whole blocks by role, beginnings of picture credits, and words that name where pictures come from."""

    breadcrumb: frozenset[str]
    whole: dict[str, Role]
    credit: tuple[str, ...]
    sources: tuple[str, ...]
    trail: re.Pattern[str]
    related: tuple[tuple[str, ...], ...]
    toc: frozenset[str]
    page: re.Pattern[str]
    footer: tuple[str, ...]


@lru_cache(maxsize=8)
def phrases(overlay: Path | None) -> Phrases:
    """The phrases of all languages: whole blocks are too specific to be mistaken in another language."""
    common = load_toml("knowledge/furniture.toml", overlay)
    own = [language.furniture for language in languages(overlay).values()]
    whole: tuple[tuple[Role, list[Words]], ...] = (
        ("share", [words.share for words in own]),
        ("navigation", [words.navigation for words in own]),
        ("download", [words.download for words in own]),
    )
    page = "|".join(re.escape(fold(word)) for word in common["page"])
    return Phrases(
        breadcrumb=frozenset(_folded(words.breadcrumb for words in own)),
        whole={phrase: role for role, lists in whole for phrase in _folded(lists)},
        credit=tuple(sorted(set(_folded(words.picture_credit for words in own)))),
        sources=tuple(fold(source) for source in common["picture_sources"]),
        trail=re.compile(rf"(?:(?<!\s)\s++)?[{re.escape(common['trail_signs'])}]\s*+"),
        related=tuple(tuple(phrase.split()) for phrase in _folded(words.related for words in own)),
        toc=frozenset(fold(phrase) for phrase in common["toc"]),
        page=re.compile(rf"(?:{page})\.? ?\d{{1,4}}(?: ?(?:/|\w{{1,3}}) ?\d{{1,4}})?"),
        footer=tuple(fold(phrase) for phrase in common["footer"]),
    )


def _folded(lists: Iterable[Words]) -> list[str]:
    return [fold(phrase) for words in lists for phrase in words]


def role_by_words(block: Block, known: Phrases) -> Role | None:
    """The role of furniture that the words of a short block give it, wherever it stands."""
    text = block.text
    if not text or len(text) > _LONGEST or block.kind in ("table", "quote"):
        return None
    role = known.whole.get(_whole(text))
    if role:
        return role
    if len(text) <= _PAGE_NUMBER and known.page.fullmatch(fold(text)):
        return "page_number"
    return "picture_credit" if _is_credit(text, known) else None


def is_breadcrumb(block: Block, known: Phrases) -> bool:
    """Whether a block above the title says where the page stands: "About the city", "Home › Cities › Gdańsk"."""
    if len(block.text) > _LONGEST:
        return False
    if _whole(block.text) in known.breadcrumb:
        return True
    parts = known.trail.split(block.text)
    return len(parts) > 2 and all(0 < len(part.split()) <= 5 for part in parts)


def table_of_contents(blocks: Sequence[Block], content: Sequence[int], known: Phrases) -> list[int]:
    """The blocks of a table of contents: lines that lead to page numbers by dots, and the heading above them."""
    lines = [index for index in content if _LEADER.search(blocks[index].text[-_LONGEST:])]
    if len(lines) < _CONTENTS:
        return []
    before = [index for index in content if index < lines[0]][-1:]
    return [index for index in before if _whole(blocks[index].text) in known.toc] + lines


def is_footer(block: Block, known: Phrases) -> bool:
    """Whether one of the last blocks of a page says what the last lines of pages say."""
    folded = fold(block.text[: 2 * _LONGEST + 1])
    return (
        len(folded) <= 2 * _LONGEST
        and block.kind != "heading"
        and any(phrase in folded for phrase in known.footer)
    )


def is_link(block: Block) -> bool:
    """Whether most of the block's text leads elsewhere."""
    linked = sum(link.end - link.start for link in block.links)
    return 2 * linked >= len(block.raw) > 0


def is_related(heading: Block, blocks: Sequence[Block], known: Phrases) -> bool:
    """Whether a heading and what stands under it are links to other pages ("Other cities", and their names)."""
    if not blocks or not tells(known.related, heading.text):
        return False
    return all(
        is_link(block) or (len(block.text) <= _TEASER and block.text[-1:] not in ".!?:") for block in blocks
    )


def _whole(text: str) -> str:
    return fold(_SIZE.sub("", text).strip(_EDGES))


def _is_credit(text: str, known: Phrases) -> bool:
    folded = fold(text)
    if len(folded.split()) > _FEW_WORDS or folded.endswith(("?", "!")):
        return False
    if any(source in folded for source in known.sources):
        return True
    if not folded.startswith(known.credit):
        return False
    return any(
        folded.startswith(phrase)
        and not folded[len(phrase) : len(phrase) + 1].isalpha()
        and len(folded) > len(phrase)
        for phrase in known.credit
    )
