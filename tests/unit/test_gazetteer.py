"""Cities and countries by their names."""

from __future__ import annotations

import pytest

from pipeline.lexicon.places import countries, gazetteer


@pytest.mark.parametrize(
    ("name", "country", "geonames_id"),
    [
        ("Gdańsk", "PL", 3099434),
        ("gdansk", "PL", 3099434),
        ("Danzig", "PL", 3099434),
        ("Гданьск", "PL", 3099434),
        ("Αθήνα", "GR", 264371),
        ("muenchen", "DE", 2867714),
        ("frankfurt-am-main", "DE", 2925533),
        ("Łódź", "PL", 3093133),
        ("'s-Hertogenbosch", "NL", 2747351),
        ("Turku", "FI", 633679),
    ],
)
def test_the_largest_place_of_a_name(name: str, country: str, geonames_id: int) -> None:
    place = gazetteer.lookup(name)[0]
    assert (place.country, place.id) == (country, geonames_id)


@pytest.mark.parametrize("name", ["", "GDN", "…", "Kontakt", "Report 2021", "[ˈɡdajsk]", "\ufffd"])
def test_what_is_no_city(name: str) -> None:
    assert gazetteer.lookup(name) == ()


def test_a_name_of_many_places_gives_them_all() -> None:
    places = gazetteer.lookup("Frankfurt")
    assert len({place.id for place in places}) > 1
    assert [place.population for place in places] == sorted((p.population for p in places), reverse=True)


def test_by_id() -> None:
    place = gazetteer.by_id(3099434)
    assert place and (place.name, place.country) == ("Gdańsk", "PL")
    assert gazetteer.by_id(1) is None


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("Polska – kontekst polityczny", "pl", "PL"),
        ("Kontekst polityczny Polski", "pl", "PL"),
        ("Politischer Kontext in Deutschland", "de", "DE"),
        ("Le contexte en République tchèque", "fr", "CZ"),
        ("The Netherlands: national framework", "en", "NL"),
        ("Contesto nazionale in Italia", "it", "IT"),
        ("Germany and Poland compared", "en", None),
        ("Policy context", "en", None),
    ],
)
def test_country_named_in_a_heading(text: str, language: str, code: str | None) -> None:
    assert countries.country_in(text, language) == code


def test_country_names() -> None:
    assert countries.code_of("ΕΛΛΆΔΑ") == "GR"
    assert countries.code_of("uk") == "GB"
    assert countries.name_of("PL", "de") == "Polen"
