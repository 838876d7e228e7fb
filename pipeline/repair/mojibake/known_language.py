"""Whether a paragraph is written in a language that the judge knows: the guard of text in all other languages.

Letters of an unknown language often look better in the code page of a neighbour (Estonian in Finnish eyes). Its words
do not: of the words of a true text more than half are in the list of its language, of a neighbour's few.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from pipeline.lexicon.words import WordList, word_list

_WORDS = 60
"""Words of a paragraph that are looked up, with and without damage."""
_SHORTEST = 2
_SHARE = 0.6
"""The share of known words below which a text is unfamiliar."""
_PRIOR = (1.5, 2.0)
"""Known words and words that are presumed before the first is looked up …"""
_FOREIGN_PRIOR = (0.0, 2.0)
"""… and in a document whose language nobody knows."""
_FOREIGN = 0.5
"""The share of known words that a document has in no language, if it is foreign to all."""
_FEWEST = 20
"""Words from which that can be told …"""
_SAMPLE = 120
"""… and the most that are looked up …"""
_LONG = 4
"""… each of so many letters: short ones are words of many languages."""
_LIKELIEST = 5
"""Languages that are asked, the likeliest by letters."""
_WEIGHT = 6.0
"""The strangeness (nats a letter) of a text of which no word is known, by the missing share."""
_LETTER = 2.8
"""What a letter costs on average (in nats) from which on a language without a list is unfamiliar."""
_LETTER_WEIGHT = 2.0

_QUOTES = "‘’‚“”„‹›«»"
_BEHIND = "²³¹®™"
"""Signs that stand behind words and units: km², m³."""
_WORD = re.compile(r"[^\W\d_]+")


class Vocabulary:
    """The words of a paragraph that are beside the damage, looked up once in each language that is asked for."""

    def __init__(self, context: str) -> None:
        self._context = context
        self._known: dict[str, int] = {}
        self._changed: dict[tuple[str, str], tuple[int, int]] = {}

    @cached_property
    def _words(self) -> list[str]:
        return _plain(self._context.split(" "))

    def share(self, changed: str, language: str, foreign: bool = False) -> float | None:
        """The share of known words, those of `changed` (repaired) among them; None for a language without a list.

        Of the few words of a `foreign` document's paragraph nothing is presumed.
        """
        words = word_list(language)
        if words is None:
            return None
        if language not in self._known:
            self._known[language] = _count(words, self._words)
        if (changed, language) not in self._changed:  # each option is asked about several times
            chunks = changed.split(" ")[:_WORDS]
            repaired = _plain(chunks)
            names = _count(words, [name for name in map(bare, chunks) if name and not _is_plain(name)])
            self._changed[changed, language] = _count(words, repaired) + names, len(repaired) + names
        known, number = self._changed[changed, language]
        known, number = known + self._known[language], number + len(self._words)
        prior = _FOREIGN_PRIOR if foreign else _PRIOR
        return (known + prior[0]) / (number + prior[1])


def is_foreign(text: str, ranking: list[tuple[str, float]]) -> bool:
    """Whether a document is in no known language, by the words beside the damage.

    `ranking` are the languages from the likeliest, with what a letter costs on average.
    """
    every = dict.fromkeys(map(bare, text.split(" ")))
    plain = [word for word in every if word.islower() and len(word) >= _LONG][:_SAMPLE]
    if len(plain) < _FEWEST:
        return False
    for language, cost in ranking[:_LIKELIEST]:
        words = word_list(language)
        if words is None and cost <= _LETTER:
            return False
        if words is not None and _count(words, plain) >= _FOREIGN * len(plain):
            return False
    return True


def unfamiliar(share: float | None, cost_per_letter: float) -> float:
    """How strange (nats a letter) a text is by the share of its words that are known, or by its letters alone."""
    if share is None:
        return _LETTER_WEIGHT * max(0.0, cost_per_letter - _LETTER)
    return _WEIGHT * max(0.0, _SHARE - share)


def malformed(before: str, after: str) -> float:
    """The share of changed words in which something stands after the repair that stands in no word.

    A capital within a word that has small letters; a symbol for what was a letter, but for an apostrophe between
    letters, an ellipsis behind them, and quotes that are closed as often as opened.
    """
    pairs = [(a, b) for a, b in zip(before.split(" "), after.split(" "), strict=False) if a != b]
    wrong = opened = closed = 0
    for old, new in pairs:
        if _has_odd_capital(new) and not _has_odd_capital(old):
            wrong += 1
        elif len(old) == len(new):
            kinds = [
                _symbol(new, place)
                for place, char in enumerate(old)
                if char.isalpha() and not new[place].isalpha()
            ]
            wrong += "inside" in kinds
            opened += "opening" in kinds
            closed += "closing" in kinds
    return (wrong + abs(opened - closed)) / max(1, len(pairs))


def _has_odd_capital(chunk: str) -> bool:
    """Whether a capital stands behind another letter of a word that is not all capitals."""
    return any(word != word.upper() and word[1:] != word[1:].lower() for word in _WORD.findall(chunk))


def _symbol(chunk: str, place: int) -> str:
    """What a character is in the place of a letter: a letter or mark still, a quote, or what cannot stand there."""
    char = chunk[place]
    left = chunk[max(0, place - 1) : place].isalpha()
    right = chunk[place + 1 : place + 2].isalpha()
    if not (left or right) or unicodedata.category(char)[0] in "LM":
        return ""
    if (char in "’'" and left and right) or (char == "…" and left and not right):
        return ""
    if char in _BEHIND and not right:
        return ""
    if char in _QUOTES and left != right:
        return "opening" if right else "closing"
    return "inside"


def bare(chunk: str) -> str:
    """The word in a chunk, without the punctuation around it; of several the longest; empty where there is none."""
    found = _WORD.findall(chunk)
    return max(found, key=len) if found else ""


def _plain(chunks: list[str]) -> list[str]:
    """The words that are no names."""
    words = map(bare, chunks[: 2 * _WORDS])
    return [word for word in words if _is_plain(word) and len(word) >= _SHORTEST][:_WORDS]


def _is_plain(word: str) -> bool:
    """Whether a word is not written as a name."""
    return not (word[:1].isupper() and word[1:].islower())


def _count(words: WordList, looked_up: list[str]) -> int:
    return int((words.frequencies(looked_up) > 0).sum()) if looked_up else 0
