"""Serbian in Cyrillic letters: wordfreq keeps its words in Latin ones."""

from __future__ import annotations

_PAIRS = (("dž", "џ"), ("lj", "љ"), ("nj", "њ"))
_LETTERS = str.maketrans("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш")


def in_cyrillic(word: str) -> str:
    """`word`, in lower case, with Serbian Cyrillic letters; letters that Serbian lacks stay."""
    for latin, cyrillic in _PAIRS:
        word = word.replace(latin, cyrillic)
    return word.translate(_LETTERS)
