"""Guesses about bytes: are they UTF-8, UTF-16 without a mark, the declared charset, or which other?"""

from __future__ import annotations

import re

from pipeline.decode.charsets import codec_of, decode_with
from pipeline.overlay import load_toml

SAMPLE = 1 << 16
"""Bytes that a guess looks at: the lines that hold non-ASCII bytes, up to this many."""

MOST_STRAY = 50_000
"""Undecodable bytes beyond which a file is not read as UTF-8, whatever else is in it: it is hardly text at all."""

_NON_ASCII_LINE = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")
_VALID_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NON_ASCII = re.compile(rb"[\x80-\xff]+")
_SUSPECT = re.compile(
    "[\x80-\x9f\ufffd]"  # controls and holes
    r"|(?<=[^\W\d_])[\u00a1-\u00bf\u2020-\u2044\u2100-\u25ff](?=[^\W\d_])"  # a symbol between two letters
    "|(?<=[a-zß-öø-ÿа-я])[À-ÖØ-ÞĀĂĄĆĎĐĒĖĘĚŁŃŇŐŔŘŚŞŠŤŢŮŰŹŻŽА-Я]"  # a capital after a small letter
)


def sample(data: bytes) -> bytes:
    """The lines of `data` that hold non-ASCII bytes, up to `SAMPLE` bytes."""
    if len(data) <= SAMPLE:
        return data
    lines: list[bytes] = []
    size = 0
    for match in _NON_ASCII_LINE.finditer(data):
        line = match[0][:4096]
        lines.append(line)
        size += len(line) + 1
        if size >= SAMPLE:
            break
    return b"\n".join(lines)


def looks_like_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8: valid throughout, or with far more valid sequences than stray bytes."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        valid = sum(len(m[0]) for m in _VALID_SEQUENCE.finditer(data))
        stray = sum(len(m[0]) for m in _NON_ASCII.finditer(data)) - valid
        return stray <= min(valid // 2, MOST_STRAY)
    return True


def without_mark(data: bytes) -> str | None:
    """`utf-16-le` or `utf-16-be` where the bytes are that, though no byte order mark says so; else None.

    A text in UTF-16 has its spaces and line ends as U+0020 and U+000A, so every second byte is often zero; and
    the other halves of its characters keep to few values.
    """
    head = data[: SAMPLE - SAMPLE % 2]
    if len(head) < 4 or 0 not in head:
        return None
    for codec, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        other = head[0::2] if codec == "utf-16-le" else head[1::2]
        if zeros.count(0) * 20 < len(zeros) or other.count(0) * 50 > len(other):
            continue
        text, holes = decode_with(head[: len(head) // 2 * 2], codec)
        odd = sum(not (c.isprintable() or c in "\t\n\r\f\u00a0\u00ad\u200b\u202f") for c in text)
        if len(holes) <= 1 and odd * 100 <= len(text) and len({ord(c) >> 8 for c in text}) <= 24:
            return codec
    return None


def detect_charset(data: bytes) -> str:
    """The codec that the detector takes the bytes for; windows-1252 where it finds none."""
    import chardet

    allowed: list[str] = load_toml("decode/charsets.toml")["detected"]["charsets"]
    found = chardet.detect(sample(data), include_encodings=allowed, prefer_superset=True)["encoding"]
    return (codec_of(found) if found else None) or "cp1252"


def is_plausible(data: bytes, codec: str, guess: str) -> bool:
    """Whether `data` may be in the declared `codec`: it decodes without holes and reads no worse than as `guess`."""
    if codec == guess:
        return True
    piece = sample(data)
    text, holes = decode_with(piece, codec)
    if holes or codec == "utf-8":
        return False
    return _suspicion(text) <= _suspicion(decode_with(piece, guess)[0]) + 0.1


def _suspicion(text: str) -> float:
    """The share of non-ASCII characters that stand where no writer puts them."""
    total = sum(not c.isascii() for c in text)
    return len(_SUSPECT.findall(text)) / total if total else 0.0
