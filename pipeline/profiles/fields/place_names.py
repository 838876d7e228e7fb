"""Whether a name that stands inside a title or an address means a city there.

Many words are also the names of places (Die, Best, Linden, Como). Such a word is taken for a place where the text
speaks of it as one: behind a preposition that leads to places ("w Gdańsku", "of Turku"), with a capital, and never
without one.
"""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.knowledge.languages import language as known_language
from pipeline.lexicon.folding import fold
from pipeline.profiles.evidence import content
from pipeline.records import Document

_READ = 100_000  # characters of the text that are looked at
_ENDING = 3  # letters that an inflection may change or add


def text_of(document: Document) -> str:
    """The text in which names are looked for."""
    return "\n".join(block.text for _, block in content(document) if block.text)[:_READ]


def spoken_of(name: str, text: str, language: str | None, overlay: Path | None) -> bool:
    """Whether the text speaks of `name` as of a place, in a form of it that is at most inflected."""
    known = known_language(language or "en", overlay)
    stem = name if len(name) <= _ENDING + 2 else name[:-2]
    form = rf"{re.escape(_capital(stem))}\w{{0,{_ENDING + 2}}}"
    if known.place_case_in_ending:
        return re.search(rf"(?<![.!?:] )(?<!\n)\b{form}\b", text) is not None
    leads = "|".join(sorted((_either_case(word) for word in known.place_prepositions), key=len, reverse=True))
    if not leads or not re.search(rf"(?<!\w)(?:{leads})(?:(?<=['’])|[ \u00a0]){form}(?!\w)", text):
        return False
    return known.capitalises_nouns or not re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text)


def _capital(name: str) -> str:
    return name.title() if name.isupper() and len(name) > 3 else name


def _either_case(word: str) -> str:
    return f"[{word[0].upper()}{word[0].lower()}]{re.escape(word[1:])}"


def is_whole(text: str, start: int, end: int) -> bool:
    """Whether a name is all of a text but for numbers and signs."""
    return not any(char.isalpha() for char in fold(text[:start] + text[end:]))
