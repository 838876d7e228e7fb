"""The run, as a user sees it: incremental, deterministic, isolated per document, whole at any moment."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import PROJECT
from tests.e2e.helpers import (
    command,
    complete,
    differences,
    environment,
    ingest,
    kill_often,
    make_corpus,
    make_mutants,
    make_siblings,
    run,
    snapshot,
)

DOCUMENTS = 24


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = tmp_path_factory.mktemp("corpus") / "raw"
    make_corpus(raw, DOCUMENTS)
    (raw / "empty.txt").write_bytes(b"")
    return raw


@pytest.fixture(scope="module")
def undisturbed(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one run with one worker makes of the corpus."""
    out = tmp_path_factory.mktemp("undisturbed") / "processed"
    done = ingest(corpus, out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return out


def read_json(path: Path) -> dict[str, object]:
    loaded = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# --- what comes out ---


def test_every_document_ends_as_a_record_or_in_quarantine(undisturbed: Path) -> None:
    record = read_json(undisturbed / "run.json")
    counts = record["counts"]
    assert isinstance(counts, dict)
    assert (counts["documents"], counts["profiles"], counts["quarantined"]) == (DOCUMENTS + 1, DOCUMENTS, 1)
    assert record["quarantine"] == [
        {"id": record["quarantine"][0]["id"], "path": "empty.txt", "code": "empty", "kind": None}
    ]  # type: ignore[index]


def test_every_line_validates_against_the_schema_beside_it(undisturbed: Path) -> None:
    for file, schema in (("profiles", "profile"), ("cities", "city"), ("findings", "finding")):
        validator = jsonschema.Draft202012Validator(read_json(undisturbed / "schema" / f"{schema}.json"))
        rows = lines(undisturbed / f"{file}.jsonl")
        assert rows, file
        for row in rows:
            validator.validate(row)
    one = next((undisturbed / "documents").iterdir()) / "document.json"
    jsonschema.validate(read_json(one), read_json(undisturbed / "schema" / "document.json"))
    error = next((undisturbed / "quarantine").iterdir()) / "error.json"
    jsonschema.validate(read_json(error), read_json(undisturbed / "schema" / "error.json"))
    jsonschema.validate(read_json(undisturbed / "run.json"), read_json(undisturbed / "schema" / "run.json"))


def test_run_json_holds_the_digest_of_every_aggregate(undisturbed: Path) -> None:
    import hashlib

    digests = read_json(undisturbed / "run.json")["digests"]
    assert isinstance(digests, dict)
    expected = {
        path: hashlib.sha256(data).hexdigest()
        for path, data in snapshot(undisturbed).items()
        if not path.startswith(("documents/", "quarantine/")) and path != "run.json"
    }
    assert digests == expected


def test_no_replacement_character_stands_outside_raw_and_before(undisturbed: Path) -> None:
    for path, data in snapshot(undisturbed).items():
        if path.startswith("documents/") and path.endswith("document.json"):
            document = json.loads(data)
            for block in document["blocks"]:
                block["raw"] = ""
                block["edits"] = [{**edit, "before": ""} for edit in block.get("edits", [])]
            data = json.dumps(document, ensure_ascii=False).encode()
        if not path.endswith((".parquet", "original.txt", "original.html")):
            assert "\ufffd" not in data.decode("utf-8"), path


def test_lost_text_is_listed_for_the_scraper(undisturbed: Path) -> None:
    with (undisturbed / "refetch.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    # pages 1, 9 and 17 hold runs of 3, 27 and 51 replacement characters
    found = {row["path"]: int(row["lost_characters"]) for row in rows}
    assert {path: count for path, count in found.items() if path.endswith(".html")} == {
        "site1.example/page1.html": 3,
        "site0.example/page9.html": 27,
        "site2.example/page17.html": 51,
    }


def test_tables_open_in_pandas(undisturbed: Path) -> None:
    import pandas as pd

    profiles = pd.read_parquet(undisturbed / "profiles.parquet")
    sections = pd.read_parquet(undisturbed / "sections.parquet")
    in_csv = pd.read_csv(undisturbed / "sections.csv", encoding="utf-8-sig", keep_default_na=False)
    assert len(profiles) == DOCUMENTS
    assert list(sections.columns) == list(in_csv.columns)
    assert len(sections) == len(in_csv) > DOCUMENTS


# --- again, and again ---


def test_an_unchanged_second_run_does_nothing_in_under_two_seconds(corpus: Path, undisturbed: Path) -> None:
    before = snapshot(undisturbed)
    began = time.monotonic()
    done = ingest(corpus, undisturbed)
    seconds = time.monotonic() - began
    assert "Nothing changed since the last run." in done.stdout
    assert seconds < 2, f"{seconds:.2f} s"
    assert differences(before, snapshot(undisturbed)) == []


@pytest.mark.parametrize(
    "setting",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "C.UTF-8", "CITYREPORTS_TIME_LIMIT": "99"},
    ],
)
def test_outputs_are_the_same_bytes_for_any_worker_count_and_environment(
    corpus: Path, undisturbed: Path, tmp_path: Path, setting: dict[str, str]
) -> None:
    out = tmp_path / "elsewhere"
    done = ingest(corpus, out, "--workers", "2", **setting)
    assert done.returncode == 0, done.stderr
    assert differences(snapshot(undisturbed), snapshot(out)) == []


def test_killed_at_any_moment_the_next_run_completes_it(tmp_path: Path) -> None:
    raw, out, undisturbed = tmp_path / "raw", tmp_path / "processed", tmp_path / "undisturbed"
    make_corpus(raw, 8)
    make_siblings(raw)
    hits = kill_often(raw, out, kills=10, seed=20261124)
    assert all(hits.values()), hits
    complete(raw, out)
    assert ingest(raw, undisturbed).returncode == 0
    assert differences(snapshot(undisturbed), snapshot(out)) == []


def test_ctrl_c_says_so_and_the_next_run_completes(corpus: Path, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "processed"
    process = subprocess.Popen(
        command("ingest", corpus, "--out", out),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(
            signal.SIGINT, signal.SIG_DFL
        ),  # a job in the background may ignore it
    )
    deadline = time.monotonic() + 60
    while not (out / "ledger.sqlite").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.strip().endswith("Stopped. What is done is kept; the same command completes it.")
    assert ingest(corpus, out).returncode == 0
    assert differences(snapshot(undisturbed), snapshot(out)) == []


def test_a_spoiled_output_is_made_again(corpus: Path, undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "processed"
    assert ingest(corpus, out).returncode == 0
    chosen = sorted((out / "documents").iterdir())[0] / "clean.md"
    chosen.write_text("scribbled over", encoding="utf-8")
    (out / "profiles.jsonl").unlink()
    next((out / "quarantine").iterdir()).joinpath("error.json").unlink()
    assert ingest(corpus, out).returncode == 0
    assert differences(snapshot(undisturbed), snapshot(out)) == []


def test_a_deleted_ledger_costs_a_run_and_nothing_else(
    corpus: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "processed"
    assert ingest(corpus, out).returncode == 0
    (out / "documents" / ("0" * 16)).mkdir()
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (out / name).unlink(missing_ok=True)
    (out / "ledger.sqlite").write_bytes(b"not a database" * 100)
    assert ingest(corpus, out).returncode == 0
    assert differences(snapshot(undisturbed), snapshot(out)) == []


# --- what changes ---


def test_the_counts_of_a_run_agree_with_its_files(undisturbed: Path) -> None:
    record = read_json(undisturbed / "run.json")
    counts: dict[str, int] = record["counts"]  # type: ignore[assignment]
    profiles, findings = lines(undisturbed / "profiles.jsonl"), lines(undisturbed / "findings.jsonl")
    captures = sum(len(profile["provenance"]["captures"]) for profile in profiles)  # type: ignore[index]
    assert counts["documents"] == captures + counts["quarantined"]
    assert counts["profiles"] == len(profiles) == sum(record["kinds"].values())  # type: ignore[attr-defined]
    assert record["findings"] == dict(sorted(Counter(row["code"] for row in findings).items()))
    severities = Counter(row["severity"] for row in findings)
    assert [counts[name] for name in ("errors", "warnings", "infos")] == [
        severities[name] for name in ("error", "warning", "info")
    ]
    with (undisturbed / "repairs.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["class"] for row in rows} >= {"loss", "repair"}
    assert counts["lost_characters"] == sum(int(row["characters_lost"]) for row in rows) > 0
    with (undisturbed / "refetch.csv").open(encoding="utf-8-sig", newline="") as file:
        assert counts["lost_characters"] == sum(int(row["lost_characters"]) for row in csv.DictReader(file))


_DONE = re.compile(
    r"([\d,-]+) processed now, ([\d,-]+) unchanged(?:, (\d+) in quarantine(?: \((\d+) of them now\))?)?\."
)


def done_now(said: str) -> tuple[int, ...]:
    """Done, unchanged, in quarantine and of them now, as the summary of a run says."""
    found = _DONE.search(said)
    assert found, said
    return tuple(int(number or 0) for number in found.groups())


def test_the_summary_adds_up_whatever_was_done(own: tuple[Path, Path]) -> None:
    raw, out = own
    pages = sorted(path for path in raw.rglob("page*") if path.is_file())

    def after(*options: str) -> tuple[int, ...]:
        told = done_now(ingest(raw, out, "--accept-changes", *options).stdout)
        counts: dict[str, int] = read_json(out / "run.json")["counts"]  # type: ignore[assignment]
        assert sum(told[:3]) == counts["documents"] and min(told) >= 0 and told[2] == counts["quarantined"]
        return told

    pages[0].write_text("Nowy tekst o mieście, które leży nad morzem.\n", encoding="utf-8")
    assert after() == (1, 5, 0, 0)
    pages[1].write_bytes(b"")
    (raw / "gone.txt").symlink_to("nowhere.txt")
    assert after() == (0, 5, 2, 2)
    pages[2].unlink()
    assert after() == (0, 4, 2, 0)
    (raw / "copy.txt").write_bytes(pages[3].read_bytes())
    assert after()[1:] == (3, 2, 0)
    assert after("--force") == (4, 0, 2, 0)


def test_a_run_that_was_held_back_says_what_it_did_once_it_is_accepted(own: tuple[Path, Path]) -> None:
    """What it read the first time is put in place the second time: that is not nothing."""
    raw, out = own
    for number in range(6):
        (page,) = raw.rglob(f"page{number}.*")
        page.write_text(f"Strona {number} jest krótka.\n", encoding="utf-8")
    assert ingest(raw, out).returncode == 3
    assert done_now(ingest(raw, out, "--accept-changes").stdout) == (6, 0, 0, 0)
    assert "Nothing changed since the last run." in ingest(raw, out).stdout


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A small corpus that a test may change, already ingested."""
    raw, out = tmp_path / "raw", tmp_path / "processed"
    make_corpus(raw, 6)
    assert ingest(raw, out).returncode == 0
    yield raw, out


def test_only_what_changed_is_done_again(own: tuple[Path, Path]) -> None:
    raw, out = own
    page = raw / "site0.example" / "page0.txt"
    page.write_text(
        "Nowy tekst o mieście Gdańsk, które leży nad morzem i prowadzi własną politykę.\n", encoding="utf-8"
    )
    (raw / "manifest.csv").write_text(
        "path,url\nsite1.example/page1.html,https://x.example/pl/krakow\n", encoding="utf-8"
    )
    said = run("status", raw, "--out", out, cwd=out.parent).stdout
    assert "not seen before" in said
    assert "its metadata changed" in said
    assert "gone" not in said
    done = ingest(raw, out)
    assert "2 processed now, 4 unchanged." in done.stdout


def test_status_and_dry_run_write_nothing(own: tuple[Path, Path]) -> None:
    raw, out = own
    (raw / "new.txt").write_text("Nowa strona o mieście.\n", encoding="utf-8")
    before = snapshot(out)
    for arguments in (("status", raw), ("ingest", raw, "--dry-run")):
        done = run(*arguments, "--out", out, cwd=out.parent)
        assert done.returncode == 0
        assert "new.txt" in done.stdout
    assert differences(before, snapshot(out)) == []


def test_a_removed_source_takes_its_outputs_with_it(own: tuple[Path, Path]) -> None:
    raw, out = own
    before = {
        row["provenance"]["source"]: row["provenance"]["document"] for row in lines(out / "profiles.jsonl")
    }  # type: ignore[index]
    (raw / "site0.example" / "page0.txt").unlink()
    said = run("status", raw, "--out", out, cwd=out.parent).stdout
    assert "gone   its source is not there any more" in said
    assert ingest(raw, out).returncode == 0
    gone = before["site0.example/page0.txt"]
    assert not (out / "documents" / str(gone)).exists()
    assert all(str(gone) not in data.decode("utf-8", "replace") for data in snapshot(out).values())


def test_when_many_sources_vanish_the_run_stops_unless_that_is_meant(own: tuple[Path, Path]) -> None:
    raw, out = own
    before = snapshot(out)
    (raw / "site0.example" / "page0.txt").unlink()
    (raw / "site1.example" / "page1.html").unlink()
    stopped = ingest(raw, out)
    assert stopped.returncode == 3
    assert "Held back: this run would leave 4 of 6 documents" in stopped.stderr
    assert "--accept-changes" in stopped.stderr
    assert differences(before, snapshot(out)) == []
    assert ingest(raw, out, "--accept-changes").returncode == 0
    assert len(lines(out / "profiles.jsonl")) == 4


def test_equal_bytes_are_one_document_with_two_sources(own: tuple[Path, Path]) -> None:
    raw, out = own
    (raw / "copy.txt").write_bytes((raw / "site0.example" / "page0.txt").read_bytes())
    assert ingest(raw, out).returncode == 0
    assert len(lines(out / "profiles.jsonl")) == 6
    duplicates = [row for row in lines(out / "findings.jsonl") if row["code"] == "duplicate-source"]
    assert [(row["path"], row["evidence"]) for row in duplicates] == [("copy.txt", "site0.example/page0.txt")]


def test_captures_of_one_page_are_one_profile_and_the_newest_is_current(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    raw.mkdir()
    rows = ["path,url,fetched_at"]
    for name, day in (("old.html", "2024-05-01"), ("new.html", "2025-05-01"), ("undated.html", "")):
        (raw / name).write_text(
            f"<title>Gdańsk</title><h1>Gdańsk</h1><p>Stan z dnia {day}.</p>", encoding="utf-8"
        )
        rows.append(f"{name},https://x.example/pl/gdansk,{day}")
    (raw / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    assert ingest(raw, out).returncode == 0
    (profile,) = lines(out / "profiles.jsonl")
    provenance = profile["provenance"]
    assert isinstance(provenance, dict)
    assert provenance["source"] == "new.html"
    assert [capture["source"] for capture in provenance["captures"]] == [
        "new.html",
        "old.html",
        "undated.html",
    ]
    superseded = {row["path"] for row in lines(out / "findings.jsonl") if row["code"] == "superseded"}
    assert superseded == {"old.html", "undated.html"}


# --- documents that kill ---


def test_poison_costs_its_documents_and_not_the_run(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    make_corpus(raw, 10)
    for name in ("CRASH", "HANG", "MEMORY", "DEFECT"):
        (raw / f"{name.lower()}.txt").write_text(f"A page with POISON-{name} in it.\n", encoding="utf-8")
    limits = {"CITYREPORTS_TIME_LIMIT": "15", "CITYREPORTS_MEMORY_LIMIT": str(1024 << 20)}
    done = ingest(raw, out, "--strict", poison=True, **limits)
    assert done.returncode == 1, done.stderr
    assert len(lines(out / "profiles.jsonl")) == 10
    codes = {entry["path"]: entry["code"] for entry in read_json(out / "run.json")["quarantine"]}  # type: ignore[attr-defined, union-attr]
    assert codes == {
        "crash.txt": "crash",
        "hang.txt": "time-limit",
        "memory.txt": "memory-limit",
        "defect.txt": "internal-error",
    }
    for entry in (out / "quarantine").iterdir():
        error = read_json(entry / "error.json")
        assert (entry / str(error["original"])).read_bytes() == (raw / str(error["path"])).read_bytes()
        assert error["retry"] == f"cityreports retry {entry.name}"
        assert str(tmp_path) not in json.dumps(error)
        assert len(error.get("stderr", ())) <= 20
        if error["code"] == "crash":
            assert "the last words \\x1b[2J of a library" in error["stderr"]
            assert "Fatal Python error: Aborted" in error["stderr"]
            assert any("poison/child.py" in line and line.endswith("in read") for line in error["stderr"]), (
                error["stderr"]
            )
            shown = run("show", entry.name, "--out", out, cwd=tmp_path).stdout
            assert "Fatal Python error: Aborted" in shown
    # healed: the next run tries again what a limit or a crash stopped, `retry` the rest
    assert ingest(raw, out).returncode == 0
    assert [entry["code"] for entry in read_json(out / "run.json")["quarantine"]] == ["internal-error"]  # type: ignore[attr-defined, index, union-attr]
    (left,) = (out / "quarantine").iterdir()
    assert run("retry", left.name[:6], "--raw", raw, "--out", out, cwd=tmp_path).returncode == 0
    assert len(lines(out / "profiles.jsonl")) == 14
    assert not (out / "quarantine").exists()


def test_mutated_files_end_as_records_or_in_quarantine(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    originals = sorted(
        path for path in (PROJECT / "raw").rglob("*") if path.is_file() and path.name != "manifest.csv"
    )
    make_mutants(originals, raw, 48, seed=2026)
    done = ingest(raw, out)
    assert done.returncode == 0, done.stderr
    counts = read_json(out / "run.json")["counts"]
    assert isinstance(counts, dict)
    copies = sum(row["code"] == "duplicate-source" for row in lines(out / "findings.jsonl"))
    assert counts["documents"] == 48 - copies
    codes = {entry["path"]: entry["code"] for entry in read_json(out / "run.json")["quarantine"]}  # type: ignore[attr-defined, union-attr]
    assert not {
        path: code for path, code in codes.items() if code in ("internal-error", "crash", "time-limit")
    }


# --- commands that cannot work ---


def test_what_a_command_cannot_do_is_one_sentence_and_a_code(own: tuple[Path, Path], tmp_path: Path) -> None:
    raw, out = own
    (tmp_path / "file").write_bytes(b"")
    cases = [
        (("ingest", tmp_path / "nowhere", "--out", out), 3, "does not exist"),
        (("ingest", tmp_path / "file", "--out", out), 3, "is not a folder"),
        (("ingest", raw, "--out", tmp_path / "file"), 3, "is not a folder"),
        (("ingest", raw, "--out", tmp_path / "file" / "below"), 3, "could not be made"),
        (("ingest", raw, "--out", raw / "inside"), 2, "overlap"),
        (("ingest", raw, "--out", out, "--workers", "0"), 2, "workers"),
        (("ingest", raw, "--no-such-option"), 2, "No such option"),
        (("show", "nothing.html", "--out", out), 2, "There is no document"),
        (("show", "x", "--out", tmp_path / "nowhere"), 3, "run 'cityreports ingest' first"),
        (
            ("explain", "site0.example/page0.txt", "nofield", "--raw", raw, "--out", out),
            2,
            "no field 'nofield'",
        ),
        (("retry", "site0.example/page0.txt", "--raw", raw, "--out", out), 2, "is not in quarantine"),
        (("schema", "nothing"), 2, "There is no record"),
    ]
    for arguments, code, says in cases:
        done = run(*arguments, cwd=tmp_path)
        assert (done.returncode, says in done.stderr) == (code, True), (
            arguments,
            done.returncode,
            done.stderr,
        )
        assert "Traceback" not in done.stderr


def test_an_empty_raw_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    done = ingest(tmp_path / "raw", tmp_path / "processed")
    assert done.returncode == 3
    assert "holds no documents" in done.stderr


def test_two_runs_never_write_at_once(own: tuple[Path, Path]) -> None:
    import fcntl

    raw, out = own
    with (out / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = ingest(raw, out)
    assert done.returncode == 3
    assert "Another run is using" in done.stderr


def test_a_full_disk_is_one_sentence_and_the_next_run_completes(
    corpus: Path, undisturbed: Path, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=420k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        out = small / "processed"
        done = ingest(corpus, out)
        assert done.returncode == 3
        assert "disk is full" in done.stderr
        assert "Traceback" not in done.stderr
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert ingest(corpus, out).returncode == 0
        assert differences(snapshot(undisturbed), snapshot(out)) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)
