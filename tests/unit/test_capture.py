"""Captures that are not the page are told from pages: by the cases in tests/cases/walls/, and by the pages we have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline import capture
from pipeline.errors import DOCUMENT_ERRORS, NotThePage
from pipeline.records import Answers, Document, Source
from pipeline.run import stages
from pipeline.settings import Settings
from pipeline.sources import content, metadata
from tests.conftest import PROJECT

CASES = PROJECT / "tests" / "cases" / "walls"
LANGUAGES = {"en", "pl", "de", "fr", "it", "es", "el", "nl", "pt", "cs", "ro", "hu"}
SETTINGS = Settings()


def files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_size and not path.name.endswith((".meta.json", ".csv", ".pdf"))
    )


def source_of(path: Path) -> tuple[Source, bytes]:
    raw, name = path.parent, os.fsencode(path.name)
    identity = content.identify(raw, name, SETTINGS.max_pdf_bytes)
    source = Source(
        path=path.name,
        sha256=identity.sha256,
        media_type=identity.media_type,
        size=identity.size,
        metadata=metadata.resolve(raw, name, metadata.Manifest({})).known,
    )
    return source, content.read(raw, name, identity, SETTINGS.max_text_bytes)


def judged(path: Path) -> capture.Wall | None:
    """What a file is taken for, on the way that a run takes."""
    source, data = source_of(path)
    document = stages.read_document(data, source, (), SETTINGS)
    form = stages.form_of(data, document, SETTINGS)
    document, _ = stages.analyse(document, Answers(), SETTINGS)
    return capture.judge(document, form, SETTINGS)


@pytest.mark.parametrize("path", files(CASES / "walls"), ids=lambda path: path.name)
def test_a_wall_is_recognised_with_its_kind(path: Path) -> None:
    wall = judged(path)
    assert wall is not None
    assert wall.kind == path.name.split(".")[0]
    assert wall.evidence


@pytest.mark.parametrize("path", files(CASES / "pages"), ids=lambda path: path.name)
def test_a_page_that_is_short_or_quotes_a_wall_stays_a_page(path: Path) -> None:
    assert judged(path) is None


def test_the_cases_cover_all_languages_and_kinds() -> None:
    walls = [path.name.split(".") for path in files(CASES / "walls")]
    assert {parts[1] for parts in walls} == LANGUAGES
    assert {parts[0] for parts in walls} == set(capture.KINDS) - {capture.SAME_BODY, "declared"}
    assert len(walls) >= 108
    assert len(files(CASES / "pages")) >= 25


def test_no_document_of_raw_is_a_wall() -> None:
    documents = files(PROJECT / "raw")
    assert len(documents) >= 30
    assert [path for path in documents if judged(path)] == []


def test_what_a_person_declares_holds(tmp_path: Path) -> None:
    wall = CASES / "walls" / "not-found.nl.dump.md"
    page = CASES / "pages" / "city.hu.short.md"
    for case, answer in ((wall, "yes"), (page, "no")):
        copy = tmp_path / case.name
        copy.write_bytes(case.read_bytes())
        (tmp_path / f"{case.name}.meta.json").write_text(f'{{"is_page": "{answer}"}}', encoding="utf-8")
    assert judged(tmp_path / wall.name) is None
    declared = judged(tmp_path / page.name)
    assert declared is not None
    assert declared.kind == "declared"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("200", None),
        ("401", "login"),
        ("404", "not-found"),
        ("429", "bot-wall"),
        ("500", "server-error"),
        ("503", "maintenance"),
    ],
)
def test_the_status_decides_where_there_is_little_text(tmp_path: Path, status: str, kind: str | None) -> None:
    (tmp_path / "a.txt").write_text("Horní Lhota\n\nTady nic není.\n", encoding="utf-8")
    (tmp_path / "a.txt.meta.json").write_text(f'{{"status": {status}}}', encoding="utf-8")
    wall = judged(tmp_path / "a.txt")
    assert (wall.kind if wall else None) == kind


def test_the_message_says_what_it_is_and_what_to_do() -> None:
    source, data = source_of(CASES / "walls" / "bot-wall.en.akamai.html")
    document = stages.read_document(data, source, (), SETTINGS)
    form = stages.form_of(data, document, SETTINGS)
    with pytest.raises(NotThePage) as caught:
        stages.refuse_wall(document, form, SETTINGS)
    assert caught.value.kind == "bot-wall"
    assert str(caught.value) == (
        "This is a bot wall, not the page (“Access Denied”, Akamai). Fetch the page again; refetch.csv lists it. "
        "If it is the page all the same, say so in manifest.csv or the .meta.json file (is_page = yes)."
    )
    assert DOCUMENT_ERRORS["not-the-page"] is NotThePage
    assert not NotThePage.transient


def body(text: str, **known: str) -> str:
    data = text.encode()
    source = Source(path="a.md", sha256="0" * 64, media_type="text/markdown", size=len(data))
    return capture.body_of(stages.read_document(data, source, (), SETTINGS))


def test_only_a_short_whole_text_has_a_body_to_compare() -> None:
    assert body("# Ola\n\nZatím tu nic není.\n") == body("# Ola\n\nZatím  tu nic není.\n") != ""
    assert body("# Ola\n\nZatím tu nic není.\n") != body("# Eva\n\nZatím tu nic není.\n")
    assert body("[Report](https://a.example/1.pdf)\n") != body("[Report](https://a.example/2.pdf)\n")
    assert body("Ein Satz über eine Stadt. " * 20) == ""
    assert body("Zatím tu \ufffd\ufffd\ufffd není.\n") == ""


def test_phrases_are_checked_when_they_are_loaded() -> None:
    from pipeline.capture.phrases import Phrases, words_of

    with pytest.raises(ValueError, match="write a phrase without punctuation"):
        Phrases([("it's", ("moved", "says"))])
    with pytest.raises(ValueError, match="begins with a gap"):
        Phrases([("* found", ("moved", "says"))])
    tag = ("not-found", "says")
    phrases = Phrases([("page/site * not found", tag), ("szuk*", tag)])
    assert list(phrases.find(words_of("The page you want was not found; szukaj"))) == [
        (1, 7, tag),
        (7, 8, tag),
    ]
    assert list(phrases.find(words_of("The page that you ever really wanted was not found"))) == []


def test_the_document_of_a_pdf_is_never_a_wall() -> None:
    source = Source(path="a.pdf", sha256="0" * 64, media_type="application/pdf", size=1)
    assert capture.judge(Document(id="0" * 16, source=source), capture.Form(), SETTINGS) is None
