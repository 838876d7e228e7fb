"""Lists the documents of a run: files of `raw/` with identity and metadata; files with equal bytes are one document."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from functools import cached_property

import orjson

from pipeline.errors import DOCUMENT_ERRORS, DocumentError
from pipeline.records import Finding, Source, digest, short_id
from pipeline.run.planning import keys
from pipeline.run.planning.identity import document_id
from pipeline.settings import Settings
from pipeline.sources import content, folder, metadata
from pipeline.store.ledger import Ledger

_FRESH_NS = 2_000_000_000
"""A file changed less than this before it was looked at may change again under the same time stamp."""


@dataclass(frozen=True)
class Unit:
    """One document to be done: its source and metadata, the key under which it is done, and that key's parts."""

    id: str
    name: bytes
    source: Source
    findings: tuple[Finding, ...]
    parts: dict[str, str]

    @cached_property
    def key(self) -> str:
        """The key under which the document is done."""
        return keys.key_of(self.parts)

    @property
    def path(self) -> str:
        """The path of its source."""
        return self.source.path


@dataclass(frozen=True)
class Refused:
    """A file that has no content to read, and why."""

    id: str
    name: bytes
    path: str
    key: str
    error: DocumentError
    url: str | None = None


@dataclass(frozen=True)
class Plan:
    """All that lies in `raw/`: documents by id, refused files, and what to remember of the files."""

    units: dict[str, Unit]
    refused: dict[str, Refused]
    files: list[tuple[bytes, str, int, str]]
    vanished: tuple[str, ...]
    notes: tuple[str, ...]


def make_plan(settings: Settings, ledger: Ledger | None, again: frozenset[str] = frozenset()) -> Plan:
    """Look at every file of `settings.raw`; a file that has not changed since the last run is not opened.

    `again` holds ids of quarantine entries that are tried again: their files are opened.

    Raises RunError where the folder or its manifest cannot be read.
    """
    entries = folder.scan(settings.raw)
    manifest = metadata.read_manifest(settings.raw)
    remembered = ledger.files() if ledger else {}
    files: list[tuple[bytes, str, int, str]] = []
    refused: dict[str, Refused] = {}
    groups: dict[str, list[Unit]] = defaultdict(list)
    for entry in entries:
        if entry.refused is not None:
            _refuse(refused, entry, entry.refused, None)
            continue
        known = None if short_id("path", entry.name) in again else remembered.get(entry.name)
        row = _identified(entry, settings, known)
        files.append(row)
        identity, error = _parse_identity(row[3])
        if error is not None:
            address = metadata.resolve(settings.raw, entry.name, manifest).known.get("url")
            _refuse(refused, entry, error, address.value if address else None)
        elif identity is not None:
            unit = _unit(entry, identity, metadata.resolve(settings.raw, entry.name, manifest), settings)
            groups[unit.id].append(unit)
    units = {document: _together(units, settings) for document, units in groups.items()}
    names = {entry.name for entry in entries}
    vanished = tuple(folder.path_text(name) for name in sorted(remembered) if name not in names)
    unknown = sorted(manifest.paths() - {entry.path for entry in entries})
    notes = (*manifest.notes, *_notes(unknown))
    return Plan(dict(sorted(units.items())), refused, files, vanished, notes)


def _notes(unknown: list[str]) -> tuple[str, ...]:
    if not unknown:
        return ()
    shown = ", ".join(unknown[:3]) + (" …" if len(unknown) > 3 else "")
    return (f"manifest.csv names {len(unknown)} file(s) that are not there: {shown}",)


def _refuse(refused: dict[str, Refused], entry: folder.Entry, error: DocumentError, url: str | None) -> None:
    identity = short_id("path", entry.name)
    key = digest(orjson.dumps(entry.stamp), error.code, str(error), url or "")
    refused[identity] = Refused(identity, entry.name, entry.path, key, error, url)


def _identified(
    entry: folder.Entry, settings: Settings, remembered: tuple[str, int, str] | None
) -> tuple[bytes, str, int, str]:
    """The ledger's row for a file: taken over where its stamp is the same, else read from its bytes."""
    stamp = orjson.dumps((*entry.stamp, settings.max_pdf_bytes, keys.program_digest())).decode()
    now = time.time_ns()
    # not where it was seen in the future: a clock that was set back gives the same stamps again
    if remembered and remembered[0] == stamp and max(entry.stamp[1:3]) < remembered[1] - _FRESH_NS < now:
        return entry.name, *remembered
    try:
        identity = content.identify(settings.raw, entry.name, settings.max_pdf_bytes)
        found = list(astuple(identity))
    except DocumentError as error:
        found = [error.code, str(error)]
        if error.transient or _of_the_moment(error):
            now = 0  # looked at again by the next run
    return entry.name, stamp, now, orjson.dumps(found).decode()


def _of_the_moment(error: DocumentError) -> bool:
    """Whether the file system, and not what the file holds, was at fault: that can mend without the file changing."""
    return isinstance(error.__cause__, OSError)


def _parse_identity(row: str) -> tuple[content.Identity | None, DocumentError | None]:
    values = orjson.loads(row)
    if len(values) == 2:
        return None, DOCUMENT_ERRORS[values[0]](values[1])
    return content.Identity(*values), None


def _unit(
    entry: folder.Entry, identity: content.Identity, known: metadata.Metadata, settings: Settings
) -> Unit:
    source = identity.as_source(entry.path, known.known)
    document = document_id(identity.sha256, source.get("charset"))
    findings = (*identity.findings(), *known.findings)
    return Unit(document, entry.name, source, findings, keys.parts_of_key(source, findings, settings))


def _together(units: Iterable[Unit], settings: Settings) -> Unit:
    """One unit for files with the same bytes: the one with an address and the smallest path, the others named."""
    first, *others = sorted(units, key=lambda unit: (unit.source.get("url") is None, unit.name))
    if not others:
        return first
    others.sort(key=lambda unit: unit.source.path)
    also = tuple(unit.source.path for unit in others)
    urls = tuple(unit.source.get("url") for unit in others)
    source = first.source.model_copy(update={"also": also, "also_urls": urls})
    return replace(first, source=source, parts=keys.parts_of_key(source, first.findings, settings))
