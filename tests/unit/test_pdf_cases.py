"""Every case of tests/cases/pdf: a page as a table of strings and rules, and the Markdown it must give."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.pdf import markdown_pages, read_pdf
from pipeline.records import undo
from tests.unit.pdf_writing import write_pdf

CASES = sorted((Path(__file__).parent.parent / "cases" / "pdf").glob("*/case.toml"))


def load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.parent.name)
def test_case(path: Path, tmp_path: Path) -> None:
    case = load(path)
    file = tmp_path / "case.pdf"
    file.write_bytes(write_pdf(case["pages"]))
    assert [page.strip() for page in markdown_pages(file)] == [page.strip() for page in case["markdown"]], (
        case["label"]
    )
    document = read_pdf(file)
    assert [finding.code for finding in document.findings] == case.get("findings", []), case["label"]
    for block in document.blocks:
        assert undo(block.text, block.edits) == block.raw
        assert block.origins, "every block has a place on a page"


def test_there_are_cases() -> None:
    assert len(CASES) >= 9
