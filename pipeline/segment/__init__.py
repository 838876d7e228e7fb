"""Document → Document with sections, an outline, and the roles its blocks play."""

from __future__ import annotations

from pipeline.records import Answers, Document
from pipeline.settings import Settings

__all__ = ["segment", "shared_sections"]


def segment(document: Document, answers: Answers, settings: Settings) -> Document:
    """The document with title and tagline told, furniture labelled, and every other block of content in exactly one
    section (headings are not in their sections' blocks).

    Headings are matched against the taxonomy of the document's language; blocks that `answers` says are repeated
    all over the site become furniture. Metadata that a profile may use is appended as hidden blocks, so that
    evidence can point to it. Blocks are labelled, never removed or reordered.
    """
    from pipeline.segment.stage import run

    return run(document, answers, settings)


def shared_sections(settings: Settings) -> frozenset[str]:
    """The canonical sections whose text is the same for all cities of a country."""
    from pipeline.knowledge.sections import sections

    return frozenset(name for name, kind in sections(settings.data).items() if kind.shared_by_country)
