"""Clean prose of our own in languages that the judge has no model of, or hardly any, stays as it is.

Each file of tests/cases/repair/languages holds paragraphs of one language, parted by blank lines.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.repair import detect, repair_text
from tests.unit.test_repair_judge import misread

FILES = sorted((Path(__file__).parents[1] / "cases" / "repair" / "languages").glob("*.txt"))
PARAGRAPHS = {path.stem: path.read_text(encoding="utf-8").strip().split("\n\n") for path in FILES}
DOCUMENT = 20


@pytest.mark.parametrize("language", sorted(PARAGRAPHS))
def test_a_clean_paragraph_stays(language: str) -> None:
    for paragraph in PARAGRAPHS[language]:
        assert repair_text(paragraph) == paragraph
        assert detect(paragraph) == []


@pytest.mark.parametrize("language", sorted(PARAGRAPHS))
def test_a_clean_document_stays(language: str) -> None:
    paragraphs = PARAGRAPHS[language]
    more = [f"{second} {first}" for first, second in pairwise(paragraphs)]
    document = "\n\n".join([*paragraphs, *more][:DOCUMENT])
    assert document.count("\n\n") >= DOCUMENT - 2
    assert repair_text(document) == document
    assert detect(document) == []


@pytest.mark.parametrize("language", sorted(set(PARAGRAPHS) - {"fo", "vi"}))
def test_headings_and_lines_of_a_clean_document_stay(language: str) -> None:
    """Short pieces prove little by themselves; what the document is written in holds for them too.

    Faroese reads like Icelandic, and of Vietnamese hardly a word is ASCII: there a few short pieces are changed.
    """
    pieces: list[str] = []
    for paragraph in PARAGRAPHS[language]:
        words = paragraph.split()
        starts = range(0, len(words), 4)
        short = [" ".join(words[start : start + (3 if start % 3 else 1)]) for start in starts]
        pieces += [form for text in short for form in (text, text.upper())]
        pieces.append(paragraph)
    document = "\n\n".join(pieces)
    assert repair_text(document) == document


def test_a_document_in_many_languages_stays() -> None:
    for number in range(10):
        document = "\n\n".join(paragraphs[number] for paragraphs in PARAGRAPHS.values())
        assert repair_text(document) == document


@pytest.mark.parametrize("language", ["az", "eo", "fo", "ga", "gl", "is", "ku", "lb", "mt", "oc", "se", "sq"])
def test_utf8_is_proven_by_itself_in_any_language(language: str) -> None:
    rich = [text for text in PARAGRAPHS[language] if sum(char > "\x7f" for char in text) > 3]
    assert len(rich) >= 5
    for paragraph in rich:
        assert repair_text(misread(paragraph, "utf-8", "cp1252")) == paragraph
