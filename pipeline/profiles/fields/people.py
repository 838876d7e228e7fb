"""People with an office: "Oberbürgermeister Burkhard Jung", "Ada Colau, alcaldesa de Barcelona"."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pipeline.knowledge.languages import language as known_language
from pipeline.profiles.evidence import Found, prose
from pipeline.records import Document, Person

_LETTER = r"[^\W\d_]"
_UPPER = (
    "[" + "".join(chr(c) for c in (*range(0x41, 0x530), *range(0x1F00, 0x2000)) if chr(c).isupper()) + "]"
)
_NAME_WORD = rf"{_UPPER}(?:\.|{_LETTER}*+(?:[-'’]{_LETTER}++){{0,6}})"
_SPACE = r"[ \u00a0]"
_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|zu|ter|ten|y)"
_NAME = rf"(?P<name>{_NAME_WORD}(?:{_SPACE}{_PARTICLE}){{0,2}}(?:{_SPACE}{_NAME_WORD}){{1,2}})"
_PLACE = rf"(?:{_SPACE}(?:{_PARTICLE}|of|miasta|της|του))?(?:{_SPACE}{_NAME_WORD}){{1,2}},{_SPACE}"


def people(document: Document, overlay: Path | None) -> list[Found[Person]]:
    """Each person once, with the office as first written, in the order of the document.

    Only offices of the data files of languages count, and stand in the record in the form these give them; a name has
    two words or more.
    """
    offices = _offices(document.language or "en", overlay)
    found: dict[str, Found[Person]] = {}
    for index, block in prose(document):
        for pattern in _patterns(tuple(offices)):
            for match in pattern.finditer(block.text):
                name, role = _plain(match["name"]), offices[match["role"].casefold()]
                if name in found or any(word.casefold() in offices for word in name.split()):
                    continue
                span = (index, match.start(), match.end(), 0.8)
                found[name] = Found(Person(name=name, role=role), (span,))
    return sorted(found.values(), key=lambda item: item.spans[0][:2])


def _offices(language: str, overlay: Path | None) -> dict[str, str]:
    """Every form of the offices of a language (and of English), folded → the form for the record."""
    offices: dict[str, str] = {}
    for code in ("en", language):
        for office, forms in known_language(code, overlay).roles.items():
            offices.update((form.casefold(), office) for form in (office, *forms))
    return offices


@lru_cache(maxsize=32)
def _patterns(words: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    alternatives = "|".join(re.escape(word) for word in sorted(set(words), key=lambda w: (-len(w), w)))
    role = rf"(?<!{_LETTER})(?P<role>(?i:{alternatives}))(?!{_LETTER})"
    title = r"(?:(?:Dr|dr|Prof|prof|Mag|Ing|ing|inż|mgr)\.[ \u00a0]){0,2}"
    return (
        re.compile(rf"{role}[ \u00a0,:]{{1,2}}{title}{_NAME}"),
        re.compile(rf"{role}{_PLACE}{title}{_NAME}"),
        re.compile(
            rf"(?<!{_LETTER}){_NAME},[ \u00a0](?:(?:the|el|la|le|o|a|il|der|die|de|ο|η)[ \u00a0])?{role}"
        ),
    )


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")
