"""Each character of a text is in a block or counted, none is in two blocks; and the check can fail."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.extract.text import reader as text_module
from pipeline.extract.text.reader import extract_text
from pipeline.records import Document, Source
from pipeline.settings import Settings

CASES = sorted((Path(__file__).parents[1] / "cases" / "text").iterdir())


def read(text: str, markdown: bool = False, settings: Settings | None = None) -> Document:
    data = text.encode()
    kind = "text/markdown" if markdown else "text/plain"
    source = Source(path="x", sha256=hashlib.sha256(data).hexdigest(), media_type=kind, size=len(data))
    return extract_text(data, source, settings or Settings())


@pytest.mark.parametrize(
    ("text", "counts"),
    [  # signs, white space not counted
        ("---\ntitle: Ein Titel\n---\n\nText.\n", {"rule": 6}),
        ("# Kopf #\n\nText **fett** und `wort`.\n", {"markup": 8}),
        ("Kopf\n====\n\n- eins\n- zwei\n\n1. drei\n", {"marker": 4, "rule": 4}),
        ("```python\nx = 1\n```\n", {"fence": 12}),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", {"markup": 6, "rule": 9}),
        ('Siehe [hier](http://x.example) und [dort](/y "Titel").', {"link-target": 31, "markup": 2}),
        ("![](bild.png) [a](/b)![c](/d)", {"link-target": 26}),
        ('Ein Absatz.\n\n[1]: http://x.example "Titel"\n', {}),
        ("> Zitat\n> weiter\n>\n> Ende\n", {"markup": 4}),
        ("* * *\n\nEin <https://x.example> Ende.\n", {"markup": 2, "rule": 3}),
    ],
)
def test_markup_is_counted(text: str, counts: dict[str, int]) -> None:
    document = read(text, markdown=True)
    assert document.left_out == counts
    assert not document.findings


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("• eins\n• zwei\n\n-----\n\nEnde\n", {"marker": 2, "rule": 5}),
        ("Einwohner ........ 1000\nFläche ........ 30\n", {"markup": 16}),
        ("Guten Tag.\n\n--\nAnna Nowak\n", {"rule": 2}),
        ("1. Kopf\n\n" + "Ein Absatz, der lang genug ist. " * 8, {}),
        ("★ ★ ★ **x** [a](b)\n", {}),
    ],
)
def test_signs_of_a_plain_text_are_counted(text: str, counts: dict[str, int]) -> None:
    document = read(text)
    assert document.left_out == counts
    assert not document.findings


def test_what_is_beyond_the_budget_is_counted() -> None:
    text = "\n\n".join(f"Absatz {number:05}." for number in range(1000))
    for settings in (Settings(max_blocks=90), Settings(max_nodes=100)):
        document = read(text, settings=settings)
        kept = sum(len(block.raw) - block.raw.count(" ") for block in document.blocks)
        assert document.left_out == {"beyond-budget": 12 * 1000 - kept}
        assert {finding.code for finding in document.findings} == {"over-budget"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_books_of_the_cases_balance(case: Path) -> None:
    path = next(case.glob("input.*"))
    document = read(path.read_text(encoding="utf-8"), path.suffix == ".md")
    assert not {"text-unaccounted", "text-twice"} & {finding.code for finding in document.findings}


def test_a_reader_that_loses_or_doubles_a_block_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = text_module._blocks
    monkeypatch.setattr(text_module, "_blocks", lambda *of: list(blocks(*of))[1:] * 2)
    document = read("Ein erster Satz.\n\nEin zweiter Satz.\n")
    found = [(finding.code, finding.count, finding.evidence) for finding in document.findings]
    assert found == [("text-unaccounted", 14, "Ein erster Satz."), ("text-twice", 15, "Ein zweiter Satz.")]
