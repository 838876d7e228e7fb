"""Whether a hyphen at the end of a line belongs to the word, by the document's own words and the language's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipeline.overlay import load_toml

_WORDS = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_TELLING = 3
_LANGUAGES_WITH_LISTS = frozenset({
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "is", "it",
    "lt", "lv", "mk", "nb", "nl", "pl", "pt", "ro", "ru", "sh", "sk", "sl", "sv", "tr", "uk",
})  # fmt: skip


def likely_language(words: Mapping[str, int]) -> str | None:
    """The language whose function words are the most frequent among `words`; None where too few are seen."""
    scores = {
        language: sum(words.get(word, 0) for word in telling)
        for language, telling in load_toml("extract/pdf/words.toml").items()
    }
    best = max(scores, key=lambda language: (scores[language], language), default=None)
    return best if best and scores[best] >= _TELLING else None


@lru_cache(maxsize=4)
def lexicon(language: str) -> Mapping[str, float]:
    """The frequent words of a language with their frequencies; empty for one without a list."""
    if language not in _LANGUAGES_WITH_LISTS:
        return {}
    import wordfreq

    found: Mapping[str, float] = wordfreq.get_frequency_dict(language, wordlist="small")
    return found


class Hyphens:
    """The judge of one document. Its words are those that stand whole on a line."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.words: Counter[str] = Counter()
        for line in lines:
            self.words.update(_WORDS.findall(line.casefold())[1:-1])
        self.language = likely_language(self.words)

    def joins(self, head: str, tail: str) -> bool:
        """Whether "head-" at a line end and "tail" on the next line are the word "headtail"."""
        if not tail[:1].islower():
            return False
        head, tail = head.casefold().replace("‐", "-"), tail.casefold()
        joined, hyphenated = head + tail, f"{head}-{tail}"
        if self.words[joined] != self.words[hyphenated]:
            return self.words[joined] > self.words[hyphenated]
        known = lexicon(self.language) if self.language else {}
        if joined in known:
            return True
        last = head.rsplit("-", 1)[-1]
        if "-" in head and last + tail in known:
            return True
        return not (len(last) > 1 and last in known and tail in known and known[last] * known[tail] > 1e-11)
