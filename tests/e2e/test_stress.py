"""The large dose, by `make stress`: two hundred kills, five thousand mutants, poison among four hundred."""

from __future__ import annotations

import gzip
import json
import os
import time
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.e2e.helpers import complete, differences, ingest, kill_often, make_corpus, make_mutants, snapshot

pytestmark = [pytest.mark.stress, pytest.mark.timeout(3600)]


def quarantine(out: Path) -> dict[str, str]:
    """Path → code of everything in quarantine."""
    return {
        entry["path"]: entry["code"] for entry in json.loads((out / "run.json").read_bytes())["quarantine"]
    }


KILLS = int(os.environ.get("KILLS", "300"))
MUTANTS = int(os.environ.get("MUTANTS", "10000"))
"""The dose: `make stress` takes about an hour with these, on two cores."""


def test_killed_hundreds_of_times(tmp_path: Path) -> None:
    raw, out, undisturbed = tmp_path / "raw", tmp_path / "processed", tmp_path / "undisturbed"
    make_corpus(raw, 40)
    hits = kill_often(raw, out, KILLS, seed=1)
    print(hits)
    complete(raw, out)
    assert ingest(raw, undisturbed).returncode == 0
    assert differences(snapshot(undisturbed), snapshot(out)) == []


def test_five_thousand_mutants(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    originals = sorted(
        path for path in (PROJECT / "raw").rglob("*") if path.is_file() and path.name != "manifest.csv"
    )
    make_mutants(originals, raw, 5000, seed=1)
    done = ingest(raw, out, timeout=3000)
    assert done.returncode == 0, done.stderr
    counts = json.loads((out / "run.json").read_bytes())["counts"]
    findings = [
        json.loads(line) for line in (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    copies = sum(finding.get("count", 0) for finding in findings if finding["code"] == "duplicate-source")
    assert counts["documents"] + copies == 5000
    bad = {
        path: code
        for path, code in quarantine(out).items()
        if code in ("internal-error", "crash", "time-limit")
    }
    assert bad == {}


def test_poison_among_four_hundred(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    make_corpus(raw, 397)
    for name in ("CRASH", "HANG", "MEMORY"):
        (raw / f"{name.lower()}.txt").write_text(f"A page with POISON-{name} in it.\n", encoding="utf-8")
    limits = {"CITYREPORTS_TIME_LIMIT": "20", "CITYREPORTS_MEMORY_LIMIT": str(1024 << 20)}
    assert ingest(raw, out, poison=True, **limits).returncode == 0
    counts = json.loads((out / "run.json").read_bytes())["counts"]
    assert (counts["profiles"], counts["quarantined"]) == (397, 3)
    assert quarantine(out) == {"crash.txt": "crash", "hang.txt": "time-limit", "memory.txt": "memory-limit"}


def test_an_unchanged_run_does_not_pay_again_for_what_failed(tmp_path: Path) -> None:
    """Ten pages that hang, 3 GB of zeros and a gzip bomb: tried twice, looked at once, and then left alone."""
    raw, out = tmp_path / "raw", tmp_path / "processed"
    make_corpus(raw, 20)
    for number in range(10):
        (raw / f"hang{number}.txt").write_text(f"Page {number} with POISON-HANG in it.\n", encoding="utf-8")
    with (raw / "sparse.html").open("wb") as file:
        file.truncate(3 << 30)
    with gzip.open(raw / "bomb.html.gz", "wb") as bomb:
        for _ in range(1000):
            bomb.write(bytes(10 << 20))
    for _ in range(2):
        assert ingest(raw, out, poison=True, CITYREPORTS_TIME_LIMIT="5").returncode == 0
    assert sorted(set(quarantine(out).values())) == ["empty", "time-limit", "too-large"]
    began = time.monotonic()
    done = ingest(raw, out, poison=True, CITYREPORTS_TIME_LIMIT="5")
    seconds = time.monotonic() - began
    print(f"{seconds:.2f} s")
    assert "Nothing changed since the last run." in done.stdout
    assert seconds <= 2
