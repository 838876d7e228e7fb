"""What the names of elements say: class, id and role words against the patterns of `hints.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pipeline.model import Role
from pipeline.overlay import load_toml

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MAY_HIDE = re.compile(
    r"sr|[Hh]idden|[Hh]ide|eader|nvisible|ssistive|[Oo]ff|a11y|[Hh]oney|hp|[Ss]kip|ollapse"
)
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"\w+|©")
LONGEST_SPOKEN = 300
"""A block longer than this many characters is told by other things than single phrases."""
_LONGEST = 300
"""Characters of each name that are looked at."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the words of an element's names tell: the `role` of furniture; whether its text is `hidden`, `folded`,
    a `closed` panel, the `main` part; the heading `level` (0: a heading of no certain level); whether it is an
    `accordion`; `bits` for the classifier, one for each name in `feature_names()`."""

    role: Role | None = None
    hidden: bool = False
    folded: bool = False
    closed: bool = False
    main: bool = False
    accordion: bool = False
    level: int | None = None
    bits: int = 0


NO_HINTS = Hints()


@cache
def _data() -> dict[str, Any]:
    return load_toml("extract/html/hints.toml")


@cache
def _furniture_patterns() -> tuple[tuple[Role, re.Pattern[str]], ...]:
    return tuple((role, re.compile("|".join(patterns))) for role, patterns in _data()["furniture"].items())


@cache
def _pattern(section: str, name: str) -> re.Pattern[str]:
    value = _data()[section][name]
    return re.compile(value if isinstance(value, str) else "|".join(value))


@cache
def feature_names() -> tuple[str, ...]:
    """The names of the bits of `Hints.bits`, lowest first."""
    return tuple(_data()["features"])


@cache
def _feature_words() -> tuple[dict[str, int], tuple[tuple[str, int], ...]]:
    """The bits of whole words, and of beginnings of words."""
    whole: dict[str, int] = {}
    begins: dict[str, int] = {}
    for bit, words in enumerate(_data()["features"].values()):
        for word in words.split():
            known, word = (begins, word[:-1]) if word.endswith("*") else (whole, word)
            known[word] = known.get(word, 0) | 1 << bit
    return whole, tuple(begins.items())


@lru_cache(maxsize=16384)
def _bits_of_word(word: str) -> int:
    whole, begins = _feature_words()
    bits = whole.get(word, 0)
    for begin, more in begins:
        if word.startswith(begin):
            bits |= more
    return bits


@cache
def _any_pattern() -> re.Pattern[str]:
    """Matches what any pattern matches, so that most names are done with in one search."""
    data = _data()
    sections = ("furniture", "visibility", "headings", "content")
    values = [value for section in sections for value in data[section].values()]
    lists = [value if isinstance(value, list) else [value] for value in values]
    every = [pattern.removeprefix(" ") for patterns in lists for pattern in patterns]
    return re.compile(f" (?:{'|'.join(every)})")


def _furniture_role(words: str) -> Role | None:
    return next((role for role, pattern in _furniture_patterns() if pattern.search(words)), None)


def hints_of(attrs: dict[str, str | None]) -> Hints:
    """What an element's class, id, role, itemprop and data-testid tell."""
    return _hints(
        attrs.get("class"),
        attrs.get("id"),
        attrs.get("role"),
        attrs.get("itemprop"),
        attrs.get("data-testid"),
    )


@lru_cache(maxsize=16384)
def _hints(*names: str | None) -> Hints:
    words = _words(names)
    if words.isspace():
        return NO_HINTS
    bits = 0
    for word in words.split():
        bits |= _bits_of_word(word)
    if not _any_pattern().search(words):
        return Hints(bits=bits) if bits else NO_HINTS
    closed = _pattern("visibility", "closed").search(words) is not None
    return Hints(
        role=_furniture_role(words),
        hidden=_pattern("visibility", "hidden").search(words) is not None,
        folded=_pattern("visibility", "folded").search(words) is not None,
        closed=closed and _pattern("visibility", "open").search(words) is None,
        main=_pattern("content", "main").search(words) is not None,
        accordion="accordion" in words,
        level=_heading_level(words),
        bits=bits,
    )


def name_bits(attrs: dict[str, str | None]) -> int:
    """The `bits` alone of an element's class and id."""
    return _name_bits(attrs.get("class"), attrs.get("id"))


@lru_cache(maxsize=16384)
def _name_bits(*names: str | None) -> int:
    bits = 0
    for word in _words(names).split():
        bits |= _bits_of_word(word)
    return bits


def _words(names: tuple[str | None, ...]) -> str:
    """The words of names, lower-case, each between spaces."""
    given = " ".join([name[:_LONGEST] for name in names if name])
    return f" {_NOT_A_WORD.sub(' ', _CAMEL.sub(' ', given).lower()).strip()} "


def says_hidden(attrs: dict[str, str | None]) -> bool:
    """Whether the class of an element may name text for screen readers only: a glance before `hints_of`."""
    names = attrs.get("class")
    return bool(names) and _MAY_HIDE.search(names or "") is not None


def _heading_level(words: str) -> int | None:
    if named := _pattern("headings", "level").search(words):
        return int(named.group(1))
    if _pattern("headings", "title").search(words):
        return 1
    return 0 if _pattern("headings", "heading").search(words) else None


@cache
def word_names() -> tuple[str, ...]:
    """The names of the bits of `word_bits`, lowest first."""
    return tuple(_data()["words"])


@cache
def _phrases() -> dict[str, tuple[tuple[int, str, bool, int], ...]]:
    """By first word: (bit, phrase, whether it must begin the block, longest block)."""
    found: dict[str, tuple[tuple[int, str, bool, int], ...]] = {}
    for bit, kind in enumerate(_data()["words"].values()):
        longest = kind.get("longest", LONGEST_SPOKEN)
        for place in ("any", "start"):
            for phrase in kind.get(place, ()):
                first = _WORD.findall(phrase)[0]
                found[first] = (*found.get(first, ()), (bit, phrase, place == "start", longest))
    return found


def word_bits(text: str) -> int:
    """A bit for each kind of telling words in a block's text; 0 for one longer than LONGEST_SPOKEN."""
    length = len(text)
    if length > LONGEST_SPOKEN:
        return 0
    text = text.lower()
    phrases, bits, begin = _phrases(), 0, None
    for word in _WORD.findall(text):
        begin = begin or word
        if word in phrases:
            for bit, phrase, start, longest in phrases[word]:
                if length <= longest and (word == begin if start else True) and _holds(text, phrase, start):
                    bits |= 1 << bit
    return bits


def _holds(text: str, phrase: str, start: bool) -> bool:
    place = text.find(phrase)
    if place < 0 or (start and any(char.isalnum() for char in text[:place])):
        return False
    return not text[place + len(phrase) : place + len(phrase) + 1].isalpha()
