"""Keeps the results of a run in the ledger until the whole run is checked and its files may be replaced."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from pipeline.records.runs import ErrorRecord
from pipeline.run.planning.plan import Plan
from pipeline.store import result
from pipeline.store.ledger import Failed, Ledger, Settled, Staged


@dataclass(frozen=True)
class Outlook:
    """What will stand once all that is staged is in place: documents with records, and quarantine entries, by id."""

    settled: dict[str, Settled]
    failed: dict[str, Failed]


def stage_settled(key: str, path: str, document: str, made: bytes) -> Staged:
    """A document that became a record, with its packed result."""
    return Staged(document, "settled", key, path, made)


def stage_failed(key: str, record: ErrorRecord, limits: str) -> Staged:
    """A document that failed, with the digest of the limits in force."""
    body = orjson.dumps({"limits": limits, "record": record.model_dump(mode="json", exclude_none=True)})
    return Staged(record.id, "failed", key, record.path, body)


def settled_of(row: Staged) -> tuple[Settled, dict[str, bytes]]:
    """The record of a staged document, and its files by name."""
    made = result.unpack(row.body)
    settled = Settled(
        document=row.id,
        key=row.key,
        path=row.path,
        profile=orjson.dumps(made.profile),
        findings=orjson.dumps(made.findings),
        counts=orjson.dumps(made.counts),
    )
    return settled, made.files


def failed_of(row: Staged) -> tuple[Failed, ErrorRecord]:
    """The quarantine entry of a staged document: the ledger's row, and the error without its original."""
    body = orjson.loads(row.body)
    record = ErrorRecord.model_validate(body["record"])
    error = orjson.dumps(body["record"])
    return Failed(row.id, row.key, row.path, error, body["limits"], record.tries), record


def failures(ledger: Ledger | None) -> dict[str, Failed]:
    """How documents failed when they were last tried, whether that stands already or is staged."""
    if ledger is None:
        return {}
    latest = {row.id: row for row in ledger.failed()}
    for document, (state, _) in ledger.staged_keys().items():
        if state == "settled":
            latest.pop(document, None)
    latest |= {row.id: failed_of(row)[0] for row in ledger.staged() if row.state == "failed"}
    return latest


def outlook(ledger: Ledger, plan: Plan) -> Outlook:
    """What will stand of the documents of a plan."""
    settled = {row.document: row for row in ledger.settled() if row.document in plan.units}
    failed = {row.id: row for row in ledger.failed() if row.id in plan.units or row.id in plan.refused}
    for row in ledger.staged():
        if row.id not in plan.units and row.id not in plan.refused:
            continue
        settled.pop(row.id, None)
        failed.pop(row.id, None)
        if row.state == "settled":
            settled[row.id] = settled_of(row)[0]
        else:
            failed[row.id] = failed_of(row)[0]
    return Outlook(dict(sorted(settled.items())), dict(sorted(failed.items())))
