"""A code page that two pages of a site prove: what alone is a suggestion on a third page is repaired there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.e2e.helpers import PROJECT, differences, ingest, snapshot

PAGES = PROJECT / "tests" / "cases" / "sites"
DAMAGED = ("rada", "szkoly", "komunikacja")
CLEAN = ("historia", "partenaires", "parteneri")
CAUSE = "mojibake-by-site:cp1250→cp1252"


def run(raw: Path, out: Path, *options: str) -> dict[str, dict[str, Any]]:
    """Ingest; the documents by site and name of their file."""
    done = ingest(raw, out, *options)
    assert done.returncode == 0, done.stderr
    found = {}
    for path in (out / "documents").glob("*/document.json"):
        document = json.loads(path.read_bytes())
        found[str(Path(document["source"]["path"]).with_suffix(""))] = document
    return found


def texts(document: dict[str, Any]) -> list[str]:
    return [block["text"] for block in document["blocks"]]


def causes(document: dict[str, Any]) -> set[str]:
    return {edit["cause"] for block in document["blocks"] for edit in block.get("edits", [])}


def codes(document: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in document["findings"] if finding["code"].startswith("mojibake")]


def test_what_a_site_proves_repairs_the_single_letter_of_another_page(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    shutil.copytree(PAGES, raw)
    shutil.rmtree(raw / "stary.example")
    (raw / "stary.example").mkdir()

    def add(*names: str) -> None:
        for name in names:
            shutil.copy(PAGES / "stary.example" / f"{name}.html", raw / "stary.example")

    add("kontakt", "rada", *CLEAN)
    one = run(raw, out)
    for site in ("stary", "inny"):
        alone = one[f"{site}.example/kontakt"]
        assert "Biuro w Be³zie" in texts(alone)
        assert codes(alone) == ["mojibake-suspected"]
    assert causes(one["stary.example/rada"]) == {"mojibake:cp1250→cp1252"}

    add(*DAMAGED)
    proven = run(raw, out)
    page = proven["stary.example/kontakt"]
    assert "Biuro w Bełzie" in texts(page)
    assert causes(page) == {CAUSE}
    (finding,) = [finding for finding in page["findings"] if finding["code"] == "mojibake-repaired"]
    assert "other pages of the site" in finding["message"]
    (edit,) = [edit for block in page["blocks"] for edit in block.get("edits", [])]
    assert (edit["before"], edit["after"]) == ("³", "ł")
    assert 0.9 < edit["confidence"] < 1
    for name in DAMAGED:
        assert causes(proven[f"stary.example/{name}"]) == {"mojibake:cp1250→cp1252"}
    for name in CLEAN:
        assert causes(proven[f"stary.example/{name}"]) == set()
        assert codes(proven[f"stary.example/{name}"]) == []
    elsewhere = proven["inny.example/kontakt"]
    assert "Biuro w Be³zie" in texts(elsewhere)
    assert codes(elsewhere) == ["mojibake-suspected"]

    at_once = tmp_path / "again"
    run(raw, at_once, "--workers", "2")
    assert differences(snapshot(out), snapshot(at_once)) == []

    for name in DAMAGED[1:]:
        (raw / "stary.example" / f"{name}.html").unlink()
    fallen = run(raw, out, "--accept-changes")
    assert "Biuro w Be³zie" in texts(fallen["stary.example/kontakt"])
    assert codes(fallen["stary.example/kontakt"]) == ["mojibake-suspected"]


def test_only_pages_in_doubt_are_settled_again(tmp_path: Path) -> None:
    """Two pages tip the balance; the clean ones of their site keep the very files that they had."""
    raw, out = tmp_path / "raw", tmp_path / "processed"
    shutil.copytree(PAGES, raw)
    for name in DAMAGED:
        (raw / "stary.example" / f"{name}.html").unlink()
    before = run(raw, out)
    files = {
        name: out / "documents" / before[f"stary.example/{name}"]["id"] / "document.json"
        for name in (*CLEAN, "kontakt")
    }
    stamps = {name: path.stat().st_mtime_ns for name, path in files.items()}
    for name in DAMAGED:
        shutil.copy(PAGES / "stary.example" / f"{name}.html", raw / "stary.example")
    run(raw, out)
    rewritten = {name for name, path in files.items() if path.stat().st_mtime_ns != stamps[name]}
    assert rewritten == {"kontakt"}
