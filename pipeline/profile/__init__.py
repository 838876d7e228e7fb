"""Document → Profile: typed fields, each with its evidence; profiles → cities."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import City, Document, Finding, Profile
from pipeline.settings import Settings

__all__ = ["make_cities", "make_profile"]


def make_profile(document: Document, settings: Settings) -> tuple[Profile, tuple[Finding, ...]]:
    """The profile of a segmented document, and what a person should know about how its fields were told.

    Every field that is present has evidence, but for those that follow from the record as a whole (id, slug,
    quality, provenance). A field that could not be established is absent.
    """
    from pipeline.profile.maker import make

    return make(document, settings)


def make_cities(profiles: Sequence[Profile]) -> list[City]:
    """The cities of these profiles, sorted by id, with what agrees and what conflicts among their profiles."""
    from pipeline.profile.cities import make_cities as group

    return group(profiles)
