"""Text dumps and Markdown → Document: what a browser's copy, a converter or a writer left as plain text.

Structure is told by shape alone: blank lines, indentation, markers, underlining, the length of lines. What a
heading means is for a later stage. Every pass over the text is linear, and the number of lines and blocks is
bounded by the settings (`max_nodes` counts lines here).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from pipeline.decode import decode_bytes
from pipeline.errors import EmptyDocument
from pipeline.extract.accounting import LeftOut, balance
from pipeline.extract.text import line_shape as shape
from pipeline.extract.text.leftovers import pieces, signs
from pipeline.extract.text.lines import Line, Run, links_of, markdown_runs, plain_runs, raw_of
from pipeline.extract.text.units import MAX_HEADING, Unit, read_lines, read_units
from pipeline.knowledge.findings import finding
from pipeline.records import Block, Cell, Document, Finding, Known, Source, TextRange, new_block
from pipeline.settings import Settings

MARKDOWN = "text/markdown"
MAX_TERM = 60
MAX_RUN = 7
"""More short lines than this in a row are a menu or a list of names, not headings."""


def extract_text(data: bytes, source: Source, settings: Settings) -> Document:
    """The document in `data`, a text dump or (by the source's media type) Markdown.

    Text beyond the budgets of `settings` is not read and leaves a finding. Raises EmptyDocument where there is
    nothing but white space.
    """
    findings: list[Finding] = []
    if len(data) > settings.max_text_bytes:
        findings.append(_over_budget(f"{len(data)} bytes", f"max_text_bytes = {settings.max_text_bytes}"))
        data = _cut(data, settings.max_text_bytes)
    elif len(data) < source.size:  # the run read no more of it
        data = _cut(data, len(data))
    declared = source.metadata.get("charset")
    decoded = decode_bytes(data, [(declared.value, declared.origin)] if declared else ())
    findings = [*decoded.findings, *findings]
    lines = read_lines(decoded.text, settings.max_nodes)
    if not any(line.text for line in lines):
        raise EmptyDocument("There is nothing in the file but white space. Fetch the document again.")
    beyond = len(decoded.text)
    if lines[-1].end < len(decoded.text.rstrip()):
        findings.append(_over_budget("more lines", f"max_nodes = {settings.max_nodes}"))
        beyond = lines[-1].end
    markdown = source.media_type == MARKDOWN
    units, left_out = read_units(lines, markdown)
    units = _tell_quotes(units)
    if len(units) > settings.max_blocks:
        findings.append(_over_budget(f"{len(units)} blocks", f"max_blocks = {settings.max_blocks}"))
        beyond = units[settings.max_blocks].full[0].start
        units = units[: settings.max_blocks]
    _tell_terms(units)
    _tell_headings(units)
    _tell_depth(units)
    blocks = tuple(_blocks(units, markdown, settings.max_nodes))
    left_out.append(LeftOut(beyond, len(decoded.text), "beyond-budget"))
    left_out += signs(decoded.text, lines, blocks, left_out, markdown)
    books = balance(blocks, pieces(lines), left_out, decoded.text, lambda start, end: decoded.text[start:end])
    return Document(
        id=source.sha256[:16],
        source=source.model_copy(update={"metadata": {**_front_matter(units), **source.metadata}}),
        charset=decoded.charset,
        blocks=blocks,
        findings=(*findings, *books.findings),
        left_out=books.left_out,
    )


def _over_budget(what: str, budget: str) -> Finding:
    return finding("over-budget", f"The document has {what}, more than {budget}; the rest was not read.")


def _cut(data: bytes, size: int) -> bytes:
    """The first `size` bytes, back to the end of a line where one is near, so that no character is halved."""
    newline = data.rfind(b"\n", size - 65536 if size > 65536 else 0, size)
    return data[
        : newline + 1 if newline > 0 and not data.startswith((b"\xff\xfe", b"\xfe\xff")) else size & ~1
    ]


# --- headings and quotes -----------------------------------------------------------------------------------


def _tell_headings(units: list[Unit]) -> None:
    """Mark as headings the short lines that stand above text."""
    candidate = [_may_head(units, index) for index in range(len(units))]
    index = 0
    while index < len(units):
        if not candidate[index]:
            index += 1
            continue
        end = index
        while end < len(units) and (candidate[end] or units[end].kind == "heading"):
            end += 1
        if end < len(units):  # there is text below
            first = index if end - index <= MAX_RUN else end - 2
            for unit in units[first:end]:
                if unit.kind != "heading":
                    _make_heading(unit)
        index = end


def _tell_terms(units: list[Unit]) -> None:
    """Mark short lines that name the figure below them ("Inhabitants", and below it "260,341 (2018)")."""
    for unit, after in pairwise(units):
        label = unit.kind == "paragraph" and len(unit.lines) == 1 and len(unit.text) <= MAX_TERM
        if label and after.kind == "paragraph" and after.full[0].indent >= unit.full[0].indent:
            unit.term = (
                any(c.isalpha() for c in unit.text)
                and shape.is_figure(after.text)
                and not shape.is_figure(unit.text)
            )


def _may_head(units: list[Unit], index: int) -> bool:
    unit = units[index]
    after = units[index + 1] if index + 1 < len(units) else None
    if unit.kind == "list_item" and unit.ordered:
        below = after is not None and after.kind == "paragraph" and len(after.text) > MAX_HEADING
        before = units[index - 1] if index else None
        inside = before is not None and before.kind == "list_item" and before.ordered
        return below and not inside and len(unit.full) == 1 and shape.heads(unit.text)
    if unit.kind != "paragraph" or unit.term or len(unit.lines) > 2 or not shape.heads(unit.text):
        return False
    if unit.text.endswith(":") and after is not None and after.kind == "list_item":
        return False
    if unit.alone:
        return True
    if after is None or after.first:
        return False
    if not unit.first and units[index - 1].kind != "list_item" and units[index - 1].text[-1:] not in ".!?":
        return False
    return after.kind == "list_item" or len(after.text) > max(80, 2 * len(unit.text))


def _make_heading(unit: Unit) -> None:
    unit.kind, unit.lines, unit.marker, unit.ordered = "heading", unit.full, None, None
    unit.level = shape.heading_level(unit.text)


def _tell_quotes(units: list[Unit]) -> list[Unit]:
    """Mark quotations; the words that name the speaker become a caption behind the quotation."""
    told: list[Unit] = []
    for unit in units:
        last = told[-1] if told else None
        if last and last.kind == "quote" and last.speaker is None and _names_speaker(unit):
            unit.kind, unit.lines, unit.marker, unit.ordered = "caption", unit.full, None, None
            last.speaker = _after_dash(unit.lines[0])
        elif unit.kind == "paragraph" and shape.is_quotation(unit.text):
            told += _quotation(unit)
            continue
        elif unit.kind == "quote" and len(unit.lines) > 1 and shape.names_speaker(unit.lines[-1].text):
            last_line = unit.lines.pop()
            unit.speaker = _after_dash(last_line)
            told += [unit, Unit("caption", [last_line], [last_line])]
            continue
        told.append(unit)
    return told


def _quotation(unit: Unit) -> list[Unit]:
    """A quotation, and the caption behind it where it names its speaker on the same line."""
    unit.kind = "quote"
    line = unit.lines[-1]
    said = shape.quotation_length(line.text)
    if said is None:
        return [unit]
    naming = line.part(said, len(line.text))
    unit.lines = [*unit.lines[:-1], line.part(0, said)]
    unit.speaker = _after_dash(naming)
    return [unit, Unit("caption", [naming], [naming])]


def _names_speaker(unit: Unit) -> bool:
    if len(unit.full) != 1 or unit.kind not in ("paragraph", "list_item", "heading"):
        return False
    return shape.names_speaker(unit.full[0].text)


def _after_dash(line: Line) -> Line:
    return line.part(shape.attribution_length(line.text), len(line.text))


def _tell_depth(units: list[Unit]) -> None:
    """Set the depth of list items (from 1) by their indentation."""
    indents: list[int] = []
    for unit in units:
        if unit.kind != "list_item":
            indents.clear()
            continue
        indent = unit.full[0].indent
        while indents and indent < indents[-1]:
            indents.pop()
        if not indents or indent > indents[-1]:
            indents.append(indent)
        unit.level = len(indents)


# --- blocks ------------------------------------------------------------------------------------------------


def _blocks(units: Iterable[Unit], markdown: bool, budget: int) -> Iterator[Block]:
    """The blocks of the units; markup is resolved until it has made more than `budget` runs, then it is text."""
    for unit in units:
        if unit.kind == "table":
            yield _table_block(unit)
            continue
        runs: list[Run] = []
        for line in unit.lines:
            runs += markdown_runs(line) if markdown and budget > 0 else plain_runs(line)
        budget -= len(runs)
        yield _block(unit, runs)


def _block(unit: Unit, runs: list[Run]) -> Block:
    raw, origins = raw_of(runs)
    if unit.kind == "front_matter":
        return new_block("furniture", raw, origins, role="metadata", visibility="hidden")
    if unit.kind == "footer":
        return new_block("furniture", raw, origins, role="footer", links=links_of(runs, raw, origins))
    return Block(
        kind=unit.kind,
        raw=raw,
        text=raw,
        origins=origins,
        level=unit.level,
        marker=unit.marker,
        ordered=unit.ordered,
        speaker=unit.speaker.text if unit.speaker else None,
        role="definition_term" if unit.term else None,
        links=links_of(runs, raw, origins),
    )


def _table_block(unit: Unit) -> Block:
    parts: list[str] = []
    cells: list[Cell] = []
    origins: list[TextRange] = []
    at = 0
    for row, runs in enumerate(unit.rows):
        for column, run in enumerate(runs):
            parts.append("" if not parts else "\t" if column else "\n")
            at += len(parts[-1])
            if run.text:
                origins.append(TextRange(start=run.start, end=run.end, at=at))
            end = at + len(run.text)
            cells.append(Cell(row=row, column=column, start=at, end=end, header=unit.header and row == 0))
            parts.append(run.text)
            at = end
    return new_block("table", "".join(parts), origins, cells=tuple(cells))


_FRONT_KEYS = {"title": "title", "lang": "language", "language": "language", "url": "url", "author": "author",
               "description": "description", "date": "published", "published": "published"}  # fmt: skip


def _front_matter(units: Iterable[Unit]) -> dict[str, Known]:
    found: dict[str, Known] = {}
    for unit in units:
        if unit.kind != "front_matter":
            continue
        key, colon, value = unit.text.partition(":")
        name = _FRONT_KEYS.get(key.strip().lower())
        value = value.strip().strip("\"'")
        if name and colon and value and "\ufffd" not in value:
            found.setdefault(name, Known(value=value, origin=f"markdown.{key.strip().lower()}"))
    return found
