"""Numbers as people write them in a language: "502.979" in German, "502,979" in English, "470 633" in Polish."""

from __future__ import annotations

import re
from functools import cache

YEAR = re.compile(r"(?<![\d.,/])(?:1[89]|20)\d\d(?![\d.,]?\d)")
NUMBER = re.compile(
    r"(?<![\w.,])[-−]?\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?![\d])|(?<![\w.,])[-−]?\d+(?:[.,]\d+)?(?![\d])"
)
"""A number with or without groups of thousands."""

_SPACES = "\u00a0\u202f '’"


@cache
def _decimal_sign(language: str | None) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        symbols = Locale.parse(language or "en").number_symbols
    except (UnknownLocaleError, ValueError):
        return "."
    return str(symbols.get("latn", symbols).get("decimal", "."))


def parse_number(text: str, language: str | None) -> float | None:
    """The number that `text` writes in the manner of `language`, or None where it is not one number.

    A sign before exactly three digits separates thousands where that is the language's manner; where it is the
    decimal sign of the language, it is that.
    """
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    digits = match.group(0).replace("−", "-")
    for space in _SPACES:
        digits = digits.replace(space, "")
    decimal = _decimal_sign(language)
    group = "," if decimal == "." else "."
    if digits.count(decimal) > 1 or (group in digits and not _is_grouped(digits.split(decimal)[0], group)):
        decimal, group = group, decimal  # written in another manner than the language's
        if digits.count(decimal) > 1 or (
            group in digits and not _is_grouped(digits.split(decimal)[0], group)
        ):
            return None
    return float(digits.replace(group, "").replace(decimal, "."))


def _is_grouped(digits: str, group: str) -> bool:
    first, *rest = digits.lstrip("-").split(group)
    return 1 <= len(first) <= 3 and all(len(part) == 3 for part in rest)
