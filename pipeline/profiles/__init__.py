"""Document → Profile: typed fields, each with its evidence; profiles → cities."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import City, Document, Finding, Profile, Source
from pipeline.settings import Settings

__all__ = ["identity_of", "make_cities", "make_profile"]


def make_profile(document: Document, settings: Settings) -> tuple[Profile, tuple[Finding, ...]]:
    """The profile of a segmented document, and what a person should know about how its fields were told.

    Every field that is present has evidence, but for those that follow from the record as a whole (id, slug,
    quality, provenance). A field that could not be established is absent.
    """
    from pipeline.profiles.stage import make

    return make(document, settings)


def identity_of(source: Source) -> tuple[str, str | None]:
    """The id of the profile that a document of this source has, and its site."""
    from pipeline.profiles.web_address import profile_id, site_of

    site = site_of(source)
    return profile_id(source), site[0] if site else None


def make_cities(profiles: Sequence[Profile]) -> list[City]:
    """The cities of these profiles, sorted by id, with what agrees and what conflicts among their profiles."""
    from pipeline.profiles.cities import make_cities as group

    return group(profiles)
