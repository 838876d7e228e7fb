"""The comparison of two output folders notices every byte but those that name versions and lines of the code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from tests import same_bytes


def write(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two equal output folders."""
    before, after = tmp_path / "before", tmp_path / "after"
    write(before, "profiles.jsonl", '{"title":"Gdańsk"}\n{"title":"Łódź"}\n'.encode())
    write(before, "profiles.parquet", b"PAR1\x00\xff\x80PAR1")
    write(before, "documents/3f9a/clean.md", "# Gdańsk\n\nMiasto.\n".encode())
    write(before, "quarantine/77/error.json", b'{"code":"internal-error","detail":["pipeline/a.py:1 in f"]}')
    write(before, "run.json", b'{"program":"0.1.0","libraries":{"spacy":"3.8"},"counts":{"documents":2}}')
    write(before, "ledger.sqlite", b"one")
    shutil.copytree(before, after)
    return before, after


def test_equal_folders_do_not_differ(folders: tuple[Path, Path]) -> None:
    assert same_bytes.differences(*folders) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("documents/3f9a/clean.md", lambda data: data.replace(b"Miasto", b"Miast0")),
        ("documents/3f9a/clean.md", lambda data: data + b"\n"),
        ("profiles.parquet", lambda data: data.replace(b"\xff", b"\xfe")),
        ("run.json", lambda data: data.replace(b"2", b"3")),
        ("quarantine/77/error.json", lambda data: data.replace(b"internal-error", b"broken")),
    ],
)
def test_a_changed_byte_is_noticed(
    folders: tuple[Path, Path], name: str, change: Callable[[bytes], bytes]
) -> None:
    path = folders[1] / name
    path.write_bytes(change(path.read_bytes()))
    found = same_bytes.differences(*folders)
    assert [sentence.split(":")[0] for sentence in found] == [name]


def test_the_first_differing_line_is_shown(folders: tuple[Path, Path]) -> None:
    path = folders[1] / "profiles.jsonl"
    path.write_bytes(path.read_bytes().replace("Łódź".encode(), b"Lodz"))
    (sentence,) = same_bytes.differences(*folders)
    assert sentence.startswith("profiles.jsonl: line 2, byte 11\n")
    assert "Lodz" in sentence
    assert "Gda" not in sentence


def test_a_file_that_only_one_folder_has_is_noticed(folders: tuple[Path, Path]) -> None:
    (folders[0] / "profiles.jsonl").unlink()
    (folders[1] / "documents/3f9a/clean.md").unlink()
    assert same_bytes.differences(*folders) == [
        "documents/3f9a/clean.md: only before the change",
        "profiles.jsonl: only after the change",
    ]


def test_versions_and_lines_of_the_code_may_differ(folders: tuple[Path, Path]) -> None:
    for name, member, value in (
        ("run.json", "program", "0.2.0"),
        ("run.json", "libraries", {"spacy": "4"}),
        ("quarantine/77/error.json", "detail", ["pipeline/b.py:2 in g"]),
    ):
        path = folders[1] / name
        path.write_bytes(orjson.dumps({**orjson.loads(path.read_bytes()), member: value}))
    write(folders[1], "ledger.sqlite", b"other")
    assert same_bytes.differences(*folders) == []
