"""Fonts whose character map is missing or provably wrong, read by what the font itself says, or by a constant offset.

A font is doubted where PDFium finds no character for a code, where its map leads into the private use area, or where
a model of letter sequences can make nothing of its text. A doubted font is read by its own evidence (names of glyphs,
embedded tables; see `mended`). Where it has none, an offset is tried, which proves itself by what comes out: a
language. Text that reads well as PDFium gives it is never touched. Where there is no map, no evidence and no offset,
the characters are lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.extract.pdf.fonts.legible import (
    ENOUGH,
    GAIN,
    NO_LANGUAGE,
    READABLE,
    UNREADABLE,
    has_function_words,
    nats,
    plausible,
)
from pipeline.extract.pdf.fonts.unmapped import may_be_unmapped, unmapped
from pipeline.extract.pdf.fonts.verdicts import (
    BY_EVIDENCE,
    BY_OFFSET,
    GLYPH_LETTERS,
    SAMPLE,
    FontPage,
    Repaired,
    Spans,
    Verdicts,
)
from pipeline.extract.pdf.page_content import pdfium
from pipeline.records import REPLACEMENT

_PRIVATE = range(0xE000, 0xF900)
_PRIVATE_OFFSET = -0xF000
_SHIFTS = tuple(k for n in range(1, 36) for k in (n, -n))
_LAST_SHIFTED = 0x52F
"""The end of the Cyrillic blocks: the model knows no script beyond them, and can make no language of one."""
_SHIFT_LETTERS = 200
_SHIFT_SMALL = 0.8
_SHIFT_WORDS = 12
"""Letters, share of small ones, and different words from which an offset may be believed. Of 300 texts of one to four
acronyms said again and again 20 to 32 % have an offset that makes a language of them, whether 16 letters or 200; of
texts of ever new acronyms 0.3 % with 16 letters and none with 32, of texts with exchanged letters none."""
_COVERED = 0.9
"""The share of a doubted font's characters of which its own evidence must tell, to be believed before its map."""
_HYPHENS = "-\u00ad\u2010"
_ODD_WORD = re.compile(
    "(?<=[a-zß-öø-ÿ])(?:[¡-©ª¬®-±´¶¸-¿×÷ˆ-˝†‡•…‰\u2044∂-⋿◊\ufb01\ufb02À-ÖØ-Þ]|(?<!l)·|·(?!l))(?=[a-zß-öø-ÿ])"
)
"""A small letter, a sign or capital beyond ASCII, and a small letter: what words are made of in no language (but for
Catalan "l·l"); superscript figures, quotation marks and dashes stand in words that are right."""


def decode(
    index: int, text_page: int, text: str, spans: Spans, fonts: Sequence[str], verdicts: Verdicts
) -> str:
    """The text of page `index` with what can be recovered put right, character for character.

    `spans` are its words and `fonts` the names of their fonts. Characters that are lost become U+FFFD.
    """
    page = FontPage(index, text_page, text, {})
    for span, font in zip(spans, fonts, strict=True):
        page.words.setdefault(font, []).append(span)
    chars: dict[int, str] = {}
    if may_be_unmapped(page):
        chars = unmapped(page, verdicts)
    _judge_odd_words(page, verdicts)
    for font, words in sorted(page.words.items()):
        if font not in verdicts.offsets and font not in verdicts.by_evidence:
            _judge(page, font, [text[start:end] for start, end in words[: SAMPLE // 4]], verdicts)
            if font in verdicts.by_evidence or verdicts.offsets.get(font):
                verdicts.decide(font, index, True)
            elif font not in verdicts.offsets:
                verdicts.decide(font, index, False)
        chars |= _by_verdict(page, font, words, verdicts)
    chars = {
        place: char
        for place, char in chars.items()
        if char != text[place] and not (text[place] == pdfium.HYPHEN and char in _HYPHENS)
    }
    if not chars:
        return text
    _note(page, chars, verdicts)
    result = list(text)
    for place, char in chars.items():
        result[place] = char
    return "".join(result)


def _note(page: FontPage, chars: Mapping[int, str], verdicts: Verdicts) -> None:
    """Take down what is read otherwise than the file says, font by font."""
    for noted in verdicts.repaired.values():
        noted.counts.pop(page.index, None)
    for font, words in sorted(page.words.items()):
        for start, end in words:
            after = "".join(chars.get(place, page.text[place]) for place in range(start, end))
            before = page.text[start:end]
            changed = sum(a != b for a, b in zip(before, after, strict=True) if b != REPLACEMENT)
            if not changed:
                continue
            how = BY_OFFSET if page.moved.intersection(range(start, end)) else BY_EVIDENCE
            noted = verdicts.repaired.setdefault((font, how), Repaired(page.index + 1, before, after))
            noted.counts[page.index] = noted.counts.get(page.index, 0) + changed


# --- fonts without a map whose codes are taken for another encoding ----------------------------------------------


def _judge_odd_words(page: FontPage, verdicts: Verdicts) -> None:
    """Ask the fonts of words that a sign divides ("Fern·ndez", "conÖrm") what the sign is.

    Where a font has no map, PDFium takes its codes for Mac Roman; the names of its glyphs may say otherwise.
    """
    if page.text.isascii() or not _ODD_WORD.search(page.text):
        return
    for font, words in sorted(page.words.items()):
        if font in verdicts.by_evidence or font in verdicts.unproven:
            continue
        odd = [(start, end) for start, end in words if _ODD_WORD.search(page.text, start, end)]
        if not odd:
            continue
        before, after = _read_twice(page, font, odd, verdicts)
        if after != before and nats(after) < nats(before):
            verdicts.by_evidence.add(font)
            verdicts.offsets.pop(font, None)
        else:
            verdicts.unproven.add(font)


def _read_twice(page: FontPage, font: str, words: Spans, verdicts: Verdicts) -> tuple[str, str]:
    """Words as the file has them, and as the font's own evidence has them, where it has."""
    places = [place for start, end in words for place in range(start, end)]
    said = verdicts.mended.chars(page.index, {font}, page.handle, places, mapped=True)
    chars = {place: char for place, char in zip(places, said, strict=True) if char}
    before = " ".join(page.text[start:end] for start, end in words)
    after = " ".join("".join(chars.get(place, page.text[place]) for place in range(a, b)) for a, b in words)
    return pdfium.whole(before), pdfium.whole(after)


# --- fonts with a map ----------------------------------------------------------------------------------------


def _by_verdict(page: FontPage, font: str, words: Spans, verdicts: Verdicts) -> dict[int, str]:
    """What the characters of a font are, by place, where its map is known to be wrong."""
    offset = verdicts.offsets.get(font, 0)
    if not offset and font not in verdicts.by_evidence:
        return {}
    places = [place for start, end in words for place in range(start, end)]
    if font in verdicts.by_evidence:
        said = verdicts.mended.chars(page.index, {font}, page.handle, places, mapped=True)
        return {place: char for place, char in zip(places, said, strict=True) if char}
    page.moved.update(places)
    return {place: _moved(page.text[place], offset) for place in places}


def _judge(page: FontPage, font: str, words: Sequence[str], verdicts: Verdicts) -> None:
    """Settle whether a font is read as its map says, once there is enough of its text to tell."""
    sample = pdfium.whole(" ".join([*filter(None, [verdicts.samples.pop(font, "")]), *words])[:SAMPLE])
    if len(sample) > 2 * ENOUGH and has_function_words(sample):
        verdicts.offsets[font] = 0
        return
    private = sum(ord(char) in _PRIVATE for char in sample)
    letters = sum(char.isalpha() for char in sample) + private
    if private > 0.5 * letters >= 0.5 * ENOUGH:
        if _proven(page, font, sample, verdicts):
            return
        if private >= GLYPH_LETTERS:
            moved = "".join(_moved(char, _PRIVATE_OFFSET) for char in sample)
            verdicts.offsets[font] = _PRIVATE_OFFSET if nats(moved) <= READABLE else 0
            return
    if letters < ENOUGH or private > 0.5 * letters:
        verdicts.samples[font] = sample
        return
    beyond = sum(char.isalpha() and ord(char) > _LAST_SHIFTED for char in sample)
    if 2 * beyond > letters or plausible(sample) or nats(sample) < UNREADABLE:
        verdicts.offsets[font] = 0
    elif _proven(page, font, sample, verdicts):
        return
    elif letters >= _SHIFT_LETTERS:
        verdicts.offsets[font] = 0 if beyond else _shift(sample)
    else:
        verdicts.samples[font] = sample


def _proven(page: FontPage, font: str, sample: str, verdicts: Verdicts) -> bool:
    """Whether the font's own evidence makes a language of what is none by its map, or letters of private use."""
    if font in verdicts.unproven:
        return False
    places = [place for start, end in page.words[font] for place in range(start, end)][:SAMPLE]
    if sum(page.text[place].isalpha() or ord(page.text[place]) in _PRIVATE for place in places) < ENOUGH:
        return False
    said = verdicts.mended.chars(page.index, {font}, page.handle, places, mapped=True)
    if sum(char is not None for char in said) >= _COVERED * len(places):
        text, end = "", -1
        for place, char in zip(places, said, strict=True):
            text += (" " if place != end else "") + (char or "")
            end = place + 1
        private = any(ord(char) in _PRIVATE for char in sample)
        if private or (nats(text) <= READABLE and nats(text) + GAIN < nats(sample)):
            verdicts.by_evidence.add(font)
            return True
    verdicts.unproven.add(font)
    return False


def _shift(sample: str) -> int:
    """The offset that makes a language of the sample, written for the most part in small letters; 0 without any."""
    offset, cost = _best(sample, _SHIFTS)
    if cost > READABLE or cost + GAIN >= nats(sample):
        return 0
    letters = [char for char in (_moved(char, offset) for char in sample) if char.isalpha()]
    small = sum(char.islower() for char in letters) >= _SHIFT_SMALL * len(letters)
    enough = len(letters) >= _SHIFT_LETTERS and len(set(sample.split())) >= _SHIFT_WORDS
    return offset if enough and small else 0


def _best(text: str, offsets: Sequence[int]) -> tuple[int, float]:
    found = (0, NO_LANGUAGE)
    for offset in offsets:
        moved = "".join(_moved(char, offset) for char in text)
        if sum(char.isalpha() for char in moved) < 0.5 * sum(not char.isspace() for char in moved):
            continue
        cost = nats(moved)
        if cost < found[1]:
            found = (offset, cost)
    return found


def _moved(char: str, offset: int) -> str:
    if char.isspace():
        return char
    code = ord("-" if char == pdfium.HYPHEN else char) + offset
    return chr(code) if 0x20 <= code < 0xD800 else char
