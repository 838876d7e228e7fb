"""The languages there is a model of, as named in `languages.toml`."""

from __future__ import annotations

from functools import cache

from pipeline.model import Record
from pipeline.overlay import load_toml


class Language(Record):
    """A language: langdetect's profile, wordfreq's list, and the code pages its texts were written in."""

    code: str
    profile: str | None = None
    words: str | None = None
    pages: tuple[str, ...] = ()


@cache
def languages() -> tuple[Language, ...]:
    """All languages there is a model of, in the order of the data file."""
    return tuple(Language(code=code, **entry) for code, entry in load_toml("lexis/languages.toml").items())
