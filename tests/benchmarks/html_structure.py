"""The small hostile pages of the HTML benchmark: what must come out of each, as checks on the document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.extract.html import read_html
from pipeline.records import Block, Document

BASE = "https://city.example.org/page"


def checks(data: Path) -> Iterator[tuple[str, bool]]:
    """Each check by name, and whether it holds."""
    folder = data / "html" / "structure"
    for path in sorted(folder.glob("*.html")):
        document = read_html(path.read_bytes(), BASE)
        for name, holds in _checks_of(path.stem, document):
            yield f"{path.stem}: {name}", holds


def _checks_of(page: str, document: Document) -> Iterator[tuple[str, bool]]:
    text = "\n".join(block.text for block in document.blocks if block.is_content)
    yield "no replacement character", "\ufffd" not in text
    yield "no junk", "JUNK" not in text
    if page == "1_struct":
        yield from _report(document, text)
    elif page == "2_accordion":
        for word in ("DETAILSQ", "DETAILSA", "BUTTONQ", "PANELA", "TABPANE", "HIDDENTAB"):
            yield word, word in text
        for word in ("TRULYHIDDEN", "SRONLY"):
            yield f"{word} hidden", word not in text
    elif page == "5_pseudohead":
        for level, word in ((1, "PSEUDOH1"), (2, "PSEUDOH2"), (2, "ARIAH2"), (2, "REALH2\u0020second"), (5, "SKIPH5"),
                            (2, "ASIDEH2"), (2, "REALH2b")):  # fmt: skip
            yield word, _heading(document, word) == level
        yield "no empty heading", all(block.text.strip() for block in _content(document, "heading"))
        yield "aside", "ASIDETXT" in text
    elif page == "7_layout_table":
        yield "heading in a layout table", _heading(document, "Water supply") == 2
        yield "text after the table", "AFTERTABLE" in text
        tables = _content(document, "table")
        yield (
            "the data table alone",
            [[cell.colspan for cell in table.cells] for table in tables] == [[1, 1, 1, 1, 2]],
        )
    elif page.startswith("4"):
        yield "charset", "Žluťoučký kůň úpěl ďábelské ódy" in text and _heading(document, "Zpráva města") == 1
        if "mix" in page:
            yield "second charset", "Druhá rada města schválila plán" in text


def _report(document: Document, text: str) -> Iterator[tuple[str, bool]]:
    for level, word in (
        (1, "City Climate Report 2024"),
        (2, "Governance"),
        (3, "Steering group"),
        (4, "Meeting frequency"),
        (2, "Emissions inventory"),
        (2, "Definitions"),
        (2, "Downloads"),
    ):
        yield word, _heading(document, word) == level
    items = {
        block.text: (block.level, block.ordered, block.marker) for block in _content(document, "list_item")
    }
    yield "nested list", items.get("Deputy mayor unit") == (2, False, None)
    yield "ordered list in it", items.get("Third level item") == (3, True, "1.")
    yield "paragraph in an item", items.get("Finance department paragraph item") == (1, False, None)
    yield "numbering", items.get("Sixth step") == (1, True, "6.")
    [table] = _content(document, "table") or [None]
    yield "caption", "Emissions by sector" in text
    spans = (
        {table.raw[c.start : c.end]: (c.row, c.column, c.rowspan, c.colspan) for c in table.cells}
        if table
        else {}
    )
    yield "row span", spans.get("Transport") == (1, 0, 2, 1)
    yield "cell beside a row span", spans.get("101") == (2, 1, 1, 1)
    yield "column span", spans.get("Buildings total") == (3, 0, 1, 2)
    yield "list in a cell", spans.get("cellitem A cellitem B") == (3, 2, 1, 1)
    links = {block.raw[link.start : link.end]: link.href for block in document.blocks for link in block.links}
    yield "link against base", links.get("full plan document") == "https://city.example.org/reports/plan.pdf"
    yield "link in a heading", links.get("Governance") == "https://city.example.org/reports/#gov"
    yield (
        "link to a file",
        links.get("Annual report 2023 (PDF)") == "https://city.example.org/files/annual-2023.pdf",
    )
    yield "downloads are content", "Annual report 2022 (PDF)" in text
    yield "definition", "GPC" in text and "Global Protocol" in text
    yield "quote", [block.text for block in _content(document, "quote")] == ["Quoted statement of the mayor."]
    yield "short paragraph", any(block.text == "Short." for block in _content(document, "paragraph"))


def _content(document: Document, kind: str) -> list[Block]:
    return [block for block in document.blocks if block.kind == kind and block.is_content]


def _heading(document: Document, words: str) -> int | None:
    return next(
        (block.level for block in _content(document, "heading") if block.text.startswith(words)), None
    )
