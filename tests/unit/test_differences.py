"""What a run changed in the records, field by field."""

from __future__ import annotations

from typing import Any

import orjson

from pipeline.store.differences import FieldChange, compare
from pipeline.store.ledger import Standing


def record(**fields: Any) -> dict[tuple[str, str], Standing]:
    profile = {
        "id": "1",
        "title": "Gdańsk",
        "takeaways": ["one", "two"],
        "city": {"name": "Gdańsk", "country": "PL"},
        "sections": [{"id": "report", "heading": "Report", "text": "x" * 300, "status": "clean"}],
        "evidence": {"/title": [[0, 0, 6, 1.0]]},
        "quality": {"score": 1.0, "findings": {}},
        "provenance": {
            "source": "a.html",
            "document": "d1",
            "sha256": "0",
            "captures": [{"source": "a.html"}],
        },
        **fields,
    }
    return {("profile", "1"): Standing("1", "profile", orjson.dumps(profile))}


def changed(**fields: Any) -> list[FieldChange]:
    (change,) = compare(record(), record(**fields)).records
    assert change.change == "changed"
    return list(change.fields)


def test_equal_records_do_not_differ() -> None:
    assert compare(record(), record()).records == ()
    assert compare(record(), record(evidence={})).records == (), "what only moved did not change"


def test_records_that_come_and_go() -> None:
    added, removed = compare({}, record()), compare(record(), {})
    assert [(item.change, item.path, item.title) for item in added.records] == [("added", "a.html", "Gdańsk")]
    assert [item.change for item in removed.records] == ["removed"]
    assert (added.count("added"), removed.count("removed"), added.count("removed")) == (1, 1, 0)


def test_a_field_from_and_to() -> None:
    assert changed(title="Gdynia") == [FieldChange(field="title", before="Gdańsk", after="Gdynia")]
    assert changed(title=None) == [FieldChange(field="title", before="Gdańsk")]
    assert changed(city={"name": "Gdańsk", "country": "DE"}) == [
        FieldChange(field="city.country", before="PL", after="DE")
    ]


def test_entries_of_lists_come_and_go_one_by_one() -> None:
    assert changed(takeaways=["two", "three"]) == [
        FieldChange(field="takeaways", before="one"),
        FieldChange(field="takeaways", after="three"),
    ]


def test_a_long_text_is_shown_where_it_begins_to_differ() -> None:
    section = {"id": "report", "heading": "Report", "text": "x" * 200 + "y" * 100, "status": "damaged"}
    text, status = sorted(changed(sections=[section]), key=lambda change: change.field, reverse=True)
    assert text.field == "sections.report.text"
    assert text.before == "…" + "x" * 120 + "…"
    assert text.after == "…" + "x" * 40 + "y" * 80 + "…"
    assert (status.field, status.before, status.after) == ("sections.report.status", "clean", "damaged")


def test_sections_of_the_same_id_are_told_apart() -> None:
    one = {"id": "report", "heading": "Report", "text": "x" * 300, "status": "clean"}
    other = {"id": "report", "heading": "More", "text": "z" * 30, "status": "clean"}
    assert changed(sections=[one, other]) == [
        FieldChange(field="sections.report.2", after="More (30 characters)")
    ]
    assert changed(sections=[]) == [FieldChange(field="sections.report", before="Report (300 characters)")]


def test_quarantine_entries_are_records_too() -> None:
    def entry(code: str) -> dict[tuple[str, str], Standing]:
        error = {"id": "9", "path": "b.html", "code": code, "url": "https://b.example/"}
        return {("quarantine", "9"): Standing("9", "quarantine", orjson.dumps(error))}

    (added,) = compare({}, entry("empty")).records
    assert (added.kind, added.code, added.url) == ("quarantine", "empty", "https://b.example/")
    (change,) = compare(entry("empty"), entry("broken")).records
    assert change.fields == (FieldChange(field="code", before="empty", after="broken"),)
