"""Markdown of any document: a reader of CommonMark shows each block's text, and nothing scraped becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pipeline.controls import removed
from pipeline.records import OMISSION, Block, BlockKind, Cell, Document, Link, Source, new_block
from pipeline.render import markdown, table_rows

SOURCE = Source(path="x.txt", sha256="0" * 64, media_type="text/plain", size=1)

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
READER.validateLink = lambda url: True  # type: ignore[method-assign]  # other readers allow any target

OURS = {"p", "ul", "ol", "li", "blockquote", "em", "a", "table", "thead", "tbody", "tr", "th", "td"}
OURS |= {f"h{level}" for level in range(1, 7)}
"""Elements that a document of ours may have: no picture, code, line break, rule, strong or struck text."""

PIECES = (
    *"#*_-+=~`<>[]()!&|\\:;%{}\"'^$@.,/ 1a",
    *("\n", "\n\n", "\r", "\t", "    ", "  \n", "\u2028", "\u202e", "\x0b", "\x00", "\x85", "\u200d", "ש"),
    *(
        "**",
        "---",
        "===",
        "+++",
        "---js",
        "```",
        "~~~",
        "# ",
        "- ",
        "1. ",
        "2) ",
        "> ",
        ": ",
        ":-",
        "| a | b |",
        "|---|---|",
    ),
    *(
        OMISSION,
        "](",
        "[^1]",
        "[x]: ",
        "![",
        "<script>",
        "<b onclick=x>",
        "<!--",
        "</table>",
        "&lt;",
        "&#60;",
        "&colon;",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "https://x.example/",
        "<https://x.example>",
        "<javascript:x>",
    ),
    *("{{ x }}", "{% x %}", "{{< x >}}", "http://", "www.x.example", "word", "Łódź"),
)
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join)
ADDRESSES = st.one_of(
    st.sampled_from(
        ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:x", "vbscript:x", "file:///etc/passwd"]
    ),
    st.text(alphabet="ab/?=&;%#()[]<>\\`{}|\"' \n\u202e*_~!", max_size=12).map("https://x.example/".__add__),
)
KINDS: list[BlockKind] = ["heading", "paragraph", "list_item", "quote", "caption"]


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """A block of any kind but a table, perhaps with a link over a part of it."""
    text, kind = draw(TEXTS), draw(st.sampled_from(KINDS))
    links = ()
    if draw(st.booleans()) and kind in ("paragraph", "list_item", "quote"):
        start = draw(st.integers(0, len(text)))
        links = (Link(start=start, end=draw(st.integers(start, len(text))), href=draw(ADDRESSES)),)
    level = draw(st.integers(1, 4)) if kind in ("heading", "list_item") else None
    return new_block(kind, text, level=level, links=links, marker="•" if kind == "list_item" else None)


@st.composite
def tables(draw: st.DrawFn) -> Block:
    """A table of two by two, perhaps with a cell that spans both columns."""
    texts = [re.sub(r"[\t\n]", " ", draw(TEXTS)) for _ in range(4)]
    text, cells, position = "", [], 0
    for at, content in enumerate(texts):
        end = position + len(content)
        cells.append(Cell(row=at // 2, column=at % 2, start=position, end=end, header=at < 2))
        text += content + ("\t" if at % 2 == 0 else "\n")
        position = end + 1
    if draw(st.booleans()):
        cells[0] = cells[0].model_copy(update={"rowspan": 2})
        del cells[2]
    return new_block("table", text.removesuffix("\n"), cells=tuple(cells))


class _Shown(HTMLParser):
    """The text, elements and link targets of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.elements, self.targets, self.attributes = "", set[str](), list[str](), set[str]()
        self.comments = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.targets += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments += 1


def shown(*content: Block) -> _Shown:
    """What a reader makes of a document."""
    found = _Shown()
    found.feed(READER.render(markdown(Document(id="0" * 16, source=SOURCE, blocks=content))))
    found.close()
    return found


def squeezed(text: str) -> str:
    """A text without white space: where lines break is not what is tested here."""
    return re.sub(r"\s", "", removed(text))


def check(found: _Shown, expected: str) -> None:
    assert squeezed(found.text) == squeezed(expected)
    assert found.elements <= OURS
    assert found.attributes <= {"href", "start", "rowspan", "colspan"}
    assert found.comments == 0
    assert all(re.match(r"(?:https?://|mailto:)", target, re.IGNORECASE) for target in found.targets)


@given(st.lists(blocks(), min_size=1, max_size=5))
def test_a_document_shows_its_text_and_nothing_is_markup(content: list[Block]) -> None:
    check(shown(*content), "".join(block.text for block in content))


@given(tables(), blocks())
def test_a_table_shows_its_text_and_nothing_is_markup(table: Block, after: Block) -> None:
    expected = "".join("".join(row) for row in table_rows(table)) if table.text.strip() else ""
    check(shown(table, after), expected + after.text)


@given(TEXTS)
def test_no_document_begins_with_front_matter_or_holds_a_template(text: str) -> None:
    written = markdown(Document(id="0" * 16, source=SOURCE, blocks=(new_block("paragraph", text),)))
    assert not re.match(r"---|\+\+\+|;;;|\{", written)
    assert not re.search(r"\{\{|\{%|\}\}", written)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", written)
