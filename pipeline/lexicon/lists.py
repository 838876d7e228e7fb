"""wordfreq's lists, read without being kept: its own functions hold every list in memory until the process ends."""

from __future__ import annotations

from itertools import chain

import numpy as np

from pipeline.lexicon.arrays import Array


def ranks(name: str, size: str = "small") -> list[list[str]]:
    """The words of a list by rank: those at rank r have a share of ten to the power of -r / 100."""
    from wordfreq import available_languages, read_cBpack

    read: list[list[str]] = read_cBpack(available_languages(size)[name])
    return read


def words_and_shares(name: str) -> tuple[list[str], Array]:
    """The words of a small list, the most frequent first, and the share of each."""
    ranked = ranks(name)
    by_rank = [10 ** (-rank / 100) for rank in range(len(ranked))]
    return list(chain.from_iterable(ranked)), np.repeat(by_rank, [len(words) for words in ranked])
