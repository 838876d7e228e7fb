"""Whether a hyphen at the end of a line belongs to the word, by the document's own words and the language's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from pipeline.knowledge.files import load_toml

_WORDS = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_TELLING = 3
_COMPOUND = 1e-11


def likely_language(words: Mapping[str, int]) -> str | None:
    """The language whose function words are the most frequent among `words`; None where too few are seen."""
    scores = {
        language: sum(words.get(word, 0) for word in telling)
        for language, telling in load_toml("extract/pdf/function_words.toml").items()
    }
    best = max(scores, key=lambda language: (scores[language], language), default=None)
    return best if best and scores[best] >= _TELLING else None


class Hyphens:
    """The judge of one document. Its words are those that stand whole on a line; they are counted when first asked."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines

    @cached_property
    def words(self) -> Counter[str]:
        """How often each word stands whole on a line."""
        words: Counter[str] = Counter()
        for line in self._lines:
            words.update(_WORDS.findall(line.casefold())[1:-1])
        return words

    @cached_property
    def language(self) -> str | None:
        """The language that these words seem to be."""
        return likely_language(self.words)

    def joins(self, head: str, tail: str) -> bool:
        """Whether "head-" at a line end and "tail" on the next line are the word "headtail"."""
        if not tail[:1].islower():
            return False
        head, tail = head.casefold().replace("‐", "-"), tail.casefold()
        joined, hyphenated = head + tail, f"{head}-{tail}"
        if self.words[joined] != self.words[hyphenated]:
            return self.words[joined] > self.words[hyphenated]
        if self.language not in load_toml("extract/pdf/layout/line_marks.toml")["hyphen_languages"]:
            return True
        last = head.rsplit("-", 1)[-1]
        whole, shorter, first, second = self._frequencies(joined, last + tail, last, tail)
        if whole or ("-" in head and shorter):
            return True
        return not (len(last) > 1 and first * second > _COMPOUND)

    def _frequencies(self, *words: str) -> list[float]:
        from pipeline.lexicon.words import word_list

        known = word_list(self.language) if self.language else None
        return [float(share) for share in known.frequencies(words)] if known else [0.0] * len(words)
