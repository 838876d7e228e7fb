"""Policies, strategies and plans that the text names, with their year where one stands beside the name."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from pathlib import Path

from pipeline.knowledge.languages import PolicyNames
from pipeline.knowledge.languages import language as known_language
from pipeline.profiles.evidence import Found, prose
from pipeline.profiles.numbers import YEAR
from pipeline.records import Document, Policy

_MOST_WORDS = 14
_NEAR = 70
_WINDOW = 90  # characters on both sides of a name in which its sentence is looked at
_COMPARED = 100
"""A name is compared word by word with so many of a document (a report names 40); with all others letter by letter."""
_WORD = re.compile(r"[^\W_][\w’'.-]*[\w]|[^\W_]")
_CITED = re.compile(r"\(((?:1[89]|20)\d\d)\)\s*+[:.,]\s*+$")
"""The year of an entry in a list of references, just before the name."""
_QUOTED = r"[„“\"«]\s?([^„“”\"«»]{3,70}?)\s?[”“\"»]"
_SENTENCE_END = re.compile(r"[.!?…]\s|[:;]\s|\n")


def policies(document: Document, overlay: Path | None) -> list[Found[Policy]]:
    """Each policy once, as first named, in the order of the document.

    A name begins with a capitalised word for a kind of policy (`Strategia`, `Plan`, `Gesamtkonzept`: a data file) or
    ends with one (English, Dutch), and runs over capitalised words and the small words between them. A common
    noun by itself is no name.
    """
    manner = _manner(document.language or "en", overlay)
    if manner is None:
        return []
    found: dict[str, Found[Policy]] = {}
    for index, block in prose(document):
        for start, end in manner.names(block.text):
            name = block.text[start:end].replace("\u00a0", " ")
            policy = Policy(name=name, year=_year(block.text, start, end))
            _note(found, Found(policy, ((index, start, end, 0.7),)))
    return list(found.values())


def _note(found: dict[str, Found[Policy]], new: Found[Policy]) -> None:
    """Add a policy, unless it is one already found, in another case of its words perhaps; a year it lacked is taken."""
    name = new.value.name
    known = next((one for one in itertools.islice(found, _COMPARED) if _is_same(one, name)), name)
    if known not in found:
        found[name] = new
    elif found[known].value.year is None and new.value.year is not None:
        policy = found[known].value.model_copy(update={"year": new.value.year})
        found[known] = Found(policy, found[known].spans + new.spans)


def _is_same(one: str, other: str) -> bool:
    """Whether two names are the same but for the endings of their words, or one is the beginning of the other."""
    first, second = _folded(one), _folded(other)
    if first[0][:1] != second[0][:1]:
        return False
    longer = max(first, second, key=len)[min(len(first), len(second)) :]
    if any(char.isdigit() for word in longer for char in word):
        return False  # "… 2021-2030" is an edition of its own
    return all(_share_a_stem(a, b) for a, b in zip(first, second, strict=False))


@lru_cache(maxsize=2 * _COMPARED)
def _folded(name: str) -> tuple[str, ...]:
    return tuple(name.casefold().split())


def _share_a_stem(one: str, other: str) -> bool:
    shortest = min(len(one), len(other))
    stem = max(min(shortest, 4), shortest - 3)
    return one[:stem] == other[:stem]


class Manner:
    """How a language names policies: words for kinds, small words inside names, on which side the kind stands."""

    def __init__(self, known: PolicyNames) -> None:
        self._kind = re.compile("|".join(known.kinds))
        kind = rf"(?:{'|'.join(known.kinds)})"
        self._quoted = re.compile(rf"\b{kind}[ \u00a0]{_QUOTED}|{_QUOTED}[:,]? {kind}\b", re.IGNORECASE)
        self._small = frozenset(known.small)
        self._kind_last = known.kind_last
        self._least = known.least

    def names(self, text: str) -> list[tuple[int, int]]:
        """[start, end) of each name in `text`."""
        spans = (match.span(1 if match[1] else 2) for match in self._quoted.finditer(text))
        found = [(start, end) for start, end in spans if text[start].isupper()]
        words = list(_WORD.finditer(text))
        for position, word in enumerate(words):
            if not self._kind.fullmatch(word.group(0)) or not word.group(0)[:1].isupper():
                continue
            if any(
                start <= word.start() < end or word.end() + 2 >= start > word.start() for start, end in found
            ):
                continue
            first = self._backward(words, position, text) if self._kind_last else position
            last = self._forward(words, position, text)
            capitals = sum(word.group(0)[:1].isupper() for word in words[first : last + 1]) - 1
            if capitals >= self._least:
                found.append((words[first].start(), words[last].end()))
        return found

    def _forward(self, words: list[re.Match[str]], position: int, text: str) -> int:
        last = position
        for at in range(position + 1, min(len(words), position + _MOST_WORDS)):
            if _SENTENCE_END.search(text, words[at - 1].end() - 1, words[at].start()) or _breaks(
                words, at, text
            ):
                break
            word = words[at].group(0)
            if word[:1].isupper() or (word[:1].isdigit() and last == at - 1):
                last = at
            elif word.casefold() not in self._small:
                break
        return last

    def _backward(self, words: list[re.Match[str]], position: int, text: str) -> int:
        first = position
        for at in range(position - 1, max(-1, position - _MOST_WORDS), -1):
            if _SENTENCE_END.search(text, words[at].end() - 1, words[at + 1].start()) or _breaks(
                words, at + 1, text
            ):
                break
            word = words[at].group(0)
            opens = at == 0 or bool(_SENTENCE_END.search(text, words[at - 1].end() - 1, words[at].start()))
            if word[:1].isupper() and word.casefold() not in self._small and not (opens and len(word) < 4):
                first = at
            elif word.casefold() not in self._small:
                break
        return first


def _breaks(words: list[re.Match[str]], at: int, text: str) -> bool:
    """Whether something other than white space, a hyphen or a dash between years stands before a word."""
    between = text[words[at - 1].end() : words[at].start()]
    return any(not char.isspace() and char not in "–-&’'" for char in between)


def _year(text: str, start: int, end: int) -> int | None:
    """The year in the name's own sentence that stands nearest to it, within 70 characters; none in the name itself."""
    cited = _CITED.search(text, max(0, start - _WINDOW), start)
    if cited:
        return int(cited.group(1))
    first, last = max(0, start - _WINDOW), min(len(text), end + _WINDOW)
    sentence_start = max(
        (m.end() for m in _SENTENCE_END.finditer(text, first, start) if not _abbreviates(text, m)),
        default=first,
    )
    after = end + 3 if text[end : end + 1] in ("”", "“", '"', "»") and ":" in text[end : end + 3] else end
    closing = next(
        (m.start() for m in _SENTENCE_END.finditer(text, after, last) if not _abbreviates(text, m)), last
    )
    near = []
    for match in YEAR.finditer(text, sentence_start, closing):
        if match.end() <= start:
            near.append((start - match.end(), int(match.group(0))))
        elif match.start() >= end:
            near.append((match.start() - end, int(match.group(0))))
    near = [item for item in near if item[0] <= _NEAR]
    return min(near)[1] if near else None


def _abbreviates(text: str, match: re.Match[str]) -> bool:
    """Whether a full stop belongs to an abbreviation ("2016 r."), not to the end of a sentence."""
    return bool(
        re.search(r"(?:\d[\s\u00a0]|\s)[^\W\d]{1,2}$", text[max(0, match.start() - 8) : match.start()])
    )


@lru_cache(maxsize=32)
def _manner(language: str, overlay: Path | None) -> Manner | None:
    known = known_language(language, overlay).policies
    return Manner(known) if known.kinds else None
