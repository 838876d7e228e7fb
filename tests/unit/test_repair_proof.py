"""Code pages that pages of a site prove: what proves one, who is told, and that clean text never changes for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.records import Answers, Document, Source, Summary, TextRange, new_block
from pipeline.repair import proven_pages, repair
from pipeline.run.gather import gather
from pipeline.settings import Settings
from tests.unit.test_repair_judge import CLEAN, misread

POLISH = "cp1250→cp1252"
BLOCKS = (
    "Rada miasta zbiera się w środy.",
    "Szkoła mieści się w dawnym młynie.",
    "Bilet kosztuje trzy złote.",
)
ODDITIES = Path(__file__).parents[1] / "cases" / "repair" / "oddities" / "kept.toml"


def repaired(*paragraphs: str, proven: tuple[str, ...] = ()) -> Document:
    blocks, position = [], 0
    for text in paragraphs:
        blocks.append(new_block("paragraph", text, [TextRange(start=position, end=position + len(text))]))
        position += len(text) + 2
    source = Source(path="a.txt", sha256="0" * 64, media_type="text/plain", size=1)
    document = Document(id="a", source=source, blocks=tuple(blocks))
    return repair(document, Answers(code_pages=proven), Settings())


@pytest.mark.parametrize(
    ("true", "read_as"), [("cp1250", "cp1252"), ("iso8859-2", "cp1252"), ("utf-8", "cp1250")]
)
def test_three_blocks_prove_a_page(true: str, read_as: str) -> None:
    document = repaired(*(misread(text, true, read_as) for text in BLOCKS))
    assert tuple(block.text for block in document.blocks) == BLOCKS
    assert f"{true}→{read_as}" in proven_pages(document)


def test_a_page_that_explains_less_than_another_is_not_proven() -> None:
    """Only ś and ą tell the two central European pages apart: the first block has one."""
    document = repaired(*(misread(text, "cp1250", "cp1252") for text in BLOCKS))
    assert "iso8859-2→cp1252" not in proven_pages(document)


def test_two_blocks_prove_nothing() -> None:
    document = repaired(*(misread(text, "cp1250", "cp1252") for text in BLOCKS[:2]), "Szkoła i młyn.")
    assert document.blocks[0].edits
    assert proven_pages(document) == ()


def test_entities_around_a_page_count_too() -> None:
    damaged = [misread(text, "cp1250", "cp1252") for text in BLOCKS]
    document = repaired(*("".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in text) for text in damaged))
    assert tuple(block.text for block in document.blocks) == BLOCKS
    assert POLISH in proven_pages(document)


def test_the_proof_makes_a_suggestion_a_repair() -> None:
    alone = repaired("Biuro w Be³zie")
    assert (alone.blocks[0].text, alone.findings[0].code) == ("Biuro w Be³zie", "mojibake-suspected")
    backed = repaired("Biuro w Be³zie", proven=(POLISH,))
    assert backed.blocks[0].text == "Biuro w Bełzie"
    assert [edit.cause for edit in backed.blocks[0].edits] == [f"mojibake-by-site:{POLISH}"]


def test_what_was_repaired_by_proof_proves_nothing() -> None:
    document = repaired(*["Biuro w Be³zie"] * 4, proven=(POLISH,))
    assert all(block.text == "Biuro w Bełzie" for block in document.blocks)
    by_site = [block for block in document.blocks if "by-site" in block.edits[0].cause]
    assert len(by_site) > 1
    assert proven_pages(document) == ()


@pytest.mark.parametrize(
    "proven", [POLISH, "iso8859-2→cp1252", "cp1252→cp1250", "mac-roman→cp1252", "utf-8→cp1252"]
)
def test_clean_text_stays_where_a_page_is_proven(proven: str) -> None:
    romanian = "În fiecare toamnă, o delegație de elevi și învățători vizitează școlile și târgul orașului."
    oddities = [entry["text"] for entry in tomllib.loads(ODDITIES.read_text(encoding="utf-8"))["oddity"]]
    for text in (*CLEAN.values(), romanian, *oddities):
        assert repaired(text, proven=(proven,)).blocks[0].text == text
    document = repaired(*CLEAN.values(), romanian, proven=(proven,))
    assert not any(block.edits for block in document.blocks)


def summary(document: str, *proven: str, site: str | None = "a.example", **more: object) -> Summary:
    given = {"document": document, "profile": document, "path": document, "site": site, "proven": proven}
    return Summary.model_validate({**given, **more})


def code_pages(*summaries: Summary) -> dict[str, tuple[str, ...]]:
    return {document: answers.code_pages for document, answers in gather(summaries, Settings()).items()}


def test_two_pages_of_a_site_prove_a_page_for_those_in_doubt() -> None:
    found = code_pages(
        summary("1", POLISH, doubtful=True),
        summary("2", POLISH, "utf-8→cp1252", doubtful=True),
        summary("3", doubtful=True),
        summary("4"),
        summary("5", doubtful=True, site="b.example"),
        summary("6", doubtful=True, site=None),
    )
    assert found == {"1": (POLISH,), "2": (POLISH,), "3": (POLISH,), "4": (), "5": (), "6": ()}


def test_captures_of_one_page_count_once_and_nameless_sites_never() -> None:
    captures = [summary(name, POLISH, profile="same", doubtful=True) for name in "12"]
    assert code_pages(*captures) == {"1": (), "2": ()}
    nameless = [summary(name, POLISH, site=None, doubtful=True) for name in "12"]
    assert code_pages(*nameless) == {"1": (), "2": ()}
