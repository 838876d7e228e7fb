"""Quarantine entries: a document that could not become a record, its bytes, a typed error, and how to retry."""

from __future__ import annotations

import re

from pipeline.errors import (
    DOCUMENT_ERRORS,
    CityReportsError,
    DocumentError,
    InternalError,
    RefusedPath,
    RunError,
    Unreadable,
    UsageError,
)
from pipeline.records.runs import ErrorRecord
from pipeline.run.children.pool import Answer
from pipeline.run.planning.identity import without_secrets
from pipeline.run.planning.plan import Refused, Unit
from pipeline.settings import Settings
from pipeline.sources.content import open_file
from pipeline.store.ledger import Output
from pipeline.store.output_folder import QUARANTINE, Outputs

MAX_TRIES = 2
"""How often a document that is stopped by a limit, or kills its process, is tried under one key: once, and once more by
the next run, since the machine may have been busy. A page of 200 KB that is stopped costs `time_limit` each time."""

_NOT_AGAIN = (
    " Tried {tries} times; only 'retry' tries it again until the document, the program or the limits change."
)

_ENDS_RUN: dict[str, type[CityReportsError]] = {kind.__name__: kind for kind in (UsageError, RunError)}

_SUFFIX = re.compile(rb"(?:\.[A-Za-z0-9]{1,8}){1,2}$")


def error_of(answer: Answer) -> tuple[DocumentError | None, tuple[str, ...]]:
    """The error that an answer reports, if it does, and where in the program it arose.

    Raises UsageError or RunError for one that is not the document's, so that every other would meet it.
    """
    if answer.error is not None:
        return answer.error, ()
    if answer.header["ok"]:
        return None, ()
    if "ends_run" in answer.header:
        raise _ENDS_RUN[answer.header["ends_run"]](answer.header["message"])
    error = DOCUMENT_ERRORS[answer.header["code"]](answer.header["message"])
    error.kind = answer.header.get("kind")
    return error, tuple(answer.header["detail"] or ())


def record_of(
    item: Unit | Refused,
    error: DocumentError,
    stage: str,
    tries: int,
    detail: tuple[str, ...] = (),
    said: tuple[str, ...] = (),
) -> ErrorRecord:
    """The error record of a document that failed, `tries` times by now under its present key.

    `detail` says where in the program, `said` what the process wrote on standard error; that is kept where nothing else
    says what happened.
    """
    source = item.source if isinstance(item, Unit) else None
    again = error.transient and (tries < MAX_TRIES or not error.counted)
    advice = "" if again or not error.counted else _NOT_AGAIN.format(tries=tries)
    return ErrorRecord(
        id=item.id,
        code=error.code,
        kind=error.kind,
        message=str(error) + advice,
        path=item.path,
        url=source.get("url") if source else item.url if isinstance(item, Refused) else None,
        source=without_secrets(source) if source else None,
        stage=stage,
        transient=again,
        tries=tries,
        detail=detail,
        stderr=said if said and (error.counted or isinstance(error, InternalError)) else None,
        retry=f"cityreports retry {item.id}",
    )


def put_aside(
    outputs: Outputs, settings: Settings, item: Unit | Refused, record: ErrorRecord
) -> tuple[bytes, list[Output]]:
    """Write a quarantine entry: the error and, where it may be opened, the original. `error.json`, and the files."""
    original = None if record.code == RefusedPath.code else _copy_original(outputs, settings, item)
    if original is not None:
        record = record.model_copy(update={"original": original.path.rsplit("/", 1)[-1]})
    body = record.model_dump_json(indent=2, exclude_none=True).encode() + b"\n"
    error = outputs.write(f"{QUARANTINE}/{item.id}/error.json", body, item.id)
    return body, [error, *([original] if original else [])]


def _copy_original(outputs: Outputs, settings: Settings, item: Unit | Refused) -> Output | None:
    """The original bytes beside the error; None where the file system does not give them, as the error says."""
    match = _SUFFIX.search(item.name.rsplit(b"/", 1)[-1])
    name = "original" + (match.group(0).decode("ascii").lower() if match else "")
    try:
        file = open_file(settings.raw, item.name)
    except OSError:
        return None
    with file:
        try:
            return outputs.copy(file, f"{QUARANTINE}/{item.id}/{name}", item.id)
        except Unreadable:
            return None
