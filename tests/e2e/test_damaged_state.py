"""Damage to what a run keeps and to what it wrote: found, said, mended; nothing outside the folder is touched."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import RunError, UsageError
from pipeline.run import engine
from pipeline.run.engine import Options
from pipeline.run.preview import preview
from pipeline.settings import Settings
from pipeline.store.ledger_file import LEDGER
from tests.e2e.helpers import differences, ingest, make_corpus, run, snapshot


class Watch:
    """A run's progress that calls back when a phase begins."""

    def __init__(self, **when: Callable[[], object]) -> None:
        self._when = when

    def phase(self, name: str, total: int) -> None:
        if name in self._when:
            self._when[name]()

    def step(self) -> None:
        pass


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small corpus, and what one run made of it."""
    base = tmp_path_factory.mktemp("state")
    make_corpus(base / "raw", 6)
    (base / "raw" / "empty.txt").write_bytes(b"")
    assert ingest(base / "raw", base / "processed").returncode == 0
    return base


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Settings:
    """A copy of it that a test may damage (times of files are kept)."""
    shutil.copytree(made, tmp_path / "own")
    return Settings(raw=tmp_path / "own" / "raw", out=tmp_path / "own" / "processed", workers=2)


def execute(out: Path, *statements: str) -> None:
    connection = sqlite3.connect(out / LEDGER)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def overwrite(path: Path, start: int, length: int = 3000) -> None:
    data = bytearray(path.read_bytes())
    data[start : start + length] = bytes(range(251)) * (length // 251 + 1)
    path.write_bytes(data[: len(path.read_bytes())])


LEDGER_DAMAGES: dict[str, Callable[[Path], object]] = {
    "past its first pages": lambda out: [
        overwrite(out / LEDGER, start) for start in range(20_000, (out / LEDGER).stat().st_size, 9000)
    ],
    "meta: a record that is not sealed": lambda out: execute(
        out, "UPDATE meta SET value = x'00' WHERE name = 'record'"
    ),
    "meta: a value of another type": lambda out: execute(
        out, "UPDATE meta SET value = 7 WHERE name = 'complete'"
    ),
    "a summary that changed": lambda out: execute(out, "UPDATE reads SET summary = summary || x'20'"),
    "a missing table": lambda out: execute(out, "DROP TABLE settled"),
    "not a database": lambda out: (out / LEDGER).write_bytes(b"no ledger at all" * 400),
}


@pytest.mark.parametrize("damage", LEDGER_DAMAGES)
def test_a_damaged_ledger_costs_a_full_run_and_a_warning(made: Path, own: Settings, damage: str) -> None:
    LEDGER_DAMAGES[damage](own.out)
    if not damage.startswith("meta"):  # the rest is read only where something changed
        (own.raw / "new.txt").write_text("Nowa strona o mieście i jego mieszkańcach.\n", encoding="utf-8")
    result = engine.ingest(own)
    assert any(note.startswith("The ledger was recreated") for note in result.notes), result.notes
    (own.raw / "new.txt").unlink(missing_ok=True)
    again = engine.ingest(own)
    assert not any("recreated" in note for note in again.notes)
    assert differences(snapshot(made / "processed"), snapshot(own.out)) == []


def test_the_records_of_a_lost_ledger_still_stand_against_a_collapse(own: Settings) -> None:
    (own.out / LEDGER).unlink()
    before = snapshot(own.out)
    for page in sorted(own.raw.rglob("page*"))[:3]:
        page.unlink()
    with pytest.raises(RunError, match="Held back"):
        engine.ingest(own)
    assert differences(before, snapshot(own.out)) == []


def test_outputs_edited_with_size_and_time_kept_are_found_by_digest(made: Path, own: Settings) -> None:
    page = sorted((own.out / "documents").iterdir())[0] / "clean.md"
    status, data = page.stat(), page.read_bytes()
    page.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    os.utime(page, ns=(status.st_atime_ns, status.st_mtime_ns))
    name = str(page.relative_to(own.out))
    assert not any(name in note for note in preview(own, Options()).notes)
    assert any(name in note for note in preview(own, Options(verify=True)).notes)
    engine.ingest(own, Options(verify=True))
    assert differences(snapshot(made / "processed"), snapshot(own.out)) == []


def test_missing_outputs_are_seen_by_status_and_made_again(made: Path, own: Settings) -> None:
    (own.out / "profiles.jsonl").unlink()
    said = run("status", own.raw, "--out", own.out, cwd=own.out.parent).stdout
    assert "1 output(s) are missing or changed; the next run makes them again: profiles.jsonl" in said
    engine.ingest(own)
    assert differences(snapshot(made / "processed"), snapshot(own.out)) == []


def test_strays_go_and_links_are_not_followed(made: Path, own: Settings, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "below").mkdir(parents=True)
    (elsewhere / "kept.txt").write_text("kept", encoding="utf-8")
    document = sorted((own.out / "documents").iterdir())[0]
    (document / "stray.txt").write_text("stray", encoding="utf-8")
    (own.out / "documents" / "link").symlink_to(elsewhere)
    (own.out / "quarantine" / "folder" / "deep").mkdir(parents=True)
    shutil.rmtree(own.out / "schema")
    (own.out / "schema").symlink_to(elsewhere)
    other = sorted((own.out / "documents").iterdir())[1]
    shutil.rmtree(other)
    other.symlink_to(elsewhere)
    (own.out / "mine.txt").write_text("not an output, and not in a folder of ours", encoding="utf-8")
    assert any("stray" in note for note in preview(own, Options()).notes)
    engine.ingest(own)
    (own.out / "mine.txt").unlink()
    assert differences(snapshot(made / "processed"), snapshot(own.out)) == []
    assert sorted(path.name for path in elsewhere.rglob("*")) == ["below", "kept.txt"]


def test_a_lock_that_is_a_link_is_not_followed(own: Settings, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    (own.out / ".lock").unlink()
    (own.out / ".lock").symlink_to(victim)
    with pytest.raises(RunError, match="cannot be written"):
        engine.ingest(own)
    assert victim.read_text(encoding="utf-8") == "precious"


def test_a_cache_folder_among_the_documents_is_refused(
    own: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (own.raw, own.out):
        monkeypatch.setenv("CITYREPORTS_CACHE", str(folder / "cache"))
        with pytest.raises(UsageError, match="CITYREPORTS_CACHE"):
            engine.ingest(own)
        (folder / "cache").rmdir()


def test_a_folder_that_is_removed_during_a_run_is_one_sentence(made: Path, own: Settings) -> None:
    with pytest.raises(RunError, match=r"was removed while the run was at work|could not be"):
        engine.ingest(own, Options(force=True), Watch(Joining=lambda: shutil.rmtree(own.out)))
    engine.ingest(own)
    assert differences(snapshot(made / "processed"), snapshot(own.out)) == []


def test_status_works_and_retry_waits_while_a_run_is_at_work(own: Settings) -> None:
    said: list[str] = []

    def look() -> None:
        said.append(run("status", own.raw, "--out", own.out, cwd=own.out.parent).stdout)
        said.append(run("retry", "--raw", own.raw, "--out", own.out, cwd=own.out.parent).stderr)

    (own.raw / "new.txt").write_text("Nowa strona o mieście i jego mieszkańcach.\n", encoding="utf-8")
    engine.ingest(own, Options(), Watch(Settling=look))
    assert "not seen before" in said[0] or "Nothing to read" in said[0]
    assert "Another run is using" in said[1]


def children() -> list[int]:
    """The processes that this one has started."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return [int(pid) for pid in listed.stdout.split()]


def test_a_child_that_dies_while_it_prepares_is_started_again(own: Settings) -> None:
    import threading

    (own.raw / "new.txt").write_text("Nowa strona o mieście i jego mieszkańcach.\n", encoding="utf-8")
    killed: list[int] = []

    def kill_the_first(known: set[int]) -> None:
        deadline = time.monotonic() + 20
        while not killed and time.monotonic() < deadline:
            for pid in set(children()) - known:
                command = Path(f"/proc/{pid}/cmdline")
                if command.exists() and b"start_child" in command.read_bytes():
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    return

    def begin() -> None:
        threading.Thread(target=kill_the_first, args=[set(children())], daemon=True).start()

    result = engine.ingest(own, Options(), Watch(Preparing=begin))
    assert killed
    assert result.record is not None
    assert [entry.path for entry in result.record.quarantine] == ["empty.txt"]


def test_what_will_fail_again_is_tried_twice_and_then_left_alone(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    make_corpus(raw, 2)
    (raw / "hang.txt").write_text("A page with POISON-HANG in it.\n", encoding="utf-8")
    limit = {"CITYREPORTS_TIME_LIMIT": "6"}

    def tries() -> tuple[int, bool, str]:
        (entry,) = (out / "quarantine").iterdir()
        error = json.loads((entry / "error.json").read_bytes())
        return error["tries"], error["transient"], error["message"]

    assert ingest(raw, out, poison=True, **limit).returncode == 0
    assert tries()[:2] == (1, True)
    assert ingest(raw, out, poison=True, **limit).returncode == 0
    assert tries()[:2] == (2, False)
    assert "only 'retry' tries it again" in tries()[2]
    began = time.monotonic()
    done = ingest(raw, out, poison=True, **limit)
    assert "Nothing changed since the last run." in done.stdout
    assert time.monotonic() - began < 5, "it was tried a third time"
    said = run("status", raw, "--out", out, cwd=tmp_path, CITYREPORTS_TIME_LIMIT="7").stdout
    assert "the limits or the program changed since it failed" in said
    healed = run("retry", "--raw", raw, "--out", out, cwd=tmp_path, **limit)
    assert healed.returncode == 0, healed.stderr
    assert not (out / "quarantine").exists()


def test_refused_files_are_not_read_again(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    from pipeline.sources import content

    (own.raw / "damaged.html.gz").write_bytes(gzip.compress(b"<p>A page of some words" * 99)[:70])
    (own.raw / "blank.txt").write_bytes(b" \n" * 5000)
    engine.ingest(own)
    looked: list[bytes] = []
    real = content.identify

    def identify(raw: Path, name: bytes, *more: object) -> object:
        looked.append(name)
        return real(raw, name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(content, "identify", identify)
    time.sleep(2.1)  # a file that is as young as this is looked at twice
    engine.ingest(own)
    looked.clear()
    result = engine.ingest(own)
    assert result.done == 0
    assert looked == []
