"""Metadata beside a document: the sidecar, the manifest, and whatever may stand in them."""

from __future__ import annotations

import csv
import io
import os
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RunError
from pipeline.sources import metadata
from tests.conftest import PROJECT

CASES: list[dict[str, Any]] = tomllib.loads(
    (PROJECT / "tests" / "cases" / "metadata" / "values.toml").read_text(encoding="utf-8")
)["case"]
SECRET = ("user", "pass", "pa/ss", "pa@ss", "1234")


def resolved(raw: Path, name: str = "p.html") -> tuple[dict[str, str], list[str]]:
    """The metadata of a document, and the findings' messages."""
    found = metadata.resolve(raw, name.encode(), metadata.read_manifest(raw))
    assert {finding.code for finding in found.findings} <= {"unfit-metadata", "broken-characters"}
    return {key: known.value for key, known in found.known.items()}, [f.message for f in found.findings]


def check(case: dict[str, Any], known: dict[str, str], messages: list[str]) -> None:
    value = case.get("value")
    assert known == ({case["key"]: value} if value is not None else {})
    assert len(messages) == case.get("finding", value is None)
    for message in messages:
        assert len(message) < 300
        assert message.isprintable()
        assert "\ufffd" not in message
        assert not [secret for secret in SECRET if secret in message.casefold().replace("password", "")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['key']}-{case['json'][:40]}")
def test_a_value_of_a_sidecar_is_used_or_is_a_finding(tmp_path: Path, case: dict[str, Any]) -> None:
    (tmp_path / "p.html.meta.json").write_text(f'{{"{case["key"]}": {case["json"]}}}', encoding="utf-8")
    check(case, *resolved(tmp_path))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['key']}-{case['json'][:40]}")
def test_a_value_of_the_manifest_is_used_or_is_a_finding(tmp_path: Path, case: dict[str, Any]) -> None:
    import orjson

    try:
        value = orjson.loads(case["json"])
    except orjson.JSONDecodeError:
        return
    if isinstance(value, str):
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["path", case["key"]], ["p.html", value]])
        (tmp_path / "manifest.csv").write_text(buffer.getvalue(), encoding="utf-8", newline="")
        check(case, *resolved(tmp_path))


def test_the_sidecar_wins_over_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "p.html.meta.json").write_bytes(b'\xef\xbb\xbf{"language": "de-AT", "charset": "latin1"}')
    (tmp_path / "manifest.csv").write_text(
        "\ufeffpath,url,language,fetched_at\np.html,HTTPS://Example.ORG/Pl/#top,pl,2026-01-02T03:04:05+02:00\n",
        encoding="utf-8",
    )
    known = metadata.resolve(tmp_path, b"p.html", metadata.read_manifest(tmp_path)).known
    assert {key: (item.value, item.origin) for key, item in known.items()} == {
        "language": ("de", "sidecar.language"),
        "charset": ("iso8859-1", "sidecar.charset"),
        "url": ("https://example.org/Pl/", "manifest.url"),
        "fetched_at": ("2026-01-02T01:04:05Z", "manifest.fetched_at"),
    }


# --- the sidecar as a whole ---

SIDECARS: dict[str, Callable[[Path], object]] = {
    "half": lambda path: path.write_bytes(b"{"),
    "a list": lambda path: path.write_bytes(b"[1]"),
    "a string": lambda path: path.write_bytes(b'"x"'),
    "empty": lambda path: path.write_bytes(b""),
    "latin-1": lambda path: path.write_bytes('{"title": "Köln"}'.encode("latin-1")),
    "utf-16": lambda path: path.write_bytes('{"title": "x"}'.encode("utf-16")),
    "deep": lambda path: path.write_bytes(b'{"title": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
    "a link": lambda path: path.symlink_to("/etc/hostname"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "sparse": lambda path: (path.touch(), os.truncate(path, 1 << 30)),
    "a long address": lambda path: path.write_bytes(
        b'{"url": "https://e.example/' + b"a" * 1_000_000 + b'"}'
    ),
}


@pytest.mark.parametrize("make", SIDECARS.values(), ids=SIDECARS)
def test_a_sidecar_that_cannot_be_used_is_one_finding(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "p.html.meta.json")
    began = time.monotonic()
    known, messages = resolved(tmp_path)
    assert (known, len(messages)) == ({}, 1)
    assert len(messages[0]) < 300
    assert time.monotonic() - began < 1


def test_a_name_too_long_for_a_sidecar_has_none(tmp_path: Path) -> None:
    name = "a" * 250 + ".html"
    (tmp_path / name).write_bytes(b"x")
    assert resolved(tmp_path, name) == ({}, [])


# --- the manifest as a whole ---


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"", "no column 'path'"),
        (b"file,url\n", "no column 'path'"),
        (b'"path,url\np.html,x\n', "no column 'path'"),
        (b"path,url,URL\n", "'url' twice"),
        (b"\xff\xfe", "not UTF-8"),
        ("path,title\np.html,Łódź\n".encode("utf-16"), "not UTF-8"),
        ("path,title\np.html,Köln\nq.html,Nürnberg\n".encode("latin-1"), "not UTF-8"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_one_sentence(
    tmp_path: Path, manifest: bytes, says: str
) -> None:
    (tmp_path / "manifest.csv").write_bytes(manifest)
    with pytest.raises(RunError, match=says):
        metadata.read_manifest(tmp_path)


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/etc/hostname")],
    ids=["folder", "pipe", "link"],
)
def test_a_manifest_that_is_no_file_is_one_sentence(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "manifest.csv")
    with pytest.raises(RunError, match=r"manifest\.csv cannot be used"):
        metadata.read_manifest(tmp_path)


ROWS: dict[str, tuple[bytes, dict[str, str], str | None]] = {
    "plain": (b"p.html,One\n", {"title": "One"}, None),
    "line ends of DOS": (b"\r\n\r\np.html,One\r\n", {"title": "One"}, None),
    "line ends of old Macs": (b"o.html,x\rp.html,One\r", {"title": "One"}, None),
    "no last line end": (b"p.html,One", {"title": "One"}, None),
    "quoted": (b'"p.html","One, ""two""\nthree"\n', {"title": 'One, "two" three'}, None),
    "a quote inside": (b'o.html,5" pipe\np.html,One\n', {"title": "One"}, None),
    "dot": (b"./p.html,One\n", {"title": "One"}, None),
    "empty columns more": (b"p.html,One,,,\n", {"title": "One"}, None),
    "columns less": (b"p.html\n", {}, None),
    "the same row twice": (b"p.html,One\np.html,One\n", {"title": "One"}, None),
    "two titles": (b"p.html,One\np.html,Two\np.html,Three\n", {}, "two values of title"),
    "a quote is not closed": (b'p.html,"One\n', {}, "quotes are not balanced"),
    "the quote of another is not closed": (b'o.html,"x\np.html,One\n', {"title": "One"}, None),
    "another begins with a quote": (b'o.html,"x\np.html,"One"\n', {"title": "One"}, None),
    "a quote is closed too early": (b'p.html,"One" two\n', {}, "quotes are not balanced"),
    "an unquoted comma": (b"p.html,One,two\n", {}, "more fields"),
    "latin-1": ("o.html,Łódź\n".encode() + b"p.html,K\xf6ln\n", {}, "not UTF-8"),
    "another in latin-1": (b"o.html,K\xf6ln\n" + "p.html,Łódź\n".encode(), {"title": "Łódź"}, None),
    "NUL": (b"p.html,On\0e\n", {}, "makes no sense"),
    "131,073 characters": (b"p.html," + b"x" * 131_073 + b"\n", {}, "longer than 8,192"),
    "a megabyte in quotes": (b'p.html,"' + b"x\n" * 500_000 + b'"\n', {}, "longer than 8,192"),
    "outside": (b"../p.html,x\n/p.html,y\n/etc/passwd,z\np.html,One\n", {"title": "One"}, None),
    "paths of any kind": (b"\0,x\n" + b"y" * 200_000 + b",x\n\xff,x\np.html,One\n", {"title": "One"}, None),
}


@pytest.mark.parametrize("case", ROWS.values(), ids=ROWS)
def test_a_broken_row_costs_that_row(tmp_path: Path, case: tuple[bytes, dict[str, str], str | None]) -> None:
    rows, expected, says = case
    if b"\xff" in rows:
        rows = rows + "q.html,Łódź\n".encode()  # else nothing in it is UTF-8, which concerns the whole
    (tmp_path / "manifest.csv").write_bytes(b"path,title\n" + rows)
    known, messages = resolved(tmp_path)
    assert known == expected
    assert len(messages) == (says is not None)
    assert says is None or says in messages[0]


def test_rows_that_name_no_document_are_counted(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b'title,path\n"half,p.html\nlost,\n,,\nx,y,p.html\n')
    manifest = metadata.read_manifest(tmp_path)
    assert manifest.notes == ("manifest.csv has 2 row(s) that name no document: line 2, 3",)
    assert manifest.problems("y") == (
        "Line 5 of the manifest was not used: it has more fields than the first line has names (a comma belongs into "
        "quotes).",
    )


def test_a_large_manifest_is_read_in_little_time(tmp_path: Path) -> None:
    row = "sites/city.example/page{0}.html,https://city.example/{0},2026-01-02,utf-8,pl,city.example,,,\n"
    with (tmp_path / "manifest.csv").open("w", encoding="utf-8") as file:
        file.write("path,url,fetched_at,charset,language,site,licence,publish,title\n")
        file.writelines(row.format(number) for number in range(100_000))
        file.write('p.html,,,,,,,,"' + "x" * 40_000_000)
    began = time.process_time()
    known, messages = resolved(tmp_path)
    assert time.process_time() - began < 10
    assert (known, len(messages)) == ({}, 1)


@pytest.mark.parametrize("row", ['p,"x\n', 'p,"x""\n', '"""p""\n', 'p,""x\n', '",\n', "p,\r", '"p","\n"x\n'])
def test_rows_cost_what_they_are_long(tmp_path: Path, row: str) -> None:
    """Twice as many rows of any kind take about twice as long (a factor of 3 leaves room for the machine)."""
    seconds = []
    for count in (5_000, 10_000):
        (tmp_path / "manifest.csv").write_text("path,title\n" + row * count, encoding="utf-8", newline="")
        runs = []
        for _ in range(3):
            began = time.process_time()
            metadata.read_manifest(tmp_path)
            runs.append(time.process_time() - began)
        seconds.append(min(runs))
    assert seconds[1] < 3 * seconds[0] + 0.05
