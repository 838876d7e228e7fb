"""Makes text safe for CSV cells: no spreadsheet reads any of it as a formula, whatever it splits lines at.

A spreadsheet runs what begins with `=`, `+`, `-` or `@` (some also take the full-width signs for these). Where cells
begin depends on who opens the file: in most of Europe, programs split at `;`, and then quotes inside a line protect
nothing, not even the ends of lines within a text. So an apostrophe is put at the beginning of a cell and after every
semicolon, bar, tab and line end inside it, wherever such a sign follows there, directly or behind white space, quotes
or signs without width. `original` takes the apostrophes out again, exactly.
"""

from __future__ import annotations

import re
from typing import Any

from pipeline.controls import removed

_MARK = "'"
_FORMULA = "=+-@＝＋－＠﹦﹢﹣﹫"
_BREAKS = ";|\t\n"
_UNSEEN = (
    "\"'\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e"
    "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\u3164\uffa0"
)
"""Quotes, which a program may take for its own, and signs without width: like white space, they hide what follows."""

_STRETCH = re.compile(rf"[\s{re.escape(_UNSEEN + _BREAKS + _FORMULA)}]+")


def safe_cell(value: Any) -> Any:
    """A value for a cell: text is made safe, without characters that command a program; numbers stay as they are."""
    if not isinstance(value, str):
        return value
    return _STRETCH.sub(lambda match: _marked(match.group(0), match.start() == 0), removed(value))


def original(cell: str) -> str:
    """The text of which `safe_cell` made `cell` (without the characters that it took out)."""
    return _STRETCH.sub(lambda match: _unmarked(match.group(0), match.start() == 0), cell)


def _marked(stretch: str, begins: bool) -> str:
    """A stretch of signs, with a mark in each place from which a formula would be read."""
    leading = _leading(stretch)
    return "".join(
        _MARK + char if leading[at] and _is_start(stretch, at, begins) else char
        for at, char in enumerate(stretch)
    )


def _unmarked(stretch: str, begins: bool) -> str:
    leading = [*_leading(stretch), False]
    return "".join(
        char
        for at, char in enumerate(stretch)
        if not (char == _MARK and leading[at + 1] and _is_start(stretch, at, begins))
    )


def _is_start(stretch: str, at: int, begins: bool) -> bool:
    return stretch[at - 1] in _BREAKS if at else begins


def _leading(stretch: str) -> list[bool]:
    """For each character, whether it is a formula's sign or nothing but unseen ones stand before one."""
    leading, found = [], False
    for char in reversed(stretch):
        found = char in _FORMULA or (found and (char in _UNSEEN or char.isspace()))
        leading.append(found)
    return leading[::-1]
