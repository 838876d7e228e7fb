"""The shapes of the data files that hold words and patterns of all languages: networks, units, walls and others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, TypeAdapter

from pipeline.knowledge.shapes import Pattern, Word, Words
from pipeline.lexicon.folding import fold
from pipeline.records import Record


class Network(Record):
    """A network of cities."""

    name: Word
    also: Words = ()


class Units(Record):
    """Units of key figures."""

    units: Words


class Editions(Record):
    """Words near the year of a report's edition."""

    published: Words
    updated: Words


class Furniture(Record):
    """Furniture that is told by the same signs in all languages."""

    picture_sources: Words
    trail_signs: Word
    chapter_words: Words
    toc: Words
    page: Words
    footer: Words


def _is_a_phrase(text: str) -> str:
    """A phrase of `walls.toml`: words without punctuation, "a/b", stems with a star, and stars for gaps."""
    parts = text.split()
    if not parts or parts[0] == "*":
        raise ValueError("has to begin with a word")
    for part in parts:
        for word in part.split("/") if part != "*" else ():
            if not fold(word.removesuffix("*")).isalnum():
                raise ValueError(f"has '{part}', which is not one word; write a phrase without punctuation")
    return text


Phrases = dict[Word, tuple[Annotated[str, AfterValidator(_is_a_phrase)], ...]]


class Wall(Record):
    """What captures of a kind say that are not the page, by language or `all`."""

    says: Phrases = Field(default={})
    names: Phrases = Field(default={})
    around: Phrases = Field(default={})


class Walls(Record):
    """What captures say that are not the page, by kind, and titles of real pages that read like theirs."""

    bot_wall: Wall = Field(default=Wall(), alias="bot-wall")
    login: Wall = Wall()
    not_found: Wall = Field(default=Wall(), alias="not-found")
    moved: Wall = Wall()
    maintenance: Wall = Wall()
    server_error: Wall = Field(default=Wall(), alias="server-error")
    parked: Wall = Wall()
    consent: Wall = Wall()
    shell: Wall = Wall()
    pages: Phrases = Field(default={})


WallKind = Literal[
    "bot-wall", "login", "not-found", "moved", "maintenance", "server-error", "parked", "consent", "shell"
]


class Sign(Record):
    """A pattern that speaks for a kind of wall."""

    kind: WallKind
    name: Word
    pattern: Pattern


class MarkupSign(Sign):
    """A pattern in the markup; what it weighs is `support` where nothing is said."""

    weight: Literal["decisive", "own", "support"] = "support"


class Forms(Record):
    """Signs of captures that are not the page, in their form."""

    markup: tuple[MarkupSign, ...] = ()
    text: tuple[Sign, ...] = ()


SHAPES: dict[str, TypeAdapter[Any]] = {
    "knowledge/networks.toml": TypeAdapter(dict[str, Network]),
    "knowledge/units.toml": TypeAdapter(Units),
    "knowledge/editions.toml": TypeAdapter(Editions),
    "knowledge/furniture.toml": TypeAdapter(Furniture),
    "capture/walls.toml": TypeAdapter(Walls),
    "capture/forms.toml": TypeAdapter(Forms),
}
