"""The HTML wing, measured: quality on the pages that were looked at and on those that never were, structure, speed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from pipeline.extract.html import main_text
from tests.benchmarks.html_scores import Sample, by_type, load, run, snippets_f1
from tests.benchmarks.html_structure import checks
from tests.benchmarks.report import Row

FLOOR_BY_TYPE = {"article": 0.91, "documentation": 0.91}
GOAL_BY_TYPE = 0.75
SPEED_EVERY = 4
"""Every so many samples are timed."""


def measure(data: Path) -> list[Row]:
    """All figures of the HTML benchmark in `data`; speed only where trafilatura is installed."""
    samples = load(data)
    rows: list[Row] = []
    for note, part in (
        ("all", samples),
        ("looked at, trained on", [sample for sample in samples if not sample.held_out]),
        ("held out", [sample for sample in samples if sample.held_out]),
    ):
        rows += quality(part, note)
    passed = [name for name, ok in checks(data) if ok]
    every = len(list(checks(data)))
    rows.append(
        Row("structure checks", len(passed) / max(1, every), 1.0, 1.0, note=f"{len(passed)} of {every}")
    )
    rows += speed(samples[::SPEED_EVERY])
    return rows


def quality(samples: list[Sample], note: str) -> Iterator[Row]:
    """Snippets F1, words F1 of each page type, and their mean."""
    snippets = run(samples, main_text, "snippets")
    yield Row("snippets F1", snippets_f1(snippets), 0.931, 0.945, note=f"{note}: {len(snippets)} pages")
    words = run(samples, main_text, "words")
    types = by_type(words)
    mean = sum(types.values()) / max(1, len(types))
    yield Row("words F1", mean, 0.76, 0.85, note=f"{note}: {len(words)} pages, types alike")
    for kind, value in types.items():
        yield Row(f"words F1, {kind}", value, FLOOR_BY_TYPE.get(kind), GOAL_BY_TYPE, note=note)


def speed(samples: list[Sample]) -> Iterator[Row]:
    """CPU time against trafilatura, the two taking turns on each page."""
    try:
        import trafilatura
    except ImportError:
        return
    ours = theirs = 0.0
    main_text(samples[0].data)
    trafilatura.extract(samples[0].data)
    for sample in samples:
        start = time.process_time()
        main_text(sample.data, sample.url)
        between = time.process_time()
        trafilatura.extract(sample.data, url=sample.url or None)
        ours += between - start
        theirs += time.process_time() - between
    yield Row(
        "CPU against trafilatura", ours / theirs, 0.4, 0.2, "lower", f"{len(samples)} pages, taking turns"
    )
    yield Row("CPU, ms a page", ours / len(samples) * 1000, better="lower", note="this machine, now")
