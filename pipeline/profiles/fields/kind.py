"""What kind of page or report a document is, told by its sections."""

from __future__ import annotations

from pipeline.profiles.evidence import Found
from pipeline.records import Document, EvidenceSpan, ProfileKind

_APPROACH = frozenset({"why_inspiring", "how_it_works", "outcome"})
_CITY = frozenset(
    {"unique", "policy_focus", "key_factors", "advocacy", "networks", "report", "country_context"}
)
_CITY_CORE = frozenset({"unique", "policy_focus", "key_factors"})
_REPORT = frozenset(
    {
        "governance", "population", "economy", "budget", "housing", "education", "health", "environment", "climate",
        "mobility", "culture", "migration", "participation", "safety", "methodology", "references", "annex",
        "challenges",
    }
)  # fmt: skip


def kind_of(document: Document) -> Found[ProfileKind]:
    """`approach` by two of its sections; `city_profile` by two of its own, one of them of the core; `report` by three
    of a general report's; else `page`. The headings that decided are the evidence.
    """
    present = {section.id for section in document.sections}
    kind: ProfileKind = "page"
    decisive: frozenset[str] = frozenset()
    if len(present & _APPROACH) >= 2:
        kind, decisive = "approach", _APPROACH
    elif len(present & _CITY) >= 2 and present & _CITY_CORE:
        kind, decisive = "city_profile", _CITY
    elif len(present & _REPORT) >= 3:
        kind, decisive = "report", _REPORT
    spans: list[EvidenceSpan] = [
        (section.heading_block, 0, len(document.blocks[section.heading_block].text), 0.9)
        for section in document.sections
        if section.id in decisive and section.heading_block is not None
    ]
    return Found(kind, tuple(spans))
