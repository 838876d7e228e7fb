"""Embedded font programs → what their glyphs mean: TrueType `cmap` and `post`, CFF charset, built-in encodings.

A font program is data from outside: every offset may be wrong, every count too large. What cannot be read is absent.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from pipeline.knowledge.files import load_toml

_MOST = 70_000
"""Entries of one table that are read; a font has 65,535 glyphs at most."""
_SYMBOLS = 0xF000
"""Where a symbol font's own character map puts its codes from 0 to 255."""
_BUILT_IN = re.compile(rb"\bdup\s+(\d{1,3})\s*/([^\s/{}()<>\[\]%]{1,60})\s+put\b")
_CLEAR_TEXT = 60_000
"""Bytes at the head of a Type 1 font program in which its encoding stands."""


@dataclass(slots=True)
class FontProgram:
    """What an embedded font program says: characters and names by glyph, glyphs by code, names by code."""

    chars: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    glyphs: dict[int, int] = field(default_factory=dict)
    code_names: dict[int, str] = field(default_factory=dict)
    cids: dict[int, int] = field(default_factory=dict)
    """The glyph of each character identifier, where the program has identifiers in place of names."""


def truetype(data: bytes) -> FontProgram:
    """The tables of a TrueType or OpenType font program."""
    program = FontProgram()
    try:
        tables = _directory(data)
        if "cmap" in tables:
            _read_cmap(data[tables["cmap"][0] :], program)
        if "post" in tables:
            start, length = tables["post"]
            program.names = _post_names(data[start : start + length])
        if "CFF " in tables:
            outlines = cff(data[tables["CFF "][0] :])
            program.names = outlines.names or program.names
            program.cids = outlines.cids
    except (struct.error, IndexError, OverflowError):
        return program
    return program


def _directory(data: bytes) -> dict[str, tuple[int, int]]:
    (count,) = struct.unpack_from(">H", data, 4)
    rows = (struct.unpack_from(">4sLLL", data, 12 + 16 * row) for row in range(min(count, 64)))
    return {tag.decode("latin-1"): (start, length) for tag, _, start, length in rows}


def _read_cmap(table: bytes, program: FontProgram) -> None:
    """Characters by glyph from the Unicode maps, the plainest of each; glyphs by code from the others."""
    (count,) = struct.unpack_from(">H", table, 2)
    for row in range(min(count, 32)):
        platform, encoding, start = struct.unpack_from(">HHL", table, 4 + 8 * row)
        if platform == 0 or (platform == 3 and encoding in (1, 10)):
            for code, glyph in _entries(table[start:]):
                if glyph and (glyph not in program.chars or _rank(code) < _rank(program.chars[glyph])):
                    program.chars[glyph] = code
        elif (platform, encoding) in ((3, 0), (1, 0)):
            for code, glyph in _entries(table[start:]):
                code = code - _SYMBOLS if _SYMBOLS <= code < _SYMBOLS + 256 else code
                if glyph and code < 256:
                    program.glyphs.setdefault(code, glyph)


def _rank(code: int) -> tuple[bool, int]:
    """Of characters with one glyph the smallest code is the plainest, but for the presentation forms of rarer
    languages that come before those of Arabic itself."""
    return 0xFB50 <= code < 0xFE00, code


def _entries(table: bytes) -> Iterator[tuple[int, int]]:
    """(code, glyph) of a subtable of `cmap`, as many as a font can have."""
    (kind,) = struct.unpack_from(">H", table)
    read = {0: _bytes, 4: _segments, 6: _trimmed, 12: _groups}.get(kind)
    if read is not None:
        for number, entry in enumerate(read(table)):
            if number >= _MOST:
                return
            yield entry


def _bytes(table: bytes) -> Iterator[tuple[int, int]]:
    yield from enumerate(table[6:262])


def _trimmed(table: bytes) -> Iterator[tuple[int, int]]:
    first, count = struct.unpack_from(">HH", table, 6)
    yield from enumerate(struct.unpack_from(f">{count}H", table, 10), first)


def _segments(table: bytes) -> Iterator[tuple[int, int]]:
    (double,) = struct.unpack_from(">H", table, 6)
    count = double // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + double)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * double)
    ranges_at = 16 + 3 * double
    ranges = struct.unpack_from(f">{count}H", table, ranges_at)
    for row, (start, end, delta, reach) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if reach:
                at = ranges_at + 2 * row + reach + 2 * (code - start)
                if at + 2 > len(table):
                    break
                (glyph,) = struct.unpack_from(">H", table, at)
            yield code, (glyph + delta) & 0xFFFF if glyph or not reach else 0


def _groups(table: bytes) -> Iterator[tuple[int, int]]:
    (count,) = struct.unpack_from(">L", table, 12)
    for row in range(count):
        start, end, glyph = struct.unpack_from(">LLL", table, 16 + 12 * row)
        yield from zip(range(start, min(end, 0x10FFFF) + 1), range(glyph, glyph + _MOST), strict=False)


def _post_names(table: bytes) -> dict[int, str]:
    (version,) = struct.unpack_from(">L", table)
    if version != 0x20000:
        return {}
    (count,) = struct.unpack_from(">H", table, 32)
    numbers = struct.unpack_from(f">{count}H", table, 34)
    own, at = [], 34 + 2 * count
    while at < len(table):
        size = table[at]
        own.append(table[at + 1 : at + 1 + size].decode("latin-1"))
        at += 1 + size
    names = (*_standard("macintosh"), *own)
    return {glyph: names[number] for glyph, number in enumerate(numbers) if number < len(names)}


@cache
def _standard(name: str) -> tuple[str, ...]:
    """A list of names that font programs refer to by number."""
    return tuple(load_toml("extract/pdf/fonts/glyph_names.toml")[name].split())


# --- Compact Font Format (Adobe Technical Notes 5176 and 5177) -------------------------------------------------


def cff(data: bytes) -> FontProgram:
    """The charset and the encoding of a CFF font program."""
    program = FontProgram()
    try:
        at = data[2]
        _, at = _index(data, at)
        tops, at = _index(data, at)
        strings, _ = _index(data, at)
        top = _top_dict(tops[0])
        glyphs = struct.unpack_from(">H", data, top[17])[0]
        charset = list(_charset(data, top.get(15, 0), glyphs))
        if (12 << 8 | 30) in top:
            program.cids = {cid: glyph for glyph, cid in enumerate(charset)}
            return program
        names = (*_cff_strings(), *(string.decode("latin-1") for string in strings))
        program.names = {glyph: names[sid] for glyph, sid in enumerate(charset) if sid < len(names)}
        if top.get(16, 0) > 1:
            codes = _cff_encoding(data, top[16])
            program.code_names = {
                code: program.names[glyph] for code, glyph in codes.items() if glyph in program.names
            }
    except (struct.error, IndexError, KeyError, OverflowError):
        return program
    return program


@cache
def _cff_strings() -> tuple[str, ...]:
    from pdfminer.pdffont import CFFFont

    return CFFFont.STANDARD_STRINGS


def _index(data: bytes, at: int) -> tuple[list[bytes], int]:
    (count,) = struct.unpack_from(">H", data, at)
    if not count:
        return [], at + 2
    size = data[at + 2]
    ends = [
        int.from_bytes(data[at + 3 + size * row : at + 3 + size * (row + 1)], "big")
        for row in range(count + 1)
    ]
    base = at + 2 + size * (count + 1)
    return [data[base + start : base + end] for start, end in pairwise(ends)], base + ends[-1]


def _top_dict(data: bytes) -> dict[int, int]:
    """The operators of a top dictionary with their last whole operand."""
    found: dict[int, int] = {}
    operand, at = 0, 0
    while at < len(data):
        first = data[at]
        if first <= 21:
            at += 1
            if first == 12:
                first = 12 << 8 | data[at]
                at += 1
            found.setdefault(first, operand)
        elif first == 28:
            operand, at = int.from_bytes(data[at + 1 : at + 3], "big", signed=True), at + 3
        elif first == 29:
            operand, at = int.from_bytes(data[at + 1 : at + 5], "big", signed=True), at + 5
        elif first == 30:
            at += 1
            while data[at] & 15 != 15 and data[at] >> 4 != 15:
                at += 1
            at += 1
        elif first <= 246:
            operand, at = first - 139, at + 1
        elif first <= 250:
            operand, at = (first - 247) * 256 + data[at + 1] + 108, at + 2
        else:
            operand, at = -(first - 251) * 256 - data[at + 1] - 108, at + 2
    return found


def _charset(data: bytes, at: int, glyphs: int) -> Iterator[int]:
    """The string or character identifier of each glyph; of the predefined charsets only the first is known."""
    yield 0
    if at <= 2:
        yield from range(1, min(glyphs, 229)) if at == 0 else ()
        return
    kind, at, given = data[at], at + 1, 1
    if kind == 0:
        yield from struct.unpack_from(f">{glyphs - 1}H", data, at)
        return
    while given < glyphs:
        first, more = struct.unpack_from(">HB" if kind == 1 else ">HH", data, at)
        at += 3 if kind == 1 else 4
        yield from range(first, first + min(more, glyphs - given - 1) + 1)
        given += more + 1


def _cff_encoding(data: bytes, at: int) -> Mapping[int, int]:
    """The glyph of each code."""
    kind, count = data[at] & 0x7F, data[at + 1]
    if kind == 0:
        return {code: glyph for glyph, code in enumerate(data[at + 2 : at + 2 + count], 1)}
    codes: dict[int, int] = {}
    glyph = 1
    for row in range(count):
        first, more = data[at + 2 + 2 * row], data[at + 3 + 2 * row]
        for code in range(first, first + more + 1):
            codes[code] = glyph
            glyph += 1
    return codes


def type1(data: bytes) -> FontProgram:
    """The built-in encoding of a Type 1 font program, which stands in its clear text."""
    head = data[:_CLEAR_TEXT].split(b"eexec", 1)[0]
    found = _BUILT_IN.findall(head)
    return FontProgram(code_names={int(code): name.decode("latin-1") for code, name in found})
