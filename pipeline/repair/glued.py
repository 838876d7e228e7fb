"""Words that stand glued together ("siędokonać"): found, never changed.

A compound and two glued words look alike; so only such frequent words are looked for as begin (or end) no longer word
of the language's list. Prepositions, which are prefixes too, and nouns of which compounds are made, never count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.lexis.ngrams import STEP, Ngrams
from pipeline.lexis.words import WordList

_WORD = re.compile(r"(?<![\w'’\-])[^\W\d_]{7,40}(?![\w'’\-])")
_SHORTEST = 3
_REST = 4
_KNOWN = 3e-6
"""A word at least this frequent may stand beside the frequent one."""
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
    for number, text in texts:
        for match in _WORD.finditer(text):
            if match[0][1:].islower() and len(places) < _MOST:
                places.append((number, match.start(), match[0]))
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
    return found


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
