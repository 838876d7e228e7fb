"""Speed and memory: the product beside the plain stack a user would pick today, on the sample corpus.

The plain stack is pdfplumber's `extract_text`, trafilatura, ftfy and langdetect as shipped. Both read the same
files, interleaved in one run; CPU time is compared as a ratio. The re-run is of generated pages.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import DocumentError
from pipeline.language import detect_language
from pipeline.profiles import make_profile
from pipeline.records import Answers, Document, Source
from pipeline.repair import repair
from pipeline.run import stages
from pipeline.segment import segment
from pipeline.settings import Settings
from pipeline.sources import content, folder
from tests.benchmarks.report import Row
from tests.conftest import PROJECT
from tests.e2e.helpers import ingest, make_corpus

ROUNDS = 3
GENERATED = 5000


def measure(data: Path) -> list[Row]:
    """All figures of this module; `data` is not needed."""
    sources = _sample()
    note = f"{len(sources)} documents of raw/, {ROUNDS} rounds"
    _all_stages(*sources[0], defaultdict(float))
    _plain_stack(*sources[0])
    shares: dict[str, float] = defaultdict(float)
    plain = ours = 0.0
    for _ in range(ROUNDS):
        for bytes_of_file, source in sources:
            plain += _cpu(lambda b=bytes_of_file, s=source: _plain_stack(b, s))
            ours += _cpu(lambda b=bytes_of_file, s=source: _all_stages(b, s, shares))
    total = sum(shares.values())
    return [
        Row("CPU against the plain stack", ours / plain, better="lower", note=note),
        Row("documents per CPU second", ROUNDS * len(sources) / ours, note=note),
        *(Row(f"share of CPU: {name}", value / total, note=note) for name, value in shares.items()),
        *_rerun(),
    ]


def _sample() -> list[tuple[bytes, Source]]:
    settings, found = Settings(), []
    for entry in folder.scan(PROJECT / "raw"):
        try:
            identity = content.identify(PROJECT / "raw", entry.name, settings.max_pdf_bytes)
            data = content.read(PROJECT / "raw", entry.name, identity, settings.max_pdf_bytes)
            source = Source(
                path=entry.path, sha256=identity.sha256, media_type=identity.media_type, size=identity.size
            )
            stages.read_document(data, source, (), settings)
        except DocumentError:
            continue  # neither stack reads it
        found.append((data, source))
    return found


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _all_stages(data: bytes, source: Source, shares: dict[str, float]) -> None:
    settings, answers = Settings(), Answers()
    document: Document | None = None

    def timed(name: str, work: Callable[[], object]) -> object:
        began = time.process_time()
        result = work()
        shares[name] += time.process_time() - began
        return result

    document = timed("decode and extract", lambda: stages.read_document(data, source, (), settings))  # type: ignore[assignment]
    assert document is not None
    for name, stage in (
        ("repair", lambda d: repair(d, answers, settings)),
        ("language", lambda d: detect_language(d, settings)),
        ("segment", lambda d: segment(d, answers, settings)),
    ):
        document = timed(name, lambda s=stage, d=document: s(d))  # type: ignore[assignment, misc]
    timed("profile", lambda: make_profile(document, settings))  # type: ignore[arg-type]


def _plain_stack(data: bytes, source: Source) -> None:
    import io

    import ftfy
    import langdetect
    import pdfplumber
    import trafilatura
    from pdfplumber.utils.exceptions import PdfminerException

    if source.media_type == "application/pdf":
        try:
            with pdfplumber.open(io.BytesIO(data)) as pdf:
                text = "\n".join(page.extract_text() or "" for page in pdf.pages)
        except PdfminerException:
            text = ""  # a truncated file, which the plain stack cannot open
    elif source.media_type == "text/html":
        text = trafilatura.extract(data) or ""
    else:
        text = data.decode("utf-8", "replace")
    fixed = ftfy.fix_text(text)
    try:
        langdetect.detect(fixed)
    except langdetect.LangDetectException:
        return  # it raises on text without letters


def _rerun() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder_name:
        raw, out = Path(folder_name) / "raw", Path(folder_name) / "processed"
        make_corpus(raw, GENERATED)
        began = time.monotonic()
        first = ingest(raw, out, timeout=3600)
        took = time.monotonic() - began
        assert first.returncode == 0, first.stderr
        ingest(raw, out)  # files made a moment ago are looked at twice
        began = time.monotonic()
        ingest(raw, out)
        again = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    note = f"{GENERATED} generated pages, 2 workers"
    return [
        Row("peak memory of a worker (or of the run itself), MiB", memory, better="lower", note=note),
        Row("documents per second, first run", GENERATED / took, note=note),
        Row("seconds of an unchanged re-run", again, goal=2.0, better="lower", note=note),
    ]
