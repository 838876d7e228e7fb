"""wordfreq's lists, read without being kept: its own functions hold every list in memory until the process ends."""

from __future__ import annotations


def ranks(name: str, size: str = "small") -> list[list[str]]:
    """The words of a list by rank: those at rank r have a share of ten to the power of -r / 100."""
    from wordfreq import available_languages, read_cBpack

    read: list[list[str]] = read_cBpack(available_languages(size)[name])
    return read


def shares(name: str) -> dict[str, float]:
    """The words of a small list and the share of each."""
    found: dict[str, float] = {}
    for rank, words in enumerate(ranks(name)):
        found.update(dict.fromkeys(words, 10 ** (-rank / 100)))
    return found
