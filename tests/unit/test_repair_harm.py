"""Repair does no harm: what reads well stays, what is damaged comes back, what is undecided is not touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.repair import detect, repair_text

CASES = Path(__file__).parents[1] / "cases" / "repair" / "harm"
LINES = (CASES / "lines.txt").read_text(encoding="utf-8").splitlines()
ALPHABETS = tomllib.loads((CASES / "alphabets.toml").read_text(encoding="utf-8"))
REPAIRED = tomllib.loads((CASES / "repaired.toml").read_text(encoding="utf-8"))["case"]
UNDECIDED = {
    "GBK read as windows-1252": "Ö§³Ö\u00adÈ«Çò\u0081 ±±¾©",
    "a soft hyphen beside controls in words": "se\u00adlo\u0083x wq\u008dz",
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_that_reads_well_stays(line: str) -> None:
    assert repair_text(line) == line
    assert not detect(line) or "?" in line  # a question mark within a word may be a letter: that is told


@pytest.mark.parametrize("language", sorted(ALPHABETS))
def test_lines_that_read_well_stay_in_a_document(language: str) -> None:
    before, after = ALPHABETS[language]["text"]
    document = "\n\n".join([before, *LINES, after])
    assert repair_text(document) == document


@pytest.mark.parametrize("language", sorted(ALPHABETS))
def test_the_letters_of_an_index_stay(language: str) -> None:
    letters = ALPHABETS[language]["letters"].split()
    before, after = ALPHABETS[language]["text"]
    assert [repair_text(letter) for letter in letters] == letters
    document = "\n\n".join([before, *letters, after])
    assert repair_text(document) == document


@pytest.mark.parametrize("case", REPAIRED, ids=lambda case: case["label"])
def test_damage_beyond_doubt_is_repaired(case: dict[str, str]) -> None:
    assert repair_text(case["raw"]) == case["text"]
    assert detect(case["raw"])


@pytest.mark.parametrize("case", REPAIRED, ids=lambda case: case["label"])
def test_repaired_twice_is_repaired_once(case: dict[str, str]) -> None:
    once = repair_text(case["raw"])
    assert repair_text(once) == once


def test_a_title_is_repaired_with_a_finding() -> None:
    (finding,) = detect("City report â€“ integration")
    assert (finding.code, finding.evidence, finding.count) == ("mojibake-repaired", "â€“", 1)


def test_letters_of_an_index_are_repaired_where_their_document_is_damaged() -> None:
    clean = [
        "Mieszkańcy są dumni ze swojego miasta, choć życie w nim bywa trudne.",
        "Władze miasta też są z tego dumne.",
        "Ą",
        "Ł",
    ]
    damaged = [text.encode("cp1250").decode("cp1252") for text in clean]
    assert repair_text("\n\n".join(damaged)).split("\n\n") == clean


@pytest.mark.parametrize("text", UNDECIDED.values(), ids=UNDECIDED.keys())
def test_what_is_undecided_keeps_every_character(text: str) -> None:
    assert repair_text(text) == text
    assert [finding.code for finding in detect(text)] == ["mojibake-suspected"]


def test_letters_of_other_scripts_are_not_taken_apart() -> None:
    for text in ("বিষয়", "ਹਾਸ਼ੀਆ", "क़लम", "שׁלום"):
        assert repair_text(text) == text
    assert repair_text("Cafe\u0301 Mu\u0308nchen \u1112\u1161\u11ab") == "Café München 한"
