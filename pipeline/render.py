"""Document → Markdown and plain text. The only place that knows how.

Scraped text is data: whatever Markdown, the HTML inside it, or a program that reads it (front matter, templates) would
take as a command is escaped; characters that command a program are taken out (`pipeline.controls`); links are written
only to `http`, `https` and `mailto` addresses.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from pipeline.controls import removed
from pipeline.knowledge.losses import lost_in
from pipeline.records import OMISSION, Block, Cell, Document
from pipeline.records.spans import Spans

_MANY_PLACES = 10_000
_PLACES_OF_CELL = 10
"""A table with so many places in all, and for each cell, is written without its empty ends of rows: one row of 2,000
cells over 2,000 rows of one took 1.6 s and 8 MB."""

_ENTITY = re.compile(r"&(?=#?\w+;)")
_SPECIAL = re.compile(r"[\\`*\[\]<>~|{}]|(?<=\{)%|(?<!\w)_|_(?!\w)|&(?=#?\w+;)")
"""Signs of Markdown, and of the templates in which a site generator may put it (`{{`, `{%`)."""

_LINE_START = re.compile(
    r"#{1,6}(?=\s|$)"  # heading
    r"|[-+:](?=\s|$)"  # list, definition
    r"|[-=+:;][-=+:;\s]*$"  # underline of a heading or table, rule, front matter
    r"|[-+:;]{3}"  # front matter in a language of its own (`---js`), directive
    r"|\d{1,9}(?=[.)](?:\s|$))"  # numbered list
)
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>()\x00-\x1f\x7f]+", re.IGNORECASE)
_IN_ADDRESS = {sign: f"%{ord(sign):02X}" for sign in "\\`{}|"}
"""Signs that a program may take as Markdown or a template even inside an address."""


def escape(text: str) -> str:
    """`text` so that Markdown shows it letter by letter. The omission sign stays as it is."""
    return _lines(_inline(text))


def _inline(text: str) -> str:
    """`text` with the signs of Markdown escaped, wherever in a line it stands."""
    first, *others = (_SPECIAL.sub(r"\\\g<0>", part) for part in removed(text).split(OMISSION))
    # the omission sign has brackets: what would make a link of it is escaped
    return OMISSION.join([first, *(re.sub(r"^[(:]", r"\\\g<0>", part) for part in others)])


def _lines(text: str) -> str:
    """Escaped text with what means something at the beginning of a line escaped, and no white space around lines."""
    return "\n".join(_line(line.strip(" \t")) for line in text.split("\n"))


def _line(line: str) -> str:
    match = _LINE_START.match(line)
    if match is None:
        return line
    end = match.end()
    return f"{line[:end]}\\{line[end:]}" if line[0].isdigit() else f"\\{line}"


def markdown(document: Document) -> str:
    """The document's content as CommonMark (tables as in GFM), one empty line between blocks.

    Furniture and hidden text are left out; where a block's text was lost, a note stands in its place.
    """
    content = [block for block in document.blocks if block.is_content]
    lost = [
        count for block, count in zip(document.blocks, lost_in(document), strict=True) if block.is_content
    ]
    parts: list[str] = []
    previous: Block | None = None
    lists = _Lists()
    for position, block in enumerate(content):
        following = content[position + 1] if position + 1 < len(content) else None
        if _is_attribution(previous, block):
            parts.append(f"\n>\n> — {_one_line(_inline(block.text))}")
            previous = block
            continue
        shown = block.model_copy(update={"speaker": None}) if _is_attribution(block, following) else block
        part = markdown_block(shown) or _loss_note(lost[position])
        if not part:
            continue
        if block.kind == "list_item":
            between, part = lists.add(block, part)
        else:
            between = lists.end()
        parts.append((between if parts else "") + part)
        previous = block
    return "".join(parts) + "\n" if parts else ""


class _Lists:
    """The lists that are open, outermost first: the column at which their items' text begins, and whether ordered.

    An item stands at most one level below the one before it: deeper, Markdown would take it for code.
    """

    def __init__(self) -> None:
        self._open: list[tuple[int, bool | None]] = []

    def end(self) -> str:
        """A block that is no item ends all lists; what stands before it."""
        self._open = []
        return "\n\n"

    def add(self, block: Block, item: str) -> tuple[str, str]:
        """What stands before an item, and the item in its column."""
        depth = min(block.level or 1, len(self._open) + 1)
        begins = depth > len(self._open) or self._open[depth - 1][1] != block.ordered
        first = not self._open
        column = self._open[depth - 2][0] if depth > 1 else 0
        width = len(_list_marker(block)) + 1
        self._open = [*self._open[: depth - 1], (column + width, block.ordered)]
        # a numbered list that begins with another number than 1 would continue the line above
        apart = first or (begins and _list_marker(block)[0].isdigit())
        return "\n\n" if apart else "\n", " " * column + item


def _is_attribution(quote: Block | None, caption: Block | None) -> bool:
    """Whether a caption is the line behind a quote that says whose words they are."""
    if quote is None or caption is None or quote.kind != "quote" or caption.kind != "caption":
        return False
    return bool(quote.text.strip()) and bool(quote.speaker) and str(quote.speaker) in caption.text


def markdown_block(block: Block) -> str:
    """One block as Markdown, without a line feed at its end; "" for one without text."""
    if block.kind == "table":
        return table_markdown(block)
    if not removed(block.text).strip():
        return ""
    if block.kind == "heading":
        text = _lines(_one_line(_inline(block.text)))
        return "#" * min(block.level or 2, 6) + " " + re.sub(r"(?<!\\)#$", r"\\#", text)
    if block.kind == "list_item":
        return f"{_list_marker(block)} {_one_line(linked(block))}"
    if block.kind == "quote":
        speaker = ["", f"— {_one_line(_inline(block.speaker))}"] if block.speaker else []
        lines = [*linked(block).split("\n"), *speaker]
        return "\n".join(f"> {line}".rstrip() for line in lines)
    if block.kind in ("caption", "figure"):
        return f"*{_one_line(_inline(block.text)).strip()}*"
    return linked(block)


def _list_marker(block: Block) -> str:
    number = re.search(r"\d{1,9}", block.marker or "")
    return f"{number.group(0)}." if block.ordered and number else "-"


def _one_line(text: str) -> str:
    return " ".join(line.strip() for line in text.split("\n"))


def _loss_note(lost: int) -> str:
    return f"*{OMISSION} (text lost: {lost:,} unreadable characters)*" if lost else ""


def linked(block: Block) -> str:
    """The block's text, escaped, with its links written as Markdown links."""
    now = Spans(block.edits)
    spans = [(*now.in_text(link.start, link.end), link.href) for link in block.links]
    parts, position = [], 0
    for start, end, href in sorted(spans):
        text, address = block.text[start:end], _address(href)
        label = _one_line(_inline(text)).strip()
        if start < position or not label or address is None:
            continue
        before = _inline(block.text[position:start]) + (" " if text[0].isspace() else "")
        if before.endswith("!"):  # no picture is made of the link
            before = before[:-1] + "\\!"
        parts += [before, f"[{label}]({address})", " " if text[-1].isspace() else ""]
        position = end
    return _lines("".join([*parts, _inline(block.text[position:])]))


def _address(href: str) -> str | None:
    """The target of a link as Markdown takes it letter by letter, or None where it is not safe to follow."""
    if not _SAFE_LINK.fullmatch(href) or removed(href) != href:
        return None
    return _ENTITY.sub("&amp;", "".join(_IN_ADDRESS.get(char, char) for char in href))


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
    return _one_line(_inline(text))


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
    return _one_line(html.escape(removed(text), quote=False)).replace("{", "&#123;")


def plain(document: Document) -> str:
    """The document's content as plain text, letter by letter: a block a line, table rows on lines of their own."""
    lines = [block.text for block in document.blocks if block.is_content and block.text.strip()]
    return "\n".join(lines) + "\n" if lines else ""
