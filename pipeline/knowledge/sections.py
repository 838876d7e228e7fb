"""The canonical sections of documents (`sections.toml`), with what the overlay adds."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import StrictBool, TypeAdapter

from pipeline.knowledge.shapes import SECTIONS, SectionId, Word, load_as
from pipeline.records import ProfileKind, Record


class SectionEntry(Record):
    """A canonical section. `in_approach` is the section that the same words mean in the description of an approach."""

    meaning: Word
    """For people."""
    shared_by_country: StrictBool = False
    """Whether its text is the same for all cities of a country."""
    kinds: tuple[ProfileKind, ...] = ()
    """The kinds of profile the section is typical of."""
    in_approach: SectionId | None = None


SHAPE = TypeAdapter(dict[str, SectionEntry])


@lru_cache(maxsize=8)
def sections(overlay: Path | None) -> dict[str, SectionEntry]:
    """The canonical sections by id, in the order of the data file, which breaks ties between equal matches.

    Raises UsageError where the overlay's file does not fit.
    """
    return load_as(SHAPE, SECTIONS, overlay)
