"""Which languages can be told, and what codes of languages mean (`detection.toml`), with what the overlay adds."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from pipeline.knowledge.shapes import LanguageCode, load_as
from pipeline.records import Record

NAME = "knowledge/detection.toml"


class Detection(Record):
    """What is known of telling languages; the data file says what each entry is."""

    languages: tuple[LanguageCode, ...]
    in_addresses: tuple[LanguageCode, ...]
    declared_only: tuple[LanguageCode, ...]
    told_as: dict[LanguageCode, tuple[LanguageCode, ...]]
    aliases: dict[LanguageCode, LanguageCode]


SHAPE = TypeAdapter(Detection)


@lru_cache(maxsize=8)
def detection(overlay: Path | None) -> Detection:
    """What is known of telling languages. Raises UsageError where the overlay's file does not fit."""
    return load_as(SHAPE, NAME, overlay)
