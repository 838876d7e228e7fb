"""Data files: what ships with the package, and a user's own additions in the overlay folder.

Data that a user may extend (languages, sections, networks, units, phrases of walls) are TOML files in `knowledge/` and
`capture/`; a table that belongs to one algorithm stands beside its code. A user adds entries by putting a file of the
same relative path into the overlay folder (`data` in the configuration): tables are merged, lists are extended, other
values are replaced. `check` says what is wrong with such a folder.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError


@lru_cache(maxsize=256)
def load_toml(name: str, overlay: Path | None = None) -> dict[str, Any]:
    """The data file `name` (relative to the package, with slashes), merged with the overlay's file of that name.

    Raises FileNotFoundError where neither has it, UsageError where the overlay's file is not valid TOML.
    """
    shipped = resources.files("pipeline").joinpath(*name.split("/"))
    own = overlay / name if overlay else None
    has_own = own is not None and own.is_file()
    if not shipped.is_file() and not has_own:
        raise FileNotFoundError(name)
    merged = tomllib.loads(shipped.read_text(encoding="utf-8")) if shipped.is_file() else {}
    if own is not None and has_own:
        merged = merge(merged, read_own(own)[1])
    return merged


def read_own(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a user's data file, and what it says. Raises UsageError where it cannot be read or is not TOML."""
    try:
        text = path.read_bytes().decode()
        return text, tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}). Correct it or remove it.") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or beyond what Python reads
        raise UsageError(f"{path} is not valid TOML: {error}. Correct the file or remove it.") from error


@lru_cache(maxsize=1)
def shipped() -> tuple[str, ...]:
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
