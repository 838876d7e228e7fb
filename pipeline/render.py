"""Document → Markdown and plain text. The only place that knows how.

Scraped text is data: whatever Markdown, or the HTML inside Markdown, would take as a command is escaped, and
links are written only to `http`, `https` and `mailto` addresses.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from pipeline.model import OMISSION, REPLACEMENT, Block, Cell, Document
from pipeline.spans import Spans

_MANY_PLACES = 10_000
_PLACES_OF_CELL = 10
"""A table with so many places in all, and for each cell, is written without its empty ends of rows: one row of 2,000
cells over 2,000 rows of one took 1.6 s and 8 MB."""
_SPECIAL = re.compile(r"([\\`*\[\]<>])|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|~~")
_LINE_START = re.compile(
    r"^(\s*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|=+\s*$|-{2,}\s*$|\d{1,9}(?=[.)](?:\s|$))|~{3,})"
)
_SAFE_LINK = re.compile(r"^(?:https?://|mailto:)[^\s<>()\x00-\x1f\x7f]+$", re.IGNORECASE)


def escape(text: str) -> str:
    """`text` so that Markdown shows it letter by letter. The omission sign stays as it is."""
    kept = [_SPECIAL.sub(lambda m: "\\" + m.group(0), part) for part in text.split(OMISSION)]
    lines = OMISSION.join(kept).split("\n")
    return "\n".join(_LINE_START.sub(_escape_line_start, line) for line in lines)


def _escape_line_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def markdown(document: Document) -> str:
    """The document's content as CommonMark (tables as in GFM), one empty line between blocks.

    Furniture and hidden text are left out; where a block's text was lost, a note stands in its place.
    """
    content = [block for block in document.blocks if block.is_content]
    parts: list[str] = []
    previous: Block | None = None
    for position, block in enumerate(content):
        following = content[position + 1] if position + 1 < len(content) else None
        if _is_attribution(previous, block):
            parts.append(f"\n>\n> — {_one_line(escape(block.text))}")
            previous = block
            continue
        shown = block.model_copy(update={"speaker": None}) if _is_attribution(block, following) else block
        part = markdown_block(shown) or _loss_note(block)
        if not part:
            continue
        joins_list = previous is not None and previous.kind == "list_item" == block.kind
        parts.append(("" if not parts else "\n" if joins_list else "\n\n") + part)
        previous = block
    return "".join(parts) + "\n" if parts else ""


def _is_attribution(quote: Block | None, caption: Block | None) -> bool:
    """Whether a caption is the line behind a quote that says whose words they are."""
    if quote is None or caption is None or quote.kind != "quote" or caption.kind != "caption":
        return False
    return bool(quote.text.strip()) and bool(quote.speaker) and str(quote.speaker) in caption.text


def markdown_block(block: Block) -> str:
    """One block as Markdown, without a line feed at its end; "" for one without text."""
    if block.kind == "table":
        return table_markdown(block)
    if not block.text.strip():
        return ""
    if block.kind == "heading":
        return "#" * min(block.level or 2, 6) + " " + _one_line(escape(block.text))
    if block.kind == "list_item":
        indent = "  " * ((block.level or 1) - 1)
        return f"{indent}{_list_marker(block)} {_one_line(linked(block))}"
    if block.kind == "quote":
        lines = [*linked(block).split("\n"), *(["", f"— {escape(block.speaker)}"] if block.speaker else [])]
        return "\n".join(f"> {line}".rstrip() for line in lines)
    if block.kind in ("caption", "figure"):
        return f"*{_one_line(escape(block.text)).strip()}*"
    return linked(block)


def _list_marker(block: Block) -> str:
    number = re.search(r"\d{1,9}", block.marker or "")
    return f"{number.group(0)}." if block.ordered and number else "-"


def _one_line(text: str) -> str:
    return " ".join(line.strip() for line in text.split("\n"))


def _loss_note(block: Block) -> str:
    lost = block.raw.count(REPLACEMENT)
    return f"*{OMISSION} (text lost: {lost:,} replacement characters)*" if lost else ""


def linked(block: Block) -> str:
    """The block's text, escaped, with its links written as Markdown links."""
    now = Spans(block.edits)
    spans = [(*now.in_text(link.start, link.end), link.href) for link in block.links]
    parts, position = [], 0
    for start, end, href in sorted(spans):
        if start < position or start >= end or not _SAFE_LINK.match(href):
            continue
        parts += [escape(block.text[position:start]), f"[{escape(block.text[start:end])}]({href})"]
        position = end
    return "".join([*parts, escape(block.text[position:])]) if parts else escape(block.text)


def cell_texts(block: Block) -> Iterator[tuple[Cell, str]]:
    """The cells of a table, each with what it says now, after the block's edits."""
    now = Spans(block.edits)
    for cell in block.cells:
        start, end = now.in_text(cell.start, cell.end)
        yield cell, block.text[start:end]


def table_rows(block: Block) -> list[list[str]]:
    """A table's cells as a full grid: a cell that spans stands in its first place, the others are empty.

    A grid of very many empty places has no empty ones at the ends of its rows.
    """
    if not block.cells:
        return [row.split("\t") for row in block.text.split("\n")] if block.text else []
    rows = max(cell.row + 1 for cell in block.cells)
    columns = max(cell.column + 1 for cell in block.cells)
    widths = [columns] * rows
    if _is_sparse(rows * columns, len(block.cells)):
        widths = [0] * rows
        for cell in block.cells:
            widths[cell.row] = max(widths[cell.row], cell.column + 1)
    grid = [[""] * width for width in widths]
    for cell, text in cell_texts(block):
        grid[cell.row][cell.column] = text
    return grid


def _is_sparse(places: int, cells: int) -> bool:
    """Whether a table of so many cells is mostly empty: one wide row over very many narrow ones."""
    return places > max(_MANY_PLACES, _PLACES_OF_CELL * cells)


def table_markdown(block: Block) -> str:
    """A table as a pipe table; as an HTML table where cells span, which pipes cannot say."""
    if any(cell.rowspan > 1 or cell.colspan > 1 for cell in block.cells):
        return _table_html(block)
    rows = [[_pipe_cell(text) for text in row] for row in table_rows(block)]
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    head, *body = [row + [""] * (width - len(row)) for row in rows[:1]] + rows[1:]
    if not _is_sparse(width * len(rows), sum(map(len, rows))):
        body = [row + [""] * (width - len(row)) for row in body]  # else a reader of Markdown adds them
    lines = [head, ["---"] * width, *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _pipe_cell(text: str) -> str:
    return _one_line(escape(text)).replace("|", "\\|")


def _table_html(block: Block) -> str:
    return "\n".join(["<table>", *_html_rows(block), "</table>"])


def _html_rows(block: Block) -> Iterator[str]:
    by_row: dict[int, list[tuple[Cell, str]]] = {}
    for cell, text in sorted(cell_texts(block), key=lambda item: (item[0].row, item[0].column)):
        by_row.setdefault(cell.row, []).append((cell, text))
    for row in range(max(by_row, default=-1) + 1):
        cells = []
        for cell, text in by_row.get(row, []):
            tag = "th" if cell.header else "td"
            spans = (f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else "") + (
                f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
            )
            cells.append(f"<{tag}{spans}>{_html_text(text)}</{tag}>")
        yield "<tr>" + "".join(cells) + "</tr>"


def _html_text(text: str) -> str:
    return _one_line(html.escape(text, quote=False))


def plain(document: Document) -> str:
    """The document's content as plain text: a block a line, table rows on lines of their own."""
    lines = [block.text for block in document.blocks if block.is_content and block.text.strip()]
    return "\n".join(lines) + "\n" if lines else ""
