"""Repair of blocks: cases in tests/cases/repair, one file each; glued words; the real page."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.records import Answers, Block, Document, Metadata, Source, TextRange, new_block, undo
from pipeline.repair import repair
from pipeline.settings import Settings

CASES = sorted((Path(__file__).parents[1] / "cases" / "repair").glob("*.toml"))
SEED = Path(__file__).parents[3] / "shared" / "seed" / "gdansk.pl.txt"


def document(*blocks: Block) -> Document:
    source = Source(path="a.txt", sha256="0" * 64, media_type="text/plain", size=1)
    return Document(id="a", source=source, blocks=blocks)


def paragraphs(*texts: str) -> Document:
    blocks, position = [], 0
    for text in texts:
        origin = TextRange(start=position, end=position + len(text))
        blocks.append(new_block("paragraph", text, [origin]))
        position += len(text) + 2
    return document(*blocks)


def repaired(given: Document) -> Document:
    return repair(given, Answers(), Settings())


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    result = repaired(paragraphs(case["raw"]))
    block = result.blocks[0]
    assert block.text == case["text"], case["label"]
    assert undo(block.text, block.edits) == block.raw
    assert list(dict.fromkeys(edit.cause for edit in block.edits)) == case["causes"], case["label"]
    expected = [(f["code"], f.get("count")) for f in case.get("findings", [])]
    assert [(f.code, f.count) for f in result.findings] == expected, case["label"]
    for finding, told in zip(result.findings, case.get("findings", []), strict=True):
        assert "evidence" not in told or finding.evidence == told["evidence"]
        assert "\ufffd" not in (finding.evidence or "")


def test_lost_words_are_located() -> None:
    result = repaired(paragraphs("An introduction.", "Miasto Xqa\ufffdsk i \ufffdqxź są piękne"))
    (finding,) = result.findings
    assert (finding.block, finding.start, finding.end, finding.count) == (1, 7, 20, 2)
    assert finding.origins == (
        TextRange(start=25, end=31, at=7),
        TextRange(start=34, end=38, at=16),
    )


def test_cells_of_a_table_keep_their_borders() -> None:
    block = new_block("table", "Miasto\tQxdqo\ufffd\ufffd\nXqa\ufffdsk\t\ufffd\ufffd\ufffd", [])
    (result,) = repaired(document(block)).blocks
    assert result.text == "Miasto\t[…]\n[…]\t[…]"


LOST_LETTERS = (
    "W roku 2016 Gda\ufffdsk przyj\ufffd\ufffd strategiczny dokument, kt\ufffdrego celem jest wdro\ufffdenie polityki "
    "integracyjnej we wszystkich organizacjach miejskich. W\ufffdadze miasta zapraszaj\ufffd mieszka\ufffdc\ufffdw."
)


def test_lost_letters_are_guessed_with_a_probability() -> None:
    result = repaired(paragraphs(LOST_LETTERS))
    (block,) = result.blocks
    for word in ("Gdańsk", "którego", "wdrożenie", "Władze", "mieszkańców"):
        assert word in block.text
    assert undo(block.text, block.edits) == block.raw
    guessed = [edit for edit in block.edits if edit.cause == "lost-letter"]
    assert guessed
    assert all(0.95 <= edit.confidence < 1 for edit in guessed)
    assert result.findings[0].code == "letters-guessed"


def test_a_threshold_that_no_guess_reaches_withholds_all() -> None:
    text = LOST_LETTERS
    result = repair(paragraphs(text), Answers(), Settings(guess_threshold=1.0))
    assert "[…] przyj" not in result.blocks[0].text
    assert "W roku 2016 […] strategiczny dokument, […] celem jest […] polityki" in result.blocks[0].text
    (finding,) = result.findings
    assert finding.code == "text-lost"
    assert finding.suggestion is not None
    assert "Gda[…]sk → Gdańsk" in finding.suggestion


def test_question_marks_in_words_are_lost_letters() -> None:
    text = (
        "W?adze miasta Gda?ska zapraszaj? mieszka?ców na spotkanie. Kto przyjdzie? Zobacz www.miasto.pl/a?b=c"
    )
    (block,) = repaired(paragraphs(text)).blocks
    assert block.text.startswith("Władze miasta Gdańska zaprasza")
    assert "mieszkańców na spotkanie. Kto przyjdzie? Zobacz www.miasto.pl/a?b=c" in block.text


def test_metadata_is_left_alone() -> None:
    block = new_block("paragraph", "Gda\ufffdsk", [Metadata(key="html.title")], role="metadata")
    assert repaired(document(block)).blocks == (block,)


GLUED = """Z pomocą władz lokalnych, jednemu burmistrzowi udało siędokonać zasadniczej zmiany. Kwestie integracji
już od kilku lat zajmują ważne miejsce w agendzie politycznej. Władze miasta wielokrotnie podkreślały konieczność
podejmowania działań antydyskryminacyjnych na rzecz nowych mieszkańców. Miasto promuje podejście prointegracyjne."""


def test_glued_words_are_a_suggestion() -> None:
    text = GLUED.replace("\n", " ")
    result = repaired(paragraphs("Wstęp", text))
    (finding,) = result.findings
    assert finding.code == "glued-words"
    assert (finding.evidence, finding.suggestion) == ("siędokonać", "się dokonać")
    assert finding.block == 1
    assert (finding.start, finding.end) == (text.index("siędokonać"), text.index("siędokonać") + 10)
    assert result.blocks[1].text == text


COMPOUNDS = [
    "Die Stadtverwaltung und der Gemeinderat haben gemeinsam mit den Verkehrsbetrieben ein Mobilitätskonzept "
    "erarbeitet, das die Bürgerbeteiligung stärkt, den Klimaschutz voranbringt und die Innenstadtentwicklung der "
    "nächsten Jahrzehnte nachvollziehbar, menschenfreundlich und zukunftsfähig gestaltet.",
    "Kaupunginvaltuusto hyväksyi kokouksessaan asuntopoliittisen ohjelman, jonka tavoitteena on kohtuuhintaisen "
    "vuokra-asuntotuotannon lisääminen sekä maahanmuuttajataustaisten asukkaiden yhdenvertaisuuden edistäminen "
    "kaikissa kaupunginosissa yhteistyössä kansalaisjärjestöjen kanssa.",
    "Najważniejsze są niezbędne, przeciwdziałające wykluczeniu przedsięwzięcia współfinansowane z funduszy, "
    "wieloletnie programy proekologiczne, antysmogowe oraz ponadregionalne, a także nadzwyczajne, niskoemisyjne "
    "i samowystarczalne inwestycje podejmowane przez gminę dla jej mieszkańców.",
]


@pytest.mark.parametrize("text", COMPOUNDS)
def test_compounds_and_prefixes_are_not_glued(text: str) -> None:
    assert repaired(paragraphs(text)).findings == ()


@pytest.mark.skipif(not SEED.is_file(), reason="the seed page is not there")
def test_the_real_page() -> None:
    text = SEED.read_text(encoding="utf-8")
    start, end = text.index("\ufffd"), text.rindex("\ufffd") + 1
    before = new_block("paragraph", "Kontekst", [TextRange(start=0, end=8)])
    lost = new_block("paragraph", text[start:end], [TextRange(start=start, end=end)])
    result = repaired(document(before, lost))
    (finding,) = result.findings
    assert (finding.code, finding.count, finding.block) == ("text-lost", 5884, 1)
    assert finding.origins == (TextRange(start=2487, end=8371),)
    assert (finding.start, finding.end) == (0, 5884)
    assert result.blocks[1].text == ""
    assert "unknown" in finding.message


SPACING = Path(__file__).parents[1] / "cases" / "repair" / "spacing"
SPACED = [
    pytest.param(f"{path.stem}-words", case, id=case["label"])
    for path in sorted(SPACING.glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


@pytest.mark.parametrize(("code", "case"), SPACED)
def test_words_with_a_space_too_many_or_too_few_are_a_suggestion(code: str, case: dict[str, Any]) -> None:
    text = case["text"].strip()
    given = paragraphs(*(" ".join(paragraph.split()) for paragraph in text.split("\n\n")))
    result = repaired(given)
    assert [block.text for block in result.blocks] == [block.text for block in given.blocks]
    assert {finding.code for finding in result.findings} <= {code}
    assert [[finding.evidence, finding.suggestion] for finding in result.findings] == case["found"]
    for finding in result.findings:
        assert given.blocks[finding.block or 0].text[finding.start : finding.end] == finding.evidence
