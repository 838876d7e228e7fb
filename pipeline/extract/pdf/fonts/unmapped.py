"""Characters without a Unicode value in the file: by the evidence of their font, the number of their glyph, or lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import repeat

from pipeline.extract.pdf.fonts.legible import ENOUGH, READABLE, nats, reads
from pipeline.extract.pdf.fonts.verdicts import GLYPH_LETTERS, SAMPLE, FontPage, Spans, Verdicts
from pipeline.extract.pdf.page_content import pdfium
from pipeline.records import REPLACEMENT

_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_LOOKS = 24
_GLYPH_OFFSETS = (29, 31, 30, 28)
_UNMAPPED = "\0"
"""In place of a font's name: all characters without a map."""
_BROKEN_WORD = re.compile(r"\S+")
"""A word, in a text where broken characters (which may be white space by their codes) are letters."""
_FEWEST_LETTERS = 3


def may_be_unmapped(page: FontPage) -> bool:
    """Whether characters may have no Unicode value in the file: controls, or an error at one of the first of a font,
    or at the first of each that is not ASCII (where a map lacks a code, PDFium gives the code)."""
    if REPLACEMENT in page.text or _CONTROL.search(page.text):
        return True
    if any(_has_errors(page.handle, words) for words in page.words.values()):
        return True
    rare = () if page.text.isascii() else sorted(set(_BEYOND_ASCII.findall(page.text)))
    return any(pdfium.map_error(page.handle, page.text.index(char)) == 1 for char in rare)


def _has_errors(text_page: int, words: Spans) -> bool:
    """Whether characters of a font have no Unicode value in the file, judged by the first of them."""
    looked = 0
    for start, end in words:
        if looked >= _LOOKS:
            break
        looked += end - start
        if any(pdfium.map_error(text_page, index) == 1 for index in range(start, min(end, start + _LOOKS))):
            return True
    return False


def unmapped(page: FontPage, verdicts: Verdicts) -> dict[int, str]:
    """The characters that the file maps to nothing, by place: by the font's evidence, by an offset, or lost."""
    text = page.text
    errors = map(pdfium.map_error, repeat(page.handle), range(len(text)))
    broken = [error == 1 or char == REPLACEMENT for error, char in zip(errors, text, strict=True)]
    places = [place for place, lost in enumerate(broken) if lost]
    if not places:
        return {}
    _add_controls(page, places)
    doubted = {font for font, words in page.words.items() if any(any(broken[a:b]) for a, b in words)}
    said = verdicts.mended.chars(page.index, doubted, page.handle, places, mapped=False)
    chars = {place: char for place, char in zip(places, said, strict=True) if char}
    for font in sorted(doubted):
        chars = _without_worse(page, font, broken, chars)
    for place in chars:
        broken[place] = False
    if not any(broken[place] and not text[place].isspace() for place in places):
        return chars
    known = "".join(chars.get(place, char) for place, char in enumerate(text))
    offset = _unmapped_offset(known, broken, verdicts.unmapped)
    verdicts.unmapped = offset or verdicts.unmapped
    if offset != 0:
        verdicts.decide(_UNMAPPED, page.index, offset is not None)
    if offset == 0:
        return chars
    for place in places:
        if broken[place] and (offset or not text[place].isspace()):
            chars[place] = _glyph(text[place], offset) if offset else REPLACEMENT
            page.moved.add(place)
    return chars


def _add_controls(page: FontPage, places: Sequence[int]) -> None:
    """Add to the words of the fonts what seems to be none: runs of codes that would be control characters."""
    covered = {place for words in page.words.values() for start, end in words for place in range(start, end)}
    lone = [place for place in places if place not in covered]
    names: dict[int, str] = {}
    last = ("", -1)
    for place, painter in zip(lone, pdfium.objects_of(page.handle, lone), strict=True):
        if painter not in names:
            names[painter] = pdfium.font_name_of(painter)
        words = page.words.setdefault(names[painter], [])
        if last == (names[painter], place):
            words[-1] = (words[-1][0], place + 1)
        else:
            words.append((place, place + 1))
        last = (names[painter], place + 1)


def _without_worse(
    page: FontPage, font: str, broken: Sequence[bool], chars: dict[int, str]
) -> dict[int, str]:
    """`chars` without those of a font whose codes read well as they stand, and its evidence does not."""
    words = [(a, b) for a, b in page.words[font] if any(broken[a:b])]
    before = " ".join(page.text[a:b] for a, b in words)[:SAMPLE]
    after = " ".join("".join(chars.get(place, page.text[place]) for place in range(a, b)) for a, b in words)
    if before == after[:SAMPLE] or not reads(before) or reads(after[:SAMPLE]):
        return chars
    own = {place for a, b in words for place in range(a, b)}
    return {place: char for place, char in chars.items() if place not in own}


def _unmapped_offset(text: str, broken: Sequence[bool], proven: int) -> int | None:
    """0 where the text is readable as it stands, an offset that makes it so, or None where nothing does.

    `proven` is the offset that another page of the document has proven (0: none).

    What PDFium calls an error is only that the file has no map: it may know the characters by the names of the glyphs.
    """
    start = max(0, broken.index(True) - 20)
    around = pdfium.whole(text[start : start + SAMPLE])
    if nats(around) <= READABLE and (not proven or sum(map(str.isalpha, around)) >= ENOUGH):
        return 0
    if proven:
        return proven
    words = list(_words_of(text, broken))
    for offset in _GLYPH_OFFSETS:
        moved = [
            [_glyph(text[at], offset) if broken[at] else text[at] for at in range(*word)] for word in words
        ]
        letters = sum(
            broken[at] and char.isalpha()
            for word, chars in zip(words, moved, strict=True)
            for at, char in zip(range(*word), chars, strict=True)
        )
        if letters >= GLYPH_LETTERS and nats(pdfium.whole(" ".join(map("".join, moved)))) <= READABLE:
            return offset
    whole = [text[start:end] for start, end in words if all(broken[start:end])]
    return (
        0
        if reads(" ".join(word for word in whole if sum(map(str.isalpha, word)) >= _FEWEST_LETTERS))
        else None
    )


def _words_of(text: str, broken: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Words with broken characters, as many as a sample takes."""
    size = 0
    for match in _BROKEN_WORD.finditer(
        "".join("x" if lost else char for char, lost in zip(text, broken, strict=True))
    ):
        start, end = match.span()
        if any(broken[start:end]):
            yield start, end
            size += end - start + 1
            if size > SAMPLE:
                return


def _glyph(char: str, offset: int) -> str:
    """The character of a glyph number; line breaks that PDFium itself put in stay."""
    code = ord(char) + offset
    return chr(code) if 0x20 <= code < 0x17F else REPLACEMENT
