"""What is known about a document besides its content: `raw/manifest.csv` and `NAME.meta.json` beside a file.

The sidecar wins over the manifest; what the content says of itself (canonical address, `<html lang>`) comes
after both and is added by the extractors.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from pipeline.errors import RunError
from pipeline.findings import finding
from pipeline.model import Finding, Known
from pipeline.sources.folder import MANIFEST, SIDECAR_SUFFIX, path_text

KEYS = (
    "url", "fetched_at", "status", "charset", "language", "site", "licence", "publish", "is_page", "city", "title",
    "password",
)  # fmt: skip
"""Keys of the metadata; other columns and members are left alone."""

_MAX_SIDECAR = 1 << 20
_LANGUAGE = re.compile(r"^([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*$")


@dataclass(frozen=True)
class Metadata:
    """Resolved metadata of one document, and what was wrong with it."""

    known: dict[str, Known] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


class Manifest:
    """The rows of `manifest.csv` by path. Empty where there is no manifest."""

    def __init__(self, rows: Mapping[str, Mapping[str, str]]) -> None:
        self._rows = rows

    def row(self, path: str) -> Mapping[str, str]:
        """What the manifest says of the document at `path`."""
        return self._rows.get(path, {})

    def paths(self) -> set[str]:
        """All paths that the manifest names."""
        return set(self._rows)


def read_manifest(raw: Path) -> Manifest:
    """The manifest of `raw`. Raises RunError where it is there but cannot be understood."""
    path = raw / MANIFEST
    if not path.is_file() or path.is_symlink():
        return Manifest({})
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        if "path" not in (reader.fieldnames or ()):
            raise RunError(
                f"{path} has no column 'path'; its first line names the columns: path,url,fetched_at ..."
            )
        rows: dict[str, Mapping[str, str]] = {}
        for row in reader:
            name = (row.get("path") or "").strip().removeprefix("./")
            if name in rows:
                raise RunError(f"{path} names {name!r} twice; remove one of the rows.")
            rows[name] = {
                key: value.strip() for key, value in row.items() if isinstance(value, str) and value.strip()
            }
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RunError(f"{path} cannot be read: {error}. Save it as UTF-8 CSV, or remove it.") from error
    return Manifest(rows)


def resolve(raw: Path, name: bytes, manifest: Manifest) -> Metadata:
    """The metadata of the document `name` below `raw`, from its sidecar and the manifest."""
    known: dict[str, Known] = {}
    findings: list[Finding] = []
    sidecar, problem = _read_sidecar(raw, name)
    if problem:
        findings.append(finding("unfit-metadata", problem))
    for origin, values in (("sidecar", sidecar), ("manifest", manifest.row(path_text(name)))):
        for key in KEYS:
            if key in known or key not in values:
                continue
            value = _CHECKS.get(key, str.strip)(values[key])
            if value:
                known[key] = Known(value=value, origin=f"{origin}.{key}")
            else:
                shown = "" if key == "password" else f": {values[key][:80]!r}"
                findings.append(finding("unfit-metadata", f"The {origin}'s {key} makes no sense{shown}."))
    return Metadata(known, tuple(findings))


def _read_sidecar(raw: Path, name: bytes) -> tuple[dict[str, str], str | None]:
    path = raw / os.fsdecode(name + SIDECAR_SUFFIX.encode())
    try:
        if path.is_symlink() or not path.is_file():
            return {}, None
        if path.stat().st_size > _MAX_SIDECAR:
            return {}, "The .meta.json file is too large."
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        return {}, f"The .meta.json file cannot be read: {error.strerror}."
    except orjson.JSONDecodeError as error:
        return {}, f"The .meta.json file is not JSON: {error}."
    if not isinstance(content, dict):
        return {}, "The .meta.json file is not a JSON object."
    return {key: str(value) for key, value in content.items() if isinstance(value, str | int | float)}, None


def check_url(value: str) -> str | None:
    """An http(s) address without its fragment, or None."""
    value = value.strip()
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    if (
        parts.scheme.lower() not in ("http", "https")
        or not parts.hostname
        or re.search(r"[\s\x00-\x1f]", value.strip())
    ):
        return None
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower(), fragment="").geturl()


def check_time(value: str) -> str | None:
    """An ISO 8601 time in UTC to the second (a date is its midnight, a time without zone is UTC), or None."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def check_charset(value: str) -> str | None:
    """The name of a text encoding that Python knows, or None."""
    try:
        info = codecs.lookup(value.strip())
    except (LookupError, ValueError):
        return None
    return info.name if getattr(info, "_is_text_encoding", True) else None


def check_language(value: str) -> str | None:
    """The primary language subtag ("pl-PL" → "pl"), or None."""
    match = _LANGUAGE.match(value.strip())
    return match.group(1).lower() if match else None


def check_status(value: str) -> str | None:
    """The HTTP status of the answer, an integer from 100 to 599, or None."""
    value = value.strip()
    return str(int(value)) if re.fullmatch(r"[0-9]{3}", value) and 100 <= int(value) <= 599 else None


def check_yes_or_no(value: str) -> str | None:
    """`yes` or `no`, or None."""
    answer = value.strip().lower()
    return {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}.get(answer)


_CHECKS: dict[str, Callable[[str], str | None]] = {
    "url": check_url,
    "fetched_at": check_time,
    "charset": check_charset,
    "language": check_language,
    "status": check_status,
    "publish": check_yes_or_no,
    "is_page": check_yes_or_no,
}
