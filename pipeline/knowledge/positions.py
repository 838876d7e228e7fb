"""On which line of a TOML file an entry stands.

The standard library's parser keeps no positions. Table headers and keys at the beginning of a line are found by a
search, which is enough for files that people write; an entry of an inline table has the line of the table's key.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

_PART = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEYS = rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_KEYS})[ \t]*\]")
_ENTRY = re.compile(rf"[ \t]*({_KEYS})[ \t]*=")

Path = tuple[str | int, ...]


def line_of(text: str, path: Sequence[str | int], value: Any = None) -> int | None:
    """The line, from 1, of the entry at `path` (keys, and places in lists), or of the nearest table around it.

    Of an item of a list that is the text `value`, the line on which it stands. None where nothing around it is found.
    """
    best, line = 0, None
    for entry, number in _entries(text):
        shared = _shared(entry, path)
        if shared > best:
            best, line = shared, number
    if line is not None and isinstance(value, str) and path and isinstance(path[-1], int):
        return _line_of_text(text, value, line)
    return line


def _entries(text: str) -> Iterator[tuple[Path, int]]:
    """The path of each table and key with its line, in order."""
    table: Path = ()
    lists: Counter[Path] = Counter()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _HEADER.match(line):
            table = _keys(header[2])
            if header[1] == "[[":
                lists[table] += 1
                table = (*table, lists[table] - 1)
            yield table, number
        elif entry := _ENTRY.match(line):
            yield (*table, *_keys(entry[1])), number


def _keys(written: str) -> Path:
    """The keys of `a."b c".d`; none where an escape in them is wrong."""
    try:
        value: Any = tomllib.loads(f"{written} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    keys = []
    while isinstance(value, dict):
        ((key, value),) = value.items()
        keys.append(key)
    return tuple(keys)


def _shared(one: Sequence[str | int], other: Sequence[str | int]) -> int:
    """How many first parts of two paths are the same."""
    same = (first == second for first, second in zip(one, other, strict=False))
    return next((at for at, is_same in enumerate(same) if not is_same), min(len(one), len(other)))


def _line_of_text(text: str, value: str, first: int) -> int:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    forms = (f'"{escaped}"', f"'{value}'")
    for number, line in enumerate(text.split("\n"), 1):
        if number >= first and any(form in line for form in forms):
            return number
    return first
