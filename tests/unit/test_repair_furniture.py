"""Furniture of a garbled page: repaired with the page, so that contacts in it are taken back as on a clean one."""

from __future__ import annotations

import pytest

from pipeline.records import Answers, Block, Document, Metadata, Source, TextRange, new_block
from pipeline.repair import repair
from pipeline.segment import segment
from pipeline.settings import Settings
from tests.unit.test_repair_judge import misread

BODY = (
    "Rada miasta zbiera się w każdy trzeci czwartek miesiąca, a mieszkańcy mogą zgłaszać uwagi.",
    "Autobusy jeżdżą od piątej rano do północy, w niedzielę rzadziej i tylko do jedenastej wieczorem.",
    "Od wiosny trzy nowe przystanki mają ławki, wiatę i tablicę, która mówi, kiedy przyjedzie następny wóz.",
)
CONTACT = "Małgorzata Wójcik, tel. +48 58 123 45 67, m.wojcik@miasto.example"
DAMAGE = [("utf-8", "cp1252"), ("cp1250", "cp1252"), ("iso8859-2", "cp1252")]


def page(*furniture: str, damage: tuple[str, str] | None = None) -> Document:
    """A Polish page; its last blocks are what an extractor took for boilerplate."""
    blocks: list[Block] = []
    position = 0
    for text in (*BODY, *furniture):
        raw = misread(text, *damage) if damage else text
        origins = [TextRange(start=position, end=position + len(raw))]
        if text in furniture:
            blocks.append(new_block("furniture", raw, origins, role="boilerplate"))
        else:
            blocks.append(new_block("paragraph", raw, origins))
        position += len(raw) + 1
    title = misread("Urząd Miasta Żółwin", *damage) if damage else "Urząd Miasta Żółwin"
    blocks.append(new_block("furniture", title, [Metadata(key="html.title")], role="metadata"))
    source = Source(path="a.html", sha256="0" * 64, media_type="text/html", size=1)
    return Document(id="a", source=source, language="pl", blocks=tuple(blocks))


def analysed(document: Document) -> Document:
    return segment(repair(document, Answers(), Settings()), Answers(), Settings())


@pytest.mark.parametrize("damage", DAMAGE)
def test_furniture_is_repaired_with_the_page_and_metadata_is_not(damage: tuple[str, str]) -> None:
    garbled = page("Główna", "Usługi i opłaty", "Biuro w Bełzie", damage=damage)
    result = repair(garbled, Answers(), Settings())
    assert [block.text for block in result.blocks[3:-1]] == ["Główna", "Usługi i opłaty", "Biuro w Bełzie"]
    assert result.blocks[-1] == garbled.blocks[-1]


@pytest.mark.parametrize("damage", [None, *DAMAGE])
def test_repaired_contacts_are_taken_back(damage: tuple[str, str] | None) -> None:
    result = analysed(page("Kontakt", CONTACT, damage=damage))
    (section,) = [section for section in result.sections if section.id == "contact"]
    assert [result.blocks[index].text for index in section.blocks] == [CONTACT]


def test_contacts_that_may_still_be_garbled_stay_furniture() -> None:
    result = analysed(page("Kontakt", "Biuro w Be³zie, tel. +48 58 123 45 67"))
    assert [finding.code for finding in result.findings if finding.block == 4] == ["mojibake-suspected"]
    assert result.blocks[4].kind == "furniture"
