"""What will be done again, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import orjson

from pipeline.errors import UsageError
from pipeline.run.ledger import Failed, Ledger
from pipeline.run.plan import Plan, Unit
from pipeline.settings import Settings

_REASONS = {
    "content": "its bytes changed",
    "metadata": "its metadata changed",
    "configuration": "the configuration changed",
    "program": "the program changed",
    "libraries": "a library changed",
    "overlay": "the overlay folder changed",
    "tools": "tesseract changed",
}


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
    failed = {row.id: row for row in ledger.failed()} if ledger else {}
    known = set(plan.units) | set(plan.refused)
    if unknown := sorted(again - known):
        raise UsageError(
            f"There is no document {unknown[0]} in {settings.raw} any more; run 'cityreports ingest'."
        )
    changes = []
    for document, unit in plan.units.items():
        reason = _reason(
            unit, read.get(document), parts.get(document), failed.get(document), force, document in again
        )
        if reason is not None:
            changes.append(Change(document, unit.source.path, *reason))
    return changes + [Change("", path, "gone", "its source is not there any more") for path in plan.vanished]


def _reason(
    unit: Unit, key: str | None, parts: str | None, failed: Failed | None, force: bool, again: bool
) -> tuple[Literal["new", "again", "retry"], str] | None:
    if again:
        return "retry", "asked for"
    if failed is not None and failed.transient:
        return "retry", "it was stopped by a limit or a crash"
    if failed is not None and failed.key == unit.key and not force:
        return None
    if failed is None and key is None:
        return "new", "not seen before"
    if force:
        return "again", "asked for (--force)"
    if failed is not None:
        return "retry", "something changed since it failed"
    if key == unit.key:
        return None
    old = orjson.loads(parts or "{}")
    reasons = [_REASONS.get(name, name) for name, value in unit.parts.items() if old.get(name) != value]
    return "again", ", ".join(reasons)
