"""Paragraphs that are UTF-8 read in one page, all of them: known by their structure, without the language model."""

from __future__ import annotations

import pytest

from pipeline.repair.mojibake.code_page_tables import pages
from pipeline.repair.mojibake.judge import judge
from pipeline.repair.mojibake.paragraph import draft
from pipeline.repair.mojibake.utf8_structure import as_a_whole

WHOLE = [
    ("L'ingrÃ©s mÃ\xa0xim", "L'ingrés màxim", "cp1252"),
    ("ZĹ‚oĹĽy wniosek", "Złoży wniosek", "cp1250"),
    ("Ð±Ð¸Ð»Ð°", "била", "cp1252"),
    ("Ø§Ù„Ø´ÙŠØ®", "الشيخ", "cp1252"),
]
NOT_WHOLE = [
    "EstÃ¡ år",  # a letter that takes no part
    "haurĆ\xa0",  # pages read it differently
    "тієї дії",
    "été où",
    "GdaÅ„sk i Wroc³aw",
]


@pytest.mark.parametrize(("damaged", "text", "page"), WHOLE)
def test_a_paragraph_of_utf8_needs_no_language_model(damaged: str, text: str, page: str) -> None:
    assert as_a_whole(damaged, pages()) == (text, page)
    drawn = draft(damaged, judge(), None)
    assert drawn.base == text
    assert drawn.reading is None


@pytest.mark.parametrize("text", NOT_WHOLE)
def test_what_is_no_utf8_or_several_kinds_of_it_does(text: str) -> None:
    assert as_a_whole(text, pages()) is None


def test_what_may_have_been_misread_twice_needs_it() -> None:
    once = "Ã©tÃ©, Ã©cole, prÃ©sident, rÃ©pÃ©tÃ©"
    twice = once.encode().decode("latin-1")
    assert as_a_whole(twice, pages()) == (once, "latin-1")
    drawn = draft(twice, judge(), None)
    assert drawn.reading is not None
    assert drawn.sure is not None and drawn.sure.candidate.text == "été, école, président, répété"
