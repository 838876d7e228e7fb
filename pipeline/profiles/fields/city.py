"""Which city a document is about: the gazetteer, asked about the title, the address and what the metadata names.

A name that only occurs in the text is no evidence that the document is about that city; occurrences only weigh
between places that the title or the address names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.knowledge.findings import finding
from pipeline.knowledge.languages import language as known_language
from pipeline.knowledge.languages import languages
from pipeline.lexicon.folding import fold
from pipeline.lexicon.places import countries, gazetteer
from pipeline.lexicon.places.gazetteer import Place
from pipeline.profiles.evidence import Found, content, metadata_block, whole
from pipeline.profiles.fields.place_names import is_whole, spoken_of, text_of
from pipeline.profiles.web_address import words_of_path
from pipeline.records import CityRef, Document, EvidenceSpan, Finding

_MOST_WORDS = 4
_READ = 200_000  # characters in which mentions are counted
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_ENOUGH = 3.0
"""The weight from which a place is taken."""
_CLEAR = 0.6
"""How much the first place must outweigh the second."""

_LARGER = 3
"""How many times as large as its namesake a city is that needs no further word."""

# How much each kind of evidence weighs; the names say where the place's name stands.
_TITLE, _IN_TITLE, _ADDRESS, _COUNTRY, _HOME, _EUROPE = 4.0, 2.0, 2.0, 2.5, 1.0, 0.6
_EUROPE = 1.0
"""What speaks for a European city against a namesake elsewhere: reports that mean the other one say so."""


@dataclass
class _Candidate:
    place: Place
    weight: float = 0.0
    spans: list[EvidenceSpan] = field(default_factory=list)


def city_of(
    document: Document, kind: str, overlay: Path | None
) -> tuple[Found[CityRef] | None, list[Finding]]:
    """The city, and what a person should know about how it was told."""
    named = _named(document)
    if named is not None:
        return named, []
    country = _country(document)
    candidates = _candidates(document, overlay)
    _weigh(document, candidates, country, overlay)
    ranked = sorted(candidates.values(), key=lambda c: (-c.weight, -c.place.population, c.place.id))
    if ranked and ranked[0].weight >= _ENOUGH:
        best = ranked[0]
        rival = ranked[1] if len(ranked) > 1 else None
        if rival is not None and _confusable(best, rival):
            both = ", ".join(
                f"{c.place.name} ({c.place.country}, GeoNames {c.place.id})" for c in (best, rival)
            )
            return None, [finding("city-ambiguous", evidence=both)]
        return Found(_reference(best.place), tuple(best.spans)), []
    return _unlisted(document, kind, country)


def _confusable(best: _Candidate, rival: _Candidate) -> bool:
    """Whether two places of one name are both meant as likely: neither evidence nor size sets them apart."""
    if best.place.name != rival.place.name or best.weight - rival.weight >= _CLEAR:
        return False
    return best.place.population < _LARGER * max(rival.place.population, 1)


def _reference(place: Place) -> CityRef:
    return CityRef(
        name=place.name,
        country=place.country,
        geonames_id=place.id,
        latitude=place.latitude,
        longitude=place.longitude,
        population=place.population or None,
    )


def _named(document: Document) -> Found[CityRef] | None:
    """The city that the manifest names, by GeoNames id or by a name that only one place or one large place has."""
    value = document.source.get("city")
    if value is None:
        return None
    place = gazetteer.by_id(int(value)) if value.isdigit() else next(iter(gazetteer.lookup(value)), None)
    span = _metadata_span(document, "city")
    if place is None:
        return Found(CityRef(name=value), (span,) if span else ())
    return Found(_reference(place), (span,) if span else ())


def _metadata_span(document: Document, *keys: str) -> EvidenceSpan | None:
    found = metadata_block(document, *keys)
    return whole(*found, 0.9) if found else None


def _country(document: Document) -> str | None:
    """The country that the heading of the section on the national context names."""
    for section in document.sections:
        if section.id == "country_context" and section.heading:
            return countries.country_in(section.heading, document.language)
    return None


def _candidates(document: Document, overlay: Path | None) -> dict[int, _Candidate]:
    """Places whose name is the title, stands in it, or stands in the address."""
    found: dict[int, _Candidate] = {}

    def add(name: str, weight: float, span: EvidenceSpan | None) -> None:
        for place in gazetteer.lookup(name):
            candidate = found.setdefault(place.id, _Candidate(place))
            candidate.weight += weight + (0.3 if place.main else 0.0)
            if span is not None:
                candidate.spans.append(span)

    text = text_of(document)
    for index, block in enumerate(document.blocks):
        if block.role == "title":
            for start, end in _names(block.text, capitals=True):
                name, whole = block.text[start:end], is_whole(block.text, start, end)
                if whole or spoken_of(name, text, document.language, overlay):
                    add(name, _TITLE if whole else _IN_TITLE, (index, start, end, 0.95 if whole else 0.8))
    span = _metadata_span(document, "url", "path")
    for words in words_of_path(document.source)[:1]:
        for start, end in _names(words, capitals=False):
            name, whole = words[start:end], is_whole(words, start, end)
            if whole or spoken_of(name.title(), text, document.language, overlay):
                add(name, _ADDRESS if whole else _ADDRESS - 0.5, span)
    return found


def _names(text: str, *, capitals: bool) -> Iterator[tuple[int, int]]:
    """Spans of one to four words; the longest name at each place first, names within a longer known one left out."""
    words = list(_WORD.finditer(text))[:12]
    taken = 0
    for first in range(len(words)):
        if first < taken or (capitals and not words[first].group(0)[0].isupper()):
            continue
        for last in range(min(len(words), first + _MOST_WORDS) - 1, first - 1, -1):
            name = text[words[first].start() : words[last].end()]
            if len(name) > 2 and gazetteer.lookup(name):
                taken = last + 1
                yield words[first].start(), words[last].end()
                break


def _weigh(
    document: Document, candidates: dict[int, _Candidate], country: str | None, overlay: Path | None
) -> None:
    """Add what speaks for a place besides its name: the country, the language, its size, mentions in the text."""
    home = known_language(document.language, overlay).countries if document.language else ()
    europe = {code for known in languages(overlay).values() for code in known.countries}
    text = f" {fold(' '.join(block.text for _, block in content(document))[:_READ])} "
    for candidate in candidates.values():
        place = candidate.place
        if country is not None:
            candidate.weight += _COUNTRY if place.country == country else -_COUNTRY
        candidate.weight += _HOME if place.country in home else 0.0
        candidate.weight += _EUROPE if place.country in europe else 0.0
        candidate.weight += 0.3 * (math.log10(max(place.population, 10)) - 4)
        mentions = text.count(f" {fold(place.name)}")
        candidate.weight += min(1.0, 0.25 * mentions)


def _unlisted(
    document: Document, kind: str, country: str | None
) -> tuple[Found[CityRef] | None, list[Finding]]:
    """A place that the gazetteer does not have: the title of a city profile that its address repeats."""
    path = [fold(text) for text in words_of_path(document.source)]
    for index, block in enumerate(document.blocks):
        if block.role != "title" or kind != "city_profile" or len(block.text.split()) > _MOST_WORDS:
            continue
        if fold(block.text).replace("-", " ") in path:
            city = CityRef(name=block.text, country=country)
            found = Found(city, ((index, 0, len(block.text), 0.6),))
            return found, [finding("city-not-in-gazetteer", block=index, evidence=block.text)]
    return None, [finding("city-unknown")]
