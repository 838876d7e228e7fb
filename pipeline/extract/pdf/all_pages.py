"""All pages → drafts of the whole document: furniture labelled, captions, notes and headings told, breaks mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.extract.pdf.layout.headings import body_size, mark_headings
from pipeline.extract.pdf.layout.lines import Line
from pipeline.extract.pdf.layout.paragraphs import (
    Draft,
    join_over_breaks,
    list_marker,
    marks,
    paragraphs,
)
from pipeline.extract.pdf.layout.running_lines import label_furniture
from pipeline.extract.pdf.page import Page
from pipeline.extract.pdf.structure.bookmarks import Bookmarks
from pipeline.extract.pdf.tables.grid import Grid
from pipeline.records import Role

_NOTE_SIZE = 0.93
_NOTE_ZONE = 0.5


def make_drafts(pages: Sequence[Page], bookmarks: Bookmarks) -> list[Draft]:
    """The drafts of the document, in reading order."""
    label_furniture([(page.height, [*page.lines(), *page.artifacts]) for page in pages])
    drafts = _joined_elements([draft for page in pages for draft in _page_drafts(page)])
    body = body_size(drafts)
    _label_notes(drafts, {page.number: page.height for page in pages}, body)
    mark_headings(drafts, bookmarks)
    return _join_tables(join_over_breaks(drafts))


def _page_drafts(page: Page) -> Iterator[Draft]:
    for number, column in enumerate(page.columns):
        run: list[Line] = []
        first = True
        for item in [*column, None]:
            if isinstance(item, Line) and not item.kind:
                run.append(item)
                continue
            if item is None or isinstance(item, Grid):
                yield from _text_drafts(run, first, number)
                first, run = first and not run, []
            if isinstance(item, Grid):
                yield Draft("table", page=page.number, table=[item])
            elif isinstance(item, Line):
                yield Draft("furniture", [item], page.number, role=item.kind)  # type: ignore[arg-type]
    for line in page.asides:
        yield Draft("paragraph", [line], page.number)
    for line in page.fields:
        yield Draft("paragraph", [line], page.number, role="form_field")
    for line in page.artifacts:
        role: Role = "running_header" if line.box[1] < page.height / 2 else "running_footer"
        if marks().page_number.match(line.text):
            role = "page_number"
        yield Draft("furniture", [line], page.number, role=role)
    for line in page.hidden:
        yield Draft("paragraph", [line], page.number, visibility="hidden")


def _text_drafts(lines: Sequence[Line], joins: bool, column: int) -> list[Draft]:
    drafts = tagged_drafts(lines) if lines and lines[0].element else paragraphs(lines)
    for draft in drafts:
        draft.column = column
        if (
            draft.kind == "paragraph"
            and not draft.role
            and not draft.lines[0].element
            and marks().caption.match(draft.text)
        ):
            draft.kind = "caption"
    if drafts:
        drafts[0].joins = joins
    return drafts


def tagged_drafts(lines: Sequence[Line]) -> list[Draft]:
    """Lines of the structure tree as drafts: a draft for each element."""
    drafts: list[Draft] = []
    for line in lines:
        if drafts and drafts[-1].lines[0].element == line.element:
            drafts[-1].lines.append(line)
        else:
            drafts.append(_tagged_draft(line))
    return drafts


def _tagged_draft(line: Line) -> Draft:
    draft = Draft("paragraph", [line], line.page)
    if line.tag is None or line.tag.kind == "paragraph":
        return draft
    if line.tag.kind in ("heading", "list_item", "caption", "quote"):
        draft.kind, draft.level = line.tag.kind, line.tag.level or None  # type: ignore[assignment]
    elif line.tag.kind == "footnote":
        draft.role = "footnote"
    elif line.tag.kind == "toc":
        draft.role = "toc"
    if draft.kind == "list_item":
        found = list_marker(line)
        draft.marker = line.marker or (found[0] if found else None)
        draft.ordered = bool(draft.marker) and any(char.isalnum() for char in draft.marker or "")
    return draft


def _joined_elements(drafts: Sequence[Draft]) -> list[Draft]:
    """Elements of the structure tree that go on over a page break, as one draft."""
    result: list[Draft] = []
    known: dict[int, Draft] = {}
    for draft in drafts:
        element = draft.lines[0].element if draft.lines else 0
        if element and element in known:
            known[element].lines.extend(draft.lines)
            continue
        if element:
            known[element] = draft
        result.append(draft)
    return result


def _label_notes(drafts: Sequence[Draft], heights: dict[int, float], body: float) -> None:
    """Label footnotes: small text at the foot of a column, from the first that begins with a mark."""
    foot: list[Draft] = []
    for index in range(len(drafts) - 1, -1, -1):
        draft = drafts[index]
        above = drafts[index - 1] if index else None
        if draft.kind in ("paragraph", "list_item") and _may_be_note(draft, heights, body):
            foot.append(draft)
        elif draft.kind != "furniture":
            foot = []
        top_of_column = above is None or (above.page, above.column) != (draft.page, draft.column)
        if top_of_column or (above and above.kind != "furniture" and not _may_be_note(above, heights, body)):
            _label_foot(list(reversed(foot)))
            foot = []


def _may_be_note(draft: Draft, heights: dict[int, float], body: float) -> bool:
    if not draft.lines or draft.bold or draft.lines[0].element or draft.size > _NOTE_SIZE * body:
        return False
    return draft.lines[0].box[1] > _NOTE_ZONE * heights.get(draft.page, 0.0)


def _label_foot(foot: Sequence[Draft]) -> None:
    noted = False
    for draft in foot:
        noted = noted or bool(marks().note.match(draft.lines[0].text))
        if noted:
            draft.role = "footnote"
            draft.kind, draft.marker, draft.ordered = "paragraph", None, None


def _join_tables(drafts: Sequence[Draft]) -> list[Draft]:
    """Tables that go on at the top of the next page with the same columns, as one."""
    result: list[Draft] = []
    last: Draft | None = None
    for draft in drafts:
        if draft.kind == "table" and last is not None and _continues_table(last.table[-1], draft.table[0]):
            last.table = [*last.table, *draft.table]
            continue
        result.append(draft)
        if draft.kind == "table":
            last = draft
        elif draft.kind != "furniture" and draft.role != "footnote":
            last = None
    return result


def _continues_table(above: Grid, below: Grid) -> bool:
    if below.page != above.page + 1 or above.columns != below.columns:
        return False
    return abs(above.shown[0] - below.shown[0]) < 6 and abs(above.shown[2] - below.shown[2]) < 6
