"""The catalogue of findings: what each code means, how grave it is, and what to do about it.

The entries are data (`knowledge/findings.toml`); `finding()` makes one and refuses a code that is not in the catalogue.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from pipeline.records import Finding, Record, Severity


class Entry(Record):
    """One code of the catalogue. `meaning` is one line; `action` says what a person should do.

    `loses_text` says that the count of such a finding is characters that were lost of its block.
    """

    severity: Severity
    meaning: str
    action: str
    loses_text: bool = False


@cache
def catalogue() -> dict[str, Entry]:
    """All findings this program can make, by code."""
    text = resources.files("pipeline").joinpath("knowledge/findings.toml").read_text(encoding="utf-8")
    return {code: Entry(**fields) for code, fields in tomllib.loads(text).items()}


def loses_text(code: str) -> bool:
    """Whether findings of this code count characters lost. Raises KeyError for a code not in the catalogue."""
    return catalogue()[code].loses_text


def finding(code: str, message: str | None = None, **where: Any) -> Finding:
    """A finding of the catalogue; `message` defaults to the entry's meaning, `where` are fields of `Finding`.

    Raises KeyError for a code that is not in the catalogue, ValueError where text is lost without a block and count.
    """
    entry = catalogue()[code]
    if entry.loses_text and (where.get("block") is None or where.get("count") is None):
        raise ValueError(f"a finding {code!r} names a block and counts its characters")
    return Finding(code=code, severity=entry.severity, message=message or entry.meaning, **where)
