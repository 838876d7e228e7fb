"""The decision which charset a document's bytes are in, and its application.

In order: byte order mark; UTF-8 that proves itself (valid, with multi-byte sequences); UTF-16 without a mark; the
a page that mixes UTF-8 and a legacy charset; else what is declared, what the detector (chardet) says, and what reads
most like a language, weighed against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.decode.charsets import WIDE, Hole, codec_of, decode_with, table_of
from pipeline.decode.decoded import Decoded, Method, Segment
from pipeline.decode.detection import likeliest, looks_like_utf8, read_utf8, without_mark
from pipeline.decode.mixed import Piece, is_mixed, mixed_pieces
from pipeline.knowledge.findings import finding
from pipeline.records import Finding, TextRange

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_HOLES_SHOWN = 20


def decode(data: bytes) -> str:
    """The text of `data`; see `decode_bytes`."""
    return decode_bytes(data).text


def decode_bytes(data: bytes, declared: Sequence[tuple[str, str]] = ()) -> Decoded:
    """`data` as text, with the way back to its bytes.

    `declared` are charset labels and where each was declared ("manifest", "http", "html.meta"), in order of
    trust; one that does not fit the bytes is overruled, with a finding. A page that mixes UTF-8 and a legacy
    charset is decoded piece by piece. What makes no sense becomes U+FFFD, with a finding; no byte is lost.
    """
    known = read_utf8(data)
    mark, codec, method = _choose(data, declared, known is not None)
    pieces = [Piece(mark, len(data), codec)]
    if method == "mixed":
        legacy, pieces = mixed_pieces(data, _codecs(declared))
        codec = f"utf-8+{legacy}"
    texts: list[str] = []
    segments: list[Segment] = []
    position = lost = 0
    for piece in pieces:
        part = data[piece.start : piece.end]
        text, holes = (
            (known, [])
            if known is not None and codec == "utf-8" and not mark
            else decode_with(part, piece.codec)
        )
        segments += _segments(part, text, holes, piece, position)
        texts.append(text)
        position += len(text)
        lost += len(holes)
    findings = _conflicts(declared, codec, method)
    if lost:
        findings.append(_undecodable(data, segments, codec))
    return Decoded("".join(texts), codec, method, tuple(segments), tuple(findings))


def _codecs(declared: Sequence[tuple[str, str]]) -> list[str]:
    return [codec for label, _ in declared if (codec := codec_of(label))]


def _choose(data: bytes, declared: Sequence[tuple[str, str]], is_utf8: bool) -> tuple[int, str, Method]:
    """The length of the byte order mark, the codec, and how it was found; `is_utf8`: the bytes are valid UTF-8."""
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return len(mark), marked, "bom"
    codecs = _codecs(declared)
    if data.isascii() and b"\x1b" not in data and b"\x00" not in data:
        ascii_codec = next((codec for codec in codecs if not codec.startswith("utf-16")), None)
        return 0, ascii_codec or "utf-8", "declared" if ascii_codec else "utf-8"
    wide = without_mark(data)
    if wide:
        return 0, wide, "declared" if wide in codecs else "utf-16"
    if is_utf8:
        return 0, "utf-8", "declared" if "utf-8" in codecs[:1] else "utf-8"
    if is_mixed(data, codecs):
        return 0, "utf-8", "mixed"
    if looks_like_utf8(data):
        return 0, "utf-8", "declared" if "utf-8" in codecs[:1] else "utf-8"
    codec = likeliest(data, codecs)
    return 0, codec, "declared" if codec in codecs else "detected"


def _segments(data: bytes, text: str, holes: list[Hole], piece: Piece, position: int) -> list[Segment]:
    """The segments of a piece whose text begins at `position`."""
    codec, byte = piece.codec, piece.start
    if codec not in WIDE and codec != "utf-8" and table_of(codec) is None:
        return _by_line(data, text, codec)
    if codec == "utf-8" and text and not holes:
        width = int(text.isascii())
        return [Segment(position, position + len(text), byte, byte + len(data), codec, width)]
    segments: list[Segment] = []
    done = 0
    for hole in [*holes, Hole(len(text), len(text), 1)]:
        if done < hole.start:
            size, width = _size(text, done, hole.start, codec)
            segments.append(Segment(position + done, position + hole.start, byte, byte + size, codec, width))
            byte += size
        if hole.start < hole.end:
            size = (hole.end - hole.start) * hole.width
            segments.append(
                Segment(position + hole.start, position + hole.end, byte, byte + size, "", hole.width)
            )
            byte += size
        done = hole.end
    return segments


def _size(text: str, start: int, end: int, codec: str) -> tuple[int, int]:
    """Bytes of text[start:end], and bytes of each character (0 where that varies)."""
    if table_of(codec) is not None:
        return end - start, 1
    piece = text if end - start == len(text) else text[start:end]
    size = len(piece.encode(codec))
    return size, size // len(piece) if piece.isascii() or codec.startswith("utf-32") else 0


def _by_line(data: bytes, text: str, codec: str) -> list[Segment]:
    """One segment a line, for multi-byte charsets whose bytes cannot be counted backwards from the text."""
    segments: list[Segment] = []
    position = byte = 0
    for line in data.splitlines(keepends=True):
        piece = line.decode(codec, "replace")
        if not text.startswith(
            piece, position
        ):  # a line that depends on the one before it: no closer than all
            return [Segment(0, len(text), 0, len(data), codec, 0)]
        if piece:
            segments.append(
                Segment(position, position + len(piece), byte, byte + len(line), codec, int(piece.isascii()))
            )
        position += len(piece)
        byte += len(line)
    return segments


def _conflicts(declared: Sequence[tuple[str, str]], codec: str, method: Method) -> list[Finding]:
    if not declared:
        if method != "detected":
            return []
        message = f"No charset was declared; the bytes look like {codec}."
        return [finding("charset-guessed", message, evidence=codec)]
    wrong = [(label, where) for label, where in declared if codec_of(label) != codec]
    return [
        finding(
            "charset-conflict",
            f"{label[:64]!r} was declared ({where}); the bytes are {codec}.",
            evidence=f"{where}: {label[:64]}",
            suggestion=codec,
        )
        for label, where in wrong
    ]


def _undecodable(data: bytes, segments: Sequence[Segment], codec: str) -> Finding:
    lost = [segment for segment in segments if not segment.charset]
    shown = [data[segment.byte_start : segment.byte_end][:8].hex(" ") for segment in lost[:_HOLES_SHOWN]]
    count = sum(segment.end - segment.start for segment in lost)
    return finding(
        "undecodable-bytes",
        f"{count} places make no sense in {codec}; U+FFFD stands there.",
        origins=tuple(TextRange(start=segment.start, end=segment.end) for segment in lost[:_HOLES_SHOWN]),
        evidence="; ".join(shown) or None,
        count=count,
    )
