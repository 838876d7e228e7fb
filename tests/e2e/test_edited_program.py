"""A program that was changed does the documents again which the change can concern: `status` of an edited copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT

PAGES = {
    "page.html": "<!doctype html><html lang=en><title>Turku</title><h1>Turku</h1><h2>Housing</h2><p>Flats are let.</p>",
    "notes.txt": "Turku\n\nThe city lets flats to new residents.\n",
}
EDITED = [
    ("extract/text/units.py", {"notes.txt"}),
    ("extract/text/lines.py", {"notes.txt"}),
    ("extract/text/line_shape.py", {"notes.txt"}),
    ("extract/text/line_shape.toml", {"notes.txt"}),
    ("extract/html/blocks/text_flow.py", {"page.html"}),
    ("run/offers.py", {"page.html", "notes.txt"}),
    ("run/planning/identity.py", {"page.html", "notes.txt"}),
    ("sources/content.py", {"page.html", "notes.txt"}),
    ("knowledge/causes.toml", {"page.html", "notes.txt"}),
    ("knowledge/findings.toml", {"page.html", "notes.txt"}),
    ("knowledge/languages/pl.toml", {"page.html", "notes.txt"}),
    ("cli/commands.py", set()),
    ("exports/aggregates.py", set()),
]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, and a folder that it has processed."""
    folder = tmp_path_factory.mktemp("copied")
    shutil.copytree(PROJECT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "raw").mkdir()
    for name, text in PAGES.items():
        (folder / "raw" / name).write_text(text, encoding="utf-8")
    command(folder, "ingest")
    return folder


def command(folder: Path, name: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", name, folder / "raw", "--out", folder / "processed"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, encoding="utf-8",
        check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(("name", "again"), EDITED, ids=[name for name, _ in EDITED])
def test_an_edited_file_does_again_what_it_can_change(name: str, again: set[str], copied: Path) -> None:
    file = copied / "pipeline" / name
    before = file.read_bytes()
    file.write_bytes(before + b"\n# edited\n")
    try:
        said = command(copied, "status")
    finally:
        file.write_bytes(before)
    assert {page for page in PAGES if f"again  {page}" in said} == again, said
    assert ("the program changed" in said) == bool(again)
    assert ("Nothing to read" in said) == (not again)
