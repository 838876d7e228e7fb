"""Words that a stray space or line break parts ("muni cipal"): found, never changed.

Two words stand side by side about as often as the product of their frequencies says; one that was parted is far
more frequent than that. Its pieces are rarely words, and what a document often has is a word of its own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from pipeline.lexicon.words import WordList

_PAIR = re.compile(
    r"(?<![\w'’\-.@/&])(?P<head>[^\W\d_]{1,30})(?=[ \n](?P<tail>[^\W\d_]{1,30})(?![\w'’\-@/]|\.\w))"
)
_SHORTEST = 6
"""Letters of the whole word."""
_GAIN = 10.0
"""So many nats likelier must the one word be than the two."""
_UNLISTED = 1e-8
"""The share that a piece counts with which is in no list."""
_OFTEN = 2
"""What is in no list but more often in the document is a word of the document."""
_MOST = 20_000


class Split(NamedTuple):
    """Two neighbouring pieces of a text, and the word they seem to be."""

    start: int
    end: int
    pieces: str
    suggestion: str


def split_words(texts: Iterable[tuple[int, str]], words: WordList) -> list[tuple[int, Split]]:
    """The parted words of the texts of a document, each text with its number."""
    places: list[tuple[int, int, str, str]] = []
    counted: Counter[str] = Counter()
    for number, text in texts:
        for match in _PAIR.finditer(text):
            head, tail = match["head"], match["tail"]
            counted[head] += 1
            whole = len(head) + len(tail) >= _SHORTEST
            if whole and tail.islower() and (head[1:].islower() or not head[1:]) and len(places) < _MOST:
                places.append((number, match.start(), head, tail))
    if not places:
        return []
    joined = words.frequencies([head + tail for _, _, head, tail in places])
    known = np.flatnonzero(joined)
    places = [places[index] for index in known]
    heads = words.frequencies([head for _, _, head, _ in places])
    tails = words.frequencies([tail for _, _, _, tail in places])
    gains = np.log(joined[known]) - np.log(heads + _UNLISTED) - np.log(tails + _UNLISTED)
    found = []
    for (number, start, head, tail), gain, *listed in zip(places, gains, heads, tails, strict=True):
        own = any(
            not share and counted[piece] > _OFTEN for piece, share in zip((head, tail), listed, strict=True)
        )
        if gain >= _GAIN and not own:
            pieces = f"{head} {tail}"
            found.append((number, Split(start, start + len(pieces), pieces, head + tail)))
    return found
