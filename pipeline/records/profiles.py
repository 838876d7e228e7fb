"""Profiles, the typed fields of a document, and cities, which join profiles."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.records.base import Record
from pipeline.records.documents import SectionStatus


class CityRef(Record):
    """The city a profile is about; without `geonames_id` where the gazetteer does not know it."""

    name: str
    country: str | None = None
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int | None = None


class ProfileSection(Record):
    """A section as text: its blocks' texts, joined by an empty line. The lead is part of the text."""

    id: str
    heading: str | None = None
    lead: str | None = None
    text: str = ""
    language: str | None = None
    status: SectionStatus = "clean"
    damaged: float = 0.0


class Quote(Record):
    """Words of a person."""

    text: str
    speaker: str | None = None
    role: str | None = None


class Network(Record):
    """A city network; `id` is its entry in the networks data file."""

    id: str
    name: str


class Contact(Record):
    """Whom to ask."""

    organisation: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None


class ReportEdition(Record):
    """The report a page speaks of or a document is: years of publication and of update, and its address."""

    published: int | None = None
    updated: int | None = None
    url: str | None = None


class KeyFigure(Record):
    """A number with what it counts, as written; `value` is its number."""

    label: str
    value: float
    unit: str | None = None
    year: int | None = None


class Person(Record):
    """A person with an office."""

    name: str
    role: str


class Policy(Record):
    """A policy, strategy or plan that the text names."""

    name: str
    year: int | None = None


class Quality(Record):
    """`score` in [0, 1] (its formula is in `profiles/quality.py`) and how many findings of each code there are."""

    score: float = Field(ge=0, le=1)
    findings: dict[str, int] = Field(default_factory=dict)


class Capture(Record):
    """One document behind a profile."""

    document: str
    source: str
    fetched_at: str | None = None


class Provenance(Record):
    """The document a profile was read from (the current capture), and all captures, newest first."""

    document: str
    source: str
    sha256: str
    media_type: str
    url: str | None = None
    captures: tuple[Capture, ...] = ()


EvidenceSpan = tuple[int, int, int, float]
"""block, start, end (of the block's text now), confidence"""

ProfileKind = Literal["city_profile", "approach", "report", "page"]


class Profile(Record):
    """What a page or report says about a city, as typed fields.

    `evidence` leads from the JSON pointer of a field to spans of blocks of `provenance.document`; the text of
    a field is the text of its spans, joined by an empty line. A field that could not be established is absent.
    """

    id: str
    slug: str
    kind: ProfileKind
    site: str | None = None
    language: str | None = None
    city: CityRef | None = None
    title: str | None = None
    tagline: str | None = None
    takeaways: tuple[str, ...] = ()
    sections: tuple[ProfileSection, ...] = ()
    quotes: tuple[Quote, ...] = ()
    networks: tuple[Network, ...] = ()
    contacts: tuple[Contact, ...] = ()
    report: ReportEdition | None = None
    key_figures: tuple[KeyFigure, ...] = ()
    people: tuple[Person, ...] = ()
    policies: tuple[Policy, ...] = ()
    evidence: dict[str, tuple[EvidenceSpan, ...]] = Field(default_factory=dict)
    quality: Quality
    provenance: Provenance


class Conflict(Record):
    """A field on which profiles of one city differ: value → ids of the profiles that say so."""

    field: str
    values: dict[str, tuple[str, ...]]


class City(Record):
    """All profiles of one city, across languages and formats, with what agrees and what conflicts."""

    id: str
    name: str
    country: str | None = None
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int | None = None
    languages: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    agreements: dict[str, str] = Field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
