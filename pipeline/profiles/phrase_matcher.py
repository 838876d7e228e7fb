"""spaCy's phrase matcher on a blank pipeline: many names found in one pass, by word, not by letter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

_KNOT = re.compile(
    r"(?<!\S)\S{1000,}+"  # what is longer than any address
    r"|(?<![^\w\s])(?<!_)(?:[^\w\s]|_|(?<=['’])[sS]){16,}+"  # signs in a row, more than belong to any word
)
"""What spaCy is not given. It takes signs off a word one by one and looks at all the rest each time, and looks for
an address from each place of a word to its end: 16,000 times "?" cost it 20 s, 27,000 times "a:b" as much."""
_PIECE = re.compile(r"\w+|[^\w\s]")
_LETTERS = re.compile(r"[^\W\d_]+")


class Match(NamedTuple):
    """A name found in a text: the entry it belongs to, and [start, end) of it."""

    id: str
    start: int
    end: int


class Phrases:
    """A set of names by entry; `find` gives the longest matches, which do not overlap, in order.

    spaCy takes most of a second to load: that waits for the first text in which a name can stand.
    """

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._names = names
        self._words = {frozenset(_words(phrase)) for phrases in names.values() for phrase in phrases}

    @cached_property
    def _matcher(self) -> Any:
        from spacy.matcher import PhraseMatcher

        matcher = PhraseMatcher(tokenizer().vocab, attr="LOWER")
        for entry, phrases in self._names.items():
            matcher.add(entry, [tokenizer()(phrase) for phrase in phrases])
        return matcher

    def find(self, text: str) -> Iterator[Match]:
        """The names in `text`."""
        if not self._may_stand_in(text):
            return
        from spacy.util import filter_spans

        doc = tokens(text)
        for span in filter_spans(self._matcher(doc, as_spans=True)):
            yield Match(span.label_, span.start_char, span.end_char)

    def _may_stand_in(self, text: str) -> bool:
        """Whether all words of a name stand in `text`: what every match has in common, since no token ends between two
        letters (but where a knot is cut)."""
        words = set(_words(text))
        return any(name <= words for name in self._words) or _KNOT.search(text) is not None


def _words(text: str) -> list[str]:
    """The runs of letters in a text in lower case; a final sigma, which depends on what follows, is any sigma."""
    return _LETTERS.findall(text.lower().replace("ς", "σ"))


@lru_cache(maxsize=1)
def tokenizer() -> Any:
    """spaCy's tokenizer for any language: words, numbers and marks as tokens."""
    import spacy

    return spacy.blank("xx").tokenizer


def tokens(text: str) -> Any:
    """`text` as a spaCy document, in time that grows with its length: long knots of signs and letters are cut here,
    into signs and words, and what stands between them by spaCy."""
    by_spacy = tokenizer()
    knots = list(_KNOT.finditer(text))
    if not knots:
        return by_spacy(text)
    from spacy.tokens import Doc

    words: list[str] = []
    spaces: list[bool] = []
    at = 0
    for knot in knots:
        _add(by_spacy(text[at : knot.start()]), words, spaces)
        at = knot.end() + text.startswith(" ", knot.end())
        pieces = _PIECE.findall(knot[0])
        words += pieces
        spaces += [False] * (len(pieces) - 1) + [at > knot.end()]
    _add(by_spacy(text[at:]), words, spaces)
    return Doc(by_spacy.vocab, words=words, spaces=spaces)


def _add(tokenized: Any, words: list[str], spaces: list[bool]) -> None:
    for token in tokenized:
        words.append(token.text)
        spaces.append(bool(token.whitespace_))
