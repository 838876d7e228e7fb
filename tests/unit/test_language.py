"""The language of documents and passages."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.knowledge.detection import detection
from pipeline.language import detect as language_of
from pipeline.language import detect_language, spans
from pipeline.language.engine import known_languages
from pipeline.records import Block, Document, Known, Source, new_block
from pipeline.settings import Settings
from tests.benchmarks.language import data_digest, measure_part
from tests.benchmarks.text import HALVES

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
DATA = Path(os.environ.get("CITYREPORTS_BENCH", BENCHMARKS.parents[2] / "shared" / "bench")) / "text"

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


CASES = tomllib.loads(
    (Path(__file__).parents[1] / "cases" / "language" / "sentences.toml").read_text(encoding="utf-8")
)


def each(kind: str) -> list[tuple[str, str]]:
    return [(language, text) for language, texts in CASES[kind].items() for text in texts]


@pytest.mark.parametrize(("language", "text"), each("told"))
def test_the_language_of_a_sentence(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(("language", "text"), each("not_european"))
def test_other_languages_are_no_language_of_europe(language: str, text: str) -> None:
    assert language_of(text) in (None, language)


@pytest.mark.parametrize("text", CASES["nothing"]["texts"])
def test_no_words_have_no_language(text: str) -> None:
    assert language_of(text) is None
    if text != "Ok":
        assert language_of(text, ["en", "pl"]) is None


def test_the_likeliest_of_some_languages() -> None:
    assert language_of("Kontaktní formulář", ["cs", "sk"]) == "cs"
    assert language_of("byrådet", ["da", "no", "sv"]) == "da"
    assert language_of("Borgarstjórn samþykkti", ["no", "en"]) in ("no", "en")
    assert language_of("시의회는 승인했다", ["no", "en"]) is None


def test_a_menu_does_not_hide_the_language() -> None:
    menu = "Home News About Contact Search Login Services Events Privacy Sitemap"
    assert language_of(f"{menu}\n{POLISH}") == "pl"
    assert language_of(f"{menu} {GERMAN}", ["de", "en", "nl"]) == "de"


def test_spans_are_of_one_language_and_cover_the_text() -> None:
    korean = CASES["told"]["ko"][0]
    text = f"{POLISH}\n\n{GERMAN} {korean}\n12:45\n"
    found = spans(text)
    assert [span.language for span in found] == ["pl", "de", "ko"]
    assert "".join(text[span.start : span.end] for span in found) == text
    assert text[found[1].start : found[1].end].strip() == GERMAN
    assert spans("") == []
    assert [span.language for span in spans("12:45 – 13:30")] == [None]


def test_a_document_in_another_script_is_not_european() -> None:
    for language in ("ko", "hi", "he", "ka"):
        assert detect(*CASES["told"][language]) == (language, [])


def test_a_document_in_a_language_that_is_not_known_is_unknown() -> None:
    assert detect(CASES["not_european"]["xh"][0]) == (None, ["language-unknown"])
    assert detect(CASES["not_european"]["xh"][0], language="xh") == ("xh", [])


def test_a_passage_in_another_script_is_marked() -> None:
    korean = CASES["told"]["ko"][0]
    found = detect_language(document(POLISH, POLISH, " ".join([korean] * 5)), Settings())
    assert [block.language for block in found.blocks] == [None, None, "ko"]


def test_what_is_declared_holds_where_the_text_cannot_tell() -> None:
    croatian = " ".join(CASES["told"]["hr"] * 2)
    assert detect(croatian, language="bs") == ("bs", [])
    assert detect(croatian, language="sr-Latn") == ("sr", [])
    assert detect(POLISH, language="ko") == ("pl", ["language-mismatch"])


def test_the_languages_on_file_are_those_that_can_be_told() -> None:
    assert set(detection(None).languages) == known_languages()


@pytest.mark.bench
@pytest.mark.skipif(not (DATA / "others").is_dir(), reason=f"no benchmark data at {DATA}")
@pytest.mark.parametrize("part", HALVES)
def test_quality_is_not_below_what_was_reached(part: str) -> None:
    floors = tomllib.loads((BENCHMARKS / "floors_language.toml").read_text(encoding="utf-8"))
    if data_digest(DATA) != floors["digest"]:
        pytest.skip("other data than the figures were pinned on")
    rows = measure_part(DATA, part)
    assert {row.name for row in rows} >= floors[part].keys()
    assert not {row.name: row.value for row in rows if row.reaches(floors[part].get(row.name)) is False}
