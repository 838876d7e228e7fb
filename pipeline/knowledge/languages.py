"""What is known of each language for reading pages in it: one file a language (`languages/xx.toml`).

`languages/en.toml` says what the entries mean. A file of the overlay adds to the one of its name, or is a new language.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StrictInt, TypeAdapter

from pipeline.knowledge.detection import detection
from pipeline.knowledge.files import names
from pipeline.knowledge.shapes import CountryCode, Pattern, SectionId, Word, Words, load_as
from pipeline.records import Record

FOLDER = "knowledge/languages"

_MOST_CAPITALS = 14
"""Words of a policy's name, at most: more capitals than words would mean none."""


def _has_known_signs(text: str) -> str:
    for sign in re.findall(r"\{[^}]*\}?", text):
        if sign not in ("{city}", "{country}"):
            raise ValueError(f"has {sign}; only {{city}} and {{country}} stand for names")
    return text


Wording = Annotated[Word, AfterValidator(_has_known_signs)]


class Wordings(Record):
    """How a section's headings read: whole wordings, and telling words of which all stems must begin a word."""

    exact: tuple[Wording, ...] = ()
    stems: tuple[Wording, ...] = ()


class PolicyNames(Record):
    """How a language names policies: patterns of the word for a kind of policy, small words inside names."""

    kinds: tuple[Pattern, ...] = ()
    small: Words = ()
    kind_last: StrictBool = False
    """Whether the kind may stand last ("Immigrant Integration Model")."""
    least: Annotated[StrictInt, Field(ge=0, le=_MOST_CAPITALS)] = 1
    """How many more capitalised words a name has at least."""


class FurnitureWords(Record):
    """Words by which furniture is told: whole blocks, and (the last two) beginnings and telling words."""

    breadcrumb: Words = ()
    download: Words = ()
    navigation: Words = ()
    share: Words = ()
    picture_credit: Words = ()
    related: Words = ()


class Language(Record):
    """One language, as its data file has it."""

    name: Word
    countries: tuple[CountryCode, ...] = ()
    place_prepositions: Words = ()
    place_case_in_ending: StrictBool = False
    capitalises_nouns: StrictBool = False
    roles: dict[Word, Words] = Field(default={})
    policies: PolicyNames = PolicyNames()
    headings: dict[SectionId, Wordings] = Field(default={})
    furniture: FurnitureWords = FurnitureWords()


SHAPE = TypeAdapter(Language)

_UNKNOWN = Language(name="unknown")


@lru_cache(maxsize=8)
def languages(overlay: Path | None) -> dict[str, Language]:
    """All languages by code, English first. Raises UsageError where a file of the overlay does not fit."""
    found = {Path(name).stem: load_as(SHAPE, name, overlay) for name in names(FOLDER, overlay)}
    return {code: found[code] for code in sorted(found, key=lambda code: (code != "en", code))}


def language(code: str, overlay: Path | None) -> Language:
    """The language of a code or an alias (`nb` is `no`); one of which nothing is known where it has no file."""
    known = languages(overlay)
    return known.get(code) or known.get(detection(overlay).aliases.get(code, code), _UNKNOWN)
