"""The guard: what a run would lose, by site and field, and when that is a collapse."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.run import guard


def profile(number: int, site: str | None = "a.example", sections: int = 10, text: str = "x" * 200) -> Any:
    return {
        "id": f"{number:016x}",
        "site": site,
        "city": {"name": f"City {number}", "country": "PL", "geonames_id": number},
        "takeaways": ["one", "two"],
        "sections": [{"id": "report", "text": text}] * sections,
        "provenance": {"source": f"{site}/{number}.html", "captures": [{"source": f"{site}/{number}.html"}]},
    }


def losses(
    before: list[Any], after: list[Any], quarantined: dict[str, str] | None = None, *accepted: str
) -> set[Any]:
    try:
        guard.check(before, after, quarantined or {}, 0.2, accepted)
    except guard.HeldBack as held:
        return {(loss.site, loss.field, loss.before, loss.after) for loss in held.losses}
    return set()


def test_the_same_records_lose_nothing() -> None:
    records = [profile(number) for number in range(10)]
    assert losses(records, records) == set()
    assert losses([], records) == set()


def test_a_fifth_of_a_site_may_go_and_more_may_not() -> None:
    records = [profile(number) for number in range(10)]
    assert losses(records, records[2:]) == set()
    assert ("a.example", "profiles", 10, 7) in losses(records, records[3:])


def test_one_site_may_not_collapse_behind_the_others() -> None:
    good = [profile(number, "good.example") for number in range(100)]
    bad = [profile(number, "bad.example") for number in range(100, 103)]
    found = losses([*good, *bad], good)
    assert ("bad.example", "profiles", 3, 0) in found
    assert not any(site == guard.ALL_SITES for site, *_ in found)


def test_many_sites_of_one_page_collapse_together() -> None:
    records = [profile(number, f"s{number}.example") for number in range(10)]
    found = losses(records, records[3:])
    assert {site for site, *_ in found} == {guard.ALL_SITES}


def test_one_page_that_was_removed_is_no_collapse() -> None:
    records = [profile(number) for number in range(3)]
    assert losses(records, records[1:]) == set()


def test_one_good_record_lost_to_quarantine_is_where_it_is_a_fifth_of_its_site() -> None:
    records = [profile(number) for number in range(3)]
    found = losses(records, records[1:], {"a.example/0.html": "not-the-page"})
    assert {("a.example", "documents", 3, 2), ("a.example", "profiles", 3, 2)} <= found
    many = [profile(number) for number in range(20)]
    assert losses(many, many[1:], {"a.example/0.html": "not-the-page"}) == set()


def test_a_folder_that_cannot_be_read_for_a_moment_is_no_removal() -> None:
    records = [profile(number) for number in range(3)]
    assert losses(records, records[1:], {"a.example": "unreadable"})


def test_a_layout_that_hides_the_text_is_noticed_though_every_page_is_there() -> None:
    before = [profile(number) for number in range(6)]
    after = [profile(number, sections=1) for number in range(6)]
    assert {field for _, field, _, _ in losses(before, after)} == {"sections", "characters"}


def test_what_is_accepted_by_site_does_not_accept_the_others() -> None:
    before = [profile(1), profile(2), profile(3, "b.example"), profile(4, "b.example")]
    assert {site for site, *_ in losses(before, [], {}, "a.example")} == {guard.ALL_SITES, "b.example"}
    assert losses(before, [], {}, "a.example", "b.example") == set()
    assert losses(before, [], {}, guard.ALL_SITES) == set()


def test_records_without_a_site_are_counted_together() -> None:
    before = [profile(1, None), profile(2, None)]
    assert (guard.NO_SITE, "profiles", 2, 0) in losses(before, [])


def test_the_message_says_what_to_do() -> None:
    records = [profile(number) for number in range(3)]
    with pytest.raises(guard.HeldBack) as held:
        guard.check(records, records[1:], {"a.example/0.html": "not-the-page"}, 0.2, ())
    assert str(held.value) == (
        "Held back: this run would leave 2 of 3 documents, so nothing was replaced. Pages that came broken would cost "
        "1 good record(s); fetch them again. If it is meant, say so: cityreports ingest --accept-changes"
    )
