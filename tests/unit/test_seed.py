"""The real page, through the chain of stages (it lies beside the project, never in it)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.extract import extract
from pipeline.language import detect_language
from pipeline.profiles import make_profile
from pipeline.records import Answers, Document, Profile, Source, TextRange, locate, undo
from pipeline.repair import repair
from pipeline.segment import segment
from pipeline.settings import Settings

SEED = Path(__file__).resolve().parents[3] / "shared" / "seed" / "gdansk.pl.txt"
pytestmark = pytest.mark.skipif(not SEED.is_file(), reason="../shared/seed is not there")


@pytest.fixture(scope="module")
def made() -> tuple[Document, Profile]:
    data, settings = SEED.read_bytes(), Settings()
    digest = hashlib.sha256(data).hexdigest()
    source = Source(path="moving/gdansk.pl.txt", sha256=digest, media_type="text/plain", size=len(data))
    document = detect_language(repair(extract(data, source, settings), Answers(), settings), settings)
    document = segment(document, Answers(), settings)
    profile, findings = make_profile(document, settings)
    return document.with_findings(findings), profile


def test_what_it_is(made: tuple[Document, Profile]) -> None:
    document, profile = made
    assert (profile.kind, profile.language, profile.title) == ("city_profile", "pl", "Gdańsk")
    assert profile.tagline == "Prekursor polityki inkluzywnej w\u00a0Polsce"
    assert profile.city
    assert (profile.city.name, profile.city.country, profile.city.geonames_id) == ("Gdańsk", "PL", 3099434)
    assert [takeaway.split()[0] for takeaway in profile.takeaways] == ["Z", "Model"]
    assert document.title == "Gdańsk"


def test_sections(made: tuple[Document, Profile]) -> None:
    _, profile = made
    assert [section.id for section in profile.sections] == [
        "key_takeaways", "unique", "policy_focus", "key_factors", "advocacy", "networks", "report", "country_context",
    ]  # fmt: skip
    assert [section.lead for section in profile.sections] == [
        None,
        "Priorytetem jest\u00a0solidarność",
        "Kompleksowe projekty polityczne",
        "Prezydent, który dokonał zmiany",
        *[None] * 4,
    ]
    assert all(
        section.text for section in profile.sections if section.id not in ("networks", "country_context")
    )
    assert profile.report
    assert (profile.report.published, profile.report.updated) == (2021, 2023)


def test_what_is_lost(made: tuple[Document, Profile]) -> None:
    document, profile = made
    context = profile.sections[-1]
    assert (context.status, context.damaged, context.text) == ("lost", 1.0, "")
    (lost,) = (finding for finding in document.findings if finding.code == "text-lost")
    assert (lost.count, lost.section) == (5884, "country_context")
    (place,) = lost.origins
    assert isinstance(place, TextRange)
    assert (place.start, place.end) == (2487, 8371)
    assert "\ufffd" not in profile.model_dump_json()


def test_furniture(made: tuple[Document, Profile]) -> None:
    document, _ = made
    furniture = {block.role: block.text for block in document.blocks if block.kind == "furniture"}
    del furniture["metadata"]
    assert furniture == {
        "site_name": "Moving Cities",
        "breadcrumb": "O mieście",
        "picture_credit": "Picture from Wikimedia Commons",
        "download": "Pobierz raport",
    }


def test_findings(made: tuple[Document, Profile]) -> None:
    document, _ = made
    assert sorted(finding.code for finding in document.findings) == [
        "empty-section",
        "glued-words",
        "text-lost",
    ]
    empty = next(finding for finding in document.findings if finding.code == "empty-section")
    assert empty.section == "networks"
    glued = next(finding for finding in document.findings if finding.code == "glued-words")
    assert (glued.evidence, glued.suggestion) == ("siędokonać", "się dokonać")
    assert "siędokonać" in made[1].takeaways[0]


def test_every_text_leads_back(made: tuple[Document, Profile]) -> None:
    document, profile = made
    source = SEED.read_text(encoding="utf-8")
    for block in document.blocks:
        assert undo(block.text, block.edits) == block.raw
    for pointer in ("/title", "/tagline", "/takeaways/0", "/sections/1/lead"):
        ((index, start, end, _),) = profile.evidence[pointer]
        (place,) = locate(document.blocks[index], start, end)
        assert isinstance(place, TextRange)
        assert source[place.start : place.end] == document.blocks[index].text[start:end]
