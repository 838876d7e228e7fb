"""Comparing records with the labelled truth, field by field."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]

SCALARS = ("kind", "site", "language", "title", "tagline")


@dataclass
class Score:
    """What was found, what was expected, and what of it agrees; with the misses, for a person to read."""

    right: int = 0
    found: int = 0
    expected: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.expected if self.expected else 1.0


class Scores(defaultdict[str, Score]):
    """A score for each field."""

    def __init__(self) -> None:
        super().__init__(Score)

    def add(self, name: str, path: str, found: Iterable[Any], expected: Iterable[Any]) -> None:
        """Compare two collections as bags."""
        have, want = Counter(map(plain, found)), Counter(map(plain, expected))
        score = self[name]
        score.right += (have & want).total()
        score.found += have.total()
        score.expected += want.total()
        score.missed += [f"{path}: {item}" for item in (want - have).elements()]
        score.wrong += [f"{path}: {item}" for item in (have - want).elements()]


def plain(value: Any) -> str:
    """A value for comparing: no-break spaces as spaces, soft hyphens out."""
    if isinstance(value, tuple | list):
        return " | ".join(plain(item) for item in value)
    if isinstance(value, float) and value == int(value):
        value = int(value)
    text = "" if value is None else str(value)
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u00ad", "").split())


def compare(scores: Scores, path: str, record: Record, truth: Record) -> None:
    """Add one document's record to the scores."""
    for name in SCALARS:
        scores.add(name, path, present(record.get(name)), present(truth.get(name)))
    for name in ("name", "country", "geonames_id"):
        have, want = record.get("city") or {}, truth.get("city") or {}
        if name != "name" or "geonames_id" not in want:  # names differ by language; the id says which city
            scores.add(f"city.{name}", path, present(have.get(name)), present(want.get(name)))
    for name in ("published", "updated"):
        have, want = record.get("report") or {}, truth.get("report") or {}
        scores.add(f"report.{name}", path, present(have.get(name)), present(want.get(name)))
    scores.add("takeaways", path, record["takeaways"], truth.get("takeaways", []))
    scores.add("networks", path, network_names(record), truth.get("networks", []))
    scores.add("contacts", path, emails(record["contacts"]), emails(truth.get("contacts", [])))
    for name, keys in (
        ("people", ("name", "role")),
        ("policies", ("name", "year")),
        ("quotes", ("text", "speaker")),
        ("key_figures", ("label", "value", "unit", "year")),
    ):
        scores.add(name, path, rows(record[name], keys), rows(truth.get(name, []), keys))
    _compare_sections(scores, path, record["sections"], truth.get("sections", []))
    text = plain("\n".join(section["text"] for section in record["sections"]))
    spoken = plain([text, record.get("title"), record.get("tagline"), record["takeaways"]])
    wanted, unwanted = truth.get("must", []), truth.get("must_not", [])
    scores.add("must", path, [item for item in wanted if plain(item) in text], wanted)
    scores.add("must_not", path, [item for item in unwanted if plain(item) not in spoken], unwanted)


def _compare_sections(scores: Scores, path: str, found: Sequence[Record], expected: Sequence[Record]) -> None:
    scores.add("sections", path, rows(found, ("id", "heading")), rows(expected, ("id", "heading")))
    by_heading = {plain(section.get("heading")): section for section in found}
    for section in expected:
        match = by_heading.get(plain(section.get("heading")))
        if match is None:
            continue
        heading = section.get("heading")
        allowed = {section["status"]} | ({"restored"} if section.get("donors") else set())
        status = section["status"] if match["status"] in allowed else match["status"]
        scores.add("section.status", path, [(heading, status)], [(heading, section["status"])])
        scores.add(
            "section.lead",
            path,
            [(heading, lead) for lead in present(match.get("lead"))],
            [(heading, lead) for lead in present(section.get("lead"))],
        )


def present(value: Any) -> list[Any]:
    """A value as a list: empty where it is absent."""
    return [] if value is None else [value]


def rows(items: Iterable[Record], keys: Sequence[str]) -> list[tuple[Any, ...]]:
    """The named values of each item."""
    return [tuple(item.get(key) for key in keys) for item in items]


def emails(contacts: Iterable[Record]) -> list[str]:
    """The addresses of contacts."""
    return [contact["email"] for contact in contacts if contact.get("email")]


def network_names(record: Record) -> list[str]:
    """The networks as the document writes them, through their evidence."""
    return [network["as_written"] for network in record["networks"]]
