"""What is known about a document besides its content: `raw/manifest.csv` and `NAME.meta.json` beside a file.

The sidecar wins over the manifest; what the content says of itself (canonical address, `<html lang>`) comes
after both and is added by the extractors.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.knowledge.findings import finding
from pipeline.records import Finding, Known
from pipeline.sources.access import NotAFile, open_file
from pipeline.sources.folder import SIDECAR_SUFFIX, path_text
from pipeline.sources.manifest import Manifest, read_manifest
from pipeline.sources.values import CHECKS, KEYS, LONGEST, has_credentials, shown
from pipeline.strings import Foreign, unbroken

__all__ = ["KEYS", "Manifest", "Metadata", "read_manifest", "resolve"]

_MAX_SIDECAR = 1 << 20


@dataclass(frozen=True)
class Metadata:
    """Resolved metadata of one document, and what was wrong with it."""

    known: dict[str, Known] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def resolve(raw: Path, name: bytes, manifest: Manifest) -> Metadata:
    """The metadata of the document `name` below `raw`, from its sidecar and the manifest."""
    path = path_text(name)
    foreign = Foreign(quoting=False)  # a value may be a password
    sidecar, problem = _read_sidecar(raw, name, foreign)
    problems = [*([problem] if problem else []), *manifest.problems(path)]
    known: dict[str, Known] = {}
    for origin, values in (("sidecar", sidecar), ("manifest", manifest.row(path))):
        for key in KEYS:
            if key in known or key not in values:
                continue
            value, problem = _checked(key, values[key], origin, foreign)
            if value:
                known[key] = Known(value=value, origin=f"{origin}.{key}")
            if problem:
                problems.append(problem)
    unfit = (finding("unfit-metadata", problem) for problem in problems)
    return Metadata(known, (*unfit, *foreign.findings()))


def _checked(key: str, given: Any, origin: str, foreign: Foreign) -> tuple[str | None, str | None]:
    """A value in the form in which it is used, and what is wrong with it; neither where nothing is given."""
    if given is None or given == "":
        return None, None
    text = _as_text(key, given)
    if text is None:
        return None, f"The {origin}'s {key} is not text."
    if len(text) > LONGEST:
        return None, f"The {origin}'s {key} is longer than {LONGEST:,} characters."
    whole = unbroken(foreign.text(text, f"{origin}.{key}"))
    value = CHECKS[key](whole) if whole else None
    if value is None:
        return None, f"The {origin}'s {key} makes no sense{shown(key, text)}."
    if key == "url" and has_credentials(text):
        return value, f"The {origin}'s url held a name or a password; the address is used without."
    return value, None


def _as_text(key: str, given: Any) -> str | None:
    """A member of a sidecar as text: whole numbers stand for themselves; some keys may be true or false."""
    if isinstance(given, str):
        return given
    if isinstance(given, bool):
        return str(given) if key in ("publish", "is_page") else None
    return str(given) if isinstance(given, int) else None


def _read_sidecar(raw: Path, name: bytes, foreign: Foreign) -> tuple[Mapping[str, Any], str | None]:
    """The members of the `.meta.json` file beside a document, and what is wrong with it."""
    try:
        with open_file(raw, name + SIDECAR_SUFFIX.encode()) as file:
            data = b""
            while len(data) <= _MAX_SIDECAR and (piece := file.read(_MAX_SIDECAR + 1 - len(data))):
                data += piece
    except FileNotFoundError:
        return {}, None
    except NotAFile as error:
        return {}, f"The .meta.json file was not used: {error}"
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return {}, None  # a document may have a name that leaves no room for the suffix
        return {}, f"The .meta.json file cannot be read: {error.strerror}."
    if len(data) > _MAX_SIDECAR:
        return {}, "The .meta.json file is too large."
    try:
        content = foreign.json(foreign.utf8(data, "sidecar"), "sidecar")
    except ValueError as error:
        return {}, f"The .meta.json file is not JSON in UTF-8: {error}."
    return (content, None) if isinstance(content, dict) else ({}, "The .meta.json file is not a JSON object.")
