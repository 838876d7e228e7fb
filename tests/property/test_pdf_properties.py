"""Invariants of the PDF stage over wild pages and damaged files."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import DocumentError
from pipeline.records import Document, PageBox, undo
from tests.unit.pdf_reading import extract
from tests.unit.pdf_writing import write_pdf

WORDS = st.text(alphabet="abcdefgh ABC-.,1234•é()", min_size=1, max_size=40)
ROW = st.tuples(
    st.integers(-50, 640), st.integers(-50, 900), st.integers(1, 40),
    st.sampled_from(["Helvetica", "Helvetica-Bold", "Times-Roman"]), WORDS,
).map(list)  # fmt: skip
RULE = st.tuples(st.integers(0, 600), st.integers(0, 850), st.integers(0, 600), st.integers(0, 850)).map(list)
PAGES = st.lists(
    st.fixed_dictionaries({"text": st.lists(ROW, max_size=25), "rules": st.lists(RULE, max_size=12)}),
    min_size=1, max_size=3,
)  # fmt: skip


def check(document: Document) -> None:
    for block in document.blocks:
        assert undo(block.text, block.edits) == block.raw
        starts = [origin.at for origin in block.origins]
        assert starts == sorted(starts)
        assert starts[0] == 0
        assert all(isinstance(origin, PageBox) for origin in block.origins)
        for cell in block.cells:
            assert 0 <= cell.start <= cell.end <= len(block.raw)


@settings(max_examples=60, deadline=None)
@given(PAGES)
def test_any_page_is_read_alike_twice_with_its_ledger_whole(
    pages: list[dict[str, list[list[object]]]],
) -> None:
    data = write_pdf(pages)
    document = extract(data)
    check(document)
    assert extract(data) == document


@settings(max_examples=60, deadline=None)
@given(PAGES, st.data())
def test_a_damaged_file_is_read_or_refused(
    pages: list[dict[str, list[list[object]]]], data: st.DataObject
) -> None:
    whole = bytearray(write_pdf(pages))
    for _ in range(data.draw(st.integers(1, 30))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(whole)))
    with suppress(DocumentError):
        check(extract(bytes(whole[:cut])))
