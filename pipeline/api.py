"""The library's three functions: a whole folder, one document, one profile."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pipeline.records import Document, Profile, Source
from pipeline.settings import Settings, load


def ingest(
    raw: str | Path = "raw",
    out: str | Path = "processed",
    *,
    force: bool = False,
    accept_changes: bool = False,
    settings: Settings | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Process the folder `raw` into the folder `out`, and give the record of the run (as in `run.json`).

    `options` are fields of `Settings` (`workers=4`); `accept_changes` says that losses of records are meant. Raises
    RunError or UsageError; a document that cannot be read raises nothing, it is in quarantine.
    """
    from pipeline.run.engine import Options
    from pipeline.run.engine import ingest as run
    from pipeline.run.guard import ALL_SITES

    chosen = {**(settings.model_dump() if settings else {}), **options, "raw": Path(raw), "out": Path(out)}
    accepted = frozenset({ALL_SITES}) if accept_changes else frozenset[str]()
    record = run(load(**chosen), Options(force=force, accepted=accepted)).record
    assert record is not None  # only a dry run has none
    return record.model_dump(mode="json")


def read(path: str | Path, *, settings: Settings | None = None) -> Document:
    """Read one file through all stages, without its corpus: decoded, extracted, repaired, segmented.

    Raises DocumentError where it cannot become a document.
    """
    return _analyse(Path(path), settings or load())[0]


def profile(path: str | Path, *, settings: Settings | None = None) -> Profile:
    """The profile of one file, without its corpus. Raises DocumentError where it cannot become a document."""
    return _analyse(Path(path), settings or load())[1]


def _analyse(path: Path, settings: Settings) -> tuple[Document, Profile]:
    from pipeline.run import analysis, stages
    from pipeline.sources import content, metadata

    raw, name = path.parent, os.fsencode(path.name)
    identity = content.identify(raw, name, settings.max_pdf_bytes)
    known = metadata.resolve(raw, name, metadata.Manifest({}))
    source = Source(
        path=path.name,
        sha256=identity.sha256,
        media_type=identity.media_type,
        size=identity.size,
        compression=identity.compression,
        metadata=known.known,
    )
    data = content.read(raw, name, identity, stages.byte_budget(identity.media_type, settings))
    reading = analysis.read(data, source, known.findings, settings)
    return reading.document, reading.profile


__all__ = ["ingest", "profile", "read"]
