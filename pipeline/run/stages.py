"""The stages in their order, as pure functions of bytes, metadata, answers and settings."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.errors import TooLarge
from pipeline.extract import extract
from pipeline.findings import finding
from pipeline.language import detect_language
from pipeline.model import (
    REPLACEMENT,
    Answers,
    Block,
    Document,
    Finding,
    Profile,
    Source,
    Summary,
    block_digest,
)
from pipeline.profile import make_profile
from pipeline.repair import repair
from pipeline.run.identity import document_id, without_secrets
from pipeline.segment import segment
from pipeline.settings import Settings

_REPAIRS = ("mojibake", "lost-letter", "cipher", "charset")
"""Causes of edits that count as repairs (taking out soft hyphens or line ends is reading, not repair)."""


def byte_budget(media_type: str, settings: Settings) -> int:
    """How many bytes of a document of this type are read."""
    return settings.max_pdf_bytes if media_type == "application/pdf" else settings.max_text_bytes


def read_document(data: bytes, source: Source, noticed: Iterable[Finding], settings: Settings) -> Document:
    """Bytes → the document as its source has it, nothing repaired yet; `noticed` is what is known already.

    Raises DocumentError where the content cannot become a document.
    """
    findings = list(noticed)
    if source.size > len(data):
        if source.media_type == "application/pdf":
            raise TooLarge(f"The PDF has {source.size:,} bytes, over the budget. Raise max_pdf_bytes.")
        message = f"The document has {source.size:,} bytes; {len(data):,} were read."
        findings.append(finding("over-budget", message, count=source.size - len(data)))
    if source.also:
        findings.append(finding("duplicate-source", evidence=", ".join(source.also), count=len(source.also)))
    document = extract(data, source, settings)
    return document.model_copy(
        update={
            "id": document_id(source.sha256, source.get("charset")),
            "source": without_secrets(document.source),
            "findings": (*findings, *document.findings),
        }
    )


def analyse(document: Document, answers: Answers, settings: Settings) -> tuple[Document, Profile]:
    """The document as extracted → repaired, with languages and sections, and its profile."""
    document = repair(document, answers, settings)
    document = detect_language(document, settings)
    document = segment(document, answers, settings)
    profile, findings = make_profile(document, settings)
    return document.with_findings(findings), profile


def summarise(document: Document, profile: Profile) -> Summary:
    """What the document offers to the others of its site, and asks of them."""
    digests = {block_digest(block.raw) for block in document.blocks if _may_repeat(block)}
    return Summary(
        document=document.id,
        profile=profile.id,
        site=profile.site,
        language=profile.language,
        blocks=tuple(sorted(digests)),
    )


def _may_repeat(block: Block) -> bool:
    return block.is_content and block.kind != "heading" and bool(block.raw)


def counts(document: Document) -> dict[str, int]:
    """What the summary of a run says of a document: repairs made, characters lost, findings by severity."""
    repairs = [edit for block in document.blocks for edit in block.edits if edit.cause.startswith(_REPAIRS)]
    return {
        "repairs": len(repairs),
        "lost": sum(block.raw.count(REPLACEMENT) for block in document.blocks if block.is_content),
        **{
            severity: sum(f.severity == severity for f in document.findings)
            for severity in ("error", "warning", "info")
        },
    }
