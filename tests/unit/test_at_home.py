"""Words of one language need no look at the language model; damaged ones are never taken for such."""

from __future__ import annotations

import pytest

from pipeline.repair.mojibake.at_home import are_at_home
from pipeline.repair.mojibake.judge import judge
from pipeline.repair.mojibake.verdicts import judge_paragraphs

AT_HOME = [
    "möchten für schöne Nähe",
    "„große Städte“ – können.",
    "KRAKÓW również",
    "più è così",
    "город жители",
    "schöne Rammböcke",  # in no list, of letters that the other word's language has
    "32-годишният мъж",
    "της Φαρμακογνωσίας",
    "المدينة، والمغنزيوم",
    "أكّد المدينة",  # with a vowel point
    "så användas för nå",  # the last is a word of Norwegian alone
    "Tiepšas “izstādē” starptautiskajā",
]
NOT_AT_HOME = [
    "Türkçe Español Français Pусский",  # with a Latin P
    "è",  # č and и are words, too, of which nothing beside them tells the language
    "č",
    "wiêc mo¿na",
    "„r billigt",
    "haur… net",
    "dÈcouvrir",
    "möchten město",  # words of two languages
    "så användas för Lübeck",
    "5º möchten",
    "möchten&#233;",
    "ĂŠtre",
    "GdaÅ„sk",
    "Rammböcke",
    "schöne Rammböcke Fußkämpen",  # more that is unknown than is known
    "družbe doloèil",  # določil: the letter stands in no Slovene word
    "ktorých prispôsobi»",
    "schöne MitgliedÜbung",
    "городу бюджeтным",  # with a Latin e
]


@pytest.mark.parametrize("words", AT_HOME)
def test_words_of_one_language_are_at_home(words: str) -> None:
    assert are_at_home(words)


@pytest.mark.parametrize("words", NOT_AT_HOME)
def test_nothing_else_is(words: str) -> None:
    assert not are_at_home(words)


def test_a_paragraph_at_home_speaks_against_a_code_page_that_would_change_it() -> None:
    damaged = "Wyk³ad o mie¶cie i jego mieszkañcach."
    clean = "Miasto przygotowało również program dla mieszkańców."
    (verdict, *_) = judge_paragraphs([damaged, clean], judge())
    assert verdict is not None and verdict.settled == "Wykład o mieście i jego mieszkańcach."
    assert judge_paragraphs([damaged, clean], judge())[1] is None
