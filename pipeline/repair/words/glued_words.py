"""Words that stand glued together ("siędokonać"): found, never changed.

A compound and two glued words look alike; so only such frequent words are looked for as begin (or end) no longer word
of the language's list. Prepositions, which are prefixes too, and nouns of which compounds are made, never count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.lexicon.ngrams import STEP, Ngrams
from pipeline.lexicon.words import WordList

_WORD = re.compile(r"(?<![\w'’\-])[^\W\d_]{7,40}(?![\w'’\-])")
_BEFORE_CAPITAL = 3
"""Letters before a capital inside a word. Names of firms begin with a capital, or have fewer."""
_SHORTEST = 3
_REST = 4
_KNOWN = 3e-6
"""A word at least this frequent may stand beside the frequent one."""
_KNOWN_BEFORE = 1e-5
"""The same of a word before a capital: names of firms are made of rarer ones."""
_GAIN = 2.0
"""So many nats likelier must the two words be than the one."""
_OFTEN = 2
"""A word that stands more often in the document is one of its words."""
_MOST = 20_000


class Glued(NamedTuple):
    """A word of a text, and the two words it seems to be."""

    start: int
    end: int
    word: str
    suggestion: str


def glued_words(
    texts: Iterable[tuple[int, str]], language: str, words: WordList, model: Ngrams
) -> list[tuple[int, Glued]]:
    """The glued words of the texts of a document, each text with its number."""
    places: list[tuple[int, int, str]] = []
    capital: list[tuple[int, int, str, int]] = []
    for number, text in texts:
        for match in _WORD.finditer(text):
            if len(places) + len(capital) >= _MOST:
                break
            if match[0][1:].islower():
                places.append((number, match.start(), match[0]))
            elif cut := _capital_inside(match[0]):
                capital.append((number, match.start(), match[0], cut))
    counted = Counter(word.lower() for _, _, word in places)
    once = [word for word, count in counted.items() if count <= _OFTEN]
    unknown = [word for word, share in zip(once, words.frequencies(once), strict=True) if not share]
    split = {word: parts for word in unknown if (parts := _split(word, language, words, model))}
    found = []
    for number, start, word in places:
        parts = split.get(word.lower())
        if parts:
            suggestion = f"{word[: len(parts[0])]} {word[len(parts[0]) :]}"
            found.append((number, Glued(start, start + len(word), word, suggestion)))
    return sorted([*found, *_with_capital(capital, words)])


def _capital_inside(word: str) -> int:
    """Where the one capital stands inside a word of small letters; 0 where there is none, or not one."""
    capitals = [place for place, letter in enumerate(word) if not letter.islower()]
    if len(capitals) != 1 or not word[capitals[0]].isupper():
        return 0
    return capitals[0] if _BEFORE_CAPITAL <= capitals[0] <= len(word) - _SHORTEST else 0


def _with_capital(places: list[tuple[int, int, str, int]], words: WordList) -> Iterator[tuple[int, Glued]]:
    """The words with a capital inside ("dieStraße") that are no name and whose two parts are words."""
    wholes = words.frequencies([word for _, _, word, _ in places])
    heads = words.frequencies([word[:cut] for _, _, word, cut in places])
    tails = words.frequencies([word[cut:] for _, _, word, cut in places])
    often = Counter(word for _, _, word, _ in places)
    for (number, start, word, cut), whole, head, tail in zip(places, wholes, heads, tails, strict=True):
        if not whole and often[word] <= _OFTEN and head >= _KNOWN_BEFORE and tail >= _KNOWN:
            yield number, Glued(start, start + len(word), word, f"{word[:cut]} {word[cut:]}")


def _split(word: str, language: str, words: WordList, model: Ngrams) -> tuple[str, str] | None:
    cuts = [
        (word[:cut], word[cut:])
        for cut in range(_SHORTEST, len(word) - _SHORTEST + 1)
        if (word[:cut] in words.openers and len(word) - cut >= _REST)
        or (word[cut:] in words.closers and cut >= _REST)
    ]
    if not cuts:
        return None
    column = model.codes.index(language)
    whole = float(model.cost(word)[column])
    best: tuple[float, tuple[str, str]] | None = None
    for head, tail in cuts:
        if min(words.frequencies([head, tail])) < _KNOWN:
            continue
        gain = (whole - float(model.cost(f"{head} {tail}")[column])) / STEP
        if gain >= _GAIN and (best is None or gain > best[0]):
            best = (gain, (head, tail))
    return best[1] if best else None
