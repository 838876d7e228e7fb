"""Paragraphs that read well at first sight: the judge need not read them.

All their letters beyond ASCII stand in known words of one language, whose alphabet has them and in which most of their
other words are known, too; and their signs stand where signs stand. That is so of nearly half of the clean paragraphs
of the benchmark, and of no damaged one that the judge would restore.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.lexis.languages import languages
from pipeline.lexis.letters import alphabet
from pipeline.lexis.words import word_list

MOST_WORDS = 60
"""Different words beyond ASCII from which on the judge reads a paragraph anyway."""
SHORTEST = 3
"""A shorter word counts as known only where it is as frequent as …"""
FREQUENT = 3e-4
"""… this: single letters are in many lists."""
PLAIN_WORDS = 12
"""Words of ASCII letters that are looked up …"""
PLAIN_SHARE = 0.6
"""… and the part of them that the language must know."""

_WORD = re.compile(r"[^\W\d_]*[^\x00-\x7f\W\d_]+[^\W\d_]*")
_PLAIN = re.compile(r"\b[a-z]{2,}\b")
_SIGNS = "“”„‘’«»–—…•·°§€™©®\u00a0\u202f±²³½×"
_BEYOND = re.compile(rf"[^\x00-\x7f{_SIGNS}]")
_ODD = re.compile(
    r"[^\W\d_](?:[•·°§€©±½×„]|[^\x00-\x7f\w’·\u00a0\u202f][^\W\d_]|[–—…](?=[\s,;]))|(?<!\S)[–—…·•](?=[^\W\d_])"
    rf"|[{_SIGNS}]{{2}}|[“„‘«](?!\S)|(?<!\S)(?:’|[‘„][^‘’“”„]*+\Z)"
)
"""Signs between letters, behind or before them where none stand, in pairs, quotation marks never opened or closed."""


def reads_well(text: str) -> bool:
    """Whether a paragraph can hold no damage: see the module."""
    if "&" in text or _ODD.search(text):
        return False
    words = tuple(dict.fromkeys(match[0] for match in _WORD.finditer(text)))
    if len(words) > MOST_WORDS or any(_is_oddly_written(word) for word in words):
        return False
    letters = frozenset(char for word in words for char in word.lower() if not char.isascii())
    if any(not char.isalpha() for char in _BEYOND.findall(text)):
        return False
    plain = tuple(dict.fromkeys(_PLAIN.findall(text)))[:PLAIN_WORDS]
    return any(_knows(language, words, plain) for language in _written_with(letters))


def _is_oddly_written(word: str) -> bool:
    return word[1:] != word[1:].lower() and word != word.upper()


@lru_cache(maxsize=4096)
def _written_with(letters: frozenset[str]) -> tuple[str, ...]:
    """The languages whose alphabets have all these letters, and that have a list of words."""
    codes = [language.code for language in languages() if language.words]
    return tuple(code for code in codes if letters <= alphabet(code))


def _knows(language: str, words: tuple[str, ...], plain: tuple[str, ...]) -> bool:
    listed = word_list(language)
    if listed is None:
        return False
    shares = listed.frequencies((*words, *plain))
    least = [0.0 if len(word) >= SHORTEST else FREQUENT for word in words]
    known = shares[len(words) :] > 0.0
    return bool((shares[: len(words)] > least).all()) and known.sum() >= PLAIN_SHARE * len(plain)
