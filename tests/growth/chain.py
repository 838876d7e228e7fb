"""All stages on one document, with the CPU time of each stage, or of each function of the package."""

from __future__ import annotations

import cProfile
import gc
import pstats
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pipeline
from pipeline.errors import DocumentError
from pipeline.records import Answers, Source
from pipeline.run import stages
from pipeline.settings import Settings
from pipeline.store.output_folder import document_files
from tests.growth.measure import without_collector

PACKAGE = Path(pipeline.__file__).parent
_WARM = (
    "# Gdańsk\n\nGda\ufffdsk leży nad Bałtykiem i liczy blisko pół miliona mieszkańców, którzy mówią po polsku. "
    "Strategia Rozwoju Miasta z 2019 roku.\n\n| a | b |\n|---|---|\n| c | 1 |\n"
)


def of_stages(data: bytes, media_type: str) -> dict[str, float]:
    """CPU seconds of each stage for one document, from its bytes to the files written for it."""
    _warm()
    times: dict[str, float] = {}

    def timed(name: str, call: Callable[[], Any]) -> Any:
        start = time.process_time()
        try:
            return call()
        finally:
            times[name] = time.process_time() - start

    with without_collector():
        _through(data, media_type, timed)
    return times


def of_functions(data: bytes, media_type: str) -> dict[str, float]:
    """CPU seconds of each function of the package, with what it calls, under a profiler (about three times slower)."""
    _warm()
    profile = cProfile.Profile(time.process_time)
    with without_collector():
        profile.enable()
        try:
            _through(data, media_type, lambda _, call: call())
        finally:
            profile.disable()
    every: dict[tuple[str, int, str], tuple[int, int, float, float, Any]] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    return {
        f"{Path(file).relative_to(PACKAGE)}:{line} {name}": inclusive
        for (file, line, name), (_, _, _, inclusive, _) in every.items()
        if file.startswith(str(PACKAGE))
    }


def _through(data: bytes, media_type: str, timed: Callable[[str, Callable[[], Any]], Any]) -> None:
    settings = Settings()
    source = Source(path="site.example/page", sha256="0" * 64, media_type=media_type, size=len(data))
    try:
        document = timed("read", lambda: stages.read_document(data, source, (), settings))
    except DocumentError:
        return  # refused, which is an answer; how long it took is known
    document = timed("repair", lambda: stages.repair(document, Answers(), settings))
    document = timed("language", lambda: stages.detect_language(document, settings))
    document = timed("segment", lambda: stages.segment(document, Answers(), settings))
    profile, findings = timed("profile", lambda: stages.make_profile(document, settings))
    document = document.with_findings(findings)
    timed("summarise", lambda: stages.summarise(document, profile, settings))
    timed("write", lambda: (document_files(document), stages.counts(document)))


@cache
def _warm() -> None:
    """Load what is loaded once in a process, so that no measurement pays for it."""
    from pipeline import lexicon

    lexicon.warm()
    for media_type in ("text/markdown", "text/html"):
        _through(_WARM.encode(), media_type, lambda _, call: call())
    gc.collect()
    gc.freeze()  # what is loaded now need not be looked at before each measurement
