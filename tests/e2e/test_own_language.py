"""A language is one file, a section one entry: Slovenian and a section on water, added in an overlay folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PAGE = """<!doctype html><html lang="sl"><title>Maribor danes</title><h1>Maribor danes</h1>
<h2>Stanovanja</h2><p>Občina gradi nova stanovanja za mlade družine, ki živijo v mestu in okrog Maribora. Županja
Ana Novak pravi, da jih bo letos več kot lani.</p>
<h2>Pitna voda v mestu</h2><p>Vodo črpajo iz globokih vodnjakov ob reki Dravi, zato je čista in je ni treba kloriti.</p>
<h2>Odpadne vode</h2><p>Čistilna naprava očisti vso vodo iz hiš in tovarn, preden se ta vrne v reko.</p>
</html>"""

OVERLAY = {
    "knowledge/sections.toml": '[water]\nmeaning = "Drinking water and sewage"\nkinds = ["report"]\n',
    "knowledge/languages/sl.toml": """
place_prepositions = ["okrog"]

[roles]
"županja" = ["županje"]

[headings.housing]
exact = ["Stanovanja"]

[headings.water]
exact = ["Pitna voda"]
stems = ["pitn vod", "odpadn vod"]
""",
}
"""The file of Slovenian ships with home country and other prepositions: this one is added to it."""


def profile_of(tmp_path: Path, overlay: dict[str, str]) -> dict[str, Any]:
    """The record of the page, of a run of the command with this overlay."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "page.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "own").mkdir()
    for name, text in overlay.items():
        path = tmp_path / "own" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "ingest", "--workers", "1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "CITYREPORTS_DATA": "own"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    profile: dict[str, Any] = json.loads((tmp_path / "processed" / "profiles.jsonl").read_text("utf-8"))
    return profile


def test_a_language_and_a_section_of_ones_own(tmp_path: Path) -> None:
    profile = profile_of(tmp_path, OVERLAY)
    assert profile["language"] == "sl"
    assert [(section["id"], section["heading"]) for section in profile["sections"]] == [
        ("housing", "Stanovanja"),
        ("water", "Pitna voda v mestu"),
        ("water", "Odpadne vode"),
    ]
    assert profile["people"] == [{"name": "Ana Novak", "role": "županja"}]
    assert profile["city"]["name"] == "Maribor"


@pytest.mark.parametrize("name", sorted(OVERLAY))
def test_neither_is_known_without_its_file(name: str, tmp_path: Path) -> None:
    """What ships has neither: the headings open no section, the office is none, the title names no city."""
    without = {other: text for other, text in OVERLAY.items() if other != name}
    if "knowledge/sections.toml" not in without:
        without = {key: text[: text.index("[headings.water]")] for key, text in without.items()}
    profile = profile_of(tmp_path, without)
    ids = [section["id"] for section in profile["sections"]]
    assert "water" not in ids
    assert ("housing" in ids) == bool(profile["people"]) == (name == "knowledge/sections.toml")
    assert bool(profile.get("city")) == bool(profile["people"])
