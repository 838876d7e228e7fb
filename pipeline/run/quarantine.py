"""Quarantine: a document that could not become a record, with its bytes, a typed error, and a way to retry."""

from __future__ import annotations

import re

from pipeline.errors import DOCUMENT_ERRORS, DocumentError, RefusedPath, Unreadable
from pipeline.run.identity import without_secrets
from pipeline.run.ledger import Failed, Output
from pipeline.run.outputs import QUARANTINE, Outputs
from pipeline.run.plan import Refused, Unit
from pipeline.run.pool import Answer
from pipeline.run.records import ErrorRecord
from pipeline.settings import Settings
from pipeline.sources.content import open_file

_SUFFIX = re.compile(rb"(?:\.[A-Za-z0-9]{1,8}){1,2}$")


def error_of(answer: Answer) -> tuple[DocumentError | None, tuple[str, ...]]:
    """The error that an answer reports, if it does, and where in the program it arose."""
    if answer.error is not None:
        return answer.error, ()
    if answer.header["ok"]:
        return None, ()
    error = DOCUMENT_ERRORS[answer.header["code"]](answer.header["message"])
    error.kind = answer.header.get("kind")
    return error, tuple(answer.header["detail"] or ())


def put_aside(
    outputs: Outputs,
    settings: Settings,
    item: Unit | Refused,
    error: DocumentError,
    stage: str,
    detail: tuple[str, ...] = (),
) -> tuple[Failed, list[Output]]:
    """Write the quarantine entry of a document that failed; what the ledger keeps of it, and the files written."""
    original = None if isinstance(error, RefusedPath) else _copy_original(outputs, settings, item)
    source = item.source if isinstance(item, Unit) else None
    record = ErrorRecord(
        id=item.id,
        code=error.code,
        kind=error.kind,
        message=str(error),
        path=item.path,
        url=source.get("url") if source else item.url if isinstance(item, Refused) else None,
        source=without_secrets(source) if source else None,
        stage=stage,
        transient=error.transient,
        detail=detail,
        original=original.path.rsplit("/", 1)[-1] if original else None,
        retry=f"cityreports retry {item.id}",
    )
    body = record.model_dump_json(indent=2, exclude_none=True).encode() + b"\n"
    written = [
        outputs.write(f"{QUARANTINE}/{item.id}/error.json", body, item.id),
        *([original] if original else []),
    ]
    outputs.keep_only(QUARANTINE, item.id, [output.path.rsplit("/", 1)[-1] for output in written])
    return Failed(item.id, item.key, item.path, body, error.transient), written


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
