"""What text repair reached stays reached: figures pinned with the digest of the data they were measured on."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from pipeline.records import digest
from tests.benchmarks.text import HALVES, measure_part

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("CITYREPORTS_BENCH", ROOT.parent / "shared" / "bench")) / "text"
PINNED = tomllib.loads((ROOT / "tests" / "benchmarks" / "floors_text.toml").read_text(encoding="utf-8"))


def digest_of(folder: Path) -> str:
    """The digest of the sentences and of the program that damages them."""
    files = [*sorted((folder / "sentences").glob("*.txt")), folder / "corrupt.py"]
    return digest(*(part for path in files for part in (path.name, path.read_bytes())))


@pytest.mark.bench
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not (DATA / "corrupt.py").is_file(), reason=f"no benchmark data at {DATA}")
@pytest.mark.parametrize("part", HALVES)
def test_quality_is_not_below_what_was_reached(part: str) -> None:
    if digest_of(DATA) != PINNED["digest"]:
        pytest.skip("other data than the figures were pinned on")
    floors = PINNED[part]
    below = {}
    for row in measure_part(DATA, part):
        if row.name in floors and row.reaches(floors[row.name]) is False:
            below[row.name] = (row.value, floors[row.name])
    assert not below
