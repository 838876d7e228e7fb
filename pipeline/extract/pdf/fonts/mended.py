"""A second look at a page, with maps for its broken fonts made from what the fonts themselves say.

A copy of the page in memory gets a ToUnicode map for each font that is doubted, PDFium reads the copy, and its
characters are found again by where they are painted. So PDFium, not we, tells which code was painted with which font,
and the page of the file is read as the file has it.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import pypdfium2

from pipeline.extract.pdf.fonts.font_evidence import evidence
from pipeline.extract.pdf.page_content import pdfium

_MOST_FONTS = 2_000
"""Fonts of one page that are looked for; the page with most in the benchmark has 44."""
_DEEPEST = 12
"""Levels of drawings within drawings in which fonts are looked for."""
_STAND_INS = range(0xE000, 0xF900)
"""Characters of private use, which PDFium passes on as they are; no evidence gives one."""
_ENTRIES = 100
"""Entries of a section of a character map (Adobe Technical Note 5014)."""

Place = tuple[float, float]


@dataclass
class Mended:
    """The copies of a document's pages. `data` and `password` open it; nothing is opened before it is needed."""

    data: bytes = b""
    password: str | None = None
    _pdf: Any = None
    _refused: bool = False
    _stand_ins: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[int, int, bool], bool] = field(default_factory=dict)
    _page: tuple[int, frozenset[str], dict[Place, list[str]]] | None = None

    def chars(
        self, index: int, names: Set[str], text_page: int, places: Sequence[int], mapped: bool
    ) -> list[str | None]:
        """What the fonts called `names` (all, without any) on page `index` say of the characters at `places`.

        None for a character of which they say nothing. With `mapped`, fonts with an encoding and no map are passed
        over: what they say is what PDFium has read already.
        """
        found = self._chars_by_place(index, frozenset(names), mapped)
        if not found:
            return [None] * len(places)
        taken: dict[Place, int] = {}
        result: list[str | None] = []
        for x, y in pdfium.origins_of(text_page, places, len(places)).round(2).tolist():
            chars = found.get((x, y))
            turn = taken.get((x, y), 0)
            taken[x, y] = turn + 1
            result.append((chars[min(turn, len(chars) - 1)] or None) if chars else None)
        plain = {stand_in: _plain(char) for char, stand_in in self._stand_ins.items()}
        return [plain.get(char, char) if char else None for char in result]

    def close(self) -> None:
        """Let go of the open document."""
        if self._pdf is not None:
            self._pdf.close()
        self._pdf, self._page = None, None

    def _chars_by_place(self, index: int, names: frozenset[str], mapped: bool) -> dict[Place, list[str]]:
        if self._page and self._page[:2] == (index, names):
            return self._page[2]
        import pikepdf

        try:
            copy = self._copy(index, names, mapped)
            found = _read(copy) if copy else {}
        except (
            pikepdf.PdfError, pypdfium2.PdfiumError, ValueError, TypeError, RuntimeError, KeyError, IndexError,
            RecursionError, AttributeError, NotImplementedError,
        ):  # fmt: skip
            found = {}
        self._page = (index, names, found)
        return found

    def _copy(self, index: int, names: frozenset[str], mapped: bool) -> bytes | None:
        """The page alone, its fonts called `names` with new maps; None where none of them says anything."""
        import pikepdf

        if self._pdf is None and not self._refused:
            self._refused = True
            if self.data:
                self._pdf = pikepdf.open(
                    io.BytesIO(self.data), password=self.password or "", suppress_warnings=True
                )
        if self._pdf is None:
            return None
        page = self._pdf.pages[index]
        fonts = list(_fonts(page.resources))
        doubted = [font for font in fonts if names & _names(font)] or fonts
        told = [self._mend(font, mapped) for font in doubted]
        if not any(told):
            return None
        copy = io.BytesIO()
        with pikepdf.new() as new:
            new.pages.append(page)
            new.save(copy)
        return copy.getvalue()

    def _mend(self, font: Any, mapped: bool) -> bool:
        """Give a font the map that its evidence makes; whether there is any."""
        key = (*font.objgen, mapped)
        if key not in self._known or not key[0]:
            chars = {} if mapped and "/ToUnicode" not in font and "/Encoding" in font else evidence(font)
            if chars:
                digits = 4 if font.get("/Subtype") == "/Type0" else 2
                chars = {code: self._stand_in(char) for code, char in chars.items()}
                font.ToUnicode = self._pdf.make_stream(_map(chars, digits))
            self._known[key] = bool(chars)
        return self._known[key]

    def _stand_in(self, char: str) -> str:
        """What a map gives for `char`: itself, or a stand-in where PDFium would part it, turn it round or change it."""
        if char not in "-\u00ad" and unicodedata.normalize("NFKC", char) == char and not _turns(char):
            return char
        if char not in self._stand_ins:
            if len(self._stand_ins) == len(_STAND_INS):
                return char
            self._stand_ins[char] = chr(_STAND_INS[len(self._stand_ins)])
        return self._stand_ins[char]


def _turns(char: str) -> bool:
    """Whether a character is written from right to left."""
    return unicodedata.bidirectional(char) in ("R", "AL")


def _plain(char: str) -> str:
    """The letter of a presentation form; ligatures of Latin letters and whatever is more than one letter stay."""
    plain = unicodedata.normalize("NFKC", char) if _turns(char) else char
    return plain if len(plain) == 1 else char


def _names(font: Any) -> set[str]:
    """The names of a font and of the font that it is composed of; PDFium gives the one or the other."""
    import pikepdf

    parts = font.get("/DescendantFonts")
    fonts = [font, *(parts if isinstance(parts, pikepdf.Array) else ())]
    return {str(one.get("/BaseFont", "/"))[1:] for one in fonts}


def _fonts(resources: Any) -> Iterator[Any]:
    """The font dictionaries of a page and of the drawings that it calls."""
    import pikepdf

    seen: set[tuple[int, int]] = set()
    waiting = [(resources, 0)]
    count = 0
    while waiting and count < _MOST_FONTS:
        resources, depth = waiting.pop()
        if not isinstance(resources, pikepdf.Dictionary):
            continue
        for kind in ("/Font", "/XObject", "/Pattern"):
            listed = resources.get(kind)
            for item in listed.as_dict().values() if isinstance(listed, pikepdf.Dictionary) else ():
                if not isinstance(item, (pikepdf.Dictionary, pikepdf.Stream)):
                    continue
                if item.objgen != (0, 0):
                    if item.objgen in seen:
                        continue
                    seen.add(item.objgen)
                count += 1
                if kind == "/Font":
                    yield item
                elif depth < _DEEPEST:
                    waiting.append((item.get("/Resources"), depth + 1))


def _map(chars: dict[int, str], digits: int) -> bytes:
    """A ToUnicode map for codes that are written with so many hexadecimal digits."""
    entries = [
        f"<{code:0{digits}x}> <{char.encode('utf-16-be').hex()}>" for code, char in sorted(chars.items())
    ]
    parts = [entries[at : at + _ENTRIES] for at in range(0, len(entries), _ENTRIES)]
    sections = (f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar\n" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Mended def /CMapType 2 def\n"
        f"1 begincodespacerange <{'0' * digits}> <{'f' * digits}> endcodespacerange\n"
        f"{''.join(sections)}endcmap end end"
    ).encode("ascii")


def _read(data: bytes) -> dict[Place, list[str]]:
    """The characters of a document of one page by where they are painted; "" for one without a meaning."""
    document = pypdfium2.PdfDocument(data)
    page = pdfium.load_page(pdfium.handle(document.raw), 0)
    text_page = pdfium.load_text(page) if page else 0
    try:
        return _by_place(text_page) if text_page else {}
    finally:
        if text_page:
            pdfium.close_text(text_page)
        if page:
            pdfium.close_page(page)
        document.close()


def _by_place(text_page: int) -> dict[Place, list[str]]:
    text = pdfium.text_of(text_page)
    places = pdfium.origins_of(text_page, range(len(text)), len(text)).round(2).tolist()
    found: dict[Place, list[str]] = {}
    for index, (char, (x, y)) in enumerate(zip(text, places, strict=True)):
        if pdfium.is_generated(text_page, index) == 1:
            continue
        known = char != "\ufffd" and pdfium.map_error(text_page, index) != 1
        found.setdefault((x, y), []).append(char if known else "")
    return found
