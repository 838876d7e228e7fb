"""What decoding yields: the text, and the way from each of its characters back to the bytes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from pipeline.records import Finding

Method = Literal["bom", "declared", "utf-8", "utf-16", "detected", "mixed"]

_STEP = 1 << 16
"""Characters between two remembered positions in a segment of varying width."""


class Segment(NamedTuple):
    """Characters [start, end) of the text are bytes [byte_start, byte_end), in `charset`.

    `width` is the number of bytes of each character, 0 where that varies. `charset` is "" for undecodable
    bytes, in whose place U+FFFD stands.
    """

    start: int
    end: int
    byte_start: int
    byte_end: int
    charset: str
    width: int


@dataclass(frozen=True)
class Decoded:
    """Decoded bytes. `text` is exactly what was decoded: line ends as they were, a byte order mark not part of it.

    `segments` cover the text without a gap, in order; bytes outside them are the byte order mark.
    """

    text: str
    charset: str
    method: Method
    segments: tuple[Segment, ...]
    findings: tuple[Finding, ...] = ()

    def byte_range(self, start: int, end: int) -> tuple[int, int]:
        """The bytes [first, last) of the characters [start, end) of the text.

        An empty range gives the position between two characters. In the multi-byte charsets of East Asia a
        range may widen to the line. Raises ValueError for a range that is not in the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"[{start}, {end}) is not in a text of {len(self.text)} characters")
        first = self._byte_at(start)
        if start == end:
            return first, first
        segment = self.segments[bisect_right(self._starts, end - 1) - 1]
        return first, self._byte_in(segment, end, ceiling=True)

    @cached_property
    def _starts(self) -> list[int]:
        return [segment.start for segment in self.segments]

    @cached_property
    def _marks(self) -> dict[tuple[int, int], int]:
        return {}

    def _byte_at(self, position: int) -> int:
        if not self.segments:
            return 0
        segment = self.segments[bisect_right(self._starts, position) - 1]
        return self._byte_in(segment, position, ceiling=False)

    def _byte_in(self, segment: Segment, position: int, ceiling: bool) -> int:
        if position >= segment.end:
            return segment.byte_end
        if segment.width:
            return segment.byte_start + (position - segment.start) * segment.width
        if segment.charset == "utf-8":
            return self._utf8_byte(segment, position)
        encoded = self.text[segment.start : segment.end].encode(segment.charset, "replace")
        if len(encoded) != segment.byte_end - segment.byte_start:
            return segment.byte_end if ceiling else segment.byte_start
        return segment.byte_start + len(
            self.text[segment.start : position].encode(segment.charset, "replace")
        )

    def _utf8_byte(self, segment: Segment, position: int) -> int:
        """Count bytes from the last remembered position, so that many look-ups in a long text stay cheap."""
        steps = (position - segment.start) // _STEP
        known = steps
        while known and (segment.start, known) not in self._marks:
            known -= 1
        byte = self._marks[segment.start, known] if known else segment.byte_start
        for step in range(known, steps):
            begin = segment.start + step * _STEP
            byte += len(self.text[begin : begin + _STEP].encode("utf-8"))
            self._marks[segment.start, step + 1] = byte
        return byte + len(self.text[segment.start + steps * _STEP : position].encode("utf-8"))
