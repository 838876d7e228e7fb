"""Characters lost are counted once, after repair; statuses and counts follow from the classes of the edits' causes."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from pipeline.knowledge import causes
from pipeline.knowledge.losses import lost_in
from pipeline.profiles.quality import damage
from pipeline.records import (
    Answers,
    Document,
    Edit,
    Finding,
    PageBox,
    Profile,
    Source,
    TextRange,
    apply,
    new_block,
)
from pipeline.render import markdown
from pipeline.run import stages
from pipeline.run.offers import passages
from pipeline.settings import Settings
from tests.conftest import PROJECT
from tests.unit.pdf_writing import write_broken_font

CASES: list[dict[str, Any]] = tomllib.loads(
    (PROJECT / "tests" / "cases" / "losses" / "sections.toml").read_text(encoding="utf-8")
)["case"]
SETTINGS = Settings()


def analysed(*blocks: Any, media_type: str = "text/html") -> tuple[Document, Profile]:
    source = Source(path="a", sha256="0" * 64, media_type=media_type, size=1)
    return stages.analyse(Document(id="a", source=source, blocks=blocks), Answers(), SETTINGS)


def section_of(raw: str) -> tuple[Document, Profile]:
    """A document with one section, of one paragraph."""
    origin = TextRange(start=10, end=10 + len(raw))
    return analysed(new_block("heading", "Housing", level=2), new_block("paragraph", raw, [origin]))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_a_section_has_the_status_of_its_edits(case: dict[str, Any]) -> None:
    document, profile = section_of(case["raw"])
    (section,) = document.sections
    share, lost = case.get("share", 0.0), case.get("lost", 0)
    assert (section.status, section.damaged) == (case["status"], share)
    assert (profile.sections[0].status, profile.sections[0].damaged) == (case["status"], share)
    assert round(damage(document), 6) == share
    assert sum(lost_in(document)) == lost_in(document)[1] == lost
    counts = stages.counts(document)
    assert (counts["lost"], counts["repairs"]) == (lost, case.get("repairs", 0))
    assert sum(row["lost"] for row in counts["causes"].values()) == lost
    assert (f"text lost: {lost} unreadable" in markdown(document)) == case.get("note", False)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_what_is_lost_or_guessed_is_offered_to_no_sibling(case: dict[str, Any]) -> None:
    document, profile = section_of(case["raw"])
    offers, asks = passages(document, profile, SETTINGS)
    classes = {causes.class_of(edit.cause) for edit in document.blocks[1].edits}
    assert bool(offers) == (not classes & {"guess", "loss"})
    assert bool(asks) == (case.get("lost", 0) > 0)


def read_pdf(data: bytes) -> Document:
    source = Source(path="a.pdf", sha256="0" * 64, media_type="application/pdf", size=len(data))
    document = stages.read_document(data, source, (), SETTINGS)
    return stages.analyse(document, Answers(), SETTINGS)[0]


def about_loss(document: Document) -> list[Finding]:
    return [f for f in document.findings if f.code in ("text-lost", "unmapped-characters")]


def test_an_unreadable_character_of_a_pdf_counts_once() -> None:
    text = "The council has fixed the roads of the old town."
    document = read_pdf(write_broken_font(text, lambda char: "\ue001" if char == "x" else char))
    (finding,) = about_loss(document)
    assert (finding.code, finding.count, finding.severity) == ("unmapped-characters", 1, "error")
    assert stages.counts(document)["lost"] == 1
    assert [section.status for section in document.sections] == ["damaged"]


def test_a_repaired_symbol_of_a_pdf_is_no_loss() -> None:
    text = "• The council has planted four hundred trees."
    document = read_pdf(write_broken_font(text, lambda char: "\uf0b7" if char == "•" else char))
    assert not about_loss(document)
    assert stages.counts(document)["lost"] == 0
    assert [section.status for section in document.sections] == ["clean"]


def test_a_font_that_was_read_by_its_offset_makes_a_section_repaired() -> None:
    text = "The council has planted four hundred trees along the Old Road in 2023"
    document = read_pdf(write_broken_font(text, lambda char: chr(0xF000 + ord(char))))
    assert document.blocks[0].text == text
    assert [section.status for section in document.sections] == ["repaired"]
    assert stages.counts(document)["repairs"] == 1


def test_what_ocr_read_is_a_guess() -> None:
    text = "Flats are let to new residents by the city's own company."
    read = new_block("paragraph", text, [PageBox(page=1, box=(0, 0, 9, 9))])
    read = apply(read, [Edit(start=0, end=9, before=text[:9], after=text[:9], cause="ocr", confidence=0.9)])
    document, profile = analysed(new_block("heading", "Housing", level=2), read, media_type="application/pdf")
    assert [section.status for section in document.sections] == ["repaired"]
    assert passages(document, profile, SETTINGS) == ([], [])


def test_on_paper_a_character_glued_to_a_word_is_a_letter() -> None:
    block = new_block("paragraph", "Öffnen\uf105", [PageBox(page=1, box=(0, 0, 9, 9))])
    document, _ = analysed(new_block("heading", "Housing", level=2), block, media_type="application/pdf")
    assert lost_in(document)[1] == 1 and document.blocks[1].text == ""


def test_icons_are_one_finding_for_information() -> None:
    texts = ["\uf105 Start", "Öffnen\uf105", "Kontakt und Anfahrt", "Suche \uf002"]
    document, _ = analysed(
        *(new_block("paragraph", text, [TextRange(start=0, end=len(text))]) for text in texts)
    )
    (finding,) = [f for f in document.findings if f.code == "icon-characters"]
    assert (finding.severity, finding.count, finding.evidence) == ("info", 3, "U+F105, U+F002")
    assert (finding.block, finding.start, finding.end) == (0, 0, 1)
    assert not about_loss(document)


def test_what_a_sibling_restored_is_lost_no_more() -> None:
    from pipeline.records import DonorBlock, Restoration

    raw = "\ufffd" * 40
    blocks = (
        new_block("heading", "Housing", level=2),
        new_block("paragraph", raw, [TextRange(start=10, end=50)]),
    )
    donor = DonorBlock(
        document="b", block=3, text="Flats are let to new residents by the city's own company."
    )
    answers = Answers(
        restorations=(Restoration(blocks=(1,), status="restored", donors=("b",), passage=(donor,)),)
    )
    source = Source(path="a.html", sha256="0" * 64, media_type="text/html", size=1)
    document, _ = stages.analyse(Document(id="a", source=source, blocks=blocks), answers, SETTINGS)
    assert [section.status for section in document.sections] == ["restored"]
    assert sum(lost_in(document)) == stages.counts(document)["lost"] == 0
