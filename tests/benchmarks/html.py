"""The HTML wing, measured: quality with the weights that ship, which have seen these pages in training, and on the
half that is held out, with weights that have not seen it; structure; speed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from pipeline.extract.html import main_text
from pipeline.extract.html.main_content import classifier
from tests.benchmarks.html_scores import Sample, by_type, load, run, snippets_f1
from tests.benchmarks.html_structure import checks
from tests.benchmarks.html_train import trained
from tests.benchmarks.report import Row

FLOOR_BY_TYPE = {"article": 0.91, "documentation": 0.91}
GOAL_BY_TYPE = 0.75
"""Of the types that have no floor; the floor of the others is beyond it."""
WARMED = 20
"""So many pages are read before the clock runs."""


def measure(data: Path) -> list[Row]:
    """All figures of the HTML benchmark in `data`; speed only where trafilatura is installed."""
    samples = load(data)
    rows = [*speed(samples), *quality(samples, "all, seen in training"), *unseen(samples)]
    passed = [name for name, ok in checks(data) if ok]
    every = len(list(checks(data)))
    rows.append(
        Row("structure checks", len(passed) / max(1, every), 1.0, 1.0, note=f"{len(passed)} of {every}")
    )
    return rows


def unseen(samples: list[Sample]) -> list[Row]:
    """Quality on the half that is held out, with weights trained on the other half."""
    forest = classifier.forest_of(trained([sample for sample in samples if not sample.held_out]))
    with patch.object(classifier, "_forest", lambda: forest):
        return list(quality([sample for sample in samples if sample.held_out], "held out"))


def quality(samples: list[Sample], note: str) -> Iterator[Row]:
    """Snippets F1, words F1 of each page type, and their mean."""
    snippets = run(samples, main_text, "snippets")
    yield Row("snippets F1", snippets_f1(snippets), 0.931, 0.945, note=f"{note}: {len(snippets)} pages")
    words = run(samples, main_text, "words")
    types = by_type(words)
    mean = sum(types.values()) / max(1, len(types))
    yield Row("words F1", mean, 0.76, 0.85, note=f"{note}: {len(words)} pages, types alike")
    for kind, value in types.items():
        floor = FLOOR_BY_TYPE.get(kind)
        yield Row(f"words F1, {kind}", value, floor, GOAL_BY_TYPE if floor is None else None, note=note)


def speed(samples: list[Sample]) -> Iterator[Row]:
    """CPU time against trafilatura, the two taking turns on each page and in who is first. To be called before
    anything else has read the pages: each is measured as it is seen for the first time, after a few others."""
    try:
        import trafilatura
    except ImportError:
        return
    spent = {"ours": 0.0, "theirs": 0.0}

    def take(who: str, sample: Sample) -> None:
        start = time.process_time()
        if who == "ours":
            main_text(sample.data, sample.url)
        else:
            trafilatura.extract(sample.data, url=sample.url or None)
        spent[who] += time.process_time() - start

    for sample in samples[:WARMED]:
        take("ours", sample)
        take("theirs", sample)
    spent = {"ours": 0.0, "theirs": 0.0}
    timed = samples[WARMED:]
    for index, sample in enumerate(timed):
        for who in ("ours", "theirs") if index % 2 else ("theirs", "ours"):
            take(who, sample)
    yield Row(
        "CPU against trafilatura",
        spent["ours"] / spent["theirs"],
        0.4,
        0.2,
        "lower",
        f"{len(timed)} pages, each for the first time, taking turns",
    )
    yield Row("CPU, ms a page", spent["ours"] / len(timed) * 1000, better="lower", note="this machine, now")
