"""Whether the words of a paragraph that are not ASCII are all words of one language: then nothing was misread.

A look-up of a few words is far cheaper than asking the language model, and most clean paragraphs need no more. Of the
words some may be in no list, if their letters are those of the language that the others are in: where a page was read
as another, what comes out is signs, capitals in words, letters that the language seldom has.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pipeline.lexicon.identification.alphabets import languages_with
from pipeline.lexicon.identification.word_evidence import evidence
from pipeline.repair.characters.scripts import mixes_scripts
from pipeline.repair.mojibake.judge import SAMPLE

SHORTEST = 4
"""Letters of a word that is believed when it is listed; a shorter one must be one of the most frequent."""
_WORD = r"[^\W\d_]++"
_NUMBER = r"\d++(?:[.,:/–-]\d++)*+"
_CHUNK = (
    rf"[(\[\"'„“«»‘]*+(?:{_WORD}|{_NUMBER})(?:[-’'/.,:]++(?:{_WORD}|{_NUMBER}))*+[)\]\"'”“»«’.,;:!?%،؛؟]*+"
    "|[–—•&€§]"
)
_PLAIN = re.compile(rf"(?:{_CHUNK})(?: (?:{_CHUNK}))*+")
"""Words and numbers with punctuation where it stands in clean text, and signs that stand alone."""
_UNCLOSED = re.compile(r"„[^“”\"„]*+\Z")
_LETTERS = re.compile(_WORD)
_CLINGING = frozenset("„“«»‘”")
"""Signs beyond ASCII that may be a letter of the word they cling to, misread (`prispôsobi»`, prispôsobiť)."""
_POINTS = re.compile("[\u064b-\u0652\u200f]")
"""Vowel points of Arabic, which the lists do not write, and the mark of its direction."""


def are_at_home(touched: str) -> bool:
    """Whether words, joined by spaces, are written as those of one language are, and most of them listed in it."""
    touched = _POINTS.sub("", touched)
    if len(touched) >= SAMPLE - 1 or not _PLAIN.fullmatch(touched):
        return False
    if _UNCLOSED.search(touched) or mixes_scripts(touched):  # a letter may only look right: `Pусский`
        return False
    words = [match for match in _LETTERS.finditer(touched) if not match[0].isascii()]
    if (
        max((len(match[0]) for match in words), default=2) == 1
    ):  # è becomes č or и, words too, of which nothing tells the language
        return False
    among = -1
    others = []
    for match in words:
        listed = among & _languages_of(match[0])
        if listed:
            among = listed
        else:
            others.append(match)
    return not others or (2 * len(others) <= len(words) and _are_written_in(among, touched, others))


def _are_written_in(languages: int, touched: str, words: list[re.Match[str]]) -> bool:
    """Whether one of some languages, with a bit for each, has all letters of these words, written as words are."""
    for match in words:
        word, beside = match[0], touched[max(0, match.start() - 1) : match.end() + 1]
        if not _is_cased(word) or beside[0] in _CLINGING or beside[-1] in _CLINGING:
            return False
        for letter in word:
            languages &= languages_with(letter)
            if not languages:
                return False
    return True


def _is_cased(word: str) -> bool:
    """Whether no capital stands behind a small letter."""
    return word[1:] == word[1:].lower() or word.isupper()


@lru_cache(maxsize=16384)
def _languages_of(word: str) -> int:
    """The languages that a word is one of, with a bit for each; none where a capital stands behind a small letter."""
    if not _is_cased(word):
        return 0
    listed, frequent = evidence().listing(word)
    return listed if len(word) >= SHORTEST else frequent
