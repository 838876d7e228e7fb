"""Invariants of edits: the ledger plays backwards exactly, and spans lead there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Edit, TextRange, apply, fold_space, locate, new_block, raw_span, text_span, undo
from pipeline.records.spans import Spans

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str, list[Edit]]:
    """A raw text, the text now, and the edits that lead from one to the other."""
    raw = text = draw(TEXTS)
    edits = []
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, len(text)))
        after = draw(st.text(max_size=6))
        edits.append(Edit(start=start, end=end, before=text[start:end], after=after, cause="test"))
        text = text[:start] + after + text[end:]
    return raw, text, edits


@given(edited())
def test_undo_gives_the_raw_text_exactly(case: tuple[str, str, list[Edit]]) -> None:
    raw, text, edits = case
    block = apply(new_block("paragraph", raw), edits)
    assert block.text == text
    assert undo(block.text, block.edits) == raw


@given(edited(), st.data())
def test_spans_stay_within_the_texts(case: tuple[str, str, list[Edit]], data: st.DataObject) -> None:
    raw, text, edits = case
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    raw_start, raw_end = raw_span(edits, start, end)
    assert 0 <= raw_start <= raw_end <= len(raw)
    back = text_span(edits, raw_start, raw_end)
    assert 0 <= back[0] <= back[1] <= len(text)


@given(edited(), st.data())
def test_what_no_edit_touched_is_found_to_the_letter(
    case: tuple[str, str, list[Edit]], data: st.DataObject
) -> None:
    """Replacing each edited stretch by its own kind of mark shows that untouched letters map to themselves."""
    raw, _, edits = case
    kept = [
        (i, i) for i in range(len(raw))
    ]  # (place in raw, place in the text now), for letters no edit touched
    for edit in edits:
        shift = len(edit.after) - (edit.end - edit.start)
        kept = [(r, t if t < edit.start else t + shift) for r, t in kept if not edit.start <= t < edit.end]
    for place_in_raw, place_in_text in kept:
        assert raw_span(edits, place_in_text, place_in_text + 1) == (place_in_raw, place_in_raw + 1)
        assert text_span(edits, place_in_raw, place_in_raw + 1) == (place_in_text, place_in_text + 1)


@given(st.text(max_size=60), st.data())
def test_locate_gives_the_very_characters(source: str, data: st.DataObject) -> None:
    raw = fold_space(source)
    start = source.find(raw)
    if not raw or start < 0:
        return
    block = new_block("paragraph", raw, (TextRange(start=start, end=start + len(raw)),))
    first = data.draw(st.integers(0, len(raw) - 1))
    last = data.draw(st.integers(first + 1, len(raw)))
    (origin,) = locate(block, first, last)
    assert isinstance(origin, TextRange)
    assert source[origin.start : origin.end] == raw[first:last]


@st.composite
def edited_in_passes(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    """The length of a text now and the edits that led to it: passes of disjoint edits, leftward or rightward."""
    text = draw(st.text("abcdef", max_size=24))
    raw, edits = text, list[Edit]()
    for _ in range(draw(st.integers(0, 3))):
        places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
        spans = list(zip(places[::2], places[1::2], strict=False))
        shift = 0
        leftward = draw(st.booleans())
        for start, end in reversed(spans) if leftward else spans:
            after = draw(st.text("xyz", max_size=3))
            begin, stop = (start, end) if leftward else (start + shift, end + shift)
            edits.append(Edit(start=begin, end=stop, before=text[begin:stop], after=after, cause="test"))
            text = text[:begin] + after + text[stop:]
            shift += len(after) - (end - start)
    return raw, edits


@given(edited_in_passes(), st.data())
def test_spans_of_passes_are_those_of_their_edits_one_by_one(
    case: tuple[str, list[Edit]], data: st.DataObject
) -> None:
    raw, edits = case
    text = apply(new_block("paragraph", raw), edits).text
    now = Spans(edits)
    for length, by_passes, one_by_one in (
        (len(raw), now.in_text, text_span),
        (len(text), now.in_raw, raw_span),
    ):
        start = data.draw(st.integers(0, length))
        end = data.draw(st.integers(start, length))
        assert by_passes(start, end) == one_by_one(edits, start, end)
