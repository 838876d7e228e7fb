"""The main loop of a child process: reads or settles one document at a time; may be killed at any moment.

Started by `start_child.py`. Requests come on standard input, answers go to what was standard
output; anything a library prints goes to standard error, so that it cannot spoil an answer. The run keeps its end.
"""

from __future__ import annotations

import ctypes
import faulthandler
import logging
import os
import resource
import signal
import sys
import traceback
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from pipeline import lexicon
from pipeline.errors import DocumentError, InternalError, MemoryLimit, RunError, UsageError
from pipeline.records import Answers, Document, Finding, Source
from pipeline.run import analysis, stages
from pipeline.settings import Settings
from pipeline.sources import content
from pipeline.store import packing
from pipeline.store.result import pack

_LOG = logging.getLogger(__name__)

_PR_SET_PDEATHSIG = 1
_PACKAGE = Path(__file__).resolve().parents[2]


def main() -> None:
    """Serve requests until standard input ends."""
    _die_with_parent()
    faulthandler.enable(all_threads=False)  # where a library crashed, among the last lines on standard error
    requests, answers = sys.stdin.buffer, _private_output()
    first = packing.receive(requests)
    if first is None:
        return
    settings = Settings.model_validate(first[0]["settings"])
    resource.setrlimit(resource.RLIMIT_DATA, (settings.memory_limit, settings.memory_limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (message := packing.receive(requests)) is not None:
        answers.write(packing.pack(*serve(*message, settings)))
        answers.flush()


def _die_with_parent() -> None:
    """Ask the kernel to end this process with its parent (Linux; elsewhere the closed pipe ends it)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the run, which ends its children
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _private_output() -> BinaryIO:
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return private


def serve(request: dict[str, Any], payload: bytes, settings: Settings) -> tuple[dict[str, Any], bytes]:
    """The answer to one request: a header with `ok`, and a payload. Never raises for a document's sake."""
    task = {"warm": _warm, "read": _read, "settle": _settle}[request["task"]]
    try:
        return task(request, payload, settings)
    except DocumentError as error:
        return _failure(error), b""
    except (UsageError, RunError) as error:  # not this document's fault: every other one would fail alike
        return {"ok": False, "ends_run": type(error).__name__, "message": str(error)}, b""
    except MemoryError:
        limit = settings.memory_limit // (1024 * 1024)
        return _failure(MemoryLimit(f"The document needed more than {limit:,} MiB. Raise memory_limit.")), b""
    except Exception as error:  # noqa: BLE001 - the wall between one document and the run
        return _failure(_internal(error)), b""


def _failure(error: DocumentError) -> dict[str, Any]:
    detail = getattr(error, "detail", None)
    return {"ok": False, "code": error.code, "kind": error.kind, "message": str(error), "detail": detail}


def _internal(error: Exception) -> InternalError:
    """A defect, with the frames of this package that led to it (no path of this machine, no line of a document)."""
    _LOG.debug("A stage raised what it should not", exc_info=error)
    frames = [
        f"{Path(frame.filename).relative_to(_PACKAGE.parent)}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_PACKAGE)
    ]
    text = str(error)[:500].replace("\ufffd", "?")
    failure = InternalError(f"A bug in this program: {type(error).__name__}: {text}. Please report it.")
    failure.detail = frames  # type: ignore[attr-defined]
    return failure


def _warm(_: dict[str, Any], __: bytes, settings: Settings) -> tuple[dict[str, Any], bytes]:
    """Build what is built once on a machine, and take a small document through all stages."""
    lexicon.warm()
    text = "# Gdańsk\n\nGdańsk leży nad Bałtykiem i liczy blisko pół miliona mieszkańców, którzy mówią po polsku.\n"
    data = text.encode()
    source = Source(path="warm.md", sha256="0" * 64, media_type="text/markdown", size=len(data))
    stages.analyse(stages.read_document(data, source, (), settings), Answers(), settings)
    return {"ok": True}, b""


def _read(request: dict[str, Any], _: bytes, settings: Settings) -> tuple[dict[str, Any], bytes]:
    """The document as extracted and its result under empty Answers, one behind the other; the header says where the
    first ends."""
    source = Source.model_validate(request["source"])
    noticed = [Finding.model_validate(item) for item in request["findings"]]
    reading = analysis.read(_bytes_of(request, source, settings), source, noticed, settings)
    extracted = zlib.compress(reading.extracted.model_dump_json().encode("utf-8", "surrogatepass"), 1)
    header = {
        "ok": True,
        "summary": reading.summary.model_dump(mode="json"),
        "offered": reading.offered,
        "extracted": len(extracted),
    }
    document, profile = reading.document, reading.profile
    del reading  # a large document is not held as extracted, too, while its files are written
    return header, extracted + pack(analysis.result_of(document, profile))


def _bytes_of(request: dict[str, Any], source: Source, settings: Settings) -> bytes:
    identity = content.Identity(source.sha256, source.size, source.media_type, source.compression)
    budget = stages.byte_budget(source.media_type, settings)
    folder = Path(os.fsdecode(bytes.fromhex(request["raw"])))
    return content.read(folder, bytes.fromhex(request["name"]), identity, budget)


def _settle(request: dict[str, Any], payload: bytes, settings: Settings) -> tuple[dict[str, Any], bytes]:
    """The result of a document as extracted (the payload) under the Answers of the request."""
    extracted = Document.model_validate_json(zlib.decompress(payload))
    answers = Answers.model_validate(request["answers"])
    document, profile = analysis.settle(extracted, answers, settings)
    return {"ok": True}, pack(analysis.result_of(document, profile))
