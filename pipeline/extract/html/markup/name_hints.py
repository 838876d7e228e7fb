"""What the names of elements say: class, id and role words against the patterns of `hints.toml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from pipeline.knowledge.files import load_toml
from pipeline.records import Role

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MAY_HIDE = re.compile(
    r"sr|[Hh]idden|[Hh]ide|eader|nvisible|ssistive|[Oo]ff|a11y|[Hh]oney|hp|[Ss]kip|ollapse"
)
_NAMES = ("class", "id", "role", "itemprop", "data-testid")
_BESIDE_CLASS = frozenset(_NAMES[1:])
_SECTIONS = ("furniture", "visibility", "headings", "content")
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_WORD = re.compile(r"\w+|©")
LONGEST_SPOKEN = 300
"""A block longer than this many characters is told by other things than single phrases."""
_FIRST_GROUP = re.compile(r" \(((?:[^()]|\([^()]*\))*)\)")
_LETTERS = re.compile(r"^((?:[a-z0-9](?![?*{]))*)")
_LONGEST = 300
"""Characters of each name that are looked at."""


class Hints(NamedTuple):
    """What the words of an element's names tell: the `role` of furniture; whether its text is `hidden`, links that
    `skips` a menu, `folded`, a `closed` panel, the `main` part; the heading `level` (0: a heading of no certain
    level); whether it is an `accordion`; `bits` for the classifier, one for each name in `feature_names()`."""

    role: Role | None = None
    hidden: bool = False
    skips: bool = False
    folded: bool = False
    closed: bool = False
    main: bool = False
    accordion: bool = False
    level: int | None = None
    bits: int = 0


NO_HINTS = Hints()


@cache
def _data() -> dict[str, Any]:
    return load_toml("extract/html/markup/name_hints.toml")


class _Pattern(NamedTuple):
    """A pattern of `hints.toml`; `beginnings` of the words that its matches begin with; the role of furniture that
    it tells, those of the first roles before others."""

    name: str
    search: Callable[[str], re.Match[str] | None]
    beginnings: tuple[str, ...]
    role: Role | None


@cache
def _patterns() -> tuple[_Pattern, ...]:
    """Every pattern, named by its section and its name there."""
    found: list[_Pattern] = []
    for section in _SECTIONS:
        for name in _data()[section]:
            every = _listed(section, name)
            beginnings = {beginning for pattern in every for beginning in beginnings_of(pattern)}
            search = re.compile("|".join(every)).search
            role = name if section == "furniture" else None
            found.append(_Pattern(f"{section}.{name}", search, tuple(sorted(beginnings)), role))
    return tuple(found)


def beginnings_of(pattern: str) -> list[str]:
    """The sure first letters of what a pattern matches, behind a first space: those of each alternative where it
    begins with a group. [""] where nothing is sure."""
    found: list[str] = []
    for alternative in _alternatives(pattern):
        inner = _FIRST_GROUP.match(alternative)
        if inner and alternative[inner.end() : inner.end() + 1] not in ("?", "*", "{"):
            found += [_sure(each) for each in _alternatives(inner.group(1))]
        else:
            found.append(_sure(alternative[1:]) if alternative.startswith(" ") else "")
    return found


def _alternatives(pattern: str) -> list[str]:
    """A pattern split at the bars that stand in none of its groups."""
    parts, depth = [""], 0
    for sign in pattern:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _sure(pattern: str) -> str:
    letters: str = _LETTERS.findall(pattern)[0]
    return letters


@cache
def feature_names() -> tuple[str, ...]:
    """The names of the bits of `Hints.bits`, lowest first."""
    return tuple(_data()["features"])


@cache
def _words_told() -> tuple[dict[str, int], dict[str, int], int]:
    """The bits of whole words and of beginnings of words, and the length of the longest beginning: of the features,
    and above them a bit for each pattern that may match at such a word."""
    whole: dict[str, int] = {}
    begins: dict[str, int] = {}
    for bit, words in enumerate(_data()["features"].values()):
        for word in words.split():
            known, word = (begins, word[:-1]) if word.endswith("*") else (whole, word)
            known[word] = known.get(word, 0) | 1 << bit
    for bit, pattern in enumerate(_patterns(), len(feature_names())):
        for beginning in pattern.beginnings:
            begins[beginning] = begins.get(beginning, 0) | 1 << bit
    return whole, begins, max(map(len, begins))


@lru_cache(maxsize=16384)
def _bits_of_word(word: str) -> int:
    whole, begins, longest = _words_told()
    bits = whole.get(word, 0)
    for end in range(min(len(word), longest) + 1):
        bits |= begins.get(word[:end], 0)
    return bits


@lru_cache(maxsize=16384)
def _read(name: str) -> tuple[str, int]:
    """The words of a name without white space, lower-case, with spaces between them; and their bits."""
    if not name.islower():
        name = _CAMEL.sub(" ", name).lower()
    words = _NOT_A_WORD.sub(" ", name).strip()
    bits = 0
    for word in words.split():
        bits |= _bits_of_word(word)
    return words, bits


def hints_of(attrs: dict[str, str | None]) -> Hints:
    """What an element's class, id, role, itemprop and data-testid tell."""
    if _BESIDE_CLASS.isdisjoint(attrs):
        names = attrs.get("class")
        return _hints(names) if names else NO_HINTS
    return _hints(*[value for name in _NAMES if (value := attrs.get(name))])


@lru_cache(maxsize=16384)
def _hints(*names: str) -> Hints:
    features = len(feature_names())
    bits = 0
    for name in names:
        bits |= _bits(name)
    if not bits >> features:
        return _bare(bits)
    parts = [part for name in names for part in name[:_LONGEST].split()]
    text = f" {' '.join([words for part in parts if (words := _read(part)[0])])} "
    found: dict[str, re.Match[str]] = {}
    role: Role | None = None
    for pattern in _patterns_of(bits >> features):
        if match := pattern.search(text):
            found[pattern.name] = match
            role = role or pattern.role
    bits &= (1 << features) - 1
    if not found:
        return _bare(bits)
    return Hints(
        role=role,
        hidden="visibility.hidden" in found and any(map(_hides, names)),
        skips="visibility.skips" in found,
        folded="visibility.folded" in found,
        closed="visibility.closed" in found and "visibility.open" not in found,
        main="content.main" in found,
        accordion="accordion" in text,
        level=_heading_level(found),
        bits=bits,
    )


def _hides(names: str) -> bool:
    """Whether one of the names says by itself that the element is hidden. A modifier of BEM (`--`) may say it of a
    part: `field--label-visually_hidden` hides the label of a field, not the field."""
    hidden, not_hidden, part = _visibility()
    for name in names[:_LONGEST].split():
        words = f" {_read(name)[0]} "
        if not_hidden.search(words) or not hidden.search(words):
            continue
        modifier = f" {_read(name.rpartition('--')[2])[0]} " if "--" in name else ""
        said = hidden.search(modifier)
        if not (said and part.search(modifier[: said.start() + 1])):
            return True
    return False


@cache
def _visibility() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What hides, what only looks so, and the parts of an element that a modifier may speak of."""
    hidden, not_hidden, part = (
        "|".join(_listed("visibility", name)) for name in ("hidden", "not_hidden", "part")
    )
    return re.compile(hidden), re.compile(not_hidden), re.compile(part)


def _listed(section: str, name: str) -> list[str]:
    value = _data()[section][name]
    return [value] if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _patterns_of(bits: int) -> tuple[_Pattern, ...]:
    """The patterns whose bit is set."""
    return tuple(pattern for place, pattern in enumerate(_patterns()) if bits >> place & 1)


@lru_cache(maxsize=4096)
def _bare(bits: int) -> Hints:
    """Of names that tell nothing but something to the classifier."""
    return Hints(bits=bits) if bits else NO_HINTS


def name_bits(attrs: dict[str, str | None]) -> int:
    """The `bits` alone of an element's class and id."""
    names, identifier = attrs.get("class"), attrs.get("id")
    bits = (_bits(names) if names else 0) | (_bits(identifier) if identifier else 0)
    return bits & ((1 << len(feature_names())) - 1)


@lru_cache(maxsize=16384)
def _bits(names: str) -> int:
    """The bits of all words in names."""
    bits = 0
    for part in names[:_LONGEST].split():
        bits |= _read(part)[1]
    return bits


def says_hidden(attrs: dict[str, str | None]) -> bool:
    """Whether the class of an element may name text for screen readers only: a glance before `hints_of`."""
    names = attrs.get("class")
    return bool(names) and _names_hidden(names or "")


@lru_cache(maxsize=4096)
def _names_hidden(names: str) -> bool:
    return _MAY_HIDE.search(names) is not None


def _heading_level(found: dict[str, re.Match[str]]) -> int | None:
    if named := found.get("headings.level"):
        return int(named.group(1))
    if "headings.title" in found:
        return 1
    return 0 if "headings.heading" in found else None


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


def may_tell(words: Sequence[str]) -> bool:
    """Whether there may be telling words among those of a text in small letters: a glance before `word_bits`."""
    return not _phrases().keys().isdisjoint(words)


@lru_cache(maxsize=4096)
def word_bits(text: str) -> int:
    """A bit for each kind of telling words in a block's text; 0 for one longer than LONGEST_SPOKEN."""
    length = len(text)
    if length > LONGEST_SPOKEN:
        return 0
    text = text.lower()
    phrases, bits, words = _phrases(), 0, _WORD.findall(text)
    if phrases.keys().isdisjoint(words):
        return 0
    for word in words:
        for bit, phrase, start, longest in phrases.get(word, ()):
            if length <= longest and (word == words[0] if start else True) and _holds(text, phrase, start):
                bits |= 1 << bit
    return bits


def _holds(text: str, phrase: str, start: bool) -> bool:
    place = text.find(phrase)
    if place < 0 or (start and any(char.isalnum() for char in text[:place])):
        return False
    return not text[place + len(phrase) : place + len(phrase) + 1].isalpha()
