"""Charset labels and the codecs they mean; decoding that keeps every byte accountable.

Labels are taken as browsers take them (WHATWG Encoding Standard), so a page that declares iso-8859-1 is read as
windows-1252. A byte that a Windows or Mac page leaves undefined below 0xA0 becomes the C1 control of its value;
any other byte that makes no sense becomes U+FFFD and is remembered as a hole.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import NamedTuple

from pipeline.knowledge.files import load_toml
from pipeline.records import REPLACEMENT

_NOISE = re.compile(r"[\s_\-'\"]+")
_ESCAPED = re.compile("[\udc80-\udcff]+")
_SURROGATE = re.compile("[\ud800-\udfff]+")
_REPLACED = re.compile(REPLACEMENT + "+")
_UNDEFINED = "\ufffe"  # what `codecs.charmap_decode` takes for "no character"

_MULTIBYTE = frozenset({"utf-8", "cp932", "euc_jp", "iso2022_jp", "gb18030", "big5hkscs", "cp949"})
WIDE = {"utf-16-le": 2, "utf-16-be": 2, "utf-32-le": 4, "utf-32-be": 4}


class Hole(NamedTuple):
    """Undecodable bytes: U+FFFD stands at [start, end) of the text, `width` bytes for each."""

    start: int
    end: int
    width: int


@cache
def _labels() -> dict[str, str]:
    named: dict[str, str] = {}
    for codec, labels in load_toml("decode/charsets.toml")["labels"].items():
        for label in (codec, *labels):
            named[_fold(label)] = codec
    return named


def _fold(label: str) -> str:
    return _NOISE.sub("", label.casefold()).removeprefix("x")


def codec_of(label: str) -> str | None:
    """The Python codec a charset label means, or None where it means none that documents are read in."""
    return _labels().get(_fold(label[:64]))


@cache
def table_of(codec: str) -> str | None:
    """The 256 characters of a single-byte codec, U+FFFE where a byte has none; None for other codecs."""
    if codec in WIDE or codec in _MULTIBYTE:
        return None
    characters = []
    for byte in range(256):
        try:
            characters.append(bytes([byte]).decode(codec))
        except UnicodeDecodeError:
            characters.append(chr(byte) if 0x80 <= byte < 0xA0 else _UNDEFINED)
    return "".join(characters)


def decode_with(data: bytes, codec: str) -> tuple[str, list[Hole]]:
    """`data` read as `codec`, with U+FFFD in the place of what makes no sense, and where that is.

    In UTF-8 and single-byte charsets one U+FFFD stands for each undecodable byte.
    """
    if codec == "utf-8":
        try:
            return data.decode(codec), []
        except UnicodeDecodeError:
            return _punch(data.decode(codec, "surrogateescape"), _ESCAPED, 1)
    if codec in WIDE:
        return _decode_wide(data, codec)
    table = table_of(codec)
    if table is None:
        text = data.decode(codec, "replace")
        return text, [Hole(m.start(), m.end(), 0) for m in _REPLACED.finditer(text)]
    text, _ = codecs.charmap_decode(data, "replace", table)
    return text, [Hole(m.start(), m.end(), 1) for m in _REPLACED.finditer(text)]


def _decode_wide(data: bytes, codec: str) -> tuple[str, list[Hole]]:
    width = WIDE[codec]
    whole = len(data) - len(data) % width
    errors = "surrogatepass" if width == 2 else "replace"
    text, holes = _punch(data[:whole].decode(codec, errors), _SURROGATE if width == 2 else _REPLACED, width)
    rest = len(data) - whole
    if rest:
        holes.append(Hole(len(text), len(text) + 1, rest))
        text += REPLACEMENT
    return text, holes


def _punch(text: str, pattern: re.Pattern[str], width: int) -> tuple[str, list[Hole]]:
    holes = [Hole(m.start(), m.end(), width) for m in pattern.finditer(text)]
    return pattern.sub(lambda m: REPLACEMENT * len(m[0]), text), holes
