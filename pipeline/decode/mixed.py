"""Pages that mix UTF-8 and a legacy charset, as templates and their contents come from different hands.

A piece is what stands between tags or line ends. A piece is UTF-8 when all of it is; the others that hold non-ASCII
bytes are in one legacy charset, the likeliest for all of them together.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.decode.detection import SAMPLE, likeliest, read_utf8

_PIECE = re.compile(rb"[^\n<>]+")
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NON_ASCII = re.compile(rb"[\x80-\xff]")
MOST_PIECES = 200_000
"""Beyond so many pieces with non-ASCII bytes the rest is taken for what the last one was."""


class Piece(NamedTuple):
    """Bytes [start, end) are in `codec`."""

    start: int
    end: int
    codec: str


def is_mixed(data: bytes, declared: Sequence[str]) -> bool:
    """Whether some pieces are UTF-8 and others a legacy charset: neither alone makes sense of both."""
    utf8, legacy = _sorted(data)
    if not utf8 or not legacy:
        return False
    from pipeline.decode.language_fit import costs, words_of

    ours = b"\n".join(data[start:end] for start, end in utf8[:400])
    codec = likeliest(b"\n".join(data[start:end] for start, end in legacy[:400]), declared)
    words = words_of(ours[:SAMPLE])
    as_utf8, as_legacy = costs(words, ["utf-8", codec])
    return as_utf8[0] < as_legacy[0]


def mixed_pieces(data: bytes, declared: Sequence[str]) -> tuple[str, list[Piece]]:
    """The legacy charset, and the pieces: ASCII between them belongs to the piece before."""
    _, legacy = _sorted(data)
    codec = likeliest(b"\n".join(data[start:end] for start, end in legacy[:400]), declared)
    starts = {start for start, _ in legacy}
    pieces: list[Piece] = []
    begin, current = 0, "utf-8"
    for match in _pieces(data):
        wanted = codec if match.start() in starts else "utf-8"
        if wanted != current:
            if begin < match.start():
                pieces.append(Piece(begin, match.start(), current))
            begin, current = match.start(), wanted
    pieces.append(Piece(begin, len(data), current))
    return codec, pieces


def _pieces(data: bytes) -> Iterator[re.Match[bytes]]:
    """The pieces with non-ASCII bytes."""
    foreign = (match for match in _PIECE.finditer(data) if not match[0].isascii())
    return itertools.islice(foreign, MOST_PIECES)


def _sorted(data: bytes) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The pieces that are UTF-8, and those that are not, not even UTF-8 with a little damage."""
    utf8: list[tuple[int, int]] = []
    legacy: list[tuple[int, int]] = []
    for match in _pieces(data):
        if read_utf8(match[0]) is not None:
            utf8.append(match.span())
        else:
            valid = sum(len(m[0]) for m in _SEQUENCE.finditer(match[0]))
            if valid * 2 < len(_NON_ASCII.findall(match[0])):
                legacy.append(match.span())
    return utf8, legacy
