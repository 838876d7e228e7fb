"""Headings, anatomy and sections. Cases: `tests/cases/segment/headings.tsv`, and pages with what must come out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.extract.text.reader import extract_text
from pipeline.knowledge.languages import language as known_language
from pipeline.knowledge.sections import sections
from pipeline.language import detect_language
from pipeline.lexicon.folding import fold
from pipeline.records import Answers, Block, Document, Known, Link, Source, TextRange, block_digest, new_block
from pipeline.repair import repair
from pipeline.segment import segment
from pipeline.segment.headings import languages, match_heading, taxonomy
from pipeline.settings import Settings

CASES = Path(__file__).parent.parent / "cases" / "segment"
SETTINGS = Settings()


def heading_cases() -> list[list[str]]:
    lines = (CASES / "headings.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("language", "heading", "section", "how"), heading_cases())
def test_heading(language: str, heading: str, section: str, how: str) -> None:
    assert match_heading(heading, language or None, city="Turku") == (section, how)


@pytest.mark.parametrize("language", languages(None))
def test_every_wording_is_found_where_it_stands(language: str) -> None:
    entries = known_language(language, None).headings
    assert set(entries) == set(sections(None))
    for section, entry in entries.items():
        assert len(entry.exact) >= 4 and entry.stems, section
        for wording in entry.exact:
            heading = wording.replace("{city}", "Turku").replace("{country}", "Poland")
            assert match_heading(heading, language, city="Turku") == (section, "exact"), wording


@pytest.mark.parametrize("language", languages(None))
def test_telling_words_are_written_as_they_are_compared(language: str) -> None:
    for _, stems in taxonomy(language, None).words:
        for stem in stems:
            assert stem.strip("={}").isalpha() and stem == fold(stem)


def segmented(
    *blocks: Block,
    answers: Answers | None = None,
    language: str | None = "en",
    repaired: bool = False,
    **metadata: str,
) -> Document:
    known = {key: Known(value=value, origin="manifest") for key, value in metadata.items()}
    source = Source(path="a.html", sha256="0" * 64, media_type="text/html", size=1, metadata=known)
    document = Document(id="0" * 16, source=source, language=language, blocks=blocks)
    if repaired:
        document = repair(document, Answers(), SETTINGS)
    return segment(document, answers or Answers(), SETTINGS)


def heading(text: str, level: int = 2) -> Block:
    return new_block("heading", text, level=level)


def paragraph(text: str) -> Block:
    return new_block("paragraph", text)


PROSE = (
    "The city owns twelve thousand flats, which is more than any other city of its size in the country owns."
)


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.findings]


def shape(document: Document) -> list[tuple[str, str | None, tuple[int, ...]]]:
    return [(section.id, section.heading, section.blocks) for section in document.sections]


def test_title_tagline_sections() -> None:
    document = segmented(
        heading("Turku", 1), paragraph("A port that opens its archives"), heading("Housing"), paragraph(PROSE),
        heading("What did we see?"), paragraph(PROSE),
    )  # fmt: skip
    assert document.title == "Turku"
    assert [block.role for block in document.blocks[:2]] == ["title", "tagline"]
    assert shape(document) == [("housing", "Housing", (3,)), ("other", "What did we see?", (5,))]
    assert codes(document) == ["heading-unmatched"]
    assert [(entry.level, entry.text) for entry in document.outline] == [
        (1, "Turku"), (2, "Housing"), (2, "What did we see?"),
    ]  # fmt: skip


def test_headings_that_match_no_section_are_one_finding() -> None:
    names = [f"What the harbour says in year {number}" for number in range(60)]
    blocks = [block for name in names for block in (heading(name), paragraph(PROSE))]
    document = segmented(heading("Turku", 1), heading("Housing"), paragraph(PROSE), *blocks)
    (finding,) = document.findings
    assert (finding.code, finding.severity, finding.count) == ("heading-unmatched", "info", 60)
    assert finding.block is not None and document.blocks[finding.block].text == names[0]
    assert (finding.start, finding.end) == (0, len(names[0]))
    shown = (finding.evidence or "").split(" · ")
    assert shown == [*names[:20], "… and 40 more"]
    assert finding.message.startswith("60 headings ")


def test_a_long_heading_is_quoted_in_part() -> None:
    (finding,) = segmented(heading("Turku", 1), heading("harbour " * 100), paragraph(PROSE)).findings
    assert finding.count == 1 and len(finding.evidence or "") == 80


def test_an_introduction_is_no_tagline() -> None:
    document = segmented(heading("Turku", 1), paragraph(PROSE), heading("Housing"), paragraph(PROSE))
    assert shape(document) == [("other", None, (1,)), ("housing", "Housing", (3,))]


def test_a_heading_below_a_section_stays_with_it() -> None:
    document = segmented(
        heading("Turku", 1),
        heading("Housing"),
        paragraph(PROSE),
        heading("The old docks", 3),
        paragraph(PROSE),
    )
    assert shape(document) == [("housing", "Housing", (2, 3, 4))]
    assert codes(document) == []


def test_empty_section() -> None:
    document = segmented(heading("Turku", 1), heading("Networks"), heading("Housing"), paragraph(PROSE))
    assert [(f.code, f.block, f.section) for f in document.findings] == [("empty-section", 1, "networks")]


def test_a_heading_above_sections_is_not_empty() -> None:
    document = segmented(
        heading("Turku", 1), heading("Local approaches"), heading("Housing", 3), paragraph(PROSE)
    )
    assert codes(document) == []


def test_furniture_by_words() -> None:
    document = segmented(
        heading("Turku", 1), heading("Housing"), paragraph("Photo: Anna Kos"), paragraph("Read more"), paragraph(PROSE),
        paragraph("Download report (PDF, 2.4 MB)"), paragraph("Photography was taught in every school of the city."),
    )  # fmt: skip
    assert [block.role for block in document.blocks[2:6]] == [
        "picture_credit",
        "navigation",
        None,
        "download",
    ]
    assert shape(document) == [("housing", "Housing", (4, 6))]


def test_status_and_damage() -> None:
    lost = "\ufffd" * 30
    document = segmented(
        heading("Housing"), paragraph(lost),
        heading("Education"), paragraph(PROSE[:70]), paragraph(lost),
        heading("Health"), paragraph(PROSE),
        repaired=True,
    )  # fmt: skip
    assert [(section.id, section.status, section.damaged) for section in document.sections] == [
        ("housing", "lost", 1.0),
        ("education", "damaged", 0.3),
        ("health", "clean", 0.0),
    ]
    assert "empty-section" not in codes(document)


def test_repeated_blocks_become_furniture_but_not_everywhere() -> None:
    same = "Our newsletter comes every month and tells you what the city plans."
    blocks = [heading("Turku", 1)]
    for name in ("Housing", "Finland – policy context", "Contact", "City report"):
        blocks += [heading(name), paragraph(PROSE), paragraph(same)]
    document = segmented(*blocks, answers=Answers(repeated=(block_digest(same), block_digest("Turku"))))
    assert [index for index, block in enumerate(document.blocks) if block.role == "repeated"] == [3]
    assert [(f.code, f.count) for f in document.findings] == [("repeated-block", 1)]
    assert document.sections[0].blocks == (2,)


def test_a_pseudo_heading_is_told_by_its_wording() -> None:
    document = segmented(heading("Turku", 1), paragraph(PROSE), paragraph("Key takeaways"), paragraph(PROSE))
    assert shape(document) == [("other", None, (1,)), ("key_takeaways", "Key takeaways", (3,))]


def test_lead() -> None:
    document = segmented(
        heading("Housing"), paragraph(f"Homes first: {PROSE}"),
        heading("Health"), paragraph(f"It was 2019. So: {PROSE}"),
        heading("Contact"), paragraph("Phone: 123"),
    )  # fmt: skip
    assert [section.lead for section in document.sections] == ["Homes first", None, None]


def test_links_to_other_pages_are_furniture() -> None:
    def link(text: str) -> Block:
        return new_block(
            "list_item", text, links=[Link(start=0, end=len(text), href="https://city.example/")]
        )

    document = segmented(
        heading("Turku", 1), heading("Housing"), paragraph(PROSE),
        heading("Other cities in the atlas"), link("Oulu"), link("Vaasa"),
        heading("Other cities and their cats"), paragraph(PROSE),
    )  # fmt: skip
    assert [block.role for block in document.blocks[3:6]] == ["related"] * 3
    assert shape(document) == [("housing", "Housing", (2,)), ("other", "Other cities and their cats", (7,))]


def test_what_the_extractor_took_for_furniture_but_is_vouched_for() -> None:
    def plain(text: str, level: int | None = None) -> Block:
        origin = TextRange(start=0, end=len(text))
        return new_block("furniture", text, [origin], role="boilerplate", level=level)

    document = segmented(
        plain("Turku", 1), plain("A port that opens its archives", 2), heading("Housing"), paragraph(PROSE),
        plain("Contact", 2), plain("City of Turku"),
        new_block("furniture", "Menu", role="navigation"), plain("12 views"),
        title="Turku – City Atlas",
    )  # fmt: skip
    assert (document.title, document.blocks[1].role) == ("Turku", "tagline")
    assert shape(document) == [("housing", "Housing", (3,)), ("contact", "Contact", (5,))]
    assert document.blocks[7].kind == "furniture"


def test_the_declared_title_is_found_at_the_top() -> None:
    blocks = (
        paragraph("Turku. A city report"),
        paragraph("From the docks"),
        heading("Housing"),
        paragraph(PROSE),
    )
    document = segmented(*blocks, title="Turku. A city report. From the docks")
    assert (document.title, document.blocks[1].role) == ("Turku. A city report", "tagline")


def test_contacts_that_the_extractor_took_for_furniture() -> None:
    def plain(text: str) -> Block:
        return new_block("furniture", text, [TextRange(start=0, end=len(text))], role="boilerplate")

    blocks = [
        heading("Turku", 1), heading("Housing"), paragraph(PROSE),
        plain("Contact"), plain("City of Turku, housing office, housing@turku.example"), plain("Other cities: Oulu"),
    ]  # fmt: skip
    assert shape(segmented(*blocks)) == [("housing", "Housing", (2,)), ("contact", "Contact", (4,))]
    del blocks[4]
    assert shape(segmented(*blocks)) == [("housing", "Housing", (2,))]


def test_above_the_title_of_a_page() -> None:
    menu = new_block("paragraph", "Interviews", links=[Link(start=0, end=10, href="https://city.example/")])
    document = segmented(
        paragraph("City Atlas"), menu, paragraph("You are here: Home > Cities > Turku"), paragraph("City profile"),
        heading("Turku", 1), heading("Housing"), paragraph(PROSE), title="Turku – City Atlas",
    )  # fmt: skip
    assert [block.role for block in document.blocks[:5]] == [
        "site_name",
        "navigation",
        "breadcrumb",
        None,
        "title",
    ]


def test_table_of_contents_page_numbers_and_last_lines() -> None:
    names = ("Housing", "Health", "Budget")
    lines = [paragraph(f"{name} . . . . . . . . {page}") for page, name in enumerate(names, 2)]
    chapters = [block for name in names for block in (heading(name), paragraph(PROSE))]
    document = segmented(
        heading("Turku", 1), paragraph("Contents"), *lines, paragraph("Page 1 of 3"), *chapters,
        paragraph("© City of Turku 2021. All rights reserved."),
    )  # fmt: skip
    assert [block.role for block in document.blocks[1:6]] == ["toc"] * 4 + ["page_number"]
    assert document.blocks[-2].role == "footer"
    assert [section.id for section in document.sections] == ["housing", "health", "budget"]


def test_a_tagline_is_no_section_whatever_its_words() -> None:
    document = segmented(
        heading("Turku", 1),
        heading("A city on its bicycle, and at school"),
        heading("Housing"),
        paragraph(PROSE),
    )
    assert document.blocks[1].role == "tagline"


def test_what_was_achieved_is_the_outcome_of_an_approach() -> None:
    approach = [
        heading("Why is it inspiring?"),
        paragraph(PROSE),
        heading("How does it work?"),
        paragraph(PROSE),
    ]
    achieved = [heading("What has been achieved?"), paragraph(PROSE)]
    title = heading("The council of Turku", 1)
    assert segmented(title, *approach, *achieved).sections[-1].id == "outcome"
    assert segmented(title, *achieved).sections[-1].id == "achievements"


def test_metadata_is_appended_hidden_and_once() -> None:
    document = segmented(
        paragraph(PROSE), url="https://city.example/turku", site="City Atlas", password="secret"
    )
    hidden = [block.raw for block in document.blocks if block.visibility == "hidden"]
    assert hidden == ["https://city.example/turku", "City Atlas", "a.html"]
    assert "secret" not in document.model_dump_json(include={"blocks"})
    again = segment(document, Answers(), SETTINGS)
    assert len(again.blocks) == len(document.blocks)


def test_no_content() -> None:
    assert codes(segmented(new_block("furniture", "Menu", role="navigation"))) == ["no-content"]


def test_a_language_without_taxonomy() -> None:
    document = segmented(heading("Турку", 1), heading("Контакт"), paragraph(PROSE), language="uk")
    assert codes(document) == ["language-without-taxonomy", "heading-unmatched"]


@pytest.mark.parametrize("case", sorted(path.stem for path in (CASES / "pages").glob("*.txt")))
def test_page(case: str) -> None:
    """`pages/<case>.txt` → `<case>.expected`: a line for title, tagline and furniture, and one for each section."""
    data = (CASES / "pages" / f"{case}.txt").read_bytes()
    source = Source(
        path="a.txt", sha256=hashlib.sha256(data).hexdigest(), media_type="text/plain", size=len(data)
    )
    document = segment(detect_language(extract_text(data, source, SETTINGS), SETTINGS), Answers(), SETTINGS)
    lines = [
        f"{block.role}: {block.text}" for block in document.blocks if block.role and block.role != "metadata"
    ]
    lines += [f"[{section.id}] {section.heading} | {len(section.blocks)}" for section in document.sections]
    assert lines == (CASES / "pages" / f"{case}.expected").read_text(encoding="utf-8").splitlines()
