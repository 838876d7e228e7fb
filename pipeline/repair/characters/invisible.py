"""Characters that a reader does not see: soft hyphens, zero widths, controls; and the normal form."""

from __future__ import annotations

import re
import unicodedata

from pipeline.records import REPLACEMENT
from pipeline.repair.text_changes import Change

_ANY = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])\u00ad+ (?=[^\W\d_])")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]+")
_JOINER = re.compile(r"(?<=[a-zA-Z\u00c0-\u052f])[\u200c\u200d]+(?=[a-zA-Z\u00c0-\u052f])")
_DECOMPOSED = re.compile(
    "[A-Za-z\u00c0-\u052f\u1e00-\u1fff][\u0300-\u036f]*|[\u1100-\u11ff]+|[\u2126\u212a\u212b]"
)
_C1_IN_WORD = re.compile("[^\\W\\d_][\x80-\x9f]|[\x80-\x9f][^\\W\\d_]|[\xc2-\xf4][\x80-\x9f]")
_UTF8 = re.compile("[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_C1 = re.compile("[\x80-\x9f]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufff0-\ufffb\ufffe\uffff]+")


def invisible_changes(text: str) -> list[Change]:
    """Soft hyphens (with the space after one that stood at the end of a line) and zero-width characters go.

    The joiners of Arabic, Indic scripts and pictures stay; between European letters they mean nothing.
    """
    if text.isascii() or not _ANY.search(text):
        return []
    changes = [Change(m.start(), m.end(), "", "soft-hyphen") for m in _HYPHENATED.finditer(text)]
    taken = {change.start for change in changes}
    changes += [
        Change(m.start(), m.end(), "", "soft-hyphen" if m[0][0] == "\u00ad" else "zero-width")
        for m in _INVISIBLE.finditer(text)
        if m.start() not in taken
    ]
    return changes + [Change(m.start(), m.end(), "", "zero-width") for m in _JOINER.finditer(text)]


def typographic_control_changes(text: str) -> list[Change]:
    """C1 controls that windows-1252 has as punctuation become that, as in browsers; not where they form UTF-8."""
    if not _C1.search(text):
        return []
    utf8 = {at for match in _UTF8.finditer(text) for at in range(*match.span())}
    changes = []
    for match in _C1.finditer(text):
        sign = match[0].encode("latin-1").decode("cp1252", "replace")
        if not sign.isalpha() and sign != REPLACEMENT and match.start() not in utf8:
            changes.append(Change(match.start(), match.end(), sign, "mojibake:cp1252→latin-1", 0.95))
    return changes


def has_letters_as_controls(text: str) -> bool:
    """Whether C1 controls stand in words: letters of a code page that nobody told."""
    return _C1.search(text) is not None and _C1_IN_WORD.search(text) is not None


def control_changes(text: str) -> list[Change]:
    """Control characters and noncharacters go; tabs and line feeds stay."""
    return [Change(m.start(), m.end(), "", "control-characters") for m in _CONTROL.finditer(text)]


def normal_form_changes(text: str) -> list[Change]:
    """Letters with combining marks become the letters that hold them (normal form C), and Hangul its syllables.

    Other scripts stay as they are: for some of their letters normal form C takes apart what was one character.
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return []
    return [
        Change(match.start(), match.end(), composed, "nfc")
        for match in _DECOMPOSED.finditer(text)
        if (composed := unicodedata.normalize("NFC", match[0])) != match[0]
    ]
