"""The cache of built data: whatever happened to its folder, it is built again or one sentence says what to do."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import RunError
from pipeline.lexicon import cache
from tests.conftest import PROJECT

NAME = "words-1.bin"
CONTENT = b"built from what dependencies ship" * 1000


class Builder:
    """Writes `CONTENT`, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, path: Path) -> None:
        self.times += 1
        path.write_bytes(CONTENT)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def built(folder: Path) -> Path:
    return cache.built_once(NAME, Builder())


def only_data(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix not in (".lock", ".seal"))


def replace_with(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


def overwrite_keeping_size_and_time(path: Path) -> None:
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(len(CONTENT) // 2)
        file.write(b"\xff" * 16)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "gone": Path.unlink,
    "cut": lambda path: os.truncate(path, 100),
    "empty": lambda path: os.truncate(path, 0),
    "longer": lambda path: path.open("ab").write(b"more") and None,
    "overwritten": overwrite_keeping_size_and_time,
    "another file": replace_with(lambda path: path.write_bytes(b"\0" * len(CONTENT))),
    "a folder": replace_with(Path.mkdir),
    "a pipe": replace_with(os.mkfifo),
    "a link to nowhere": replace_with(lambda path: path.symlink_to("/nowhere")),
    "no seal": lambda path: path.with_name(NAME + ".seal").unlink(),
    "a seal that is garbage": lambda path: path.with_name(NAME + ".seal").write_bytes(b"\xff{[") and None,
    "a seal of another kind": lambda path: path.with_name(NAME + ".seal").write_bytes(b'["size"]') and None,
    "a seal of deep nesting": lambda path: path.with_name(NAME + ".seal").write_bytes(b"[" * 4000) and None,
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_built_again(folder: Path, built: Path, damage: Callable[[Path], None]) -> None:
    damage(built)
    builder = Builder()
    assert cache.built_once(NAME, builder) == built
    assert (built.read_bytes(), builder.times) == (CONTENT, 1)
    assert cache.built_once(NAME, builder) == built
    assert builder.times == 1
    assert only_data(folder) == [NAME]


def test_a_whole_file_is_not_built_again_and_not_even_read(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache.hashlib, "file_digest", None)
    builder = Builder()
    cache.built_once(NAME, builder)
    assert builder.times == 0


def test_a_copied_cache_is_read_once_and_sealed_again(
    built: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "copy"))
    builder = Builder()
    cache.built_once(NAME, builder)
    monkeypatch.setattr(cache.hashlib, "file_digest", None)
    cache.built_once(NAME, builder)
    assert builder.times == 0


def test_a_lock_that_cannot_be_made_is_done_without(folder: Path) -> None:
    (folder / (NAME + ".lock")).mkdir(parents=True)
    assert cache.built_once(NAME, Builder()).read_bytes() == CONTENT


def refuse(number: int) -> Callable[[Path], None]:
    def build(path: Path) -> None:
        path.write_bytes(CONTENT[:10])
        raise OSError(number, os.strerror(number))

    return build


def refuse_as_sqlite(path: Path) -> None:
    path.write_bytes(CONTENT[:10])
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (refuse(errno.ENOSPC), "The disk is full"),
        (refuse(errno.EDQUOT), "The disk is full"),
        (refuse_as_sqlite, "The disk is full"),
        (refuse(errno.EROFS), "Read-only file system"),
        (refuse(errno.EACCES), "Permission denied"),
    ],
)
def test_a_folder_that_cannot_be_written_is_one_sentence_and_leaves_nothing(
    folder: Path, build: Callable[[Path], None], says: str
) -> None:
    with pytest.raises(RunError, match=says) as caught:
        cache.built_once(NAME, build)
    assert str(folder) in str(caught.value)
    assert cache.CACHE_VARIABLE in str(caught.value)
    assert only_data(folder) == []


def test_a_folder_full_of_something_in_the_place_of_a_file_is_one_sentence(folder: Path) -> None:
    (folder / NAME / "of a person").mkdir(parents=True)
    with pytest.raises(RunError, match="not empty"):
        cache.built_once(NAME, Builder())
    assert (folder / NAME / "of a person").is_dir()


@pytest.mark.parametrize("kind", ["file", "link loop", "below a file", "long name"])
def test_a_cache_folder_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    path = tmp_path / "cache"
    if kind == "link loop":
        path.symlink_to(path)
    elif kind != "long name":
        path.write_bytes(b"")
    given = {"below a file": path / "inner", "long name": tmp_path / ("x" * 300)}.get(kind, path)
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(given))
    with pytest.raises(RunError, match=cache.CACHE_VARIABLE):
        cache.built_once(NAME, Builder())


CHILD = """
import sys, time
from pathlib import Path
from pipeline.lexicon import cache
def build(path):
    with path.open("wb") as file:
        file.write(b"half")
        file.flush()
        Path(sys.argv[1]).touch()
        time.sleep(float(sys.argv[2]))
        file.write(b" and half")
    with open(sys.argv[1] + ".count", "a") as file:
        file.write("x")
print(cache.built_once("slow.bin", build).read_bytes().decode())
"""


def start(tmp_path: Path, folder: Path, seconds: float) -> subprocess.Popen[str]:
    environment = {**os.environ, cache.CACHE_VARIABLE: str(folder), "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path / "began"), str(seconds)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.05)
    pytest.fail(f"{path} never appeared")


def test_a_build_that_is_killed_leaves_nothing_that_is_taken_for_whole(folder: Path, tmp_path: Path) -> None:
    with start(tmp_path, folder, 60) as killed:
        wait_for(tmp_path / "began")
        killed.send_signal(signal.SIGKILL)
    assert [name.endswith(".partial") for name in only_data(folder)] == [True]
    with start(tmp_path, folder, 0) as second:
        assert second.communicate()[0] == "half and half\n"
    assert only_data(folder) == ["slow.bin"]


def test_of_two_that_build_at_once_one_builds_and_both_read_it(folder: Path, tmp_path: Path) -> None:
    with start(tmp_path, folder, 1) as one:
        wait_for(tmp_path / "began")
        with start(tmp_path, folder, 1) as other:
            assert other.communicate()[0] == one.communicate()[0] == "half and half\n"
    assert (tmp_path / "began.count").read_text() == "x"


def test_the_real_files_are_built_again_where_they_were_damaged(folder: Path) -> None:
    code = """
from pipeline.lexicon import cache
from pipeline.lexicon.places import countries
assert countries.code_of("Polska") == "PL"
"""

    def look() -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )

    assert look().returncode == 0
    (path,) = folder.glob("countries-*.json")
    whole = path.read_bytes()
    path.write_bytes(b"x" * len(whole))
    assert look().returncode == 0
    assert path.read_bytes() == whole


def test_a_child_says_what_is_wrong_with_the_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.run.children import worker
    from pipeline.settings import Settings

    def warm(*_: object) -> None:
        raise RunError("The cache folder cannot be used.")

    monkeypatch.setattr(worker.lexicon, "warm", warm)
    header, _ = worker.serve({"task": "warm"}, b"", Settings())
    assert (header["ends_run"], header["message"]) == ("RunError", "The cache folder cannot be used.")
