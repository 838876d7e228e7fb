"""What the HTML wing reached stays reached: figures pinned with the digest of the data they were measured on."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from tests.benchmarks.html import quality, unseen
from tests.benchmarks.html_scores import digest, load
from tests.benchmarks.html_structure import checks

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("CITYREPORTS_BENCH", ROOT.parent / "shared" / "bench"))
FLOORS = tomllib.loads((ROOT / "tests" / "benchmarks" / "floors_html.toml").read_text(encoding="utf-8"))

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not (DATA / "html" / "gold.jsonl").is_file(), reason=f"no benchmark data at {DATA}"),
]


@pytest.mark.parametrize("part", ["all", "held_out"])
def test_quality_is_not_below_what_was_reached(part: str) -> None:
    samples = load(DATA)
    pinned = dict(FLOORS[part])
    if digest(samples) != pinned.pop("digest"):
        pytest.skip("other data than the figures were pinned on")
    rows = quality(samples, part) if part == "all" else unseen(samples)
    reached = {row.name: row.value for row in rows}
    below = {name: (reached[name], floor) for name, floor in pinned.items() if reached[name] < floor}
    assert not below


def test_every_structure_check_holds() -> None:
    assert [name for name, holds in checks(DATA) if not holds] == []
