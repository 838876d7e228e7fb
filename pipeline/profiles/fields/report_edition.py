"""The edition of a report: years of publication and of update, and its address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.folding import fold
from pipeline.profiles.evidence import Found, in_sections
from pipeline.profiles.numbers import YEAR
from pipeline.records import Block, Document, EvidenceSpan, ReportEdition

_BEFORE, _AFTER = 60, 30
_FIRST_BLOCKS = 12
_MOST_WORDS = 4  # from the word that says what a year is of, up to the year
_PDF = re.compile(r"\.pdf(?:[?#]|$)", re.IGNORECASE)


def edition(document: Document, kind: str, overlay: Path | None) -> Found[ReportEdition] | None:
    """The edition a page speaks of in its report section, or of the report that the document is.

    A year counts as published or updated by the words near it (a data file); a lone year beside a word for
    reports is that of publication. None where nothing is said.
    """
    words = load_toml("knowledge/editions.toml", overlay)
    published, updated = _pattern(words["published"]), _pattern(words["updated"])
    candidates = in_sections(document, "report") or []
    if kind == "report":
        candidates = [*_opening(document), *candidates]
    years: dict[str, int] = {}
    spans: list[EvidenceSpan] = []
    for index, block in candidates:
        for match in YEAR.finditer(block.text):
            meaning = _meaning(block.text, match, published, updated)
            if meaning is not None and meaning not in years:
                years[meaning] = int(match.group(0))
                spans.append((index, match.start(), match.end(), 0.9))
    url = _address(document, candidates)
    if url is not None:
        spans.append(url[1])
    if not spans:
        return None
    return Found(ReportEdition(**years, url=url[0] if url else None), tuple(spans))


def _opening(document: Document) -> Iterable[tuple[int, Block]]:
    """The blocks on the first page or before the second heading, where a report states its edition."""
    shown = [(i, block) for i, block in enumerate(document.blocks) if block.is_content and block.text]
    return shown[:_FIRST_BLOCKS]


def _pattern(stems: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<![^\W\d_]){re.escape(fold(stem))}" for stem in stems))


def _meaning(
    text: str, match: re.Match[str], published: re.Pattern[str], updated: re.Pattern[str]
) -> str | None:
    """`published` or `updated`, by the word before the year that is nearest to it, else by the one behind it."""
    before = fold(text[max(0, match.start() - _BEFORE) : match.start()])
    before = re.split(r"(?<=[^\W\d]{3})[.;]\s|(?:1[89]|20)\d\d", before)[-1]
    nearest = max(
        (
            (m.start(), name)
            for name, p in (("published", published), ("updated", updated))
            for m in p.finditer(before)
        ),
        default=None,
    )
    if nearest is not None and len(before[nearest[0] :].split()) <= _MOST_WORDS:
        return nearest[1]
    behind = fold(text[match.end() : match.end() + _AFTER])
    first = re.split(r"[,;.]|(?:1[89]|20)\d\d", behind)[0]
    for name, pattern in (("updated", updated), ("published", published)):
        if pattern.search(first):
            return name
    return None


def _address(document: Document, candidates: Iterable[tuple[int, Block]]) -> tuple[str, EvidenceSpan] | None:
    """The address of a PDF that the section of the report, or a download button in it, links to."""
    sections = [section for section in document.sections if section.id == "report"]
    near = {index for index, _ in candidates}
    for section in sections:
        near |= set(section.blocks) | (
            {section.heading_block} if section.heading_block is not None else set()
        )
    near |= {index for index, block in enumerate(document.blocks) if block.role == "download"}
    for index in sorted(near):
        block = document.blocks[index]
        for link in block.links:
            if _PDF.search(link.href) and link.href.startswith(("http://", "https://")):
                return link.href, (index, 0, len(block.text), 0.9)
    return None
