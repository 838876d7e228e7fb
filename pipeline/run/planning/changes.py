"""Finds the documents that a run will process again, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import orjson

from pipeline.errors import DOCUMENT_ERRORS, UsageError
from pipeline.run.planning.keys import limits_digest
from pipeline.run.planning.plan import Plan, Unit
from pipeline.run.planning.staging import failures
from pipeline.run.quarantine import MAX_TRIES
from pipeline.settings import Settings
from pipeline.store.ledger import Failed, Ledger

_REASONS = {
    "content": "its bytes changed",
    "metadata": "its metadata changed",
    "configuration": "the configuration changed",
    "program": "the program changed",
    "libraries": "a library changed",
    "overlay": "the overlay folder changed",
    "tools": "tesseract changed",
}


class _Reason(NamedTuple):
    kind: Literal["new", "again", "retry"]
    why: str


@dataclass(frozen=True)
class Change:
    """A document that the next run will do, or whose outputs it will remove, and why."""

    id: str
    path: str
    kind: Literal["new", "again", "retry", "gone"]
    why: str


def find_changes(
    plan: Plan, ledger: Ledger | None, settings: Settings, *, force: bool, again: frozenset[str]
) -> list[Change]:
    """The documents to be read, in the order of their ids, and the sources that vanished.

    Raises UsageError where `again` names what is not a document of the plan.
    """
    read = ledger.read_keys() if ledger else {}
    parts = ledger.read_parts() if ledger else {}
    failed, limits = failures(ledger), limits_digest(settings)
    known = set(plan.units) | set(plan.refused)
    if unknown := sorted(again - known):
        raise UsageError(
            f"There is no document {unknown[0]} in {settings.raw} any more; run 'cityreports ingest'."
        )
    changes = []
    for document, unit in plan.units.items():
        reason: _Reason | None
        if document in again:
            reason = _Reason("retry", "asked for")
        elif document in failed and failed[document].about["stage"] != "settle":
            reason = _after_failure(unit.key, failed[document], limits, force)
        else:
            reason = _after_reading(unit, read.get(document), parts.get(document), force)
        if reason is not None:
            changes.append(Change(document, unit.source.path, *reason))
    return changes + [Change("", path, "gone", "its source is not there any more") for path in plan.vanished]


def try_again(failed: Failed, key: str, limits: str) -> str | None:
    """Why a document that failed is to be tried again under `key`, or None where it would fail again."""
    error = DOCUMENT_ERRORS[failed.about["code"]]
    if failed.key != key:
        return "something changed since it failed"
    if error.counted and failed.limits != limits:
        return "the limits or the program changed since it failed"
    if error.counted and failed.tries < MAX_TRIES:
        return "it was stopped by a limit or a crash"
    if error.transient and not error.counted:
        return "it changed while it was read"
    return None


def _after_failure(key: str, failed: Failed, limits: str, force: bool) -> _Reason | None:
    why = try_again(failed, key, limits)
    if why is not None:
        return _Reason("retry", why)
    return _Reason("again", "asked for (--force)") if force else None


def _after_reading(unit: Unit, key: str | None, parts: bytes | None, force: bool) -> _Reason | None:
    if key is None:
        return _Reason("new", "not seen before")
    if force:
        return _Reason("again", "asked for (--force)")
    if key == unit.key:
        return None
    old = orjson.loads(parts or b"{}")
    reasons = [_REASONS.get(name, name) for name, value in unit.parts.items() if old.get(name) != value]
    return _Reason("again", ", ".join(reasons))
