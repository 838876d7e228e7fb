"""spaCy's phrase matcher on a blank pipeline: many names found in one pass, by word, not by letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

_MAX_TEXT = 20_000


class Match(NamedTuple):
    """A name found in a text: the entry it belongs to, and [start, end) of it."""

    id: str
    start: int
    end: int


class Phrases:
    """A set of names by entry; `find` gives the longest matches, which do not overlap, in order."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        from spacy.matcher import PhraseMatcher

        self._nlp = tokenizer()
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        for entry, phrases in names.items():
            self._matcher.add(entry, [self._nlp.make_doc(phrase) for phrase in phrases])

    def find(self, text: str) -> Iterator[Match]:
        """The names in `text` (its first 20,000 characters)."""
        from spacy.util import filter_spans

        doc = self._nlp.make_doc(text[:_MAX_TEXT])
        for span in filter_spans(self._matcher(doc, as_spans=True)):
            yield Match(span.label_, span.start_char, span.end_char)


@lru_cache(maxsize=1)
def tokenizer() -> Any:
    """spaCy's blank pipeline for any language: words, numbers and marks as tokens."""
    import spacy

    return spacy.blank("xx")
