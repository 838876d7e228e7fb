"""The functions of the library: a whole folder, its tables, one document, one profile."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.records import Document, Profile
from pipeline.settings import Settings, load

if TYPE_CHECKING:
    from pandas import DataFrame

    from pipeline.records.runs import RunRecord


def ingest(
    raw: str | Path = "raw",
    out: str | Path = "processed",
    *,
    settings: Settings | None = None,
    workers: int | None = None,
    force: bool = False,
    accept_changes: bool = False,
) -> RunRecord:
    """Process the folder `raw` into the folder `out`, and give the record of the run, which `run.json` holds.

    `settings` are those of `cityreports.toml` and the environment where none are given; `workers` is the number of
    child processes. `force` does all documents again; `accept_changes` says that losses of records are meant.

    >>> record = ingest("raw", "processed")
    >>> record.counts["profiles"]
    1

    Raises RunError or UsageError; a document that cannot be read raises nothing, it is in quarantine.
    """
    from pipeline.run.engine import Options
    from pipeline.run.engine import ingest as run
    from pipeline.run.guard import ALL_SITES

    chosen: dict[str, Any] = {
        **(settings.model_dump() if settings else {}),
        "raw": Path(raw),
        "out": Path(out),
    }
    if workers is not None:
        chosen["workers"] = workers
    accepted = frozenset({ALL_SITES}) if accept_changes else frozenset[str]()
    record = run(load(**chosen), Options(force=force, accepted=accepted)).record
    assert record is not None  # only a dry run has none
    return record


def frames(out: str | Path = "processed") -> dict[str, DataFrame]:
    """The tables of an output folder as data frames: `profiles`, `sections`, `cities` and `findings`.

    >>> tables = frames("processed")
    >>> tables["profiles"].loc[0, "city"]
    'Gdańsk'

    Raises UsageError where no run has ended in that folder.
    """
    from pipeline.exports.frames import read_frames

    return read_frames(Path(out))


def read(path: str | Path, *, settings: Settings | None = None) -> Document:
    """Read one file through all stages, without its corpus: decoded, extracted, repaired, segmented.

    >>> read("raw/gdansk.html").title
    'Gdańsk'

    Raises DocumentError where it cannot become a document.
    """
    return _analyse(Path(path), settings or load())[0]


def profile(path: str | Path, *, settings: Settings | None = None) -> Profile:
    """The profile of one file, without its corpus.

    >>> profile("raw/gdansk.html").city.country
    'PL'

    Raises DocumentError where it cannot become a document.
    """
    return _analyse(Path(path), settings or load())[1]


def _analyse(path: Path, settings: Settings) -> tuple[Document, Profile]:
    from pipeline.run import analysis, stages
    from pipeline.sources import content, metadata

    raw, name = path.parent, os.fsencode(path.name)
    identity = content.identify(raw, name, settings.max_pdf_bytes)
    known = metadata.resolve(raw, name, metadata.Manifest({}))
    source = identity.as_source(path.name, known.known)
    data = content.read(raw, name, identity, stages.byte_budget(identity.media_type, settings))
    reading = analysis.read(data, source, known.findings, settings)
    return reading.document, reading.profile


__all__ = ["frames", "ingest", "profile", "read"]
