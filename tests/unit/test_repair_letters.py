"""Lost letters: which words fit, how sure that is, and that a guess never touches what is left."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lexicon.identification.alphabets import letters_beyond_ascii
from pipeline.lexicon.ngrams import ngrams
from pipeline.lexicon.spellings import spellings
from pipeline.repair import repair_text
from pipeline.repair.lost_letters.document_words import LOST, speech
from pipeline.repair.lost_letters.guesses import guesses
from pipeline.repair.lost_letters.question_marks import with_marks_lost
from pipeline.repair.lost_letters.word_fit import best_fit

SENTENCES = {
    "pl": "Mieszkańcy miasta byli zadowoleni, kiedy rada w końcu przyjęła budżet na następny rok.",
    "cs": "Obyvatelé města byli spokojeni, když zastupitelstvo konečně schválilo rozpočet na příští rok.",
    "sk": "Obyvatelia mesta boli spokojní, keď zastupiteľstvo konečne schválilo rozpočet na budúci rok.",
    "de": "Die Bürger waren zufrieden, als der Rat endlich den Haushalt für das nächste Jahr beschloss.",
    "fr": "Les élus ont adopté le budget de l'année prochaine, et les habitants étaient très satisfaits.",
    "sv": "Invånarna blev nöjda när fullmäktige till slut antog budgeten för det kommande året.",
    "tr": "Belediye meclisi gelecek yılın bütçesini sonunda kabul etti ve halk çok memnun kaldı.",
}


def lost(text: str) -> str:
    return "".join(char if char.isascii() else LOST for char in text)


@pytest.mark.parametrize("language", SENTENCES)
def test_the_language_is_told_in_spite_of_the_loss(language: str) -> None:
    weights = speech([lost(SENTENCES[language])], ngrams()).weights
    assert max(weights, key=lambda code: weights[code]) == language


@pytest.mark.parametrize(
    ("language", "pattern", "expected"),
    [
        ("pl", "gda�sk", "gdańsk"),
        ("de", "gro�e", "große"),  # the list writes ss
        ("fr", "�cole", "école"),
        ("cs", "m�s�c", "měsíc"),
        ("pl", "g��boki", "głęboki"),
    ],
)
def test_listed_words_fit(language: str, pattern: str, expected: str) -> None:
    words = spellings(language)
    assert words is not None
    fitting = words.fitting(pattern)
    assert max(fitting, key=lambda word: fitting[word]) == expected


def test_letters_that_are_left_must_fit() -> None:
    words = spellings("pl")
    assert words is not None
    assert set(words.fitting("głęb�ki")) <= {word for word in words.fitting("g��b�ki") if word[1:3] == "łę"}
    assert words.fitting("qxqx�") == {}


def test_languages_of_other_scripts_have_no_spellings() -> None:
    assert spellings("ru") is None


def test_an_unlisted_word_is_told_by_its_surroundings() -> None:
    words = spellings("pl")
    assert words is not None
    (likely,) = words.likely_letters("przebogatopodobno�ciami")
    assert max(likely, key=lambda letter: likely[letter]) == "ś"
    assert sum(likely.values()) == pytest.approx(1.0)


def test_the_documents_own_words_count() -> None:
    known = speech(
        ["Xylętnia leży nad rzeką. Do Xylętnia i z Xylętnia jeżdżą pociągi każdego dnia."], ngrams()
    )
    fit = best_fit("xyl�tnia", known, ngrams(), begins=False)
    assert fit is not None
    assert fit.word == "xylętnia"
    assert fit.probability > 0.9


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Det tog fem �r.", "år"),
        ("Det �r bra.", "är"),
        ("Planen finns f�r att hjälpa.", "för"),
        ("Det vet vi att man f�r.", "får"),
    ],
)
def test_the_word_beside_it_tells_a_word(text: str, expected: str) -> None:
    known = speech(["Kommunen har arbetat med planen under flera veckor och den ska bli klar."], ngrams())
    (guess,) = guesses(text.replace("ä", "a"), known, ngrams(), {})
    assert guess.word == expected


@given(st.text(alphabet="abcmnozłęüéı\ufffd?'’ -.,AŁİ", max_size=60))
@settings(max_examples=150, deadline=None)
def test_a_guess_keeps_every_letter_that_is_left(text: str) -> None:
    marked = with_marks_lost(text)
    assert len(marked) == len(text)
    known = speech([marked], ngrams())
    end = 0
    for guess in guesses(marked, known, ngrams(), {}, marks=LOST not in text):
        assert end <= guess.start < guess.end <= len(text)
        assert 0.0 <= guess.probability < 1.0
        assert len(guess.word) == guess.end - guess.start
        assert all(
            old == new or old in (LOST, "?")
            for old, new in zip(text[guess.start : guess.end], guess.word, strict=True)
        )
        end = guess.end


@given(st.sampled_from(sorted(SENTENCES)), st.data())
@settings(max_examples=40, deadline=None)
def test_no_letter_is_lost_that_was_not(language: str, data: st.DataObject) -> None:
    text = SENTENCES[language]
    places = [at for at, char in enumerate(text) if not char.isascii()]
    gone = data.draw(st.sets(st.sampled_from(places), min_size=1, max_size=3))
    damaged = "".join(LOST if at in gone else char for at, char in enumerate(text))
    for was, now in zip(text.split(), repair_text(damaged).split(), strict=True):
        assert now == was or "[…]" in now


@pytest.mark.parametrize(
    ("damaged", "expected"),
    [
        ("WIE�E I MOSTY", "WIEŻE I MOSTY"),
        ("DIE GRO�E STRA�E", "DIE GROßE STRAßE"),
        ("Lekarz z Gda�ska przyszed� w sobot�.", "Lekarz z Gdańska przyszedł w sobotę."),
        ("Der 17. �ltester", None),
    ],
)
def test_capitals(damaged: str, expected: str | None) -> None:
    repaired = repair_text(damaged)
    assert repaired == expected or (expected is None and "[…]" in repaired)


def test_foreign_letters_are_the_languages_own() -> None:
    assert set("ąćęłńóśźż") <= set(letters_beyond_ascii("pl"))
    assert "š" not in letters_beyond_ascii("pl")
    assert set(letters_beyond_ascii("de")) >= set("äöüß")
