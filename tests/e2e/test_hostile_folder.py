"""Folders that change under the run, names and metadata that nobody expects: a record, an entry, a finding."""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.helpers import differences, ingest, make_corpus, run, snapshot

PAGE = "<!doctype html><html lang=pl><title>{0}</title><h1>{0}</h1><p>Miasto {0} leży nad rzeką i gości przybyszów.</p>"


class Meddler(threading.Thread):
    """Changes files of a folder at random until it is told to stop: some 200 times a second."""

    def __init__(self, raw: Path, seed: int) -> None:
        super().__init__()
        self._raw, self._chance = raw, random.Random(seed)
        self._files = sorted(path for path in raw.rglob("*") if path.is_file())
        self._contents = [path.read_bytes() for path in self._files]
        self._done = threading.Event()
        self.changes = 0
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._done.wait(0.005):
                self._change(self._chance.randrange(len(self._files)))
                self.changes += 1
        except BaseException as error:  # noqa: BLE001 - told by the test
            self.failure = error

    def stop(self) -> None:
        """Stop, and leave every file and folder as one that can be read."""
        self._done.set()
        self.join()
        for number in range(len(self._files)):
            self._write(self._files[number], self._other())

    def _other(self) -> bytes:
        return self._chance.choice(self._contents)

    def _change(self, number: int) -> None:
        path, other = self._files[number], self._other()
        kind = self._chance.randrange(9)
        if kind == 0:
            self._clear(path)
        elif kind == 1:
            self._clear(path)
            path.symlink_to(self._raw.parent / "secret.html")
        elif kind == 2:
            self._clear(path)
            os.mkfifo(path)
        elif kind == 3 and path.is_file():
            os.truncate(path, self._chance.randrange(path.stat().st_size + 1))
        elif kind == 4 and path.is_file() and not path.is_symlink():
            with path.open("ab") as file:
                file.write(other[: self._chance.randrange(len(other))])
        elif kind == 5:
            path.with_name(path.name + ".meta.json").write_text(
                json.dumps({"language": self._chance.choice(["pl", "?", "de"])}), encoding="utf-8"
            )
        elif kind == 6:
            new = path.with_name(".new")
            new.write_bytes(other)
            self._clear(path)
            new.replace(path)
        elif kind == 7:
            self._exchange_folder(path.parent)
        else:
            self._write(path, other)

    def _exchange_folder(self, folder: Path) -> None:
        """A link out of `raw/` in the place of a folder, for a moment."""
        away = self._raw.parent / "away"
        folder.rename(away)
        folder.symlink_to(self._raw.parent / "elsewhere")
        folder.unlink()
        away.rename(folder)

    def _write(self, path: Path, data: bytes) -> None:
        self._clear(path)
        path.write_bytes(data)

    @staticmethod
    def _clear(path: Path) -> None:
        if path.is_symlink() or not path.is_dir():
            path.unlink(missing_ok=True)


@pytest.mark.parametrize("seed", [1])
def test_files_that_change_while_they_are_read_never_leave_a_wrong_record(tmp_path: Path, seed: int) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    make_corpus(raw, 24)
    secret = PAGE.format("Sekret")
    (tmp_path / "secret.html").write_text(secret, encoding="utf-8")
    shutil.copytree(raw, tmp_path / "elsewhere")
    for path in (tmp_path / "elsewhere").rglob("*.*"):
        if path.is_file():
            path.write_text(secret, encoding="utf-8")
    meddler = Meddler(raw, seed)
    meddler.start()
    try:
        done = ingest(raw, out, "--workers", "2")
        assert done.returncode in (0, 3), done.stderr  # 3: nothing was there at the moment
        assert "Traceback" not in done.stderr
        for data in snapshot(out).values():
            assert b"Sekret" not in data
    finally:
        meddler.stop()
    assert meddler.failure is None
    assert meddler.changes > 300
    quiet = ingest(raw, out, "--accept-changes")
    fresh = ingest(raw, tmp_path / "fresh")
    assert (quiet.returncode, fresh.returncode) == (0, 0), quiet.stderr + fresh.stderr
    assert differences(snapshot(out), snapshot(tmp_path / "fresh")) == []


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outcome of one run over odd names and odd metadata."""
    base = tmp_path_factory.mktemp("hostile")
    raw = base / "raw"
    raw.mkdir()
    for number, name in enumerate(
        (b"lit\xff.html", rb"lit\xff.html", b"\xff" * 255, b"-rf.html", b"a\nb.html")
    ):
        (raw / os.fsdecode(name)).write_text(PAGE.format(f"Miasto{number}"), encoding="utf-8")
    (raw / "garbage.html.gz").write_bytes(
        gzip.compress(PAGE.format("Toruń").encode()) + b"\r\n<!-- cached -->"
    )
    (raw / "empty.html").touch()
    os.truncate(raw / "empty.html", 3 << 30)
    (raw / "early.html").write_text(PAGE.format("Gdynia"), encoding="utf-8")
    (raw / "early.html.meta.json").write_text('{"fetched_at": "0001-01-01T00:00:00+14:00"}', encoding="utf-8")
    (raw / "late.html").write_text(PAGE.format("Lublin"), encoding="utf-8")
    (raw / "pipe.html").write_text(PAGE.format("Sopot"), encoding="utf-8")
    os.mkfifo(raw / "pipe.html.meta.json")
    (raw / "secret.html").write_text(PAGE.format("Kielce"), encoding="utf-8")
    (raw / "manifest.csv").write_text(
        "path,url,fetched_at,title\n"
        "late.html,,9999-12-31T23:59:59-14:00,\n"
        "secret.html,https://robot:hunter2@kielce.example/,,\n"
        f"late.html,,,{'x' * 200_000}\n"
        "../outside.html,,,x\n",
        encoding="utf-8",
    )
    done = ingest(raw, base / "out")
    assert done.returncode == 0, done.stderr
    return base / "out"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_odd_names_are_records_of_their_own(processed: Path) -> None:
    sources = {profile["provenance"]["source"] for profile in lines(processed / "profiles.jsonl")}
    assert {r"lit\xff.html", r"lit\x5cxff.html", r"\xff" * 255, "-rf.html", "a\nb.html"} <= sources


@pytest.mark.parametrize("name", [b"lit\xff.html", rb"lit\xff.html"])
def test_odd_names_are_found_and_explained_to_the_byte(processed: Path, name: bytes) -> None:
    given = os.fsdecode(b"raw/" + name)
    done = run("explain", given, "title", "--raw", "raw", "--out", "out", cwd=processed.parent)
    assert done.returncode == 0, done.stderr
    assert "bytes" in done.stdout


def test_odd_metadata_is_a_finding_on_its_document(processed: Path) -> None:
    found = {(item["path"], item["code"]) for item in lines(processed / "findings.jsonl")}
    for name in ("early.html", "late.html", "pipe.html", "secret.html"):
        assert (name, "unfit-metadata") in found
    assert ("garbage.html.gz", "trailing-bytes") in found


def test_a_secret_in_an_address_reaches_no_output(processed: Path) -> None:
    urls = [profile["provenance"].get("url") for profile in lines(processed / "profiles.jsonl")]
    assert "https://kielce.example/" in urls
    for path in processed.rglob("*"):
        if path.is_file() and path.suffix != ".sqlite" and path.stat().st_size < 1 << 20:
            data = path.read_bytes()
            assert b"hunter2" not in data
            assert b"robot" not in data


def test_a_sparse_file_is_kept_in_quarantine_without_its_zeros(processed: Path) -> None:
    record = json.loads((processed / "run.json").read_bytes())
    (entry,) = [entry for entry in record["quarantine"] if entry["path"] == "empty.html"]
    status = (processed / "quarantine" / entry["id"] / "original.html").stat()
    assert (entry["code"], status.st_size) == ("empty", 3 << 30)
    assert status.st_blocks * 512 < 1 << 20
