"""The catalogue of findings: what each code means, how grave it is, and what to do about it.

The entries are data (`findings.toml`); `finding()` makes one and refuses a code that is not in the catalogue.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from pipeline.model import Finding, Record, Severity


class Entry(Record):
    """One code of the catalogue. `meaning` is one line; `action` says what a person should do."""

    severity: Severity
    meaning: str
    action: str


@cache
def catalogue() -> dict[str, Entry]:
    """All findings this program can make, by code."""
    text = resources.files("pipeline").joinpath("findings.toml").read_text(encoding="utf-8")
    return {code: Entry(**fields) for code, fields in tomllib.loads(text).items()}


def finding(code: str, message: str | None = None, **where: Any) -> Finding:
    """A finding of the catalogue; `message` defaults to the entry's meaning, `where` are fields of `Finding`.

    Raises KeyError for a code that is not in the catalogue.
    """
    entry = catalogue()[code]
    return Finding(code=code, severity=entry.severity, message=message or entry.meaning, **where)
