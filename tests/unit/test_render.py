"""Markdown and plain text of documents: nothing scraped may command the reader's program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.knowledge.findings import finding
from pipeline.records import OMISSION, Answers, Block, Cell, Document, Edit, Link, Source, apply, new_block
from pipeline.render import markdown, markdown_block, plain, table_rows
from pipeline.repair import repair
from pipeline.settings import Settings

SOURCE = Source(path="x.txt", sha256="0" * 64, media_type="text/plain", size=1)


def document(*blocks: Block) -> Document:
    return Document(id="0" * 16, source=SOURCE, blocks=blocks)


def shown(text: str) -> str:
    """What a CommonMark reader (with tables and strikethrough) shows of a Markdown text: its HTML."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)


TABLE = new_block(
    "table",
    "Year\tPeople\n2021\t470 633",
    cells=(
        Cell(row=0, column=0, start=0, end=4, header=True),
        Cell(row=0, column=1, start=5, end=11, header=True),
        Cell(row=1, column=0, start=12, end=16),
        Cell(row=1, column=1, start=17, end=24),
    ),
)


def test_headings_lists_quotes_and_tables_read_as_such() -> None:
    text = markdown(
        document(
            new_block("heading", "Gdańsk", level=1),
            new_block("paragraph", "On the Baltic."),
            new_block("list_item", "first", level=1, ordered=True, marker="1."),
            new_block("list_item", "inner", level=2, marker="•"),
            new_block("quote", "Sea and freedom", speaker="A mayor"),
            TABLE,
        )
    )
    assert text == (
        "# Gdańsk\n\nOn the Baltic.\n\n1. first\n   - inner\n\n> Sea and freedom\n>\n> — A mayor\n\n"
        "| Year | People |\n| --- | --- |\n| 2021 | 470 633 |\n"
    )


def test_a_caption_that_names_the_speaker_of_a_quote_is_said_once() -> None:
    quote = new_block("quote", "Sea and freedom", speaker="Els D.")
    text = markdown(
        document(quote, new_block("caption", "Els D., coordinator"), new_block("paragraph", "Next."))
    )
    assert text == "> Sea and freedom\n>\n> — Els D., coordinator\n\nNext.\n"


def test_a_document_without_content_is_an_empty_text() -> None:
    assert markdown(document()) == plain(document()) == ""


def test_furniture_and_hidden_text_are_left_out() -> None:
    blocks = (
        new_block("furniture", "Menu", role="navigation"),
        new_block("paragraph", "hidden", visibility="hidden"),
        new_block("paragraph", "folded", visibility="folded"),
    )
    assert markdown(document(*blocks)) == "folded\n"
    assert plain(document(*blocks)) == "folded\n"


def test_a_lost_block_leaves_a_note_and_no_replacement_character() -> None:
    block = new_block("paragraph", "\ufffd" * 5884)
    block = apply(block, [Edit(start=0, end=5884, before=block.raw, after="", cause="withheld")])
    lost = document(block).with_findings([finding("text-lost", block=0, count=5884)])
    assert markdown(lost) == f"*{OMISSION} (text lost: 5,884 unreadable characters)*\n"


def test_a_block_of_glyphs_without_a_meaning_leaves_a_note_too() -> None:
    result = repair(document(new_block("paragraph", "(cid:31)(cid:32)(cid:7)")), Answers(), Settings())
    assert markdown(result) == f"*{OMISSION} (text lost: 3 unreadable characters)*\n"


def test_spanning_cells_make_an_html_table_with_escaped_text() -> None:
    block = new_block(
        "table",
        "<b>All</b>\n1\t2",
        cells=(
            Cell(row=0, column=0, start=0, end=10, colspan=2, header=True),
            Cell(row=1, column=0, start=11, end=12),
            Cell(row=1, column=1, start=13, end=14),
        ),
    )
    assert markdown_block(block) == (
        '<table>\n<tr><th colspan="2">&lt;b&gt;All&lt;/b&gt;</th></tr>\n<tr><td>1</td><td>2</td></tr>\n</table>'
    )


def test_cells_follow_the_edits() -> None:
    block = apply(TABLE, [Edit(start=0, end=4, before="Year", after="Jahrgang", cause="test")])
    assert table_rows(block) == [["Jahrgang", "People"], ["2021", "470 633"]]


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:text/html,x", "https://x.example/a b", "//x", "vbscript:x"]
)
def test_only_addresses_that_are_safe_become_links(href: str) -> None:
    block = new_block("paragraph", "click here", links=(Link(start=0, end=5, href=href),))
    assert markdown_block(block) == "click here"


def test_links_are_written_over_the_text_as_it_is_now() -> None:
    block = new_block(
        "paragraph", "see GdaÅ„sk now", links=(Link(start=4, end=11, href="https://gdansk.example/"),)
    )
    block = apply(block, [Edit(start=7, end=9, before="Å„", after="ń", cause="test")])
    assert markdown_block(block) == "see [Gdańsk](https://gdansk.example/) now"


HOSTILE = (
    st.text(alphabet="#*_-+=~`<>[]()!&|\\:/.1a \"'{}$^;", min_size=1, max_size=30).map(str.strip).filter(bool)
)


@given(HOSTILE)
def test_a_paragraph_shows_its_text_letter_by_letter(text: str) -> None:
    import html

    text = " ".join(text.split())
    rendered = shown(markdown_block(new_block("paragraph", text)))
    assert rendered == f"<p>{html.escape(text, quote=False).replace(chr(34), '&quot;')}</p>\n"


@given(HOSTILE)
def test_a_table_cell_shows_its_text_letter_by_letter(text: str) -> None:
    import html

    text = " ".join(text.split())
    cells = (
        Cell(row=0, column=0, start=0, end=1, header=True),
        Cell(row=0, column=1, start=2, end=3, header=True),
        Cell(row=1, column=0, start=4, end=4 + len(text)),
        Cell(row=1, column=1, start=5 + len(text), end=6 + len(text)),
    )
    rendered = shown(markdown_block(new_block("table", f"a\tb\n{text}\tz", cells=cells)))
    escaped = html.escape(text, quote=False).replace('"', "&quot;")
    assert f"<td>{escaped}</td>\n<td>z</td>" in rendered
