"""The large dose, by `make stress`: hundreds of kills, thousands of mutants, poison among four hundred."""

from __future__ import annotations

import gzip
import json
import os
import random
import time
from pathlib import Path

import pytest

from pipeline import settings as configuration
from pipeline.errors import RunError, UsageError
from pipeline.sources import metadata
from pipeline.store.ledger_file import LEDGER
from tests.conftest import PROJECT
from tests.e2e.helpers import (
    SIDECAR,
    complete,
    differences,
    ingest,
    kill_often,
    make_corpus,
    make_mutants,
    make_siblings,
    mutate,
    snapshot,
)
from tests.unit.test_ledger import filled, outcome

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
    make_corpus(raw, 10)
    make_siblings(raw)
    hits = kill_often(raw, out, KILLS, seed=1)
    print(hits)
    complete(raw, out)
    assert ingest(raw, undisturbed).returncode == 0
    assert differences(snapshot(undisturbed), snapshot(out)) == []


def test_mutants_of_documents_and_sidecars(tmp_path: Path) -> None:
    raw, out, count = tmp_path / "raw", tmp_path / "processed", MUTANTS * 8 // 10
    originals = sorted(
        path
        for path in (PROJECT / "raw").rglob("*")
        if path.is_file() and path.name != "manifest.csv" and not path.name.endswith(".meta.json")
    )
    make_mutants(originals, raw, count, seed=2026)
    done = ingest(raw, out, timeout=3500)
    assert done.returncode == 0, done.stderr
    sources = [json.loads(path.read_bytes())["source"] for path in out.glob("documents/*/document.json")]
    errors = [json.loads(path.read_bytes()) for path in out.glob("quarantine/*/error.json")]
    sources += [error.get("source", {"path": error["path"]}) for error in errors]
    paths = [path for source in sources for path in (source["path"], *source.get("also", ()))]
    assert len(paths) == len(set(paths)) == count
    bad = {
        path: code
        for path, code in quarantine(out).items()
        if code in ("internal-error", "crash", "time-limit", "memory-limit")
    }
    assert bad == {}


def test_mutants_of_manifests(tmp_path: Path) -> None:
    manifest = (PROJECT / "raw" / "manifest.csv").read_bytes()
    names = [line.split(b",")[0] for line in manifest.splitlines()[1:]]
    outcomes = {"used": 0, "refused": 0}
    for number in range(MUTANTS // 10):
        chance = random.Random(number)
        (tmp_path / "manifest.csv").write_bytes(mutate(manifest, SIDECAR, chance))
        try:
            read = metadata.read_manifest(tmp_path)
            outcomes["used"] += 1
        except RunError:
            outcomes["refused"] += 1
            continue
        for name in names:
            metadata.resolve(tmp_path, name, read)
    assert all(outcomes.values()), outcomes


def test_mutants_of_ledgers(tmp_path: Path) -> None:
    good = filled(tmp_path / "good", 100).read_bytes()
    outcomes = {"sound": 0, "anew": 0, "damaged": 0}
    for number in range(MUTANTS // 20):
        out = tmp_path / str(number)
        out.mkdir()
        (out / LEDGER).write_bytes(mutate(good, good, random.Random(number)))
        outcomes[outcome(out)] += 1
    assert sum(outcomes.values()) == MUTANTS // 20, outcomes


def test_mutants_of_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = b'raw = "raw"\nworkers = 2\ntime_limit = 30.5\nlanguages = ["pl", "de"]\nocr = false\nloss_limit = 0.3\n'
    outcomes = {"used": 0, "refused": 0}
    for number in range(MUTANTS // 20):
        (tmp_path / "cityreports.toml").write_bytes(mutate(good, good, random.Random(number)))
        try:
            configuration.load()
            outcomes["used"] += 1
        except UsageError:
            outcomes["refused"] += 1
    assert outcomes["refused"], outcomes


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
