"""Text dumps → blocks. Cases: `tests/cases/text/<case>/input.{txt,md}` and `expected.txt`, one block a line."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import EmptyDocument
from pipeline.extract.text.reader import extract_text
from pipeline.records import Block, Document, Known, Source, TextRange, locate
from pipeline.settings import Settings

CASES = Path(__file__).parent.parent / "cases" / "text"


def extract(data: bytes | str, media_type: str = "text/plain", **settings: int) -> Document:
    data = data.encode() if isinstance(data, str) else data
    source = Source(
        path="a.txt", sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, size=len(data)
    )
    return extract_text(data, source, Settings(**settings))


def line_of(block: Block) -> str:
    """A block as cases write it: `kind level [marker] {speaker} | raw`."""
    parts = [block.kind, str(block.level or ""), f"[{block.marker}]" if block.marker else ""]
    parts.append(f"{{{block.speaker}}}" if block.speaker else "")
    raw = block.raw.replace("\t", "⇥").replace("\n", "⏎")
    return f"{' '.join(part for part in parts if part)} | {raw}"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_case(case: str) -> None:
    (path,) = (CASES / case).glob("input.*")
    media_type = "text/markdown" if path.suffix == ".md" else "text/plain"
    document = extract(path.read_bytes(), media_type)
    expected = (CASES / case / "expected.txt").read_text(encoding="utf-8").splitlines()
    assert [line_of(block) for block in document.blocks] == expected


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_ranges_are_exact(case: str) -> None:
    (path,) = (CASES / case).glob("input.*")
    text = path.read_text(encoding="utf-8")
    media_type = "text/markdown" if path.suffix == ".md" else "text/plain"
    for block in extract(path.read_bytes(), media_type).blocks:
        for index, origin in enumerate(block.origins):
            assert isinstance(origin, TextRange)
            end = block.origins[index + 1].at if index + 1 < len(block.origins) else len(block.raw)
            run = block.raw[origin.at : end].rstrip(" \t\n")
            assert " ".join(text[origin.start : origin.end].split()) == " ".join(run.split())


def test_locate_leads_to_the_line() -> None:
    document = extract("Rent\n\nThe rent is set once a year, and the\ncouncil hears everybody.\n")
    block = document.blocks[1]
    start = block.text.index("hears")
    (origin,) = locate(block, start, start + 5)
    assert isinstance(origin, TextRange)
    assert (origin.start, origin.end) == (51, 56)


def test_no_break_spaces_stay() -> None:
    assert extract("a\u00a0b  c").blocks[0].raw == "a\u00a0b c"


def test_windows_line_ends_keep_ranges() -> None:
    document = extract(b"One line.\r\n\r\nTwo lines.\r\n")
    assert [(origin.start, origin.end) for block in document.blocks for origin in block.origins] == [  # type: ignore[union-attr]
        (0, 9),
        (13, 23),
    ]


def test_front_matter_is_metadata() -> None:
    document = extract("---\ntitle: Turku\nlang: en\n---\n\nText.\n", "text/markdown")
    assert document.source.get("title") == "Turku"
    assert document.source.metadata["language"] == Known(value="en", origin="markdown.lang")
    assert [block.role for block in document.blocks] == ["metadata", "metadata", None]


def test_links_and_addresses() -> None:
    block = extract("Write to info@city.example or see www.city.example/a_(b).").blocks[0]
    assert [(block.raw[link.start : link.end], link.href) for link in block.links] == [
        ("info@city.example", "mailto:info@city.example"),
        ("www.city.example/a_(b", "https://www.city.example/a_(b"),
    ]


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\xef\xbb\xbf\n"])
def test_nothing_but_space(data: bytes) -> None:
    with pytest.raises(EmptyDocument):
        extract(data)


def test_budgets_leave_findings() -> None:
    many = "Word and word.\n\n" * 3000
    assert [f.code for f in extract(many, max_text_bytes=1024).findings] == ["over-budget"]
    assert [f.code for f in extract(many, max_nodes=100).findings] == ["over-budget"]
    short = extract(many, max_blocks=10)
    assert (len(short.blocks), [f.code for f in short.findings]) == (10, ["over-budget"])


def test_a_cut_halves_no_character() -> None:
    data = ("zażółć gęślą jaźń\n" * 100).encode()
    assert "\ufffd" not in "".join(block.raw for block in extract(data, max_text_bytes=1031).blocks)
    source = Source(path="a.txt", sha256="0" * 64, media_type="text/plain", size=len(data))
    blocks = extract_text(data[:1031], source, Settings()).blocks
    assert "\ufffd" not in "".join(block.raw for block in blocks)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece", ["word ", "[", "*a ", "a@", "> ", "| a ", "• 1\n", "1. ", '"', "a\t", "- ", "("]
)
@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown"])
def test_time_is_linear(piece: str, media_type: str) -> None:
    extract(piece * 200_000, media_type)
