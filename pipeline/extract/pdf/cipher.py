"""Fonts whose character map is missing or wrong: read where a constant offset makes a language of them.

Three kinds occur. A map shifted by some places ("Dpvodjm" for "Council"), glyphs mapped into the private use area at a
fixed offset, and no map at all, where PDFium gives the glyph's number (in most fonts the code minus 29). A model of
letter sequences decides: text is changed only where it is unreadable as it stands and readable after the change. Where
there is no map and no offset helps, the characters are lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat

from pipeline.extract.pdf import pdfium
from pipeline.model import REPLACEMENT
from pipeline.overlay import load_toml

_SAMPLE = 600
_CONTROL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f]")
_ENOUGH = 16
_LOOKS = 24
_PRIVATE = range(0xE000, 0xF900)
_PRIVATE_OFFSET = -0xF000
_GLYPH_OFFSETS = (29, 31, 30, 28)
_SHIFTS = tuple(k for n in range(1, 36) for k in (n, -n))
_LAST_SHIFTED = 0x52F
"""The end of the Cyrillic blocks: the model knows no script beyond them, and can make no language of one."""
_READABLE = 3.6
_UNREADABLE = 4.6
_GAIN = 1.5
_READ_AS_IS = 5.0
"""Nats a letter, where no offset makes text readable: labels of charts and foreign names cost up to 4.8 as they stand;
of 360 sentences in six languages whose letters were exchanged at random, the cheapest costs 5.3."""
_WORD = re.compile(r"\S+")
_FEWEST_LETTERS = 3
_COMMON = frozenset("eaiontrsáàâäãåāąéèêëēėęěíìîïīįóòôöõøōőńñňřšśť")
_COMMON_SHARE = 0.45


@dataclass
class Verdicts:
    """What is known of the fonts of a document, by name: the offset to add to its characters (0: readable)."""

    offsets: dict[str, int] = field(default_factory=dict)
    unmapped: dict[str, int | None] = field(default_factory=dict)


def decode(
    text_page: int, text: str, spans: Sequence[tuple[int, int]], fonts: Sequence[str], verdicts: Verdicts
) -> str:
    """The page's text with what can be recovered put right, character for character.

    `spans` are its words and `fonts` the names of their fonts. Characters that are lost become U+FFFD.
    """
    by_font: dict[str, list[tuple[int, int]]] = {}
    for span, font in zip(spans, fonts, strict=True):
        by_font.setdefault(font, []).append(span)
    if _CONTROL.search(text) or any(_has_errors(text_page, words) for words in by_font.values()):
        text = _decode_unmapped(text_page, text, verdicts)
    for font, words in sorted(by_font.items()):
        if font not in verdicts.offsets:
            _judge(font, [text[start:end] for start, end in words[: _SAMPLE // 4]], verdicts)
    wrong = {font: offset for font, offset in verdicts.offsets.items() if offset and font in by_font}
    if not wrong:
        return text
    chars = list(text)
    for font, offset in wrong.items():
        for start, end in by_font[font]:
            chars[start:end] = [_moved(char, offset) for char in chars[start:end]]
    return "".join(chars)


def _judge(font: str, words: Sequence[str], verdicts: Verdicts) -> None:
    """Settle a font's offset once there is enough of its text to tell."""
    sample = " ".join(words)[:_SAMPLE]
    if len(sample) > 2 * _ENOUGH and _has_function_words(sample):
        verdicts.offsets[font] = 0
        return
    private = sum(ord(char) in _PRIVATE for char in sample)
    letters = sum(char.isalpha() for char in sample) + private
    if letters < _ENOUGH:
        return
    verdicts.offsets[font] = 0
    if private > 0.5 * letters:
        moved = "".join(_moved(char, _PRIVATE_OFFSET) for char in sample)
        if _cost(moved) <= _READABLE:
            verdicts.offsets[font] = _PRIVATE_OFFSET
        return
    beyond = sum(char.isalpha() and ord(char) > _LAST_SHIFTED for char in sample)
    if 2 * beyond > letters or _plausible(sample) or _cost(sample) < _UNREADABLE:
        return
    offset, cost = _best(sample, [True] * len(sample), _SHIFTS)
    if cost <= _READABLE and cost + _GAIN < _cost(sample):
        verdicts.offsets[font] = offset


def _plausible(sample: str) -> bool:
    """Whether a text is a language at first sight: by its share of common letters."""
    letters = [char for char in sample.casefold() if char.isalpha()]
    return sum(char in _COMMON for char in letters) >= _COMMON_SHARE * len(letters)


def _has_function_words(sample: str) -> bool:
    words = sample.casefold().split()
    known = _function_words()
    return sum(word in known for word in words if len(word) > 1) >= max(2, len(words) // 12)


@cache
def _function_words() -> frozenset[str]:
    return frozenset(word for words in load_toml("extract/pdf/words.toml").values() for word in words)


def _cost(text: str) -> float:
    """How unlikely a letter of the text is in the language it fits best, in nats."""
    from pipeline.lexis.ngrams import ngrams

    ranking = ngrams().ranking(text)
    return ranking[0][1] if ranking else 99.0


def _best(text: str, movable: Sequence[bool], offsets: Sequence[int]) -> tuple[int, float]:
    found = (0, 99.0)
    for offset in offsets:
        moved = "".join(_moved(c, offset) if may else c for c, may in zip(text, movable, strict=True))
        if sum(char.isalpha() for char in moved) < 0.5 * sum(not char.isspace() for char in moved):
            continue
        cost = _cost(moved)
        if cost < found[1]:
            found = (offset, cost)
    return found


def _moved(char: str, offset: int) -> str:
    if char.isspace() or char == "\ufffe":
        return char
    code = ord(char) + offset
    return chr(code) if 0x20 <= code < 0xD800 else char


# --- characters without a map ------------------------------------------------------------------------------


def _has_errors(text_page: int, words: Sequence[tuple[int, int]]) -> bool:
    """Whether characters of a font have no Unicode value in the file, judged by the first of them."""
    looked = 0
    for start, end in words:
        if looked >= _LOOKS:
            break
        looked += end - start
        if any(pdfium.map_error(text_page, index) == 1 for index in range(start, min(end, start + _LOOKS))):
            return True
    return False


def _decode_unmapped(text_page: int, text: str, verdicts: Verdicts) -> str:
    """The text with its unmapped characters moved by the offset that makes words of them, or lost."""
    broken = [error == 1 for error in map(pdfium.map_error, repeat(text_page), range(len(text)))]
    if not any(broken):
        return text
    offset = verdicts.unmapped.get("")
    if offset is None:
        offset = _unmapped_offset(text, broken)
        verdicts.unmapped[""] = offset
    if offset is None:
        return "".join(
            REPLACEMENT if lost and not c.isspace() else c for c, lost in zip(text, broken, strict=True)
        )
    if not offset:
        return text
    return "".join(_glyph(c, offset) if lost else c for c, lost in zip(text, broken, strict=True))


def _unmapped_offset(text: str, broken: Sequence[bool]) -> int | None:
    """0 where the text is readable as it stands, an offset that makes it so, or None where nothing does.

    What PDFium calls an error is only that the file has no map: it may know the characters by the names of the glyphs.
    """
    place = broken.index(True)
    start = max(0, place - 20)
    sample, mask = text[start : start + _SAMPLE], broken[start : start + _SAMPLE]
    if _cost(sample) <= _READABLE:
        return 0
    for offset in _GLYPH_OFFSETS:
        moved = "".join(_glyph(c, offset) if lost else c for c, lost in zip(sample, mask, strict=True))
        if _cost(moved) <= _READABLE:
            return offset
    words = " ".join(_words_of(text, broken))[:_SAMPLE]
    letters = sum(char.isalpha() for char in words)
    return 0 if letters >= _ENOUGH and _plausible(words) and _cost(words) < _READ_AS_IS else None


def _words_of(text: str, broken: Sequence[bool]) -> list[str]:
    """Words of several letters that are broken throughout, as many as a sample takes."""
    words: list[str] = []
    size = 0
    for match in _WORD.finditer(text):
        word = match.group()
        if sum(map(str.isalpha, word)) >= _FEWEST_LETTERS and all(broken[match.start() : match.end()]):
            words.append(word)
            size += len(word) + 1
            if size > _SAMPLE:
                break
    return words


def _glyph(char: str, offset: int) -> str:
    """The character of a glyph number; line breaks that PDFium itself put in stay."""
    code = ord(char) + offset
    return chr(code) if 0x20 <= code < 0x17F else REPLACEMENT
