"""The records: what leads from a text back to its source."""

from __future__ import annotations

import pytest

from pipeline.records import (
    Edit,
    PageBox,
    TextRange,
    apply,
    fold_space,
    locate,
    new_block,
    raw_span,
    text_span,
    undo,
)


def edit(start: int, before: str, after: str, cause: str = "test") -> Edit:
    return Edit(start=start, end=start + len(before), before=before, after=after, cause=cause)


def test_fold_space_keeps_the_authors_no_break_spaces() -> None:
    assert fold_space("  w\u00a0Polsce\n\t i  dalej\r\n") == "w\u00a0Polsce i dalej"


def test_apply_refuses_an_edit_of_text_that_is_not_there() -> None:
    block = new_block("paragraph", "Gdansk")
    with pytest.raises(ValueError, match="expects 'x'"):
        apply(block, [edit(0, "x", "y")])


def test_undo_refuses_a_text_that_the_edits_did_not_lead_to() -> None:
    with pytest.raises(ValueError, match="left 'ń'"):
        undo("Gdansk", [edit(4, "n", "ń")])


def test_apply_then_undo_gives_the_raw_text() -> None:
    block = apply(
        new_block("paragraph", "GdaÅ„sk i Å\x81Ã³dÅº"), [edit(3, "Å„", "ń"), edit(9, "Å\x81Ã³dÅº", "Łódź")]
    )
    assert block.text == "Gdańsk i Łódź"
    assert undo(block.text, block.edits) == block.raw


def test_raw_span_widens_to_the_edit_it_touches() -> None:
    edits = [edit(3, "Å„", "ń")]  # GdaÅ„sk -> Gdańsk
    assert raw_span(edits, 0, 3) == (0, 3)
    assert raw_span(edits, 3, 4) == (3, 5)
    assert raw_span(edits, 4, 6) == (5, 7)
    assert raw_span(edits, 0, 6) == (0, 7)


def test_text_span_is_the_way_back() -> None:
    edits = [edit(3, "Å„", "ń")]
    assert text_span(edits, 5, 7) == (4, 6)
    assert text_span(edits, 4, 5) == (3, 4)


def test_locate_narrows_a_run_of_equal_length_to_the_characters_meant() -> None:
    origins = (TextRange(start=100, end=105, at=0), TextRange(start=110, end=116, at=6))
    block = new_block("paragraph", "abcde fghijk", origins)
    assert locate(block, 2, 4) == (TextRange(start=102, end=104, at=2),)
    assert locate(block, 4, 8) == (TextRange(start=104, end=105, at=4), TextRange(start=110, end=112, at=6))


def test_locate_gives_a_run_with_entities_whole() -> None:
    block = new_block("paragraph", "R&D", (TextRange(start=10, end=17),))  # R&amp;D
    assert locate(block, 0, 1) == (TextRange(start=10, end=17),)


def test_locate_goes_through_the_edits() -> None:
    block = new_block("paragraph", "GdaÅ„sk", (TextRange(start=50, end=57),))
    block = apply(block, [edit(3, "Å„", "ń")])
    assert locate(block, 3, 4) == (TextRange(start=53, end=55, at=3),)


def test_locate_gives_boxes_of_the_lines_that_a_span_touches() -> None:
    first, second = (PageBox(page=1, box=(0, y, 9, y + 1), at=at) for y, at in ((0, 0), (2, 6)))
    block = new_block("paragraph", "abcde fghij", (first, second))
    assert locate(block, 0, 3) == (first,)
    assert locate(block, 3, 9) == (first, second)


def test_locate_refuses_a_span_outside_the_text() -> None:
    with pytest.raises(ValueError, match="not in a text"):
        locate(new_block("paragraph", "abc"), 1, 4)
