"""Metadata: whatever stands in a sidecar or a manifest, it is a value, a finding, or one sentence for the whole."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import RunError
from pipeline.sources import metadata
from pipeline.sources.folder import path_bytes, path_text
from pipeline.sources.values import CHECKS, KEYS

WILD = st.sampled_from(
    [
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-W53-7", "https://[::1", "https://u:p@h:99999/",
        "https://h/\u202e", "\ufffd", "\0", "zlib", "unicode_escape", "utf-7", "x" * 9000, "1" * 5000, "-" * 50, "",
    ]
)  # fmt: skip
TEXT = WILD | st.text() | st.datetimes().map(str) | st.from_regex(r"https?://[^ ]{0,30}", fullmatch=True)
VALUE = st.recursive(
    TEXT | st.none() | st.booleans() | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def check(found: metadata.Metadata) -> None:
    for key, known in found.known.items():
        assert known.value
        if key == "password":
            continue
        assert "\ufffd" not in known.value
        assert not [c for c in known.value if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", known.value)
        assert not re.search(r"://[^/?#]*@", known.value)
        if key == "fetched_at":
            assert re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", known.value)
    for item in found.findings:
        assert "\ufffd" not in item.message
        item.model_dump_json()


@given(content=st.dictionaries(st.sampled_from(KEYS), VALUE))
def test_no_value_of_a_sidecar_raises(content: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "p.meta.json").write_text(json.dumps(content), encoding="utf-8")
        check(metadata.resolve(Path(folder), b"p", metadata.Manifest({})))


@given(data=st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_sidecar_raises(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "p.meta.json").write_bytes(data)
        check(metadata.resolve(Path(folder), b"p", metadata.Manifest({})))


@given(
    header=st.just("path,title,url,fetched_at,charset,language,site,licence,publish,city,password\n"),
    rows=st.lists(
        st.tuples(
            st.sampled_from(["p", "q", '"p"', " p", "../p"]), st.text(st.sampled_from('px,"\r\n \0é\ufffd'))
        )
    ),
    junk=st.binary(max_size=20),
    at=st.integers(min_value=0),
)
@settings(max_examples=300)
def test_no_manifest_raises_anything_but_one_sentence(
    header: str, rows: list[tuple[str, str]], junk: bytes, at: int
) -> None:
    data = (header + "".join(f"{path},{rest}\n" for path, rest in rows)).encode()
    at %= len(data) + 1
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "manifest.csv").write_bytes(data[:at] + junk + data[at:])
        try:
            manifest = metadata.read_manifest(Path(folder))
        except RunError:
            return
        for name in (b"p", b"q"):
            check(metadata.resolve(Path(folder), name, manifest))


CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=20)


@given(rows=st.lists(st.tuples(CELLS, CELLS), max_size=6, unique_by=lambda row: row[0].strip()))
def test_a_manifest_that_a_csv_writer_wrote_is_read_as_it_was_meant(rows: list[tuple[str, str]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(["path", "password"])  # a password is taken as it is, but for the space around it
    writer.writerows((f"p{path}", value) for path, value in rows)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "manifest.csv").write_text(buffer.getvalue(), encoding="utf-8", newline="")
        manifest = metadata.read_manifest(Path(folder))
    for path, value in rows:
        expected = {"password": value.strip()} if value.strip() else {}
        assert manifest.row(f"p{path}".strip()) == expected


@given(key=st.sampled_from(sorted(CHECKS)), text=TEXT)
def test_a_value_that_passed_passes_again_as_it_is(key: str, text: str) -> None:
    value = CHECKS[key](text)
    assert value is None or CHECKS[key](value) == value


@given(
    name=st.binary()
    | st.lists(st.sampled_from([b"\\", b"x", b"5c", b"ff", b"\xff", "é".encode(), b"/"])).map(b"".join)
)
def test_a_path_and_its_text_lead_to_each_other(name: bytes) -> None:
    assert path_bytes(path_text(name)) == name
