"""Bad input and what it gets: a record or a quarantine entry, and the run goes on."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.e2e.helpers import ingest

PAGE = "<!doctype html><title>Łódź</title><h1>Łódź</h1><p>Miasto włókniarzy zmienia się w miasto spotkań.</p>"
REPORT = PROJECT / "raw" / "reports" / "leipzig-2023.pdf"
TRUNCATED = PROJECT / "raw" / "reports" / "lisboa-2022.pdf"


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outcome of one run over all of it at once."""
    base = tmp_path_factory.mktemp("bad")
    raw = base / "raw"
    raw.mkdir()
    report = REPORT.read_bytes()
    (raw / "good.html").write_text(PAGE, encoding="utf-8")
    (raw / "empty.html").write_bytes(b"")
    (raw / "blank.txt").write_bytes(b" \r\n\t\n")
    (raw / "picture.pdf").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(2000))
    (raw / "archive.html").write_bytes(b"PK\x03\x04" + bytes(100))
    (raw / "data.json").write_bytes(b'{"city": "Gdansk"}')
    (raw / "link.html").symlink_to("/etc/hostname")
    (raw / "loop").symlink_to(raw)
    os.mkfifo(raw / "pipe.txt")
    (raw / os.fsdecode(b"latin-\xf3.html")).write_text(PAGE.replace("spotkań", "rozmów"), encoding="utf-8")
    (raw / "кирилиця і пробіл.txt").write_text(
        "Місто Одеса лежить біля моря і приймає гостей.\n", encoding="utf-8"
    )
    (raw / "new\nline.txt").write_text(
        "A file whose name has a line feed in it, and a few words of text.\n", encoding="utf-8"
    )
    (raw / "nested.html").write_text(
        "<div>" * 100_000 + "the innermost words" + "</div>" * 100_000, encoding="utf-8"
    )
    (raw / "huge.txt").write_bytes(b"A line of a very long text about a city, again and again.\n" * 3_620_000)
    (raw / "one-line.txt").write_bytes(b"word " * 3_000_000)
    (raw / "truncated.pdf").write_bytes(TRUNCATED.read_bytes())
    (raw / "half.pdf").write_bytes(report[: len(report) // 2])
    (raw / "lies.pdf").write_bytes(report.replace(b"/Length ", b"/Length 9", 3))
    (raw / "header-only.pdf").write_bytes(b"%PDF-1.7\n")
    (raw / "broken.html.gz").write_bytes(gzip.compress(PAGE.encode() * 50)[:60])
    (raw / "packed.html.gz").write_bytes(gzip.compress(PAGE.replace("Łódź", "Toruń").encode()))
    (raw / "binary.txt").write_bytes(bytes(range(256)) * 64)
    half = r'<script type="application/ld+json">{"headline": "\ud83d cut by a CMS"}</script>'
    (raw / "half-emoji.html").write_text(half + PAGE.replace("Łódź", "Gdynia"), encoding="utf-8")
    out = base / "processed"
    done = ingest(raw, out, CITYREPORTS_MAX_TEXT_BYTES=str(4 << 20))  # the largest two are cut to it
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return out


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_everything_ends_as_a_record_or_in_quarantine(processed: Path) -> None:
    profiles = {profile["provenance"]["source"] for profile in lines(processed / "profiles.jsonl")}
    record = json.loads((processed / "run.json").read_bytes())
    quarantine = {entry["path"]: entry["code"] for entry in record["quarantine"]}
    assert profiles | set(quarantine) == {
        "good.html", "empty.html", "blank.txt", "picture.pdf", "archive.html", "data.json", "link.html", "loop",
        "pipe.txt", "half.pdf", "half-emoji.html",
        "latin-\\xf3.html", "кирилиця і пробіл.txt", "new\nline.txt", "nested.html", "huge.txt", "one-line.txt",
        "truncated.pdf", "lies.pdf", "header-only.pdf", "broken.html.gz", "packed.html.gz", "binary.txt",
    }  # fmt: skip
    assert quarantine == {
        "empty.html": "empty",
        "blank.txt": "empty",
        "picture.pdf": "unsupported-type",
        "archive.html": "unsupported-type",
        "data.json": "unsupported-type",
        "link.html": "refused-path",
        "loop": "refused-path",
        "pipe.txt": "refused-path",
        "half.pdf": "broken",
        "header-only.pdf": "broken",
        "broken.html.gz": "unreadable",
        "binary.txt": "unsupported-type",
    }


def test_what_a_budget_leaves_unread_is_said(processed: Path) -> None:
    over = {
        finding["path"] for finding in lines(processed / "findings.jsonl") if finding["code"] == "over-budget"
    }
    assert {"huge.txt"} <= over
    assert "good.html" not in over


def test_a_damaged_pdf_says_so_and_gives_what_it_has(processed: Path) -> None:
    found = {(f["path"], f["code"]) for f in lines(processed / "findings.jsonl")}
    assert ("truncated.pdf", "broken-structure") in found
    texts = {
        p["provenance"]["source"]: json.dumps(p, ensure_ascii=False)
        for p in lines(processed / "profiles.jsonl")
    }
    assert "Leipzig" in texts["lies.pdf"]


def test_the_innermost_words_of_a_hundred_thousand_tags_are_not_lost(processed: Path) -> None:
    (profile,) = [
        p for p in lines(processed / "profiles.jsonl") if p["provenance"]["source"] == "nested.html"
    ]
    folder = processed / "documents" / profile["provenance"]["document"]
    assert "the innermost words" in (folder / "clean.md").read_text(encoding="utf-8")


def test_half_an_emoji_leaves_a_finding_and_no_other_trace(processed: Path) -> None:
    [profile] = [
        each
        for each in lines(processed / "profiles.jsonl")
        if each["provenance"]["source"] == "half-emoji.html"
    ]
    assert profile["title"] == "Gdynia"
    assert profile["quality"]["findings"]["broken-characters"] == 1
    written = [path for path in processed.rglob("*") if path.suffix in (".jsonl", ".csv", ".md")]
    document = processed / "documents" / profile["provenance"]["document"]
    assert not any("\ufffd" in path.read_text("utf-8") for path in written if document in path.parents)
    assert "\ufffd" not in json.dumps(profile, ensure_ascii=False)


def test_a_link_out_of_raw_is_not_followed(processed: Path) -> None:
    secret = Path("/etc/hostname").read_text(encoding="utf-8").strip()
    for entry in (processed / "quarantine").iterdir():
        error = json.loads((entry / "error.json").read_bytes())
        if error["code"] == "refused-path":
            assert "original" not in error
            assert [path.name for path in entry.iterdir()] == ["error.json"]
            assert secret not in (entry / "error.json").read_text(encoding="utf-8")


def test_quarantine_holds_the_original_bytes(processed: Path) -> None:
    for entry in (processed / "quarantine").iterdir():
        error = json.loads((entry / "error.json").read_bytes())
        if error["path"] == "picture.pdf":
            assert (entry / error["original"]).read_bytes()[:3] == b"\xff\xd8\xff"
            return
    pytest.fail("picture.pdf is not in quarantine")
