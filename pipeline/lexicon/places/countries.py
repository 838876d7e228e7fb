"""Countries by their names in European languages, from the locale data of Babel.

The names are written once to a small file in the cache folder; reading it takes a few milliseconds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from pipeline.knowledge.files import load_toml
from pipeline.lexicon import folding
from pipeline.lexicon.cache import built_once
from pipeline.lexicon.folding import fold, folded_lines
from pipeline.records import digest

_DATA = "lexicon/places/countries.toml"
_NO_LETTERS = re.compile(r"[\W_]+")
_NO_LETTERS_IN_LINE = re.compile(r"(?:[^\w\n]|_)+")
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_LONGEST_NAME = 6  # words
_SHORTEST_STEM = 5  # letters that an inflected name must share with the name on file


def key(name: str) -> str:
    """The form under which names of places compare equal: folded, letters and digits only, one space between."""
    folded = fold(name).replace("'", "")
    return folded if folded.isalnum() else " ".join(_NO_LETTERS.sub(" ", folded).split())


def keys(names: Sequence[str]) -> list[str]:
    """The `key` of each name, which is faster at once than one by one."""
    if not names:
        return []
    text = folded_lines("\n".join([name.replace("\n", " ") for name in names])).replace("'", "")
    return [line.strip() for line in _NO_LETTERS_IN_LINE.sub(" ", text).split("\n")]


def code_of(name: str) -> str | None:
    """The ISO 3166 code of the country with this name in any of the languages on file."""
    return _codes().get(key(name))


def country_in(text: str, language: str | None = None) -> str | None:
    """The code of the one country that a short text names ("Polska – kontekst polityczny" → PL).

    With a language, its names are also recognised where an inflection changed their last letters. None where
    no country or more than one is named.
    """
    words = key(text).split()[:40]
    found: set[str] = set()
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST_NAME, len(words) - at), 0, -1):
            code = _codes().get(" ".join(words[at : at + length]))
            if code:
                found.add(code)
                at += length - 1
                break
        at += 1
    if not found and language:
        found = {code for word in words if (code := _stems(language).get(_stem(word)))}
    return found.pop() if len(found) == 1 else None


def name_of(code: str, language: str = "en") -> str | None:
    """The country's name in a language, as its speakers write it."""
    return _names().get(language, {}).get(code)


@cache
def _codes() -> dict[str, str]:
    codes: dict[str, str] = _index()["codes"]
    return codes


@cache
def _stems(language: str) -> dict[str, str | None]:
    """Stems of the one-word names of a language; None where two countries share one."""
    stems: dict[str, str | None] = {}
    for code, name in _names().get(language, {}).items():
        word = key(name)
        stem = _stem(word)
        if stem and " " not in word:
            stems[stem] = None if stems.get(stem, code) != code else code
    return stems


def _stem(word: str) -> str:
    """The word without what inflection may have changed; "" for a short word."""
    return word[:-1] if _SHORTEST_STEM < len(word) <= 7 else word[:-2] if len(word) > 7 else ""


@cache
def _names() -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = _index()["names"]
    return names


@cache
def _index() -> dict[str, Any]:
    stamp = digest(metadata.version("babel"), repr(load_toml(_DATA)), *code_files(__file__))[:16]
    index: dict[str, Any] = json.loads(
        built_once(f"countries-{stamp}.json", _build).read_text(encoding="utf-8")
    )
    return index


def code_files(*paths: str) -> list[bytes]:
    """The content of code files that an index depends on, `fold` included: a new version builds a new index."""
    return [Path(path).read_bytes() for path in (folding.__file__, *paths)]


def _build(path: Path) -> None:
    from babel import Locale

    data = load_toml(_DATA)
    names: dict[str, dict[str, str]] = {}
    for identifier in data["locales"]:
        territories = Locale.parse(identifier).territories
        names[identifier] = {
            code: territories[code]
            for code in sorted(territories)
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
        }
    codes: dict[str, str] = {}
    for code, more in data["names"].items():
        codes.update((key(name), code) for name in more)
    for known in names.values():
        for code, name in known.items():
            codes.setdefault(key(name), code)
    index = {"names": names, "codes": codes}
    path.write_text(json.dumps(index, ensure_ascii=False, sort_keys=True), encoding="utf-8")
