"""Guesses about bytes: are they UTF-8, UTF-16 without a mark, the declared charset, or which other?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.decode.charsets import codec_of, decode_with
from pipeline.knowledge.files import load_toml

SAMPLE = 1 << 16
"""Bytes that a guess looks at: what stands around non-ASCII bytes, up to this many."""

MOST_STRAY = 50_000
"""Undecodable bytes beyond which a file is not read as UTF-8, whatever else is in it: it is hardly text at all."""

DECLARED = 8.0
"""What (in nats) a declaration counts for its charset …"""
DETECTED = 3.0
"""… and what the detector's answer counts."""
LIKE_A_LANGUAGE = 3.3
"""What a letter costs at most in a text that reads like its language."""

_AROUND = 60
_VALID_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_NON_ASCII = re.compile(rb"[\x80-\xff]+")


def sample(data: bytes) -> bytes:
    """What stands around the non-ASCII bytes of `data`, up to `SAMPLE` bytes; all of it where it is short."""
    if len(data) <= SAMPLE:
        return data
    parts: list[bytes] = []
    size = end = 0
    for match in _NON_ASCII.finditer(data):
        if match.end() <= end:
            continue
        start, end = max(end, match.start() - _AROUND), match.end() + _AROUND
        parts.append(data[start : min(end, start + 4096)])
        size += len(parts[-1])
        if size >= SAMPLE:
            break
    return b"".join(parts)


def read_utf8(data: bytes) -> str | None:
    """The text of bytes that are valid UTF-8; None where they are not."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def looks_like_utf8(data: bytes) -> bool:
    """Whether the bytes are UTF-8 with some damage: far more valid sequences than stray bytes."""
    valid = sum(len(m[0]) for m in _VALID_SEQUENCE.finditer(data))
    stray = sum(len(m[0]) for m in _NON_ASCII.finditer(data)) - valid
    return stray <= min(valid // 2, MOST_STRAY)


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


def likeliest(data: bytes, declared: Sequence[str]) -> str:
    """The codec that the bytes are in, which are not UTF-8: declared, detected, or what reads most like a language.

    What is declared, and what the detector (chardet) says, counts for it; the language model decides.
    """
    from pipeline.decode.language_fit import (  # the model is loaded for pages that need it only
        costs,
        words_of,
    )

    detected = detect_charset(data)
    table = load_toml("decode/charsets.toml")["detected"]
    if detected in table["multi_byte"] or any(codec in table["multi_byte"] for codec in declared):
        return _east_asian(data, declared, detected, table)
    known = [codec for codec in declared if codec not in ("utf-8", "utf-16-le", "utf-16-be")]
    tried = list(dict.fromkeys([*known, detected, *table["single_byte"]]))
    words = words_of(sample(data))
    best: tuple[float, str] | None = None
    for codec, (cost, _) in zip(tried, costs(words, tried), strict=True):
        trust = DECLARED if codec in known else DETECTED if codec == detected else 0.0
        if best is None or cost - trust < best[0]:
            best = (cost - trust, codec)
    return best[1] if best else detected


def _east_asian(data: bytes, declared: Sequence[str], detected: str, table: dict[str, list[str]]) -> str:
    """A multi-byte charset that decodes nearly all, unless a single-byte one reads like a language."""
    from pipeline.decode.language_fit import costs, words_of

    tried = table["single_byte"]
    readings = costs(words_of(sample(data)), tried)
    cost, codec = min((letter, codec) for codec, (_, letter) in zip(tried, readings, strict=True))
    if cost <= LIKE_A_LANGUAGE:
        return codec
    piece = sample(data)
    for candidate in dict.fromkeys([*declared, detected]):
        if candidate in table["multi_byte"]:
            text = piece.decode(candidate, "replace")
            if text.count("\ufffd") * 50 <= len(text):
                return candidate
    return detected if detected in table["multi_byte"] else codec


def detect_charset(data: bytes) -> str:
    """The codec that the detector takes the bytes for; windows-1252 where it finds none."""
    import chardet

    table = load_toml("decode/charsets.toml")["detected"]
    allowed = [*table["single_byte"], *table["multi_byte_detected"], "utf-8"]
    found = chardet.detect(sample(data), include_encodings=allowed, prefer_superset=True)["encoding"]
    codec = codec_of(found) if found else None
    return codec if codec and codec != "utf-8" else "cp1252"
