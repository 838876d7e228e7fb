"""The language of documents and passages."""

from __future__ import annotations

import pytest

from pipeline.errors import UsageError
from pipeline.language import detect_language
from pipeline.model import Block, Document, Known, Source, new_block
from pipeline.settings import Settings

POLISH = (
    "Rada miasta przyjęła w ubiegłym roku program budowy mieszkań komunalnych, a mieszkańcy zgłosili do niego ponad "
    "dwieście uwag. Większość z nich dotyczyła wysokości czynszów i dostępu do zieleni."
)
GERMAN = (
    "Der Stadtrat hat im vergangenen Jahr ein Programm für den Bau von Wohnungen beschlossen, zu dem die Bürgerinnen "
    "und Bürger mehr als zweihundert Anregungen eingereicht haben."
)
GREEK = "Το δημοτικό συμβούλιο ενέκρινε πέρυσι πρόγραμμα για την κατασκευή κατοικιών και χώρων πρασίνου στην πόλη."


def document(*texts: str, **metadata: str) -> Document:
    known = {key: Known(value=value, origin="manifest") for key, value in metadata.items()}
    source = Source(path="a.txt", sha256="0" * 64, media_type="text/plain", size=1, metadata=known)
    return Document(id="0" * 16, source=source, blocks=tuple(new_block("paragraph", text) for text in texts))


def detect(*texts: str, settings: Settings | None = None, **metadata: str) -> tuple[str | None, list[str]]:
    found = detect_language(document(*texts, **metadata), settings or Settings())
    return found.language, [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("text", "language"), [(POLISH, "pl"), (GERMAN, "de"), (GREEK, "el"), (GERMAN.upper(), "de")]
)
def test_the_text_tells(text: str, language: str) -> None:
    assert detect(text) == (language, [])


def test_replacement_characters_tell_nothing() -> None:
    assert detect("\ufffd" * 5000) == (None, ["language-unknown"])
    assert detect("\ufffd" * 5000, language="pl") == ("pl", [])


@pytest.mark.parametrize("text", ["", "12 345", "Ok", "https://city.example/en/housing", "[…]"])
def test_too_little_text_tells_nothing(text: str) -> None:
    assert detect(text) == (None, ["language-unknown"])


def test_what_is_declared_holds_for_little_text() -> None:
    assert detect("Kontakt", language="da") == ("da", [])
    assert detect("Kontakt", language="pl-PL") == ("pl", [])
    assert detect("Kontakt", url="https://city.example/de/kontakt") == ("de", [])
    assert detect("Kontakt", language="nonsense") == (None, ["language-unknown"])


def test_the_text_wins_over_a_wrong_declaration() -> None:
    assert detect(POLISH, language="en") == ("pl", ["language-mismatch"])
    assert detect(POLISH, url="https://city.example/en/housing") == ("pl", ["language-mismatch"])


def test_a_language_without_profile_is_believed() -> None:
    assert detect(GERMAN, language="lb") == ("lb", [])


def test_damage_does_not_hide_the_language() -> None:
    assert detect(POLISH, "\ufffd" * 9000, "[…]")[0] == "pl"


def test_furniture_and_hidden_text_do_not_count() -> None:
    blocks = (new_block("furniture", GERMAN * 3), new_block("paragraph", GERMAN * 3, visibility="hidden"))
    found = detect_language(
        document(POLISH).model_copy(update={"blocks": (*blocks, *document(POLISH).blocks)}), Settings()
    )
    assert found.language == "pl"


def test_a_long_passage_in_another_language_is_marked() -> None:
    found = detect_language(document(POLISH, POLISH, GERMAN, "Kurz."), Settings())
    assert found.language == "pl"
    assert [block.language for block in found.blocks] == [None, None, "de", None]


def test_languages_can_be_restricted() -> None:
    assert detect(POLISH, settings=Settings(languages=("pl", "en")))[0] == "pl"
    with pytest.raises(UsageError, match="klingon"):
        detect(POLISH, settings=Settings(languages=("klingon",)))


def test_same_answer_every_time() -> None:
    texts = (POLISH[:60], GERMAN[:60])
    assert len({detect_language(document(*texts), Settings()).model_dump_json() for _ in range(5)}) == 1


def test_blocks_are_otherwise_unchanged() -> None:
    def without(block: Block) -> Block:
        return block.model_copy(update={"language": None, "language_confidence": None})

    before = document(POLISH, GERMAN)
    after = detect_language(before, Settings())
    assert tuple(map(without, after.blocks)) == before.blocks
