"""Data files: what ships with the package, and a user's own additions in the overlay folder.

Data that a user may extend (headings, networks, roles, units, phrases of walls) are TOML files in `knowledge/` and
`capture/`; a table that belongs to one algorithm stands beside its code. A user adds entries by putting a file of the
same relative path into the overlay folder (`data` in the configuration): tables are merged, lists are extended, other
values are replaced.
"""

from __future__ import annotations

import stat
import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError


@lru_cache(maxsize=256)
def load_toml(name: str, overlay: Path | None = None) -> dict[str, Any]:
    """The data file `name` (relative to the package, with slashes), merged with the overlay's file of that name.

    Raises FileNotFoundError where neither has it, UsageError where the overlay's file is not valid TOML or does not
    fit the shipped one.
    """
    shipped = resources.files("pipeline").joinpath(*name.split("/"))
    own = overlay / name if overlay else None
    has_own = own is not None and own.is_file()
    if not shipped.is_file() and not has_own:
        raise FileNotFoundError(name)
    merged = tomllib.loads(shipped.read_text(encoding="utf-8")) if shipped.is_file() else {}
    if own is not None and has_own:
        merged = merge(merged, _read_own(own))
    return merged


def check(overlay: Path) -> None:
    """Whether the overlay folder can be used: it is there, and each data file in it is TOML of the shipped one's shape.

    Only the folders of the package's data files are looked into. Raises UsageError with one sentence.
    """
    try:
        str(overlay).encode()
        if not stat.S_ISDIR(overlay.stat().st_mode):
            raise UsageError(f"The overlay folder {overlay} (setting 'data') is not a folder.")
    except UnicodeEncodeError as error:
        raise UsageError(
            "The name of the overlay folder (setting 'data') is not UTF-8; rename it."
        ) from error
    except OSError as error:
        raise UsageError(
            f"The overlay folder {overlay} (setting 'data') cannot be used: {error.strerror}."
        ) from error
    _check_names(overlay)
    for folder in sorted({name.rpartition("/")[0] for name in _shipped() if "/" in name}):
        own = overlay / folder
        for path in sorted(own.glob("*.toml")) if own.is_dir() else ():
            _check_fit(_read_own(path), _example(f"{folder}/{path.name}"), str(path), ())


RENAMED = {
    "segment/taxonomy": "knowledge/headings",
    "segment/furniture.toml": "knowledge/furniture.toml",
    "profile/editions.toml": "knowledge/editions.toml",
    "profile/networks.toml": "knowledge/networks.toml",
    "profile/policies.toml": "knowledge/policies.toml",
    "profile/roles.toml": "knowledge/roles.toml",
    "profile/units.toml": "knowledge/units.toml",
    "language/languages.toml": "knowledge/languages.toml",
}
"""Data files and folders of an overlay that had another name before, and the one they have."""


def _check_names(overlay: Path) -> None:
    """Raises UsageError where a file of the overlay has a name that is no longer looked at."""
    for old, new in RENAMED.items():
        if (overlay / old).exists():
            raise UsageError(f"{overlay / old} is called {overlay / new} now; move it there.")


@lru_cache(maxsize=1)
def _shipped() -> tuple[str, ...]:
    """The names of all data files of the package."""
    found, folders = [], [("", resources.files("pipeline"))]
    while folders:
        below, folder = folders.pop()
        for item in folder.iterdir():
            if item.is_dir():
                folders.append((f"{below}{item.name}/", item))
            elif item.name.endswith(".toml"):
                found.append(below + item.name)
    return tuple(sorted(found))


def _example(name: str) -> dict[str, Any]:
    """What a data file of this name looks like: the shipped one; for a new language, the English one beside it."""
    folder = name.rpartition("/")[0]
    alike = name if name in _shipped() else f"{folder}/en.toml"
    return load_toml(alike) if alike in _shipped() else {}


def _read_own(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}). Correct it or remove it.") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or beyond what Python reads
        raise UsageError(f"{path} is not valid TOML: {error}. Correct the file or remove it.") from error


_TELLING = 3
"""Entries of one kind in a shipped table from which a new entry has to be of that kind, too."""

_KINDS = {
    dict: "a table",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def _check_fit(value: Any, example: Any, path: str, keys: tuple[str, ...]) -> None:
    """Raises UsageError where a value is of another kind than what the program ships in its place or beside it."""
    if _kind(value) != _kind(example):
        raise UsageError(
            f"{path}: {'.'.join(keys)} has to be {_kind(example)}. Correct the file or remove it."
        )
    if isinstance(value, dict):
        shipped = list(example.values())
        alike = len({_kind(item) for item in shipped}) == 1
        tables = _in_common(shipped) if alike and isinstance(shipped[0], dict) else None
        for key, item in value.items():
            if tables is not None:
                _check_fit(item, {**tables, **example.get(key, {})}, path, (*keys, key))
            elif key in example or (alike and len(shipped) >= _TELLING):
                _check_fit(item, example.get(key, shipped[0]), path, (*keys, key))
    elif isinstance(value, list) and example:
        for item in value:
            _check_fit(item, example[0], path, keys)


def _in_common(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """For each key of several tables a value as an example, where all of them that have the key agree on its kind."""
    values: dict[str, list[Any]] = {}
    for table in tables:
        for key, item in table.items():
            values.setdefault(key, []).append(item)
    return {key: items[0] for key, items in values.items() if len({_kind(item) for item in items}) == 1}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "a date")


def names(folder: str, overlay: Path | None = None) -> list[str]:
    """The data files in `folder`, shipped or in the overlay, as names for `load_toml`, sorted."""
    found = {item.name for item in resources.files("pipeline").joinpath(*folder.split("/")).iterdir()}
    if overlay and (overlay / folder).is_dir():
        found |= {item.name for item in (overlay / folder).iterdir()}
    return sorted(f"{folder}/{name}" for name in found if name.endswith(".toml"))


def merge(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`base` with `more` laid over it: tables merged, lists extended, other values replaced."""
    result = dict(base)
    for key, value in more.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merge(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            result[key] = old + [item for item in value if item not in old]
        else:
            result[key] = value
    return result
