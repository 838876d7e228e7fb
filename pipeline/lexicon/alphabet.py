"""Letters as small numbers, for models that count them.

A letter of the model's alphabet has a symbol from 2 up, case folded; any other letter is `OTHER`, everything
that is not a letter is `EDGE`, the edge of a word.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np

from pipeline.lexicon.arrays import Array

EDGE = 0
OTHER = 1
PLANE = 0x3000
"""Code points that are looked at; what lies beyond (East Asia, pictures) is `OTHER` or `EDGE`."""

_SAME = {"ș": "ş", "ț": "ţ", "ѐ": "е", "ѝ": "и"}
"""Letters written in two ways, of which most of the sources know one."""


@lru_cache(maxsize=8192)
def script(char: str) -> str:
    """The script of a letter or mark, the first word of its Unicode name: LATIN, CYRILLIC, DEVANAGARI, CJK …"""
    return unicodedata.name(char, "UNNAMED").split(" ")[0]


def folded(char: str) -> str:
    """`char` in the form in which the model counts it."""
    lower = char.lower()
    lower = lower if len(lower) == 1 else lower[0]
    return _SAME.get(lower, lower)


def folded_word(word: str) -> str:
    """`word`, each character folded."""
    if not word.islower():
        return "".join(map(folded, word))
    for letter, same in _SAME.items():
        word = word.replace(letter, same)
    return word


_FAR = {0xFFFD: PLANE - 2, 0xFB01: PLANE - 4, 0xFB02: PLANE - 3, 0xF8FF: PLANE - 5}
"""Characters that matter though they lie beyond the plane (replacement, Mac), and where they are put."""
_NEAR = {near: far for far, near in _FAR.items()}


def code_points(text: str) -> Array:
    """The code points of `text`; those beyond the plane that is looked at become U+2FFF (no letter)."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if len(codes) and codes.max() >= PLANE:
        beyond = codes >= PLANE
        near = [_FAR.get(int(code), PLANE - 1) for code in codes[beyond]]
        codes = codes.copy()
        codes[beyond] = near
    return codes


def near(char: str) -> int:
    """The code point of one character, as `code_points` gives it."""
    code = ord(char)
    return code if code < PLANE else _FAR.get(code, PLANE - 1)


def character(code: int) -> str:
    """The character of a code point that `code_points` gave."""
    return chr(_NEAR.get(code, code))


def symbol_table(alphabet: str) -> Array:
    """For each code point its symbol; the letter at index i of `alphabet` has symbol i + 2."""
    symbols = {letter: index + 2 for index, letter in enumerate(alphabet)}
    table = np.zeros(PLANE, dtype=np.uint16)
    for code in range(PLANE - 1):
        char = chr(code)
        category = unicodedata.category(char)
        if category[0] == "L" or category == "Mn":
            table[code] = symbols.get(folded(char), OTHER)
    return table
