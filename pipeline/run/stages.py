"""The stages in order, as pure functions of bytes, metadata, answers and settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline import capture
from pipeline.errors import NotThePage, TooLarge
from pipeline.extract import reader_of
from pipeline.knowledge.causes import RESTORING, class_of
from pipeline.knowledge.findings import finding
from pipeline.knowledge.losses import lost_in
from pipeline.language import detect_language
from pipeline.profiles import identity_of, make_profile
from pipeline.records import Answers, Block, Document, Finding, Known, Profile, Source, Summary, block_digest
from pipeline.repair import proven_pages, repair
from pipeline.run.offers import offered_texts, passages
from pipeline.run.planning.identity import document_id, without_secrets
from pipeline.segment import segment
from pipeline.settings import Settings

_MOJIBAKE = ("mojibake-repaired", "mojibake-suspected")


def byte_budget(media_type: str, settings: Settings) -> int:
    """How many bytes of a document of this type are read."""
    return reader_of(media_type).budget(settings)


def read_document(data: bytes, source: Source, noticed: Iterable[Finding], settings: Settings) -> Document:
    """Bytes → the document as its source has it, nothing repaired yet; `noticed` is what is known already.

    Raises DocumentError where the content cannot become a document.
    """
    findings = list(noticed)
    reader = reader_of(source.media_type)
    if source.size > len(data):
        if not reader.may_be_cut:
            raise TooLarge(
                f"The {reader.name} has {source.size:,} bytes, over the budget. Raise max_pdf_bytes."
            )
        message = f"The document has {source.size:,} bytes; {len(data):,} were read."
        findings.append(finding("over-budget", message, count=source.size - len(data)))
    if source.also:
        findings.append(finding("duplicate-source", evidence=", ".join(source.also), count=len(source.also)))
    document = reader.read(data, source, settings)
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


def form_of(data: bytes, document: Document, settings: Settings) -> capture.Form:
    """What the markup in `data` shows of a capture's being the page or not; small, where the bytes are not."""
    return capture.form_of(data, document, settings.data)


def refuse_wall(document: Document, form: capture.Form, settings: Settings) -> None:
    """Raise NotThePage where the analysed document is a bot wall, a login page, a soft 404 … instead of the page."""
    wall = capture.judge(document, form, settings)
    if wall is not None:
        raise NotThePage(capture.describe(wall.kind, wall.evidence), wall.kind)


def refuse_same_body(document: Document, answers: Answers) -> None:
    """Raise NotThePage where the corpus says that the document's text stands under several addresses of its site."""
    if answers.not_the_page is not None:
        raise NotThePage(
            capture.describe(answers.not_the_page, capture.quote(document)), answers.not_the_page
        )


def summarise(document: Document, profile: Profile, settings: Settings) -> tuple[Summary, dict[str, Any]]:
    """What the document offers to the others and asks of them, and the texts of the blocks that it offers."""
    digests = {block_digest(block.raw) for block in document.blocks if _may_repeat(block)}
    offers, asks = passages(document, profile, settings)
    summary = Summary(
        document=document.id,
        profile=profile.id,
        path=document.source.path,
        fetched_at=document.source.get("fetched_at"),
        site=profile.site,
        language=profile.language,
        blocks=tuple(sorted(digests)),
        body=capture.body_of(document),
        twins=_twins(document, profile),
        offers=tuple(offers),
        asks=tuple(asks),
        proven=proven_pages(document),
        doubtful=any(finding.code in _MOJIBAKE for finding in document.findings),
    )
    return summary, offered_texts(document, offers)


def _twins(document: Document, profile: Profile) -> tuple[str, ...]:
    """The other profiles of the site that files with the same bytes would have."""
    source, found = document.source, set()
    for path, url in zip(source.also, source.also_urls, strict=False):
        metadata = {key: known for key, known in source.metadata.items() if key != "url"}
        own = source.metadata.get("url")
        if url is not None:
            metadata["url"] = Known(value=url, origin="manifest.url")
        elif own is not None and own.origin.startswith("html."):
            metadata["url"] = own  # the bytes say so, and they are the same
        identity, site = identity_of(source.model_copy(update={"path": path, "metadata": metadata}))
        if site == profile.site and identity != profile.id:
            found.add(identity)
    return tuple(sorted(found))


def _may_repeat(block: Block) -> bool:
    return block.is_content and block.kind != "heading" and bool(block.raw)


def counts(document: Document) -> dict[str, Any]:
    """What a run's summary and `repairs.csv` say of a document: repairs, characters lost, edits by cause."""
    by_cause: dict[str, dict[str, int]] = {}
    lost = lost_in(document)
    for block, gone in zip(document.blocks, lost, strict=True):
        for cause in sorted({edit.cause for edit in block.edits}):
            edits = [edit for edit in block.edits if edit.cause == cause]
            row = by_cause.setdefault(cause, dict.fromkeys(("blocks", "edits", "before", "after", "lost"), 0))
            row["blocks"] += 1
            row["edits"] += len(edits)
            row["before"] += sum(len(edit.before) for edit in edits)
            row["after"] += sum(len(edit.after) for edit in edits)
            row["lost"] += gone if cause == _losing(block) else 0
    return {
        "repairs": sum(row["edits"] for cause, row in by_cause.items() if class_of(cause) in RESTORING),
        "lost": sum(lost),
        "causes": dict(sorted(by_cause.items())),
    }


def _losing(block: Block) -> str | None:
    """The cause under which what a block lost is counted: that of its withholding, else of what was done last
    (mojibake of U+FFFD is repaired and withheld in one edit)."""
    causes = [edit.cause for edit in block.edits]
    return next((cause for cause in causes if class_of(cause) == "loss"), causes[-1] if causes else None)
