"""Values of metadata: what each may be, in the one form in which it is used.

A check gives the value in that form, or None where it makes no sense. Nothing that a check lets pass holds control
characters, marks that turn the direction of text, or U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

from pipeline.decode.charsets import codec_of
from pipeline.records import REPLACEMENT

KEYS = (
    "url", "fetched_at", "status", "charset", "language", "site", "licence", "publish", "is_page", "city", "title",
    "password",
)  # fmt: skip
"""Keys of the metadata; other columns and members are left alone."""

LONGEST = 8192
"""Characters that a value may have: what servers and browsers take as an address; all else is shorter by far."""

_SHOWN = 80
_YEARS = range(1990, 2100)
"""Years in which a page can have been fetched. Beyond lie the values by which programs mean "not set" (0001, 1970 as
a count of seconds, 9999); the latest one would make its capture the current one for ever."""
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")
_UNFIT = re.compile(
    f"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-{REPLACEMENT}\ufffe\uffff"
    "\ud800-\udfff]"
)
_UNFIT_IN_ADDRESS = re.compile(r"[\s<>\"\\`]")
_UNFIT_IN_HOST = re.compile(r"[%^|]")
_CREDENTIALS = re.compile(r"://[^/?#\s]*@")


def check_url(value: str) -> str | None:
    """An http(s) address without its fragment, and without the name and password that may stand in it, or None."""
    value = value.strip()
    try:
        parts = urlsplit(value)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or not _is_host(parts, host):
        return None
    if _UNFIT.search(value) or _UNFIT_IN_ADDRESS.search(value):
        return None
    name = f"[{host}]" if ":" in host else host
    netloc = name if port is None else f"{name}:{port}"
    return parts._replace(scheme=parts.scheme.lower(), netloc=netloc, fragment="").geturl()


def _is_host(parts: SplitResult, host: str) -> bool:
    return "[" in parts.netloc or not _UNFIT_IN_HOST.search(host)


def has_credentials(value: str) -> bool:
    """Whether an address in `value` carries a name or a password."""
    return _CREDENTIALS.search(value) is not None


def check_time(value: str) -> str | None:
    """An ISO 8601 time in UTC to the second (a date is its midnight, a time without zone is UTC), or None."""
    try:
        moment = datetime.fromisoformat(value.strip())
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if moment.year not in _YEARS:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def check_charset(value: str) -> str | None:
    """The name of a charset that documents are read in, or None."""
    codec = codec_of(value)
    if codec is None:
        return None
    try:
        return codecs.lookup(value.strip()).name
    except (LookupError, ValueError):
        return codec  # a label that browsers know and Python does not


def check_language(value: str) -> str | None:
    """The primary language subtag ("pl-PL" → "pl"), or None."""
    match = _LANGUAGE.fullmatch(value.strip())
    return match.group(1).lower() if match else None


def check_status(value: str) -> str | None:
    """The HTTP status of the answer, an integer from 100 to 599, or None."""
    value = value.strip()
    return value if re.fullmatch(r"[1-5][0-9]{2}", value) else None


def check_yes_or_no(value: str) -> str | None:
    """`yes` or `no`, or None."""
    answer = value.strip().lower()
    return {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}.get(answer)


def check_text(value: str) -> str | None:
    """Words on one line, white space folded, or None."""
    value = " ".join(value.split())
    return None if _UNFIT.search(value) or has_credentials(value) else value or None


def check_password(value: str) -> str | None:
    """A password as it is, or None where there is none."""
    return value.strip() or None


CHECKS: dict[str, Callable[[str], str | None]] = {
    **dict.fromkeys(KEYS, check_text),
    "url": check_url,
    "fetched_at": check_time,
    "status": check_status,
    "charset": check_charset,
    "language": check_language,
    "publish": check_yes_or_no,
    "is_page": check_yes_or_no,
    "password": check_password,
}
"""The check of each key."""


def shown(key: str, value: str) -> str:
    """The beginning of a value that makes no sense, for a message: no secret, no character that cannot be seen."""
    if key == "password":
        return ""
    if "//" in value and "@" in value:
        value = f"{value.partition('//')[0]}//…@{value.rpartition('@')[2]}"
    return f": {value[:_SHOWN]!r}".replace(REPLACEMENT, "\\ufffd")
