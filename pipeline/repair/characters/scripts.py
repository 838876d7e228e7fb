"""Words of mixed scripts, words painted twice, and text that no person would read."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pipeline.knowledge.files import load_toml
from pipeline.repair.text_changes import Change

_WORD = re.compile(r"[^\W\d_]{3,60}")
_MIXED = re.compile(r"[\u0370-\u052f](?=[^\W\d_\u0370-\u052f])|[^\W\d_\u0370-\u052f](?=[\u0370-\u052f])")
"""A Greek or Cyrillic letter beside one of another script."""
_THREE_DOUBLED = re.compile(r"([^\W\d_])\1([^\W\d_])\2([^\W\d_])\3")
_DOUBLED = re.compile(r"(?:([^\W\d_])\1){3,30}")
_FEW = 2
"""A letter of another script is taken for a look-alike where the word has so many more of its own."""
_LONG_RUN = re.compile(r"[A-Za-z0-9+/]{60,}+={0,2}")
"""Base64, where it has digits, capitals and small letters."""
_HEX_DUMP = re.compile(r"(?:[0-9a-fA-F]{2}[ :]?){48,}")
_SCRIPT = re.compile(r"[{}();=\[\]<>|&!]")
_SCRIPT_SHARE = 0.12
_SCRIPT_LENGTH = 200


def mixes_scripts(text: str) -> bool:
    """Whether a Greek or Cyrillic letter stands beside one of another script."""
    return not text.isascii() and _MIXED.search(text) is not None


def mixed_script_changes(text: str) -> list[Change]:
    """Letters of another script that look like those of the word they stand in become these."""
    if not mixes_scripts(text):
        return []
    changes = []
    for match in _WORD.finditer(text):
        if not match[0].isascii():
            changes += _look_alikes(match[0], match.start())
    return changes


def _look_alikes(word: str, start: int) -> list[Change]:
    latin = sum(_is_latin(char) for char in word)
    if latin in (0, len(word)):
        return []
    to_latin = latin > len(word) - latin
    table = _lookalikes() if to_latin else _from_latin()
    if not to_latin and not all(_is_latin(char) or "CYRILLIC" in unicodedata.name(char, "") for char in word):
        return []
    foreign = [(at, char) for at, char in enumerate(word) if _is_latin(char) != to_latin]
    if len(foreign) * _FEW > len(word) - len(foreign) or any(char not in table for _, char in foreign):
        return []
    return [Change(start + at, start + at + 1, table[char], "mixed-script", 0.9) for at, char in foreign]


def _is_latin(char: str) -> bool:
    return char.isascii() or "LATIN" in unicodedata.name(char, "")


@cache
def _lookalikes() -> dict[str, str]:
    table: dict[str, str] = load_toml("repair/characters/characters.toml")["latin_lookalikes"]
    return table


@cache
def _from_latin() -> dict[str, str]:
    """Cyrillic letters for Latin ones: words of Greek with a Latin letter are too few to guess at."""
    return {
        latin: other
        for other, latin in reversed(_lookalikes().items())
        if "CYRILLIC" in unicodedata.name(other)
    }


def doubled_changes(text: str) -> list[Change]:
    """Words of which every letter stands twice become single, where two such words at least are most of the text."""
    if not _THREE_DOUBLED.search(text):
        return []
    words = _WORD.findall(text)
    doubled = [m for m in _WORD.finditer(text) if _DOUBLED.fullmatch(m[0]) and len(set(m[0])) > 1]
    if len(doubled) < 2 or 2 * len(doubled) < len(words):
        return []
    return [Change(m.start(), m.end(), m[0][::2], "doubled-letters", 0.95) for m in doubled]


def unreadable_text(text: str) -> str | None:
    """What makes `text` no text (encoded data, a script), as a piece of it; None where it is text."""
    for found in (*_LONG_RUN.finditer(text), *_HEX_DUMP.finditer(text)):
        if len(found[0]) * 2 > len(text) and _is_encoded(found[0], is_hex=found.re is _HEX_DUMP):
            return found[0][:60]
    if len(text) >= _SCRIPT_LENGTH and len(_SCRIPT.findall(text)) >= _SCRIPT_SHARE * len(text):
        return text[:60]
    return None


def _is_encoded(run: str, is_hex: bool) -> bool:
    cases = any(map(str.isupper, run)) and any(map(str.islower, run))
    return any(map(str.isdigit, run)) and (is_hex or cases)
