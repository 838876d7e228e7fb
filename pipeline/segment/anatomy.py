"""The anatomy of a page: its title and tagline, and what of the rest is furniture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.lexicon.folding import fold
from pipeline.records import Block, Document, Role
from pipeline.segment.furniture_words import (
    Phrases,
    is_breadcrumb,
    is_footer,
    is_link,
    phrases,
    role_by_words,
    table_of_contents,
)
from pipeline.segment.headings import match_heading

_MASTHEAD = 40  # blocks of content among which the title stands
_BODY = 120  # characters of a paragraph with which the text proper begins
_TAGLINE = 160
_SENTENCE = 80  # a longer sentence introduces the text
_ABOVE = 12  # short lines above the title, at most
_TOP = 6  # blocks among which a line stands that repeats the declared title
_NAME = 4  # letters of a site's name, at least
_LAST = 4  # blocks among which the last lines of a page stand
_SHORT = 60


class Anatomy(NamedTuple):
    """Indices of the title and tagline blocks, and the roles of furniture by block."""

    title: int | None
    tagline: int | None
    furniture: dict[int, Role]


def anatomy(document: Document, overlay: Path | None) -> Anatomy:
    """What stands where in the document, before its sections are told."""
    known = phrases(overlay)
    blocks = document.blocks
    content = [index for index, block in enumerate(blocks) if block.is_content and block.raw]
    furniture = _by_words(document, content, known, overlay)
    content = [index for index in content if index not in furniture]
    title = _title(document, content, overlay)
    if title is None:
        return Anatomy(None, None, furniture)
    above = _above(document, content[: content.index(title)], title, known)
    furniture |= above
    below = [index for index in content if index > title]
    return Anatomy(title, _tagline(document, below, overlay), furniture)


def _by_words(
    document: Document, content: list[int], known: Phrases, overlay: Path | None
) -> dict[int, Role]:
    roles: dict[int, Role] = {}
    for index in content:
        block = document.blocks[index]
        role = role_by_words(block, known)
        if role and not (block.kind == "heading" and _is_section(block, document.language, overlay)):
            roles[index] = role
    roles |= dict.fromkeys(table_of_contents(document.blocks, content, known), "toc")
    last = [index for index in content if index not in roles][-_LAST:] if len(content) > 2 * _LAST else []
    roles |= {index: "footer" for index in last if is_footer(document.blocks[index], known)}
    return roles


def _is_section(block: Block, language: str | None, overlay: Path | None) -> bool:
    return match_heading(block.text, language, overlay=overlay).match in ("exact", "folded")


def _title(document: Document, content: list[int], overlay: Path | None) -> int | None:
    """The first heading of the first level; without one, the first heading above the text proper."""
    blocks = document.blocks
    headings = [
        index for index in content[: 3 * _MASTHEAD] if blocks[index].kind == "heading" and blocks[index].text
    ]
    masthead = _masthead(blocks, content)
    site = fold(document.source.get("site") or "")

    def fits(index: int) -> bool:
        block = blocks[index]
        return fold(block.text) != site and not _is_section(block, document.language, overlay)

    named = [index for index in headings if blocks[index].role == "title"]
    first_level = [index for index in headings if blocks[index].level == 1]
    candidates = [*named, *first_level, *(index for index in headings if index in masthead)]
    if not named and len(first_level) != 1 and masthead:  # a text in chapters: its title stands above them
        candidates = [index for index in candidates if index in masthead] or candidates
    fitting = next((index for index in candidates if fits(index)), None)
    if fitting is not None:
        return fitting
    return named[0] if named else _declared_title(document, content)


def _declared_title(document: Document, content: list[int]) -> int | None:
    """A line at the top with which the title begins that the document gives itself."""
    declared = fold(document.source.get("title") or "")
    for index in content[:_TOP] if declared else []:
        block = document.blocks[index]
        text = fold(block.text)
        if (
            block.kind == "paragraph"
            and len(text) >= _NAME
            and f"{declared} ".startswith((f"{text} ", f"{text}."))
        ):
            return index
    return None


def _masthead(blocks: Sequence[Block], content: list[int]) -> frozenset[int]:
    """Blocks above the text proper."""
    found: list[int] = []
    for index in content[:_MASTHEAD]:
        block = blocks[index]
        if block.kind in ("list_item", "table") or (block.kind != "heading" and len(block.raw) >= _BODY):
            break
        found.append(index)
    return frozenset(found)


def _above(document: Document, above: list[int], title: int, known: Phrases) -> dict[int, Role]:
    """Furniture above the title: the trail, the site's name, links, and in a text dump other short lines."""
    roles: dict[int, Role] = {}
    blocks = document.blocks
    level = blocks[title].level or 2
    if len(above) > _ABOVE or not all(_is_short(blocks[index], level) for index in above):
        above = [index for index in above if is_breadcrumb(blocks[index], known)]
    media_type = document.source.media_type
    dump = media_type == "text/plain"
    site = fold(document.source.get("site") or "")
    page_title = fold(document.source.get("title") or "") if media_type == "text/html" else ""
    for index in above:
        block = blocks[index]
        text = fold(block.text)
        if is_breadcrumb(block, known):
            roles[index] = "breadcrumb"
        elif text == site or (len(text) >= _NAME and text in page_title and text != fold(blocks[title].text)):
            roles[index] = "site_name"
        elif dump:
            roles[index] = "navigation" if "site_name" in roles.values() else "site_name"
        elif is_link(block):
            roles[index] = "navigation"
    return roles


def _is_short(block: Block, title_level: int) -> bool:
    """A short line above the title; a heading only where the title's is the higher one."""
    heads = block.kind == "heading" and (block.level or 2) > title_level
    return (block.kind == "paragraph" or heads) and len(block.raw) <= _SHORT and block.raw[-1] not in ".!?:;,"


def _tagline(document: Document, below: list[int], overlay: Path | None) -> int | None:
    """The one line between the title and the text: above a heading, or above an introduction."""
    blocks = document.blocks
    if len(below) < 2:
        return None
    block, after = blocks[below[0]], blocks[below[1]]
    if block.kind not in ("heading", "paragraph") or block.role or not 0 < len(block.text) <= _TAGLINE:
        return None
    if len(block.text.split()) < 2 or block.text[-1] in ":;," or not any(c.isalpha() for c in block.text):
        return None
    if _is_section(block, document.language, overlay):
        return None
    sentence = block.text[-1] in ".!?"
    if block.kind == "heading":
        stands_alone = after.kind == "heading" and (after.level or 2) <= (block.level or 2)
    elif after.kind == "heading":
        stands_alone = not sentence or len(block.text) <= _SENTENCE
    else:
        stands_alone = not sentence and (len(after.raw) >= _BODY or after.raw[-1] in ".!?")
    return below[0] if stands_alone else None
