"""What holds for all bytes: nothing is lost, and every character leads back to its bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.decode import declared_in_markup, decode_bytes

LABELS = st.sampled_from(["utf-8", "iso-8859-1", "windows-1253", "utf-16", "koi8-r", "shift_jis", "nonsense"])
PIECES = st.lists(
    st.one_of(
        st.binary(max_size=12), st.text(max_size=12).map(lambda t: t.encode("utf-8", "replace")),
        st.text(max_size=12).map(lambda t: t.encode("utf-16", "replace")),
    ),
    max_size=6,
).map(b"".join)  # fmt: skip


@given(PIECES, st.lists(LABELS, max_size=2))
def test_segments_cover_text_and_bytes(data: bytes, labels: list[str]) -> None:
    decoded = decode_bytes(data, [(label, "test") for label in labels])
    position, byte = 0, decoded.segments[0].byte_start if decoded.segments else 0
    assert byte <= 4
    for segment in decoded.segments:
        assert (segment.start, segment.byte_start) == (position, byte)
        assert segment.end > segment.start
        assert segment.byte_end > segment.byte_start
        if segment.charset == "":
            assert set(decoded.text[segment.start : segment.end]) == {"\ufffd"}
        position, byte = segment.end, segment.byte_end
    assert position == len(decoded.text)
    assert byte == len(data) or not decoded.segments
    decoded.text.encode("utf-8")


@given(PIECES, st.data())
def test_byte_ranges_follow_each_other(data: bytes, draw: st.DataObject) -> None:
    decoded = decode_bytes(data)
    cut = sorted(draw.draw(st.lists(st.integers(0, len(decoded.text)), min_size=2, max_size=2)))
    first, last = decoded.byte_range(*cut)
    assert 0 <= first <= last <= len(data)
    assert decoded.byte_range(0, cut[0])[1] <= last


@given(st.text(max_size=200))
def test_utf8_is_exact(text: str) -> None:
    data = text.encode("utf-8", "replace")
    decoded = decode_bytes(data, [("utf-8", "test")])
    if decoded.charset == "utf-8" and decoded.method != "bom":
        assert decoded.text.encode() == data


@given(st.binary(max_size=300))
def test_prescan_never_fails(data: bytes) -> None:
    declared_in_markup(b"<meta " + data + b">")
