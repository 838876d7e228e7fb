"""Folding: the form of a name or heading under which spellings compare equal."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ON_FILE = str.maketrans(
    {
        "ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n", "ŧ": "t",
        "’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ",
    }
)  # fmt: skip


class _Others(dict[int, int | str | None]):
    """For `str.translate`: characters that are not on file stay. They are learnt, for to look in vain is slow."""

    def __missing__(self, code: int) -> int:
        self[code] = code
        return code


class _Kept(dict[int, int | None]):
    """For `str.translate`: no combining marks, nothing that formats; learnt as characters come."""

    def __missing__(self, code: int) -> int | None:
        char = chr(code)
        dropped = unicodedata.combining(char) or unicodedata.category(char) == "Cf"
        self[code] = None if dropped else code
        return self[code]


_LETTERS = _Others(_ON_FILE)
_KEPT = _Kept()


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """`text` without case, diacritics, soft hyphens or runs of white space: "Gdańsk" → "gdansk"."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(folded_lines(text).split())


def folded_lines(text: str) -> str:
    """`text` without case, diacritics and soft hyphens; its white space stays."""
    text = text.casefold().translate(_LETTERS)
    return unicodedata.normalize("NFKD", text).translate(_KEPT)
