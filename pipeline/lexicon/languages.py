"""The languages there is a model of (`languages.toml`), and those that can be told beside them (`identified.toml`)."""

from __future__ import annotations

from functools import cache

from pipeline.knowledge.files import load_toml
from pipeline.records import Record

LATIN = "LATIN"
_SCRIPTS = {
    "bg": "CYRILLIC", "mk": "CYRILLIC", "ru": "CYRILLIC", "uk": "CYRILLIC",
    "el": "GREEK", "ar": "ARABIC", "he": "HEBREW",
}  # fmt: skip
"""Of the languages of `languages.toml`, those that are not written in Latin letters."""


class Language(Record):
    """A language: langdetect's profile, wordfreq's list, and the code pages its texts were written in."""

    code: str
    profile: str | None = None
    words: str | None = None
    pages: tuple[str, ...] = ()


class Identified(Record):
    """A language that can be told. `script` is the first word of the Unicode names of its letters."""

    code: str
    script: str
    profile: str | None = None
    words: str | None = None
    transliterated: bool = False
    letters: str = ""
    common: tuple[str, ...] = ()
    kin: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether there is something to count its n-grams in."""
        return bool(self.profile or self.words)


@cache
def languages() -> tuple[Language, ...]:
    """All languages there is a model of, in the order of the data file."""
    return tuple(Language(code=code, **entry) for code, entry in load_toml("lexicon/languages.toml").items())


@cache
def identified() -> tuple[Identified, ...]:
    """All languages that can be told apart where they share a script: those of the model first, in its order.

    After them those whose n-grams are counted as well, last those that are told by their common words alone.
    """
    table = load_toml("lexicon/identified.toml")
    of_model = {language.code for language in languages()}
    found = [
        Identified(
            code=language.code,
            script=_SCRIPTS.get(language.code, LATIN),
            profile=language.profile,
            words=language.words,
            common=tuple(table.get(language.code, {}).get("common", "").split()),
            kin=table.get(language.code, {}).get("kin", ()),
        )
        for language in languages()
    ]
    others = [
        Identified(code=code, **(entry | {"common": tuple(entry.get("common", "").split())}))
        for code, entry in table.items()
        if code not in of_model
    ]
    return (*found, *sorted(others, key=lambda language: not language.is_counted))
