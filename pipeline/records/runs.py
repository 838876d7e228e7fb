"""The records that a run writes about itself: `error.json` of a quarantine entry, and `run.json`."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from pipeline.records import City, Document, Finding, Profile, Record, Source


class ErrorRecord(Record):
    """Why a document is in quarantine, and what tries it again. `original` is the file with its bytes, if any.

    `kind` says more than the code: of what is not the page, what it is instead (`bot-wall`, `not-found` …). `transient`
    says whether the next run tries it by itself, `tries` how often it has failed as it is now. `detail` names the
    frames of this package in which a defect arose, `stderr` holds the last lines that the process wrote on standard
    error where it died, was stopped, or met a defect.
    """

    id: str
    code: str
    kind: str | None = None
    message: str
    path: str
    url: str | None = None
    source: Source | None = None
    stage: str
    transient: bool
    tries: int = 1
    detail: tuple[str, ...] = ()
    stderr: tuple[str, ...] | None = None
    original: str | None = None
    retry: str


class FindingLine(Finding):
    """A line of `findings.jsonl`: a finding, and the document and profile it belongs to."""

    document: str
    profile: str
    path: str


class QuarantineLine(Record):
    """A quarantine entry as `run.json` lists it."""

    id: str
    path: str
    code: str
    kind: str | None = None


class RunRecord(Record):
    """`run.json`: what a run gave, with which versions and configuration; written last."""

    program: str
    python: str
    libraries: dict[str, str]
    configuration: dict[str, Any]
    counts: dict[str, int]
    languages: dict[str, int] = Field(default_factory=dict)
    kinds: dict[str, int] = Field(default_factory=dict)
    findings: dict[str, int] = Field(default_factory=dict)
    quarantine: tuple[QuarantineLine, ...] = ()
    notes: tuple[str, ...] = ()
    digests: dict[str, str]


SCHEMAS: dict[str, type[Record]] = {
    "profile": Profile,
    "city": City,
    "document": Document,
    "finding": FindingLine,
    "error": ErrorRecord,
    "run": RunRecord,
}
"""Records whose JSON Schema is written to `schema/` and printed by `cityreports schema`."""


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record. Raises KeyError for an unknown name."""
    schema = SCHEMAS[name].model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
