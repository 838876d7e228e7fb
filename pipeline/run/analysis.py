"""Composes the stages: reads a document, and settles it under what its corpus says.

A document is analysed once: `read` ends with the result that it has where the corpus adds nothing, so that `settle` is
needed only where the Answers say something.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.records import Answers, Document, Finding, Profile, Source, Summary
from pipeline.run import stages
from pipeline.settings import Settings
from pipeline.store.output_folder import document_files
from pipeline.store.result import Result


@dataclass(frozen=True)
class Reading:
    """A document that was read: as extracted (what `settle` takes), analysed under empty Answers with its profile, and
    what it offers to its corpus and asks of it. `offered` holds the texts of the blocks that it offers."""

    extracted: Document
    document: Document
    profile: Profile
    summary: Summary
    offered: dict[str, Any]


def read(data: bytes, source: Source, noticed: Iterable[Finding], settings: Settings) -> Reading:
    """The document in `data`, through all stages; `noticed` is what is known of it already.

    Raises DocumentError where it cannot become a document, NotThePage where it is something else than the page.
    """
    extracted = stages.read_document(data, source, noticed, settings)
    form = stages.form_of(data, extracted, settings)
    del data  # as large as max_pdf_bytes
    document, profile = stages.analyse(extracted, Answers(), settings)
    stages.refuse_wall(document, form, settings)
    summary, offered = stages.summarise(document, profile, settings)
    return Reading(extracted, document, profile, summary, offered)


def settle(extracted: Document, answers: Answers, settings: Settings) -> tuple[Document, Profile]:
    """A document as `read` extracted it, analysed with what its corpus says of it.

    Raises NotThePage where the corpus says that it is not the page.
    """
    stages.refuse_same_body(extracted, answers)
    return stages.analyse(extracted, answers, settings)


def result_of(document: Document, profile: Profile) -> Result:
    """What is kept of an analysed document: its records as JSON, and its files."""
    return Result(
        profile=profile.model_dump(mode="json", exclude_none=True),
        findings=[finding.model_dump(mode="json", exclude_none=True) for finding in document.findings],
        counts=stages.counts(document),
        files=document_files(document),
    )
