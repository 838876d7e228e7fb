"""The plan: what is taken over from the last run, and what a document's key covers."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import orjson
import pytest

from pipeline.run.planning import keys, plan
from pipeline.settings import Settings
from pipeline.sources import folder

PAGE = b"<!doctype html><title>x</title><p>Words of a page."


def unit_of(raw: Path) -> plan.Unit:
    made = plan.make_plan(Settings(raw=raw, out=raw.parent / "out"), None)
    (unit,) = made.units.values()
    return unit


def test_what_was_wrong_with_metadata_is_part_of_the_key(tmp_path: Path) -> None:
    """Else a finding would stay when the sidecar is mended, or be missing when it is spoiled."""
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "p.html").write_bytes(PAGE)
    clean = unit_of(raw)
    (raw / "p.html.meta.json").write_bytes(b'{"language": "?"}')
    spoiled = unit_of(raw)
    (raw / "p.html.meta.json").unlink()
    assert [finding.code for finding in spoiled.findings] == ["unfit-metadata"]
    assert (spoiled.id, spoiled.source) == (clean.id, clean.source)
    assert spoiled.key != clean.key == unit_of(raw).key


def test_bytes_after_compressed_content_are_a_finding_and_part_of_the_key(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "p.html.gz").write_bytes(gzip.compress(PAGE))
    clean = unit_of(raw)
    (raw / "p.html.gz").write_bytes(gzip.compress(PAGE) + b"garbage")
    trailing = unit_of(raw)
    assert [(item.code, item.count) for item in trailing.findings] == [("trailing-bytes", 7)]
    assert trailing.source == clean.source
    assert trailing.key != clean.key


def test_rows_that_name_no_document_are_a_note(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "p.html").write_bytes(PAGE)
    (raw / "manifest.csv").write_bytes(b"path,title\np.html,x\n,lost\n")
    made = plan.make_plan(Settings(raw=raw, out=tmp_path / "out"), None)
    assert made.notes == ("manifest.csv has 1 row(s) that name no document: line 3",)


@pytest.mark.parametrize(("later", "taken_over"), [(-10, True), (3600, False)])
def test_what_was_seen_in_the_future_is_looked_at_again(tmp_path: Path, later: int, taken_over: bool) -> None:
    """The clock was set back since: time stamps of files may come a second time. `later` is in seconds from now."""
    (tmp_path / "p.html").write_bytes(PAGE)
    settings = Settings(raw=tmp_path, out=tmp_path.parent / "out")
    (entry,) = folder.scan(tmp_path)
    size, *_, inode = entry.stamp
    entry = folder.Entry(entry.name, (size, 0, 0, inode))  # last changed long ago
    stamp = orjson.dumps((*entry.stamp, settings.max_pdf_bytes, keys.program_digest())).decode()
    old = orjson.dumps(["0" * 64, 9, "text/html", None]).decode()
    seen = time.time_ns() + later * 1_000_000_000
    row = plan._identified(entry, settings, (stamp, seen, old))
    assert (row[3] == old) == taken_over
