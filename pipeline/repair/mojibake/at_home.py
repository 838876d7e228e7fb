"""Whether the words of a paragraph that are not ASCII are all words of one language: then nothing was misread.

A look-up of a few words is far cheaper than asking the language model, and most clean paragraphs need no more.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.lexicon.identification.word_evidence import evidence
from pipeline.repair.mojibake.judge import SAMPLE

SHORTEST = 4
"""Letters of a word that is believed when it is listed; a shorter one must be one of the most frequent."""
_WORD = r"[^\W\d_]++"
_CHUNK = rf"[(\[\"'„“«»‘]*+{_WORD}(?:[-’'/]{_WORD})*+[)\]\"'”“»«’.,;:!?]*+|[–—]"
_PLAIN = re.compile(rf"(?:{_CHUNK})(?: (?:{_CHUNK}))*+")
"""Words with punctuation where it stands in clean text, and dashes."""
_UNCLOSED = re.compile(r"„[^“”\"„]*+\Z")
_LETTERS = re.compile(_WORD)


def are_at_home(touched: str) -> bool:
    """Whether words, joined by spaces, are all listed in one language, each written as words are."""
    if len(touched) >= SAMPLE - 1 or not _PLAIN.fullmatch(touched) or _UNCLOSED.search(touched):
        return False
    words = [word for word in _LETTERS.findall(touched) if not word.isascii()]
    if (
        max(map(len, words), default=2) == 1
    ):  # è becomes č or и, words too, of which nothing tells the language
        return False
    among = -1
    for word in words:
        among &= _languages_of(word)
        if not among:
            return False
    return True


@lru_cache(maxsize=16384)
def _languages_of(word: str) -> int:
    """The languages that a word is one of, with a bit for each; none where a capital stands behind a small letter."""
    if word[1:] != word[1:].lower() and not word.isupper():
        return 0
    listed, frequent = evidence().listing(word)
    return listed if len(word) >= SHORTEST else frequent
