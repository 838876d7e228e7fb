"""Finds documents by path, address or id, and explains where a field came from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import ChangedWhileReading, RunError, UsageError
from pipeline.records import Block, Document, Edit, Origin, PageBox, Profile, TextRange, locate, raw_span
from pipeline.records.runs import ErrorRecord
from pipeline.settings import Settings
from pipeline.sources import content
from pipeline.sources.folder import path_bytes, path_text
from pipeline.store.ledger import Ledger
from pipeline.store.output_folder import DOCUMENTS, QUARANTINE

_SHORTEST_ID = 4
_LONGEST_POSITION = 10
"""Digits of a position in a list; a longer number is none."""


@dataclass(frozen=True)
class Found:
    """A document that was done (with its profile) or is in quarantine (with its error)."""

    id: str
    document: Document | None = None
    profile: Profile | None = None
    error: ErrorRecord | None = None


@dataclass(frozen=True)
class Piece:
    """A span of a block that a field came from: its text now, its raw text, the places, and the edits between."""

    block: int
    kind: str
    text: str
    raw: str
    confidence: float
    origins: tuple[Origin, ...]
    byte_ranges: tuple[tuple[int, int] | None, ...]
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Explanation:
    """Where the field at a JSON pointer came from."""

    pointer: str
    value: Any
    pieces: tuple[Piece, ...]


def find(settings: Settings, wanted: str) -> Found:
    """The document that a path, an address or the beginning of an id means.

    Raises RunError where nothing was ingested yet, UsageError where it means nothing or several documents.
    """
    with _ledger(settings) as ledger:
        matches = _matches(ledger, settings, wanted)
        if not matches:
            raise UsageError(
                f"There is no document {wanted!r}; give a path below {settings.raw}, an address, or an id "
                "(they are in profiles.jsonl and run.json)."
            )
        if len(matches) > 1:
            raise UsageError(
                f"{wanted!r} matches {len(matches)} documents: {', '.join(sorted(matches))}; give more characters."
            )
        return _load(ledger, settings.out, matches.pop())


def _matches(ledger: Ledger, settings: Settings, wanted: str) -> set[str]:
    if not wanted:
        return set()
    names = {wanted, wanted.removeprefix("./"), os.path.relpath(wanted, settings.raw)}
    on_disk = {_as_recorded(name) for name in names}
    exact: set[str] = set()
    copied: set[str] = set()
    begun: set[str] = set()
    for row in ledger.settled():
        profile = orjson.loads(row.profile)
        provenance = profile["provenance"]
        if row.path in on_disk or wanted in (provenance.get("url"), profile["slug"]):
            exact.add(row.document)
        elif row.path in names:  # as an output spells it
            copied.add(row.document)
        elif len(wanted) >= _SHORTEST_ID and (
            row.document.startswith(wanted) or profile["id"].startswith(wanted)
        ):
            begun.add(row.document)
    for failure in ledger.failed():
        if failure.path in on_disk:
            exact.add(failure.id)
        elif failure.path in names:
            copied.add(failure.id)
        elif len(wanted) >= _SHORTEST_ID and failure.id.startswith(wanted):
            begun.add(failure.id)
    return exact or copied or begun


def _as_recorded(name: str) -> str:
    """A path as a shell hands it over, in the form in which records hold it."""
    try:
        return path_text(os.fsencode(name))
    except UnicodeEncodeError:  # from a library's caller: no terminal could give it
        return name


def _load(ledger: Ledger, out: Path, document: str) -> Found:
    for failure in ledger.failed():
        if failure.id == document:
            return Found(document, error=ErrorRecord.model_validate_json(failure.error))
    row = next(row for row in ledger.settled() if row.document == document)
    path = out / DOCUMENTS / document / "document.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RunError(
            f"{path} cannot be read ({error.strerror}); run 'cityreports ingest' again."
        ) from error
    return Found(document, Document.model_validate_json(data), Profile.model_validate_json(row.profile))


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of the output folder, for looking. Raises RunError where nothing was ingested yet."""
    ledger = Ledger.open_to_read(settings.out)
    if ledger is None:
        raise RunError(
            f"There is nothing in {settings.out} yet; run 'cityreports ingest' first, or name --out."
        )
    try:
        yield ledger
    finally:
        ledger.close()


def quarantined(settings: Settings) -> list[str]:
    """The ids of all quarantine entries of the output folder. Raises RunError where nothing was ingested yet."""
    with _ledger(settings) as ledger:
        return [row.id for row in ledger.failed()]


def causes(settings: Settings) -> dict[str, dict[str, int]]:
    """Over the whole corpus, by cause of edits: documents, blocks, edits, characters before, after and lost."""
    total: dict[str, dict[str, int]] = {}
    with _ledger(settings) as ledger:
        for row in ledger.settled():
            for cause, numbers in orjson.loads(row.counts)["causes"].items():
                sums = total.setdefault(cause, {"documents": 0})
                sums["documents"] += 1
                for name, value in numbers.items():
                    sums[name] = sums.get(name, 0) + value
    return dict(sorted(total.items(), key=lambda item: (-item[1]["edits"], item[0])))


def quarantine_folder(settings: Settings, entry: str) -> Path:
    """Where the original bytes and `error.json` of a quarantine entry are."""
    return settings.out / QUARANTINE / entry


def blocks_of_page(found: Found, page: int) -> list[tuple[int, Block]]:
    """The blocks that stand on a page of a PDF, with their indices. Raises UsageError where there is no such page."""
    document = _pdf_with_page(found, page)
    return [
        (index, block)
        for index, block in enumerate(document.blocks)
        if any(isinstance(origin, PageBox) and origin.page == page for origin in block.origins)
    ]


def write_page_image(found: Found, page: int, settings: Settings) -> Path:
    """Write a page of a PDF as PNG, its blocks drawn and labelled, into the current folder; the file's path.

    Raises UsageError where there is no such page, RunError where the file is not as it was or cannot be written.
    """
    from pipeline.extract.pdf import render_page

    document = _pdf_with_page(found, page)
    source = document.source
    if source.compression is not None:
        raise UsageError(f"{source.path} is compressed; unpack it to see its pages.")
    target = Path(f"{found.id}-page-{page}.png")
    try:
        data = (settings.raw / os.fsdecode(path_bytes(source.path))).read_bytes()
        if sha256(data).hexdigest() != source.sha256:
            raise RunError(f"{source.path} changed since it was read; run 'cityreports ingest' first.")
        target.write_bytes(render_page(data, page, document.blocks, settings.max_pdf_bytes))
    except OSError as error:
        raise RunError(f"{error.filename or target} cannot be read or written ({error.strerror}).") from error
    return target


def _pdf_with_page(found: Found, page: int) -> Document:
    document = found.document
    if document is None:
        raise UsageError(
            f"{found.error.path if found.error else found.id} is in quarantine; its pages were not read."
        )
    if document.pages is None:
        raise UsageError(f"{document.source.path} is not a PDF and has no pages.")
    if page > document.pages:
        raise UsageError(f"{document.source.path} has {document.pages} pages; there is no page {page}.")
    return document


def explain(found: Found, field: str, settings: Settings) -> list[Explanation]:
    """Where a field of a document's profile came from: the field itself, or all fields below it.

    `field` is a JSON pointer (`/sections/2/text`) or a path with dots, in which a section may go by its id
    (`sections.report.text`). Raises UsageError for a field that the profile does not have or has no evidence for.
    """
    assert found.document is not None and found.profile is not None
    record = found.profile.model_dump(mode="json", exclude_none=True)
    tokens = _tokens(field, record)
    value = _value(record, tokens, field)
    pointer = "".join(f"/{token}" for token in tokens)
    chosen = _evidence_keys(found.profile, pointer)
    if not chosen:
        raise UsageError(
            f"The field {field!r} was not read from one place: it was computed from the record "
            f"as a whole. Fields with a place: {', '.join(sorted(found.profile.evidence)) or 'none'}."
        )
    to_bytes = _byte_ranges(found.document, settings)
    explanations = []
    for key in chosen:
        spans = found.profile.evidence[key]
        pieces = tuple(_piece(found.document, to_bytes, *span) for span in spans)
        own = value if key == pointer else _value(record, key.split("/")[1:], key)
        explanations.append(Explanation(key, own, pieces))
    return explanations


def _tokens(field: str, record: dict[str, Any]) -> list[str]:
    if field.startswith("/"):
        return [part.replace("~1", "/").replace("~0", "~") for part in field.split("/")[1:]]
    tokens = field.split(".")
    if tokens[0] == "sections" and len(tokens) > 1 and not _is_position(tokens[1]):
        position = next(
            (i for i, section in enumerate(record["sections"]) if section["id"] == tokens[1]), None
        )
        if position is None:
            known = ", ".join(section["id"] for section in record["sections"]) or "none"
            raise UsageError(f"The profile has no section {tokens[1]!r}; it has {known}.")
        tokens[1] = str(position)
    return tokens


def _is_position(token: str) -> bool:
    """Whether a token of a JSON pointer names an entry of a list (`isdigit` alone is true of ², too)."""
    return token.isascii() and token.isdigit() and len(token) < _LONGEST_POSITION


def _value(record: Any, tokens: list[str], field: str) -> Any:
    for token in tokens:
        if isinstance(record, list) and _is_position(token) and int(token) < len(record):
            record = record[int(token)]
        elif isinstance(record, dict) and token in record:
            record = record[token]
        else:
            where = ", ".join(record) if isinstance(record, dict) else f"{len(record)} entries, from 0"
            raise UsageError(f"The profile has no field {field!r}; at {token!r} there is: {where}.")
    return record


def _evidence_keys(profile: Profile, pointer: str) -> list[str]:
    """The evidence of a field: its own, else that of the fields below it, else of the nearest one above."""
    if pointer in profile.evidence:
        return [pointer]
    below = [key for key in profile.evidence if key.startswith(pointer + "/")]
    while not below and pointer:
        pointer = pointer.rpartition("/")[0]
        below = [pointer] if pointer in profile.evidence else []
    return below


def _piece(document: Document, to_bytes: Any, index: int, start: int, end: int, confidence: float) -> Piece:
    block: Block = document.blocks[index]
    raw_start, raw_end = raw_span(block.edits, start, end)
    origins = locate(block, start, end)
    return Piece(
        block=index,
        kind=block.role or block.kind,
        text=block.text[start:end],
        raw=block.raw[raw_start:raw_end],
        confidence=confidence,
        origins=origins,
        byte_ranges=tuple(to_bytes(origin) for origin in origins),
        edits=block.edits,
    )


def _byte_ranges(document: Document, settings: Settings) -> Any:
    """A function from an origin to its bytes in the file; to None where the file is not as it was, or a page."""
    source = document.source
    decoded = None
    if source.media_type != "application/pdf":
        from pipeline.decode import decode_source

        identity = content.Identity(source.sha256, source.size, source.media_type, source.compression)
        try:
            data = content.read(settings.raw, path_bytes(source.path), identity, settings.max_text_bytes)
            decoded = decode_source(data, source)
        except ChangedWhileReading:
            decoded = None

    def to_bytes(origin: Origin) -> tuple[int, int] | None:
        if decoded is None or not isinstance(origin, TextRange) or origin.end > len(decoded.text):
            return None
        return decoded.byte_range(origin.start, origin.end)

    return to_bytes
