"""The stage: anatomy, sections, what repeats on the site, outline, metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pipeline.knowledge.findings import finding
from pipeline.knowledge.losses import lost_in
from pipeline.knowledge.sections import sections
from pipeline.lexicon.places import gazetteer
from pipeline.records import (
    REPLACEMENT,
    Answers,
    Block,
    Document,
    Finding,
    Metadata,
    OutlineEntry,
    Role,
    Section,
    block_digest,
    fold_space,
    new_block,
)
from pipeline.segment.anatomy import Anatomy, anatomy
from pipeline.segment.furniture_words import is_related, phrases
from pipeline.segment.headings import OTHER, Found, languages, match_heading
from pipeline.segment.reinstatement import rescued
from pipeline.segment.section_status import damage
from pipeline.settings import Settings

_METADATA = ("url", "site", "language", "title", "description", "published", "updated", "author", "city")
_NEVER_REPEATED = ("report", "contact")
_TYPICAL = 2  # sections that give the description of an approach away
_LISTED = 20  # headings that a finding quotes
_QUOTED = 80  # characters of each
_PSEUDO = 80  # characters of a paragraph that may be a heading
_PROSE = 60
_LEAD = re.compile(r"(?P<lead>[^\W\d_](?:[^:.!?;]|[.!?](?!\s)){3,110}):\s+(?=[^\W\d_])(?=.{40})")
_LEAD_WORDS = 14


@dataclass(slots=True)
class Part:
    """A section while it is read: its heading's block (None above the first heading) and the blocks under it."""

    heading: int | None
    found: Found
    level: int
    blocks: list[int] = field(default_factory=list)
    container: bool = False


def run(document: Document, answers: Answers, settings: Settings) -> Document:
    """See `pipeline.segment.segment`."""
    overlay = settings.data
    document = rescued(document, overlay)
    seen = anatomy(document, overlay)
    document = _labelled(document, seen, overlay)
    parts = _parts(document, seen, overlay)
    document, parts = _without_related(document, parts, overlay)
    findings = _findings(document, parts, overlay)
    repeated = _repeated(document, parts, answers, overlay)
    if repeated:
        message = f"{len(repeated)} blocks that stand on most pages of this site were taken as furniture."
        findings.append(finding("repeated-block", message, block=min(repeated), count=len(repeated)))
        document = _with_roles(document, dict.fromkeys(repeated, "repeated"))
        for part in parts:
            part.blocks = [index for index in part.blocks if index not in repeated]
    found = _sections(document, parts)
    document = document.model_copy(
        update={
            "title": _title_text(document, seen),
            "sections": found,
            "outline": tuple(_outline(document)),
            "findings": (*_in_sections(document.findings, found), *findings),
        }
    )
    return _with_metadata(document)


# --- roles -------------------------------------------------------------------------------------------------


def _labelled(document: Document, seen: Anatomy, overlay: Path | None) -> Document:
    document = _with_roles(document, seen.furniture)
    blocks = list(document.blocks)
    if seen.title is not None:
        blocks[seen.title] = blocks[seen.title].model_copy(
            update={"kind": "heading", "role": "title", "level": 1}
        )
    if seen.tagline is not None:
        change = {"kind": "paragraph", "role": "tagline", "level": None}
        blocks[seen.tagline] = blocks[seen.tagline].model_copy(update=change)
    for index in _pseudo_headings(document, seen, overlay):
        blocks[index] = blocks[index].model_copy(update={"kind": "heading", "level": 2})
    return document.model_copy(update={"blocks": tuple(blocks)})


def _with_roles(document: Document, roles: dict[int, Role]) -> Document:
    if not roles:
        return document
    blocks = list(document.blocks)
    for index, role in roles.items():
        blocks[index] = blocks[index].model_copy(update={"kind": "furniture", "role": role, "level": None})
    return document.model_copy(update={"blocks": tuple(blocks)})


def _pseudo_headings(document: Document, seen: Anatomy, overlay: Path | None) -> list[int]:
    """Paragraphs that are, word for word, the heading of a section, and stand above text."""
    blocks = document.blocks
    content = [index for index, block in enumerate(blocks) if block.is_content and block.raw]
    found: list[int] = []
    for index, below in pairwise(content):
        block, after = blocks[index], blocks[below]
        if (
            block.kind != "paragraph"
            or block.role
            or not 0 < len(block.text) <= _PSEUDO
            or index == seen.tagline
        ):
            continue
        if after.kind != "list_item" and (after.kind != "paragraph" or len(after.raw) < _PROSE):
            continue
        if match_heading(block.text, document.language, overlay=overlay).match in ("exact", "folded"):
            found.append(index)
    return found


# --- sections ----------------------------------------------------------------------------------------------


def _parts(document: Document, seen: Anatomy, overlay: Path | None) -> list[Part]:
    """The content in parts, each opened by a heading.

    A heading that matches no section, below one that does, stays with that section's text.
    """
    city = _city_name(document, seen)
    parts = [Part(None, Found(OTHER, "none"), 0)]
    for index, block in enumerate(document.blocks):
        if not block.is_content or not block.raw or index in (seen.title, seen.tagline):
            continue
        if block.kind != "heading":
            parts[-1].blocks.append(index)
            continue
        found = match_heading(block.text, document.language, city, overlay)
        level = block.level or 2
        open_part = parts[-1]
        if found.id == OTHER and open_part.found.id != OTHER and level > open_part.level:
            open_part.blocks.append(index)
            continue
        open_part.container = level > open_part.level
        parts.append(Part(index, found, level))
    _in_approach(parts, overlay)
    return [part for part in parts if part.heading is not None or part.blocks]


def _in_approach(parts: list[Part], overlay: Path | None) -> None:
    """Some words mean another section in the description of an approach, which its own sections give away."""
    known = sections(overlay)
    typical = {
        part.found.id for part in parts if part.found.id in known and "approach" in known[part.found.id].kinds
    }
    if len(typical) < _TYPICAL:
        return
    for part in parts:
        meant = known[part.found.id].in_approach if part.found.id in known else None
        if meant and meant not in typical:
            part.found = part.found._replace(id=meant)


def _without_related(
    document: Document, parts: list[Part], overlay: Path | None
) -> tuple[Document, list[Part]]:
    """Label headings with nothing but links to other pages under them as furniture, with their links."""
    known = phrases(overlay)
    related = [
        part
        for part in parts
        if part.heading is not None
        and part.found.match in ("none", "words")
        and is_related(
            document.blocks[part.heading], [document.blocks[index] for index in part.blocks], known
        )
    ]
    if not related:
        return document, parts
    indices = [index for part in related for index in (part.heading, *part.blocks) if index is not None]
    return _with_roles(document, dict.fromkeys(indices, "related")), [
        part for part in parts if part not in related
    ]


def _city_name(document: Document, seen: Anatomy) -> str | None:
    """The name by which headings may call the city: the manifest's, else a title that is a city's name."""
    given = document.source.get("city")
    if given and not given.isdigit():
        return given
    title = document.blocks[seen.title].text if seen.title is not None else ""
    return title if 0 < len(title) <= _PSEUDO and gazetteer.lookup(title) else None


def _sections(document: Document, parts: Iterable[Part]) -> tuple[Section, ...]:
    lost = lost_in(document)
    result: list[Section] = []
    for part in parts:
        blocks = [document.blocks[index] for index in part.blocks]
        status, damaged = damage(blocks, [lost[index] for index in part.blocks])
        heading = document.blocks[part.heading] if part.heading is not None else None
        result.append(
            Section(
                id=part.found.id,
                heading=heading.text if heading else None,
                heading_block=part.heading,
                lead=_lead(blocks),
                blocks=tuple(part.blocks),
                language=_language(document, blocks),
                status=status,
                damaged=damaged,
                match=part.found.match,
            )
        )
    return tuple(result)


def _lead(blocks: list[Block]) -> str | None:
    """The phrase before the colon in "Lead phrase: rest of the paragraph", at the beginning of the section."""
    first = next((block for block in blocks if block.text), None)
    match = _LEAD.match(first.text) if first and first.kind == "paragraph" else None
    if (
        first is None
        or not match
        or len(match["lead"].split()) > _LEAD_WORDS
        or not first.text[match.end()].isupper()
    ):
        return None
    return match["lead"]


def _language(document: Document, blocks: list[Block]) -> str | None:
    """The language in which most of the section's text is."""
    letters: dict[str | None, int] = {}
    for block in blocks:
        language = block.language or document.language
        letters[language] = letters.get(language, 0) + len(block.text)
    return max(letters, key=lambda language: letters[language]) if letters else document.language


def _findings(document: Document, parts: list[Part], overlay: Path | None) -> list[Finding]:
    findings: list[Finding] = []
    if document.language and document.language not in languages(overlay):
        findings.append(finding("language-without-taxonomy", evidence=document.language))
    unmatched = [part.heading for part in parts if part.heading is not None and part.found.id == OTHER]
    findings += _unmatched(document, unmatched)
    for part in parts:
        if part.heading is not None and not part.blocks and not part.container:
            findings.append(_empty(document, part.heading, part.found.id))
    content = any(block.is_content and block.raw for block in document.blocks)
    if not content and not any(found.code == "needs-ocr" for found in document.findings):
        findings.append(finding("no-content"))
    return findings


def _unmatched(document: Document, headings: list[int]) -> list[Finding]:
    """One finding for all headings that match no section, which quotes the first of them."""
    if not headings:
        return []
    first = document.blocks[headings[0]]
    shown = [document.blocks[index].text[:_QUOTED] for index in headings[:_LISTED]]
    more = f" · … and {len(headings) - _LISTED} more" if len(headings) > _LISTED else ""
    message = f"{len(headings)} headings match no section; their sections were kept under their own words."
    return [
        finding(
            "heading-unmatched",
            message if len(headings) > 1 else None,
            block=headings[0],
            start=0,
            end=len(first.raw),
            evidence=" · ".join(shown) + more,
            count=len(headings),
        )
    ]


def _empty(document: Document, heading: int, section: str) -> Finding:
    block = document.blocks[heading]
    return finding(
        "empty-section",
        block=heading,
        start=0,
        end=len(block.raw),
        section=section,
        evidence=block.text[:200],
    )


def _in_sections(findings: Iterable[Finding], found: tuple[Section, ...]) -> list[Finding]:
    """The findings, those about a block of a section saying which."""
    of_block = {index: section.id for section in found for index in (*section.blocks, section.heading_block)}
    return [
        known.model_copy(update={"section": of_block[known.block]})
        if known.section is None and known.block in of_block
        else known
        for known in findings
    ]


# --- what repeats, outline, metadata -----------------------------------------------------------------------


def _repeated(document: Document, parts: list[Part], answers: Answers, overlay: Path | None) -> set[int]:
    """Blocks that stand on most pages of the site, but for those that are meant to be the same."""
    if not answers.repeated:
        return set()
    digests = frozenset(answers.repeated)
    known = sections(overlay)
    return {
        index
        for part in parts
        if part.found.id not in _NEVER_REPEATED
        and not (part.found.id in known and known[part.found.id].shared_by_country)
        for index in part.blocks
        if document.blocks[index].kind != "heading" and block_digest(document.blocks[index].raw) in digests
    }


def _title_text(document: Document, seen: Anatomy) -> str | None:
    if seen.title is not None and document.blocks[seen.title].text:
        return document.blocks[seen.title].text
    return document.title


def _outline(document: Document) -> Iterable[OutlineEntry]:
    for index, block in enumerate(document.blocks):
        if block.kind == "heading" and block.is_content and block.text:
            yield OutlineEntry(block=index, level=block.level or 2, text=block.text)


def _with_metadata(document: Document) -> Document:
    """What is known besides the content, as hidden blocks at the end: evidence can point to them."""
    values = {key: document.source.get(key) for key in _METADATA} | {"path": document.source.path}
    known = {
        origin.key for block in document.blocks for origin in block.origins if isinstance(origin, Metadata)
    }
    blocks = [
        new_block("furniture", raw, [Metadata(key=key)], role="metadata", visibility="hidden")
        for key, value in values.items()
        if key not in known and value and REPLACEMENT not in value and (raw := fold_space(value))
    ]
    return document.model_copy(update={"blocks": (*document.blocks, *blocks)})
