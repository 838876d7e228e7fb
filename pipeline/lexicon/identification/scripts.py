"""The script that a text is written in."""

from __future__ import annotations

from collections import Counter
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.alphabet import script
from pipeline.lexicon.languages import identified

_DATA = "lexicon/identification/scripts.toml"
_WORDLIKE = 2
"""What a character of East Asia counts in letters: it is a syllable or a word."""
_MOST = 0.5
"""The share of the letters that a text's script has at least; without it, the text has none."""
_KANA = 0.05
"""The share of kana in Japanese among its kana and Chinese characters, at least."""


class Script(NamedTuple):
    """A script (the first word of the Unicode names of its letters), and how many letters of it a text has."""

    name: str
    letters: int


def script_of(text: str) -> Script | None:
    """The script that most letters of `text` are of; None where there is no letter or no such script.

    Japanese is KANA, whatever its share of Chinese characters.
    """
    counts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        name = _script(char)
        if name:
            counts[name] += count * (_WORDLIKE if name in ("CJK", "KANA", "HANGUL") else 1)
    if not counts:
        return None
    if counts["KANA"] > _KANA * (counts["KANA"] + counts["CJK"]):
        counts["KANA"] += counts.pop("CJK", 0)
    name, most = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return Script(name, most) if most >= _MOST * counts.total() else None


def only_language(script: str) -> str | None:
    """The language of a script that one language is written in, or None where there are several."""
    only: dict[str, str] = load_toml(_DATA)["only"]
    return only.get(script)


def only_languages() -> frozenset[str]:
    """The languages that are told by their script alone."""
    return frozenset(load_toml(_DATA)["only"].values())


@lru_cache(maxsize=4096)
def _script(char: str) -> str | None:
    if not char.isalpha():
        return None
    first = script(char)
    name = {"HIRAGANA": "KANA", "KATAKANA": "KANA", "FULLWIDTH": "LATIN", "HALFWIDTH": "KANA"}.get(
        first, first
    )
    return name if name in _known() else None


@cache
def _known() -> frozenset[str]:
    return frozenset(load_toml(_DATA)["only"]) | {language.script for language in identified()}
