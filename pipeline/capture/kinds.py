"""The kinds of captures that are not the page, in words."""

from __future__ import annotations

from typing import Final

SAME_BODY: Final = "same-body"
DECLARED: Final = "declared"

KINDS: Final[dict[str, str]] = {
    "bot-wall": "a bot wall",
    "login": "a login page",
    "not-found": "an answer of the site that it has no such page",
    "moved": "a notice that the page has moved",
    "maintenance": "a notice of maintenance or of content to come",
    "server-error": "an error of a server, or a list of its files",
    "parked": "a page of the host or of a seller of the address",
    "consent": "a question for consent",
    "shell": "the empty shell of a page that a script would fill",
    SAME_BODY: "a short text that stands under several addresses of the site",
    DECLARED: "declared not to be the page by its metadata",
}
"""What each kind is, to go on from "This is"; the order decides between kinds with equal evidence."""


def describe(kind: str, evidence: str) -> str:
    """What a person should know of a capture of this kind, and do about it."""
    shown = f" ({evidence})" if evidence else ""
    if kind == DECLARED:
        return "This is not the page, as its metadata say (is_page = no). Fetch the page again; refetch.csv lists it."
    return (
        f"This is {KINDS[kind]}, not the page{shown}. Fetch the page again; refetch.csv lists it. If it is the page "
        "all the same, say so in manifest.csv or the .meta.json file (is_page = yes)."
    )
