"""All pages → drafts of the whole document: furniture labelled, captions, notes and headings told, breaks mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.extract.pdf.furniture import label_furniture
from pipeline.extract.pdf.grids import Grid
from pipeline.extract.pdf.headings import body_size, mark_headings
from pipeline.extract.pdf.lines import Line
from pipeline.extract.pdf.paragraphs import Draft, join_over_breaks, marks, paragraphs
from pipeline.extract.pdf.reading import Page

_NOTE_SIZE = 0.93
_NOTE_ZONE = 0.5


def make_drafts(pages: Sequence[Page]) -> list[Draft]:
    """The drafts of the document, in reading order."""
    label_furniture([(page.height, page.lines()) for page in pages])
    drafts = [draft for page in pages for draft in _page_drafts(page)]
    body = body_size(drafts)
    _label_notes(drafts, {page.number: page.height for page in pages}, body)
    mark_headings(drafts)
    return _join_tables(join_over_breaks(drafts))


def _page_drafts(page: Page) -> Iterator[Draft]:
    for column in page.columns:
        run: list[Line] = []
        first = True
        for item in [*column, None]:
            if isinstance(item, Line) and not item.kind:
                run.append(item)
                continue
            if item is None or isinstance(item, Grid):
                yield from _text_drafts(run, first)
                first, run = first and not run, []
            if isinstance(item, Grid):
                yield Draft("table", page=page.number, table=[item])
            elif isinstance(item, Line):
                yield Draft("furniture", [item], page.number, role=item.kind)  # type: ignore[arg-type]
    for line in page.asides:
        yield Draft("paragraph", [line], page.number)
    for line in page.hidden:
        yield Draft("paragraph", [line], page.number, visibility="hidden")


def _text_drafts(lines: Sequence[Line], joins: bool) -> list[Draft]:
    drafts = paragraphs(lines)
    for draft in drafts:
        if draft.kind == "paragraph" and marks().caption.match(draft.text):
            draft.kind = "caption"
    if drafts:
        drafts[0].joins = joins
    return drafts


def _label_notes(drafts: Sequence[Draft], heights: dict[int, float], body: float) -> None:
    """Label footnotes: small text that begins with a mark, low on the page, and what follows it in its column."""
    for draft in drafts:
        if draft.kind not in ("paragraph", "list_item") or not draft.lines:
            continue
        line = draft.lines[0]
        low = line.box[1] > _NOTE_ZONE * heights.get(draft.page, 0.0)
        if low and draft.size <= _NOTE_SIZE * body and marks().note.match(line.text):
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
