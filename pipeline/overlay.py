"""Data files: what ships with the package, and a user's own additions in the overlay folder.

The package keeps its data (taxonomies, networks, phrases, code pages) as TOML files beside the code that uses
them. A user adds entries by putting a file of the same relative path into the overlay folder (`data` in the
configuration): tables are merged, lists are extended, other values are replaced.
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
        try:
            merged = merge(merged, tomllib.loads(own.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"{own} is not valid TOML: {error}. Correct the file or remove it.") from error
    return merged


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
