"""The ledger: whatever stands in its file, it opens, or is recreated, or says why not; nothing else is raised."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RunError
from pipeline.store import ledger_file
from pipeline.store.ledger import Failed, Ledger, Output, Settled, Staged, Standing, seal, told, unseal
from pipeline.store.ledger_file import LEDGER, LedgerDamaged

TABLES = ("meta", "files", "reads", "staged", "settled", "failed", "standing", "outputs")


def filled(out: Path, rows: int = 200) -> Path:
    """A ledger with something in every table, closed."""
    out.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(out)
    with ledger.transaction():
        ledger.set("complete", b"key")
        ledger.replace_files([(b"a.html", "[1]", 7, '["0"]')])
        ledger.replace_standing([Standing("1", "profile", b"{}")])
        for number in range(rows):
            name = f"{number:016x}"
            ledger.save_read(name, "key", b"{}", b"{}", b"{}", bytes(2000))
            ledger.stage(Staged(name, "settled", "key", "a.html", bytes(500)))
            ledger.save_made(Settled(name, "key", "a.html", b"{}", b"[]", b"{}"))
            ledger.save_made(Failed(name, "key", "a.html", b'{"code": "empty"}'))
            ledger.save_outputs(name, [Output(f"documents/{name}/clean.md", name, 1, 2, "0")])
    ledger.close()
    return out / LEDGER


def read_all(ledger: Ledger) -> int:
    """Everything that a run reads of a ledger; how many values it is."""
    ledger.get("complete"), ledger.get("record")
    reads = ledger.read_keys()
    count = len(ledger.files()) + len(ledger.read_parts()) + len(ledger.summaries())
    for document in reads:
        ledger.content(document), ledger.offered(document)
    made = [*ledger.settled(), *ledger.failed(), *ledger.staged(), *ledger.outputs()]
    return count + len(made) + len(ledger.standing()) + len(ledger.settled_keys()) + len(ledger.staged_keys())


def outcome(out: Path) -> str:
    """What becomes of the ledger in `out`: read as it was, recreated, or found damaged while it is read."""
    ledger = Ledger.open(out)
    try:
        with told(out):
            read_all(ledger)
        return "anew" if ledger.begun_anew else "sound"
    except LedgerDamaged:
        return "damaged"
    finally:
        ledger.close()


@pytest.fixture(scope="module")
def bytes_of_a_ledger(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return filled(tmp_path_factory.mktemp("ledger")).read_bytes()


@given(st.binary(max_size=200))
def test_what_is_sealed_comes_back(value: bytes) -> None:
    assert unseal(seal(value)) == value


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_changed_value_is_damage(value: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(value))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(LedgerDamaged):
        unseal(bytes(sealed))


@pytest.mark.parametrize("sealed", [None, 5, "text", b"", b"abc"])
def test_what_was_never_sealed_is_damage(sealed: object) -> None:
    with pytest.raises(LedgerDamaged):
        unseal(sealed)


def test_a_sound_ledger_is_taken_over(tmp_path: Path) -> None:
    filled(tmp_path, 3)
    ledger = Ledger.open(tmp_path)
    assert ledger.begun_anew is None
    assert ledger.get("complete") == b"key"
    assert read_all(ledger) == 1 + 3 * 8 + 1
    ledger.close()


DAMAGES = {
    "garbage": lambda path: path.write_bytes(b"not a database" * 100),
    "first page": lambda path: path.write_bytes(b"\xff" * 4096 + path.read_bytes()[4096:]),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "version": lambda path: execute(path, "PRAGMA user_version = 99"),
    "older version": lambda path: execute(path, "PRAGMA user_version = 2"),
    "extra column": lambda path: execute(path, "ALTER TABLE failed ADD COLUMN more TEXT"),
    **{f"no {table}": lambda path, table=table: execute(path, f"DROP TABLE {table}") for table in TABLES},
}


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_ledger_is_begun_anew_and_says_why(tmp_path: Path, damage: str) -> None:
    DAMAGES[damage](filled(tmp_path, 20))
    ledger = Ledger.open(tmp_path)
    assert ledger.begun_anew
    assert read_all(ledger) == 0
    ledger.close()


def test_an_empty_file_is_a_first_run_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / LEDGER).write_bytes(b"")
    ledger = Ledger.open(tmp_path)
    assert ledger.begun_anew is None
    ledger.close()


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    elsewhere = filled(tmp_path / "elsewhere", 3)
    before = elsewhere.read_bytes()
    out = tmp_path / "out"
    out.mkdir()
    (out / LEDGER).symlink_to(elsewhere)
    ledger = Ledger.open(out)
    assert ledger.begun_anew
    ledger.set("x", b"y")
    ledger.close()
    assert elsewhere.read_bytes() == before
    assert not (out / LEDGER).is_symlink()


def test_a_folder_in_its_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / LEDGER).mkdir()
    with pytest.raises(RunError, match=r"remove it, or name another folder with --out|cannot be opened"):
        Ledger.open(tmp_path)


def test_pages_overwritten_anywhere_are_damage_or_do_no_harm(
    tmp_path: Path, bytes_of_a_ledger: bytes
) -> None:
    """Whatever pieces of 300 files are overwritten with: read as it was, recreated, or LedgerDamaged while read."""
    outcomes = {"sound": 0, "anew": 0, "damaged": 0}
    chance = random.Random(11)
    for number in range(300):
        out = tmp_path / str(number)
        out.mkdir()
        data = bytearray(bytes_of_a_ledger)
        for _ in range(chance.randint(1, 6)):
            start, length = chance.randrange(len(data)), chance.choice((1, 8, 600, 5000))
            data[start : start + length] = chance.choice((chance.randbytes(length), bytes(length)))[
                : len(data) - start
            ]
        (out / LEDGER).write_bytes(data)
        outcomes[outcome(out)] += 1
    assert all(outcomes.values()), outcomes


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system that is mounted read-only after a ledger was put there."""
    folder = tmp_path / "mount"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a file system needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("killed", [False, True])
def test_a_read_only_folder_can_be_looked_at(read_only: Path, tmp_path: Path, killed: bool) -> None:
    filled(read_only, 3)
    if killed:  # what a killed run leaves: rows that are in the log only
        writer = ledger_file._connect(read_only / LEDGER)
        writer.execute("DELETE FROM files")
        subprocess.run(["cp", "-r", f"{read_only}/.", str(tmp_path / "copy")], check=True)
        writer.close()
        subprocess.run(["cp", "-r", f"{tmp_path}/copy/.", str(read_only)], check=True)
        (read_only / f"{LEDGER}-shm").unlink()
        assert (read_only / f"{LEDGER}-wal").stat().st_size
    subprocess.run(["mount", "-o", "remount,ro", str(read_only)], check=True)
    ledger = Ledger.open_to_read(read_only)
    assert ledger is not None
    assert len(ledger.files()) == (0 if killed else 1)
    assert len(ledger.settled_keys()) == 3
    ledger.close()


def test_a_damaged_ledger_that_is_only_looked_at_is_one_sentence(tmp_path: Path) -> None:
    execute(filled(tmp_path, 3), "DROP TABLE staged")
    with pytest.raises(RunError, match=r"is damaged .*'cityreports ingest' recreates it"):
        Ledger.open_to_read(tmp_path)


def test_another_program_that_holds_the_ledger_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(filled(tmp_path, 1), isolation_level=None)
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **kw: real(*a, **{**kw, "timeout": 0.1}))
    with pytest.raises(RunError, match="in use by another program"):
        Ledger.open(tmp_path)
    other.close()
