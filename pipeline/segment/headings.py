"""Which canonical section a heading opens: by its wording, by folded or fuzzy spelling, or by telling words.

The wordings are data (`[headings]` in `knowledge/languages/xx.toml`). A heading is compared with those of its
document's language in all four ways, with those of the other languages word for word only.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from pipeline.knowledge.files import load_toml
from pipeline.knowledge.languages import language as known_language
from pipeline.knowledge.languages import languages as known_languages
from pipeline.lexicon.folding import fold
from pipeline.lexicon.places.countries import code_of, country_in, key

OTHER = "other"
CITY, COUNTRY = "0city", "0country"
MAX_WORDS = 14
MAX_LENGTH = 120
_FEW_WORDS = 6  # a heading of more is not recognised by a single stem
_TELLING = 4  # letters of a word that says something
_SHARE = 0.3  # of these words, what a single stem must match
_ALIKE = 0.87  # SequenceMatcher ratio
_SHORTEST_FUZZY = 8  # letters
_LONGEST_COUNTRY = 5  # words

Match = Literal["exact", "folded", "fuzzy", "words", "none"]


class Found(NamedTuple):
    """A canonical section id (or `other`) and how it was recognised."""

    id: str
    match: Match


@dataclass(slots=True)
class Taxonomy:
    """The wordings of one language, prepared for look-up."""

    language: str
    wordings: dict[str, tuple[str, set[str]]] = field(default_factory=dict)
    trigrams: dict[str, list[str]] = field(default_factory=dict)
    words: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


@lru_cache(maxsize=8)
def languages(overlay: Path | None) -> tuple[str, ...]:
    """The languages that have a taxonomy, English first."""
    return tuple(code for code, known in known_languages(overlay).items() if known.headings)


@lru_cache(maxsize=128)
def taxonomy(language: str, overlay: Path | None) -> Taxonomy:
    """The taxonomy of a language."""
    result = Taxonomy(language)
    for section, entry in known_language(language, overlay).headings.items():
        for wording in entry.exact:
            exact = " ".join(
                _plain(wording.replace("{city}", f" {CITY} ").replace("{country}", f" {COUNTRY} "))
            )
            result.wordings.setdefault(fold(exact), (section, set()))[1].add(exact)
        result.words += [(section, tuple(fold(stem) for stem in stems.split())) for stems in entry.stems]
    for wording in result.wordings:
        for trigram in set(_trigrams(wording)):
            result.trigrams.setdefault(trigram, []).append(wording)
    return result


def match_heading(
    text: str, language: str | None, city: str | None = None, overlay: Path | None = None
) -> Found:
    """The section that a heading opens. `city` is the name of the document's city, where it is known."""
    if not text or len(text) > MAX_LENGTH:
        return Found(OTHER, "none")
    words = _without_number(_plain(text), overlay)
    if not 0 < len(words) <= MAX_WORDS:
        return Found(OTHER, "none")
    variants = _variants(words, language, city)
    known = languages(overlay)
    own = [language] if language in known else []
    for candidate in [*own, *(other for other in known if other != language)]:
        assert candidate is not None
        for variant in variants:
            found = _by_wording(variant, taxonomy(candidate, overlay))
            if found:
                return found
    if not own or _is_sentence(text):
        return Found(OTHER, "none")
    own_taxonomy = taxonomy(own[0] or "", overlay)
    return (
        next(
            (found for variant in variants if (found := _by_spelling(fold(" ".join(variant)), own_taxonomy))),
            None,
        )
        or _by_words(variants[0], own_taxonomy)
        or Found(OTHER, "none")
    )


_NUMBER = re.compile(r"\d{1,2}|[ivxlc]{1,5}|[a-h]")


def _plain(text: str) -> list[str]:
    """The words of a text: case and punctuation folded, diacritics kept."""
    return "".join(
        c if c.isalnum() else " " for c in text.casefold().replace("’", "'").replace("'", "")
    ).split()


def _without_number(words: list[str], overlay: Path | None) -> list[str]:
    """The words without the chapter number they begin with ("2.1 Housing", "Chapter IV: Housing")."""
    at = 0
    if len(words) > 2 and fold(words[0]) in _chapter_words(overlay) and _NUMBER.fullmatch(words[1]):
        at = 2
    while at < len(words) - 1 and at < 5 and (words[at].isdigit() and len(words[at]) <= 2):
        at += 1
    if at == 0 and len(words) > 1 and re.fullmatch(r"[ivx]{1,5}", words[0]) and len(words[0]) > 1:
        at = 1
    return words[at:]


@lru_cache(maxsize=8)
def _chapter_words(overlay: Path | None) -> frozenset[str]:
    return frozenset(map(fold, load_toml("knowledge/furniture.toml", overlay)["chapter_words"]))


def _variants(words: list[str], language: str | None, city: str | None) -> list[list[str]]:
    """The words with names of the country and the city replaced by signs, and as they are."""
    replaced = _country_replaced(words, language)
    if city:
        replaced = _city_replaced(replaced, key(city).split())
    return [replaced, words] if replaced != words else [words]


def _country_replaced(words: list[str], language: str | None) -> list[str]:
    result: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_COUNTRY, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            if len(name) > 3 and (code_of(name) or (length == 1 and language and country_in(name, language))):
                result.append(COUNTRY)
                at += length
                break
        else:
            result.append(words[at])
            at += 1
    return result


def _city_replaced(words: list[str], name: list[str]) -> list[str]:
    """The city's name, whatever its ending ("Gdańska", "Gdańsku"), as one sign."""
    result: list[str] = []
    at = 0
    while at < len(words):
        found = len(words) - at >= len(name) and all(
            _same_stem(fold(word), part) for word, part in zip(words[at : at + len(name)], name, strict=True)
        )
        result.append(CITY if found else words[at])
        at += len(name) if found else 1
    return result


def _same_stem(word: str, name: str) -> bool:
    stem = name[: max(4, len(name) - 2)]
    return word == name or (len(name) > 3 and word.startswith(stem) and abs(len(word) - len(name)) <= 3)


def _by_wording(words: list[str], known: Taxonomy) -> Found | None:
    exact = " ".join(words)
    entry = known.wordings.get(fold(exact))
    if not entry:
        return None
    return Found(entry[0], "exact" if exact in entry[1] else "folded")


def _by_spelling(folded: str, known: Taxonomy) -> Found | None:
    """A wording that differs by a letter or two; compared only with those that share half of its trigrams."""
    if len(folded) < _SHORTEST_FUZZY:
        return None
    trigrams = set(_trigrams(folded))
    shared = Counter(wording for trigram in trigrams for wording in known.trigrams.get(trigram, ()))
    near = [
        wording for wording, count in shared.items()
        if 2 * count >= len(trigrams) and abs(len(wording) - len(folded)) <= 0.2 * len(folded)
    ]  # fmt: skip
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(folded)
    best: tuple[float, str] | None = None
    for wording in sorted(near):
        matcher.set_seq1(wording)
        if matcher.quick_ratio() < _ALIKE:
            continue
        ratio = matcher.ratio()
        if ratio >= _ALIKE and (best is None or ratio > best[0]):
            best = ratio, wording
    return Found(known.wordings[best[1]][0], "fuzzy") if best else None


def _trigrams(text: str) -> list[str]:
    padded = f" {text} "
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


def _by_words(words: list[str], known: Taxonomy) -> Found | None:
    """The section whose telling words all occur; the entry with the most letters tells best."""
    folded = [fold(word) for word in words]
    best: tuple[int, int, str] | None = None
    for section, stems in known.words:
        places = [_place(stem, folded) for stem in stems]
        if any(place is None for place in places) or (len(stems) == 1 and not _is_about(stems[0], folded)):
            continue
        score = sum(len(stem) for stem in stems) + 4 * (len(stems) - 1)
        first = min(place for place in places if place is not None)
        if best is None or (score, -first) > best[:2]:
            best = score, -first, section
    return Found(best[2], "words") if best else None


def _is_about(stem: str, words: list[str]) -> bool:
    """Whether a single stem makes up enough of a heading to say what it is about."""
    if len(words) > _FEW_WORDS:
        return False
    telling = [
        word for word in words if len(word) >= _TELLING and not word.isdigit() and word not in (CITY, COUNTRY)
    ]
    return sum(_place(stem, [word]) is not None for word in words) >= _SHARE * len(telling)


def tells(entries: tuple[tuple[str, ...], ...], text: str) -> bool:
    """Whether one of the entries of telling words occurs in a short text."""
    words = [fold(word) for word in _plain(text)]
    return len(words) <= MAX_WORDS and any(
        all(_place(stem, words) is not None for stem in stems) for stems in entries
    )


def _place(stem: str, words: list[str]) -> int | None:
    """Where the first word that the stem begins stands; stems of one or two letters and `=words` match whole words."""
    whole = (
        stem[1:] if stem[0] == "=" else stem if len(stem) <= 2 else COUNTRY if stem == "{country}" else None
    )
    for at, word in enumerate(words):
        if word == whole or (whole is None and word.startswith(stem)):
            return at
    return None


def _is_sentence(text: str) -> bool:
    return text.rstrip().endswith((".", ";", ",")) and len(text.split()) > 4
