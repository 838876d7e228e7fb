"""The judge of code pages: lone paragraphs, documents, and the functions for plain strings."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from pipeline.records import undo
from pipeline.repair import detect, explain_repairs, repair_text

CASES = Path(__file__).parents[1] / "cases" / "repair"
CLEAN = {
    "pl": "Mieszkańcy Gdańska są dumni ze swojego miasta, choć życie w nim bywa trudne i drogie.",
    "cs": "Rada města schválila plán, který má zlepšit životní prostředí a veřejnou dopravu ve čtvrtích.",
    "de": "Die Stadt möchte künftig größere Grünflächen schaffen und die Bürger früher beteiligen.",
    "fr": "La municipalité a décidé d'améliorer l'accès aux équipements et à la santé des réfugiés.",
    "hu": "A város vezetése új tervet fogadott el, hogy az időseket és a családokat is jobban segítse.",
    "tr": "Belediye meclisi, şehrin ulaşım ağını geliştirmek için yeni bir plan hazırladığını açıkladı.",
    "ru": "Городской совет утвердил новый план развития общественного транспорта и зелёных зон.",
    "el": "Το δημοτικό συμβούλιο ενέκρινε το νέο σχέδιο για τις συγκοινωνίες και το περιβάλλον.",
    "lt": "Miesto taryba patvirtino naują planą, kaip gerinti gyventojų sveikatą ir žaliąsias erdves.",
}
LEGACY = [
    ("pl", "cp1250", "cp1252"), ("pl", "iso8859-2", "cp1252"), ("pl", "cp852", "cp1250"), ("cs", "iso8859-2", "cp1250"),
    ("de", "mac-roman", "cp1252"), ("de", "cp850", "cp1252"), ("fr", "cp1252", "cp1251"), ("hu", "cp1250", "cp1252"),
    ("tr", "cp1254", "cp1252"), ("ru", "cp1251", "cp1252"), ("ru", "koi8-r", "cp1251"), ("ru", "cp866", "cp1251"),
    ("el", "cp1253", "cp1252"), ("lt", "cp1257", "cp1252"),
]  # fmt: skip


def misread(text: str, true: str, read_as: str) -> str:
    """`text` written in one charset and read in another; what that one lacks becomes the C1 control."""
    return "".join(
        chr(byte) if (char := bytes([byte]).decode(read_as, "replace")) == "\ufffd" else char
        for byte in text.encode(true)
    )


@pytest.mark.parametrize("language", sorted(CLEAN))
def test_clean_text_stays(language: str) -> None:
    assert repair_text(CLEAN[language]) == CLEAN[language]
    assert detect(CLEAN[language]) == []


@pytest.mark.parametrize(
    "read_as", ["cp1252", "cp1250", "cp1251", "mac-roman", "iso8859-2", "koi8-r", "cp437"]
)
@pytest.mark.parametrize("language", sorted(CLEAN))
def test_utf8_read_as_a_code_page(language: str, read_as: str) -> None:
    damaged = misread(CLEAN[language], "utf-8", read_as)
    assert repair_text(damaged) == CLEAN[language]
    assert {finding.code for finding in detect(damaged)} == {"mojibake-repaired"}


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("language", sorted(CLEAN))
def test_several_layers(language: str, layers: int) -> None:
    damaged = CLEAN[language]
    for _ in range(layers):
        damaged = misread(damaged, "utf-8", "cp1252")
    assert repair_text(damaged) == CLEAN[language]


@pytest.mark.parametrize(("language", "true", "read_as"), LEGACY)
def test_one_legacy_page_read_as_another(language: str, true: str, read_as: str) -> None:
    assert repair_text(misread(CLEAN[language], true, read_as)) == CLEAN[language]


def test_entities_around_mojibake() -> None:
    damaged = "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in misread(CLEAN["pl"], "utf-8", "cp1252"))
    assert repair_text(damaged) == CLEAN["pl"]


def test_what_one_paragraph_cannot_prove_many_can() -> None:
    clean = [
        CLEAN["pl"],
        "Władze miasta są z tego dumne.",
        "Być może za rok będzie ich więcej.",
        "Z Koreą i tak.",
    ]
    damaged = [misread(text, "cp1250", "cp1251") for text in clean]
    assert repair_text(damaged[-1]) == damaged[-1]
    assert repair_text("\n\n".join(damaged)).split("\n\n") == clean


def test_one_damaged_paragraph_among_clean_ones() -> None:
    clean = [
        CLEAN["pl"],
        "Miasto promuje integrację.",
        "Władze miasta są dumne ze swojej polityki.",
        "Świat się zmienia.",
    ]
    document = [*clean, misread(CLEAN["pl"], "iso8859-2", "cp1252")]
    assert repair_text("\n\n".join(document)).split("\n\n") == [*clean, CLEAN["pl"]]


def test_edits_of_a_plain_text_play_backwards() -> None:
    text = "\n\n".join(
        [misread(CLEAN["cs"], "utf-8", "cp1250"), CLEAN["de"], "Gda\ufffdsk xq\ufffdz", "a\u00adb"]
    )
    edits = explain_repairs(text)
    assert undo(repair_text(text), edits) == text
    assert all("\ufffd" not in edit.after for edit in edits)
    causes = {edit.cause for edit in edits}
    assert {"mojibake:utf-8→cp1250", "soft-hyphen"} <= causes


def test_mojibake_of_replacement_characters_is_lost_text() -> None:
    damaged = misread("Mieszka\ufffdcy Gda\ufffdska s\ufffd dumni, xq\ufffdz", "utf-8", "cp1252")
    repaired = repair_text(damaged)
    assert repaired.startswith("Mieszkańcy Gdańska")
    assert repaired.endswith("[…]")
    assert {"mojibake-repaired", "letters-guessed", "text-lost"} <= {f.code for f in detect(damaged)}


def test_utf8_that_lost_bytes() -> None:
    damaged = misread(CLEAN["cs"], "utf-8", "cp1252")
    lossy = "".join(char for char in damaged if not "\x80" <= char <= "\x9f")
    repaired = repair_text(lossy)
    assert "Ã" not in repaired
    assert "Å" not in repaired
    assert repaired.startswith("Rada města schválila plán")


@pytest.mark.parametrize(
    "entry",
    tomllib.loads((CASES / "oddities" / "kept.toml").read_text(encoding="utf-8"))["oddity"],
    ids=lambda entry: entry["label"],
)
def test_oddities_stay(entry: dict[str, str]) -> None:
    assert repair_text(entry["text"]) == entry["text"]


def test_a_long_paragraph_is_judged_in_time() -> None:
    damaged = misread(" ".join(CLEAN.values()), "utf-8", "cp1252") + " "
    begin = time.process_time()
    assert "Mieszkańcy" in repair_text(damaged * 1500)
    assert time.process_time() - begin < 20
