"""Each folder of tests/cases/html: a page, and the blocks a reader would expect of it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.extract.html import main_text, read_html
from pipeline.records import Block, Document, TextRange

CASES = sorted((Path(__file__).parents[1] / "cases" / "html").iterdir())


def described(block: Block) -> str:
    """A block in one line: kind, level, marker, visibility, role, speaker, text."""
    words = [block.kind]
    if block.kind != "furniture" and block.level:
        words.append(str(block.level))
    if block.marker:
        words.append(f"[{block.marker}]")
    if block.visibility != "shown":
        words.append(block.visibility)
    if block.role:
        words.append(block.role)
    if block.speaker:
        words.append(f"({block.speaker})")
    return f"{' '.join(words)}: {block.raw}"


def read(case: Path) -> tuple[Document, dict[str, object], bytes]:
    expected = tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))
    data = (case / "page.html").read_bytes()
    return read_html(data, expected.get("url")), expected, data


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_page(case: Path) -> None:
    document, expected, data = read(case)
    assert [described(block) for block in document.blocks] == expected["blocks"], expected["label"]
    assert document.title == expected.get("title")
    assert [finding.code for finding in document.findings] == expected.get("findings", [])
    if "language" in expected:
        assert document.source.get("language") == expected["language"]
    if "links" in expected:
        links = [(block, link) for block in document.blocks for link in block.links]
        assert [f"{b.raw[link.start : link.end]} -> {link.href}" for b, link in links] == expected["links"]
    if "cells" in expected:
        cells = [(block, cell) for block in document.blocks for cell in block.cells]
        shown = [f"{c.row},{c.column} {c.rowspan}x{c.colspan} {b.raw[c.start : c.end]}" for b, c in cells]
        assert shown == expected["cells"]
    if "origins" in expected:
        source = data.decode("utf-8")
        ranges = [[o for o in block.origins if isinstance(o, TextRange)] for block in document.blocks]
        assert [" | ".join(source[o.start : o.end] for o in each) for each in ranges] == expected["origins"]
    if "metadata" in expected:
        known = {key: f"{known.value} ({known.origin})" for key, known in document.source.metadata.items()}
        assert known == expected["metadata"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_main_text_is_the_document_s_content(case: Path) -> None:
    document, _, data = read(case)
    assert main_text(data) == "\n".join(block.raw for block in document.blocks if block.is_content)
