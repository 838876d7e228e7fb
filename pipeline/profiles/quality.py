"""The quality score: how much of a document is undamaged, and how much of a profile could be established.

    score = (1 − damaged) × (0.5 + 0.5 × completeness)

`damaged` is characters lost ÷ (lost + kept) over all sections, headings excluded; `completeness` is the share of
these five that are known: title, language, city (with its id), at least one section with text, at least one
section of the taxonomy. Rounded to four decimals. An undamaged document of which nothing is known has 0.5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.knowledge.losses import damaged_share, lost_in
from pipeline.records import CityRef, Document, Finding, ProfileSection, Quality


def quality(
    document: Document,
    findings: Sequence[Finding],
    title: str | None,
    city: CityRef | None,
    sections: Sequence[ProfileSection],
) -> Quality:
    """The score, and how many findings of each code there are."""
    known = (
        title is not None,
        document.language is not None,
        city is not None and city.geonames_id is not None,
        any(section.text for section in sections),
        any(section.id != "other" for section in sections),
    )
    score = (1 - damage(document)) * (0.5 + 0.5 * sum(known) / len(known))
    codes = Counter(finding.code for finding in (*document.findings, *findings))
    return Quality(score=round(score, 4), findings=dict(sorted(codes.items())))


def damage(document: Document) -> float:
    """Characters lost ÷ (lost + kept) over all sections of the document."""
    lost = lost_in(document)
    inside = [index for section in document.sections for index in section.blocks]
    return damaged_share([document.blocks[index] for index in inside], [lost[index] for index in inside])
