"""What a font of the file itself says of its codes, apart from its ToUnicode map: names of glyphs, embedded tables.

The order is that of the PDF specification (ISO 32000-1, 9.10.2) with what it leaves out: the names of /Differences
and of a built-in encoding, then the glyph that a code leads to in the embedded font program, by the program's own
Unicode `cmap` or the name that it gives the glyph.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.extract.pdf.fonts.font_tables import FontProgram, cff, truetype, type1
from pipeline.extract.pdf.page_content.form_calls import decoded

_LARGEST_PROGRAM = 1 << 24
"""Bytes of a font program that are looked at; the largest of the benchmark has 0.6 million."""
_IDENTITY = ("/Identity-H", "/Identity-V")
_NO_TEXT = ("Cc", "Cs", "Co", "Cn")
"""General categories of code points that are no reading of a glyph: controls, surrogates, private use, unassigned."""
_LIGATURES = {"ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02", "ffi": "\ufb03", "ffl": "\ufb04"}


def evidence(font: Any) -> dict[int, str]:
    """The character of each code of a font dictionary for which the file has evidence.

    Raises what pikepdf raises on broken objects.
    """
    subtype = str(font.get("/Subtype"))
    found = _composite(font) if subtype == "/Type0" else _simple(font, subtype)
    return {code: char for code, char in found.items() if unicodedata.category(char) not in _NO_TEXT}


def named(name: str) -> str | None:
    """The character that the name of a glyph stands for (Adobe Glyph List); None where it is no such name."""
    from pdfminer.encodingdb import name2unicode

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        text = name2unicode(name)
    except (KeyError, ValueError, OverflowError):
        return None
    text = _LIGATURES.get(text, text)
    return text if len(text) == 1 else None


def _simple(font: Any, subtype: str) -> dict[int, str]:
    program = _program(font.get("/FontDescriptor"), subtype)
    names = dict(_names(font.get("/Encoding"))) or program.code_names
    found = {code: char for code, name in names.items() if (char := named(name))}
    for code, glyph in program.glyphs.items() if subtype == "/TrueType" else ():
        char = _of_glyph(program, glyph)
        if char:
            found.setdefault(code, char)
    return found


def _names(encoding: Any) -> Iterator[tuple[int, str]]:
    """(code, name) of /Differences."""
    import pikepdf

    differences = encoding.get("/Differences") if isinstance(encoding, pikepdf.Dictionary) else None
    if not isinstance(differences, pikepdf.Array):
        return
    code = 0
    for item in differences:
        if isinstance(item, pikepdf.Name):
            if code < 256:
                yield code, str(item)[1:]
            code += 1
        else:
            code = int(item)


def _composite(font: Any) -> dict[int, str]:
    """A composite font whose codes are character identifiers, and these glyphs, by the map of the font."""
    import pikepdf

    descendants = font.get("/DescendantFonts")
    if str(font.get("/Encoding")) not in _IDENTITY or not isinstance(descendants, pikepdf.Array):
        return {}
    descendant = descendants[0]
    program = _program(descendant.get("/FontDescriptor"), str(descendant.get("/Subtype")))
    by_glyph = {glyph: _of_glyph(program, glyph) for glyph in {*program.chars, *program.names}}
    if program.cids:
        pairs: Mapping[int, str | None] = {cid: by_glyph.get(glyph) for cid, glyph in program.cids.items()}
    else:
        pairs = _by_map(descendant.get("/CIDToGIDMap"), by_glyph)
    return {cid: char for cid, char in pairs.items() if char}


def _by_map(to_glyph: Any, by_glyph: Mapping[int, str | None]) -> Mapping[int, str | None]:
    import pikepdf

    if not isinstance(to_glyph, pikepdf.Stream):
        return by_glyph
    data = decoded(to_glyph, 1 << 17)
    glyphs = (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data) - 1, 2))
    return {cid: by_glyph[glyph] for cid, glyph in enumerate(glyphs) if glyph in by_glyph}


def _program(descriptor: Any, subtype: str) -> FontProgram:
    """The embedded font program, as far as it could be read."""
    import pikepdf

    if not isinstance(descriptor, pikepdf.Dictionary):
        return FontProgram()
    for key in ("/FontFile2", "/FontFile3", "/FontFile"):
        stream = descriptor.get(key)
        if isinstance(stream, pikepdf.Stream):
            data = decoded(stream, _LARGEST_PROGRAM)
            if data[:4] in (b"\x00\x01\x00\x00", b"true", b"OTTO"):
                return truetype(data)
            return type1(data) if key == "/FontFile" or data[:2] == b"%!" else cff(data)
    return FontProgram()


def _of_glyph(program: FontProgram, glyph: int) -> str | None:
    """The character of a glyph: by the Unicode map of its font program, else by its name there."""
    code = program.chars.get(glyph)
    if code is not None and unicodedata.category(chr(code)) not in _NO_TEXT:
        return chr(code)
    return named(program.names[glyph]) if glyph in program.names else None
