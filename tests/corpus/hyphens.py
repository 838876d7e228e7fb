"""Where a word may be broken at the end of a line: a rule of thumb that is good enough for sample reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

VOWELS = "aeiouyąęóäöüáéíúàèìòùâêîôûëïãõůýěőűăαεηιουωάέήίόύώϊϋΐΰ"
TOGETHER = {
    "": ("ch", "ph", "th", "qu"),
    "de": ("schl", "schm", "schn", "schr", "schw", "sch", "ch", "ck", "ph", "th", "qu"),
    "pl": ("szcz", "ch", "cz", "dz", "dź", "dż", "rz", "sz", "st", "ść"),
    "es": ("ch", "ll", "rr", "qu"),
    "it": ("ch", "gh", "gl", "gn", "sc", "st", "sp", "str", "qu"),
    "el": ("μπ", "ντ", "γκ", "τσ", "τζ", "στ", "σπ", "σκ", "σχ", "χτ"),
}
WITH_LIQUID = re.compile(r"[bcfgkpvβγθκπφχ][lrλρ]|[dtδτ][rρ]", re.IGNORECASE)
SHORTEST_HEAD = 3
SHORTEST_TAIL = 4

_GAP = re.compile(f"(?<=[{VOWELS}])([^{VOWELS}\\W\\d_]+)(?=[{VOWELS}])", re.IGNORECASE)


def breaks(word: str, language: str) -> list[int]:
    """Offsets at which `word` may be broken: before the last consonant (or cluster) between two vowels."""
    found = []
    for gap in _GAP.finditer(word):
        at = gap.end() - _onset(gap.group().lower(), language)
        if SHORTEST_HEAD <= at <= len(word) - SHORTEST_TAIL:
            found.append(at)
    return found


def _onset(consonants: str, language: str) -> int:
    clusters = TOGETHER.get(language, TOGETHER[""])
    longest = max((len(cluster) for cluster in clusters if consonants.endswith(cluster)), default=0)
    return longest or (2 if WITH_LIQUID.fullmatch(consonants[-2:]) else 1)


def hyphenator(language: str) -> Callable[[str], Iterator[tuple[str, str]]]:
    """A function that yields (head, tail) for each break of a word, the latest first, as reportlab asks for them."""

    def pairs(word: str) -> Iterator[tuple[str, str]]:
        for at in reversed(breaks(word, language)):
            yield word[:at], word[at:]

    return pairs
