"""The guard of languages that the judge does not know: words that are none, words that no list has."""

from __future__ import annotations

import pytest

from pipeline.repair.mojibake.known_language import Vocabulary, is_foreign, malformed, unfamiliar


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ("méthode", "mÈthode", 1.0),
        ("Tênis", "TÍnis", 1.0),
        ("kilometrù", "kilometr°", 1.0),
        ("situată în", "situat« în", 1.0),
        ("situată șoselei", "situat« șoseaua", 0.5),
        ("îKrakówî", "„Kraków”", 0.0),
        ("îKraków", "„Kraków", 1.0),
        ("lÕaccueil", "l’accueil", 0.0),
        ("attendÉ", "attend…", 0.0),
        ("œwiêto", "święto", 0.0),
        ("ÉLÈVES", "ŹLČVES", 0.0),
        ("KrakÃ³w", "Kraków", 0.0),
        ("gleich", "gleich", 0.0),
    ],
)
def test_what_stands_in_no_word(before: str, after: str, share: float) -> None:
    assert malformed(before, after) == share


def test_the_share_of_known_words_tells_a_language_from_its_neighbour() -> None:
    vocabulary = Vocabulary("Linna valitsus avas uue keskuse kus saab tasuta nõu ja abi kodu otsimisel")
    finnish = vocabulary.share("väimalus", "fi")
    assert finnish is not None
    assert finnish < 0.5
    assert unfamiliar(finnish, 2.0) > 0.5
    vocabulary = Vocabulary("kaupungin uusi keskus neuvoo kaikkia jotka etsivät kotia ja antaa apua")
    own = vocabulary.share("työtä", "fi")
    assert own is not None
    assert unfamiliar(own, 2.0) == 0.0


def test_names_never_count_against_a_language() -> None:
    vocabulary = Vocabulary("Xavqo Brlxwit i Wqertil")
    assert vocabulary.share("Łxqrów", "pl") == Vocabulary("i").share("", "pl")


def test_a_language_without_a_list_is_told_by_its_letters() -> None:
    share = Vocabulary("uus keskus").share("võimalus", "et")
    assert share is None
    assert unfamiliar(share, 2.5) == 0.0 < unfamiliar(share, 3.5)


GERMAN = (
    "Die Stadt hat gestern mit allen Vereinen beschlossen dass der neue Park hinter dem alten Bahnhof bis zum "
    "Sommer fertig sein soll und jeder helfen darf wenn genug Leute kommen denn ohne viele fleißige Hände wird daraus "
    "nichts werden sagte der Vorsitzende gestern abend nach langer Debatte"
)


@pytest.mark.parametrize(
    ("text", "ranking", "foreign"),
    [
        (GERMAN, [("nl", 3.0), ("de", 3.1)], False),
        (GERMAN, [("pl", 3.0), ("hu", 3.1)], True),
        (GERMAN[:60], [("pl", 3.0), ("hu", 3.1)], False),
        (GERMAN, [("cy", 2.5)], False),
        (GERMAN, [("cy", 3.5)], True),
        ("", [], False),
    ],
)
def test_a_document_is_foreign_where_no_language_has_its_words(
    text: str, ranking: list[tuple[str, float]], foreign: bool
) -> None:
    assert is_foreign(text, ranking) is foreign
