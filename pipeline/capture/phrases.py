"""Phrases: what captures that are not the page say, looked up word by word in folded text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.folding import fold

_WORD: Final = re.compile(r"\w+")
_IDENTIFIER: Final = re.compile(
    r"https?://\S+|(?<![\w.:-])(?=[\w.:-]*\d)[0-9a-z]+(?:[.:-][0-9a-z]+){3,}\b|\b(?=[0-9a-f]*\d)[0-9a-f]{10,}\b",
    re.IGNORECASE,
)
"""Addresses, IP addresses and the numbers under which a request is kept: nobody's words."""

_WIDEST_GAP: Final = 4
"""Words that a lone star of a phrase stands for at most."""

_KEY: Final = 2
"""Letters by which a phrase is looked up whose first word is a stem."""

_STEM: Final = 5
_SHORTEST: Final = 4
"""Letters of a word's stem, and of a word that has one."""

Tag = tuple[str, str]


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, folded; numbers are words, punctuation and identifiers are none."""
    return tuple(_WORD.findall(fold(_IDENTIFIER.sub(" ", text))))


def size_of(words: Iterable[str]) -> int:
    """The length in characters of words with a space behind each."""
    return sum(len(word) + 1 for word in words)


@dataclass(frozen=True)
class _Word:
    """One word of a phrase: equal to one of `exact`, or beginning with one of `stems`."""

    exact: frozenset[str]
    stems: tuple[str, ...]

    def fits(self, word: str) -> bool:
        return word in self.exact or (bool(self.stems) and word.startswith(self.stems))


class Phrases:
    """A set of phrases, each with a tag, found in sequences of words."""

    def __init__(self, phrases: Iterable[tuple[str, Tag]]) -> None:
        self._by_word: dict[str, list[_Entry]] = defaultdict(list)
        self._by_stem: dict[str, list[_Entry]] = defaultdict(list)
        for phrase, tag in sorted(set(phrases)):
            pattern = tuple(_parse(part) for part in phrase.split())
            first = pattern[0]
            if first is None:
                raise ValueError(f"the phrase {phrase!r} begins with a gap")
            for word in sorted(first.exact):
                self._by_word[word].append((pattern, tag))
            for stem in sorted({stem[:_KEY] for stem in first.stems}):
                self._by_stem[stem].append((pattern, tag))

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int, Tag]]:
        """[start, end) of each place where a phrase stands, and its tag."""
        for start, word in enumerate(words):
            for pattern, tag in (*self._by_word.get(word, ()), *self._by_stem.get(word[:_KEY], ())):
                end = _match(pattern, words, start)
                if end is not None:
                    yield start, end, tag


_Entry = tuple[tuple[_Word | None, ...], Tag]


def _parse(part: str) -> _Word | None:
    if part == "*":
        return None
    words = [(fold(word.removesuffix("*")), word.endswith("*")) for word in part.split("/")]
    if any(not _WORD.fullmatch(word) for word, _ in words):
        raise ValueError(f"{part!r} is not one word; write a phrase without punctuation")
    return _Word(
        frozenset(word for word, is_stem in words if not is_stem),
        tuple(word for word, is_stem in words if is_stem),
    )


def _match(pattern: Sequence[_Word | None], words: Sequence[str], start: int) -> int | None:
    """Where the pattern that begins at `start` ends; None where it does not stand there. Gaps are kept short."""
    place = start
    for position, item in enumerate(pattern):
        if item is None:
            for gap in range(_WIDEST_GAP + 1):
                if (end := _match(pattern[position + 1 :], words, place + gap)) is not None:
                    return end
            return None
        if place >= len(words) or not item.fits(words[place]):
            return None
        place += 1
    return place


def stem_of(word: str) -> str | None:
    """The beginning of a word by which its forms are recognised; None for short words, which are everywhere."""
    return word[:_STEM] if len(word) >= _SHORTEST and not word[0].isdigit() else None


@cache
def vocabulary(overlay: Path | None) -> dict[str, frozenset[str]]:
    """The stems of all words in the phrases of walls, each with the kinds whose phrases have it."""
    found: dict[str, set[str]] = defaultdict(set)
    for kind, tables in load_toml("capture/walls.toml", overlay).items():
        phrases = [phrase for part in tables.values() for phrase in _flat(part)]
        for word in " ".join(phrases if kind != "pages" else []).replace("/", " ").replace("*", " ").split():
            if stem := stem_of(fold(word)):
                found[stem].add(kind)
    return {stem: frozenset(kinds) for stem, kinds in found.items()}


def _flat(part: dict[str, list[str]] | list[str]) -> list[str]:
    return [phrase for phrases in part.values() for phrase in phrases] if isinstance(part, dict) else part


@cache
def lexicon(overlay: Path | None) -> Phrases:
    """All phrases, each with its kind and its part ("says", "names", "around"; titles of real pages are "pages")."""
    tagged = []
    for kind, tables in load_toml("capture/walls.toml", overlay).items():
        for part, phrases in tables.items():
            tagged += [(phrase, (kind, part)) for phrase in _flat(phrases)]
    return Phrases(tagged)
