"""Fonts whose character map is missing or provably wrong, read by what the font itself says, or by a constant offset.

A font is doubted where PDFium finds no character for a code, where its map leads into the private use area, or where
a model of letter sequences can make nothing of its text. A doubted font is read by its own evidence (names of glyphs,
embedded tables; see `mended`). Where it has none, an offset is tried, which proves itself by what comes out: a
language. Text that reads well as PDFium gives it is never touched. Where there is no map, no evidence and no offset,
the characters are lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from pipeline.extract.pdf import pdfium
from pipeline.extract.pdf.legible import (
    ENOUGH,
    GAIN,
    NO_LANGUAGE,
    READABLE,
    UNREADABLE,
    has_function_words,
    nats,
    plausible,
    reads,
)
from pipeline.extract.pdf.mended import Mended
from pipeline.model import REPLACEMENT

_SAMPLE = 600
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_LOOKS = 24
_PRIVATE = range(0xE000, 0xF900)
_PRIVATE_OFFSET = -0xF000
_GLYPH_OFFSETS = (29, 31, 30, 28)
_SHIFTS = tuple(k for n in range(1, 36) for k in (n, -n))
_LAST_SHIFTED = 0x52F
"""The end of the Cyrillic blocks: the model knows no script beyond them, and can make no language of one."""
_SHIFT_LETTERS = 200
_SHIFT_SMALL = 0.8
_SHIFT_WORDS = 12
"""Letters, share of small ones, and different words from which an offset may be believed. Of 300 texts of one to four
acronyms said again and again 20 to 32 % have an offset that makes a language of them, whether 16 letters or 200; of
texts of ever new acronyms 0.3 % with 16 letters and none with 32, of texts with exchanged letters none."""
_GLYPH_LETTERS = 48
"""Letters without a map, or mapped to private use, from which one of four offsets may be believed: of 400 texts with
glyphs numbered at random one makes a language of 4.5 % with 16 letters, 0.25 % with 32, none with 48."""
_UNMAPPED = "\0"
"""In place of a font's name: all characters without a map."""
_COVERED = 0.9
"""The share of a doubted font's characters of which its own evidence must tell, to be believed before its map."""
_HYPHENS = "-\u00ad\u2010"
_ODD_WORD = re.compile(
    "(?<=[a-zß-öø-ÿ])(?:[¡-©ª¬®-±´¶¸-¿×÷ˆ-˝†‡•…‰\u2044∂-⋿◊\ufb01\ufb02À-ÖØ-Þ]|(?<!l)·|·(?!l))(?=[a-zß-öø-ÿ])"
)
"""A small letter, a sign or capital beyond ASCII, and a small letter: what words are made of in no language (but for
Catalan "l·l"); superscript figures, quotation marks and dashes stand in words that are right."""
_BROKEN_WORD = re.compile(r"\S+")
"""A word, in a text where broken characters (which may be white space by their codes) are letters."""
_FEWEST_LETTERS = 3

BY_EVIDENCE = "by the names of its glyphs or its embedded tables"
BY_OFFSET = "by a constant offset that makes a language of it"

Spans = Sequence[tuple[int, int]]


@dataclass
class Repaired:
    """A font whose text was read otherwise than its map says: on which `page` first, and an example of it."""

    page: int
    before: str
    after: str
    counts: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many characters, on all pages."""
        return sum(self.counts.values())


@dataclass
class Verdicts:
    """What is known of the fonts of a document, by name: the offset to add to its characters (0: readable).

    `by_evidence` are fonts whose map is wrong and whose own evidence is right; `unproven` those whose evidence was
    looked at in vain. `mended` gives the evidence; `repaired` is what was done, by font and how. `samples` is the text
    of a font on the pages on which it was `undecided`; these are to be read `again` when it is decided in the end.
    """

    offsets: dict[str, int] = field(default_factory=dict)
    unmapped: int = 0
    by_evidence: set[str] = field(default_factory=set)
    unproven: set[str] = field(default_factory=set)
    mended: Mended = field(default_factory=Mended)
    repaired: dict[tuple[str, str], Repaired] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    undecided: dict[str, set[int]] = field(default_factory=dict)
    again: set[int] = field(default_factory=set)

    def decide(self, font: str, index: int, decided: bool) -> None:
        """Take down that page `index` was read before a font was decided, or that pages are to be read again."""
        if decided:
            self.again |= self.undecided.pop(font, set()) - {index}
        else:
            self.undecided.setdefault(font, set()).add(index)


@dataclass(slots=True)
class _Page:
    """A page whose fonts are judged: its number from 0, its text, the words of each font.

    `moved` are the places at which an offset told the character.
    """

    index: int
    handle: int
    text: str
    words: dict[str, list[tuple[int, int]]]
    moved: set[int] = field(default_factory=set)


def decode(
    index: int, text_page: int, text: str, spans: Spans, fonts: Sequence[str], verdicts: Verdicts
) -> str:
    """The text of page `index` with what can be recovered put right, character for character.

    `spans` are its words and `fonts` the names of their fonts. Characters that are lost become U+FFFD.
    """
    page = _Page(index, text_page, text, {})
    for span, font in zip(spans, fonts, strict=True):
        page.words.setdefault(font, []).append(span)
    chars: dict[int, str] = {}
    if _may_be_unmapped(page):
        chars = _unmapped(page, verdicts)
    _judge_odd_words(page, verdicts)
    for font, words in sorted(page.words.items()):
        if font not in verdicts.offsets and font not in verdicts.by_evidence:
            _judge(page, font, [text[start:end] for start, end in words[: _SAMPLE // 4]], verdicts)
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


def _note(page: _Page, chars: Mapping[int, str], verdicts: Verdicts) -> None:
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


def _judge_odd_words(page: _Page, verdicts: Verdicts) -> None:
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


def _read_twice(page: _Page, font: str, words: Spans, verdicts: Verdicts) -> tuple[str, str]:
    """Words as the file has them, and as the font's own evidence has them, where it has."""
    places = [place for start, end in words for place in range(start, end)]
    said = verdicts.mended.chars(page.index, {font}, page.handle, places, mapped=True)
    chars = {place: char for place, char in zip(places, said, strict=True) if char}
    before = " ".join(page.text[start:end] for start, end in words)
    after = " ".join("".join(chars.get(place, page.text[place]) for place in range(a, b)) for a, b in words)
    return pdfium.whole(before), pdfium.whole(after)


# --- fonts with a map ----------------------------------------------------------------------------------------


def _by_verdict(page: _Page, font: str, words: Spans, verdicts: Verdicts) -> dict[int, str]:
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


def _judge(page: _Page, font: str, words: Sequence[str], verdicts: Verdicts) -> None:
    """Settle whether a font is read as its map says, once there is enough of its text to tell."""
    sample = pdfium.whole(" ".join([*filter(None, [verdicts.samples.pop(font, "")]), *words])[:_SAMPLE])
    if len(sample) > 2 * ENOUGH and has_function_words(sample):
        verdicts.offsets[font] = 0
        return
    private = sum(ord(char) in _PRIVATE for char in sample)
    letters = sum(char.isalpha() for char in sample) + private
    if private > 0.5 * letters >= 0.5 * ENOUGH:
        if _proven(page, font, sample, verdicts):
            return
        if private >= _GLYPH_LETTERS:
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


def _proven(page: _Page, font: str, sample: str, verdicts: Verdicts) -> bool:
    """Whether the font's own evidence makes a language of what is none by its map, or letters of private use."""
    if font in verdicts.unproven:
        return False
    places = [place for start, end in page.words[font] for place in range(start, end)][:_SAMPLE]
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


# --- characters without a map ------------------------------------------------------------------------------


def _may_be_unmapped(page: _Page) -> bool:
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


def _unmapped(page: _Page, verdicts: Verdicts) -> dict[int, str]:
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


def _add_controls(page: _Page, places: Sequence[int]) -> None:
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


def _without_worse(page: _Page, font: str, broken: Sequence[bool], chars: dict[int, str]) -> dict[int, str]:
    """`chars` without those of a font whose codes read well as they stand, and its evidence does not."""
    words = [(a, b) for a, b in page.words[font] if any(broken[a:b])]
    before = " ".join(page.text[a:b] for a, b in words)[:_SAMPLE]
    after = " ".join("".join(chars.get(place, page.text[place]) for place in range(a, b)) for a, b in words)
    if before == after[:_SAMPLE] or not reads(before) or reads(after[:_SAMPLE]):
        return chars
    own = {place for a, b in words for place in range(a, b)}
    return {place: char for place, char in chars.items() if place not in own}


def _unmapped_offset(text: str, broken: Sequence[bool], proven: int) -> int | None:
    """0 where the text is readable as it stands, an offset that makes it so, or None where nothing does.

    `proven` is the offset that another page of the document has proven (0: none).

    What PDFium calls an error is only that the file has no map: it may know the characters by the names of the glyphs.
    """
    start = max(0, broken.index(True) - 20)
    around = pdfium.whole(text[start : start + _SAMPLE])
    if reads(around) or (not proven and nats(around) <= READABLE):
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
        if letters >= _GLYPH_LETTERS and nats(pdfium.whole(" ".join(map("".join, moved)))) <= READABLE:
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
            if size > _SAMPLE:
                return


def _glyph(char: str, offset: int) -> str:
    """The character of a glyph number; line breaks that PDFium itself put in stay."""
    code = ord(char) + offset
    return chr(code) if 0x20 <= code < 0x17F else REPLACEMENT
