"""Each character of a page is in a block or counted, none is in two blocks; and the check can fail."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
import turbohtml
from hypothesis import given, settings

from pipeline.extract.accounting import LeftOut, balance, count_text
from pipeline.extract.html import extract_html, main_text, read_html
from pipeline.extract.html.blocks.builder import BlockBuilder
from pipeline.records import Block, Document, Source, TextRange, new_block
from pipeline.settings import Settings
from tests.property.test_html_ranges import MARKUP
from tests.unit.test_html_cases import CASES, read

SENTENCE = "Die Stadt plant neue Radwege zwischen Bahnhof und Hafen."


def codes(document: Document) -> list[str]:
    return [each.code for each in document.findings if each.code not in ("hidden-text", "no-content")]


@pytest.mark.parametrize(
    ("markup", "counts", "found"),
    [
        ("<script>a b</script><style>c</style>x", {"script": 2, "style": 1}, []),
        ('<script type="application/json">{"a": 1}</script>x', {"script": 7}, []),
        ("<head><title>Ein Titel</title></head>x", {"title": 8}, []),
        ("<svg><title>Bild</title><style>a</style></svg>x", {"style": 1, "title": 4}, []),
        ("<object>Ersatz</object><canvas>c</canvas><p>Ein längerer Text.", {"fallback": 7}, []),
        ("<object><p>Der ganze Text der Seite.</object>x", {}, []),
        ("<map><p>Karte</map>x", {}, []),
        ("<iframe>alt</iframe>x<noembed>e</noembed>", {"iframe": 3, "noembed": 1}, []),
        ('<iframe src=a srcdoc="<p>Text"></iframe>x', {"iframe": 7}, []),
        ("<noframes>ohne</noframes><frameset>t<frame></frameset>", {"frameset": 1, "noframes": 4}, []),
        ("x<![CDATA[y]]>z<!-- kein Text -->", {"comment": 1}, []),
        ("x<!-- offen <p>weg</p>", {"comment": 19}, ["unclosed-markup"]),
        ('x<p title="offen>weg</p>', {"tag": 22}, ["unclosed-markup"]),
        ("x<style>offen", {"style": 5}, ["unclosed-markup"]),
        ("<p>&nbsp;<p>&emsp;<p>\u2003<p>x", {}, []),
        (
            "<noscript>n</noscript><template>t</template><textarea>a</textarea><select><option>o</select><xmp>x</xmp>",
            {},
            [],
        ),
        ("<table><tr>x<template>y</template><td>a<td hidden>b</table>", {}, []),
    ],
)
def test_what_is_left_out_is_counted(markup: str, counts: dict[str, int], found: list[str]) -> None:
    document = read_html(markup.encode())
    assert document.left_out == counts
    assert codes(document) == found


@pytest.mark.parametrize(
    "settings", [Settings(max_text_bytes=1024), Settings(max_nodes=100), Settings(max_blocks=90)]
)
def test_what_is_beyond_the_budget_is_counted(settings: Settings) -> None:
    data = (f"<p>{SENTENCE}" * 1000).encode()
    source = Source(path="x.html", sha256="0" * 64, media_type="text/html", size=len(data))
    document = extract_html(data, source, settings)
    read = sum(count_text(block.raw) for block in document.blocks)
    assert set(codes(document)) == {"over-budget"}
    left = document.left_out["beyond-budget"]
    assert left == 1000 * count_text(SENTENCE) - read if settings.max_text_bytes > 1024 else left > 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_books_of_the_cases_balance(case: object) -> None:
    document, _, _ = read(case)  # type: ignore[arg-type]
    assert not {"text-unaccounted", "text-twice"} & set(codes(document))


@settings(max_examples=300)
@given(MARKUP)
def test_the_books_of_any_page_balance(markup: str) -> None:
    document = read_html(markup.encode())
    assert not {"text-unaccounted", "text-twice"} & set(codes(document))


def test_a_reader_that_loses_a_block_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    build = BlockBuilder.build
    monkeypatch.setattr(BlockBuilder, "build", lambda self: build(self)[1:])
    document = read_html(f"<p>{SENTENCE}<p>Ein zweiter &amp; letzter Satz.".encode())
    [found] = [each for each in document.findings if each.code == "text-unaccounted"]
    assert (found.count, found.evidence) == (count_text(SENTENCE), SENTENCE)
    assert found.origins == (TextRange(start=3, end=3 + len(SENTENCE)),)


def test_a_reader_that_gives_a_block_twice_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    build = BlockBuilder.build
    monkeypatch.setattr(BlockBuilder, "build", lambda self: [*build(self), build(self)[-1]])
    document = read_html(f"<p>Ein erster Satz.<p>{SENTENCE}".encode())
    [found] = [each for each in document.findings if each.code == "text-twice"]
    assert found.count == count_text(SENTENCE) and found.evidence == SENTENCE


# --- the books themselves ---

TEXT = "eins zwei drei vier"


def block(*ranges: tuple[int, int], hidden: bool = False) -> Block:
    origins = [TextRange(start=start, end=end) for start, end in ranges]
    return new_block("paragraph", "x", origins, visibility="hidden" if hidden else "shown")


@pytest.mark.parametrize(
    ("blocks", "left_out", "counts", "found"),
    [
        ([block((0, 19))], [], {}, []),
        ([block((0, 9)), block((10, 19))], [], {}, []),
        ([block((0, 4))], [LeftOut(4, 19, "rest")], {"rest": 12}, []),
        ([block((0, 9))], [LeftOut(5, 19, "rest")], {"rest": 8}, []),
        ([block((0, 4), (10, 14))], [], {}, [("text-unaccounted", 8, "zwei · vier")]),
        ([], [], {}, [("text-unaccounted", 16, TEXT)]),
        ([block((0, 9)), block((5, 19))], [], {}, [("text-twice", 4, "zwei")]),
        ([block((0, 19)), block((5, 9)), block((10, 14))], [], {}, [("text-twice", 8, "zwei · drei")]),
        ([block((0, 19)), block((5, 9), hidden=True)], [], {}, []),
        ([block((0, 9), (5, 19))], [], {}, []),
    ],
)
def test_books(
    blocks: list[Block], left_out: list[LeftOut], counts: dict[str, int], found: list[tuple[str, int, str]]
) -> None:
    books = balance(blocks, [(0, 19)], left_out, TEXT, lambda start, end: TEXT[start:end])
    assert books.left_out == counts
    assert [(each.code, each.count, each.evidence) for each in books.findings] == found


# --- a page's own data ---


REPEATED = " ".join(["Die Stadt plant"] * 12)


def page(shown: str, body: str) -> bytes:
    data = json.dumps({"@type": "Article", "articleBody": body})
    return f'<script type="application/ld+json">{data}</script>{shown}'.encode()


@pytest.mark.parametrize(
    ("shown", "body", "blocks"),
    [
        (f"<p>{SENTENCE}", f"{SENTENCE}\n{SENTENCE[::-1] * 3}", [SENTENCE, SENTENCE[::-1] * 3]),
        (f"<p>{SENTENCE}", f"{SENTENCE} {SENTENCE[::-1] * 3}", [SENTENCE, SENTENCE[::-1] * 3]),
        (f"<p>{SENTENCE}", f"Davor. {SENTENCE} {SENTENCE[::-1] * 3}", [SENTENCE, "Davor.", SENTENCE[::-1] * 3]),
        (f"<h1>Die Stadt</h1><p>{SENTENCE}", REPEATED, ["Die Stadt", SENTENCE, REPEATED]),
    ],
)  # fmt: skip
def test_the_body_in_the_data_gives_no_text_twice(shown: str, body: str, blocks: list[str]) -> None:
    document = read_html(page(shown, body))
    assert [block.raw for block in document.blocks] == blocks
    assert main_text(page(shown, body)) == "\n".join(blocks)


# --- another reading ---

WORD = re.compile(r"\w+")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_letter_of_another_reading_is_in_a_block(case: object) -> None:
    """The parser's own tree without the scanner: what is text there is in the blocks."""
    document, _, data = read(case)  # type: ignore[arg-type]
    tree = turbohtml.parse(data.decode("utf-8"), allow_declarative_shadow_roots=False)
    for element in tree.find_all(["script", "style", "title", "template", "iframe", "noembed", "noframes"]):
        element.decompose()
    source = data.decode("utf-8")
    ranges = [o for block in document.blocks for o in block.origins if isinstance(o, TextRange)]
    held = "".join(turbohtml.unescape(source[each.start : each.end]) for each in ranges)
    assert not Counter("".join(WORD.findall(tree.text))) - Counter("".join(WORD.findall(held)))
