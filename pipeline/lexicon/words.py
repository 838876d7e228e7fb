"""Word lists: is this a word of the language, and how frequent is it?

From wordfreq's small lists (words of at least one in a million), kept as sorted digests that are mapped into
memory: 60,000 words of a language cost no start-up time. Words are compared lower-cased, ß as ss (as wordfreq does).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence, Set
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from pipeline.lexicon.alphabet import folded_word
from pipeline.lexicon.arrays import Array, open_arrays, write_arrays
from pipeline.lexicon.cache import built_once, sources_of
from pipeline.lexicon.languages import languages
from pipeline.lexicon.lists import words_and_shares
from pipeline.records import short_id

FREQUENT = 1e-3
"""A word at least this frequent may be one that stands glued to another."""
_SHORTEST = 3
"""Letters of both parts of a word that two others are looked for in."""
_SIGMAS = ("ς", "σ")
"""The two forms of a Greek letter that the lists write in one, the second: that of the end of words is the first."""
ALONE = 1
"""How many longer words of a list may begin (end) with a word that is never a prefix (suffix)."""


def normal(word: str) -> str:
    """`word` as the lists spell it."""
    if word.isascii():
        return word.lower()
    return folded_word(word).replace("ß", "ss")


def normals(words: Iterable[str]) -> list[str]:
    """Many words as the lists spell them, which is faster at once than one by one."""
    return normal("\n".join(words)).split("\n")


class Shares:
    """How frequent words are."""

    def __init__(self, keys: Array, frequencies: Array) -> None:
        self._keys = keys
        self._frequencies = frequencies

    @property
    def listed(self) -> tuple[Array, Array]:
        """The digests of all words, sorted, and the share of each."""
        return self._keys, self._frequencies

    def frequencies(self, words: Sequence[str]) -> Array:
        """The share of each word among all words of the language; 0 for a word that is not in the list."""
        wanted = np.array([key_of(word) for word in words], dtype=np.uint64)
        at = self._keys.searchsorted(wanted)
        listed = self._keys.take(at, mode="clip") == wanted
        found: Array = np.where(listed, self._frequencies.take(at, mode="clip"), 0.0)
        return found

    def frequency(self, word: str) -> float:
        """The share of `word` among all words of the language; 0 where it is not in the list."""
        wanted = np.uint64(key_of(word))
        at = int(self._keys.searchsorted(wanted))
        return float(self._frequencies[at]) if at < len(self._keys) and self._keys[at] == wanted else 0.0


class WordList(Shares):
    """The words of one language."""

    def __init__(self, keys: Array, frequencies: Array, openers: str, closers: str) -> None:
        super().__init__(keys, frequencies)
        self.openers = frozenset(openers.split())
        """Frequent words that begin no longer word: glued to a following word they can be told."""
        self.closers = frozenset(closers.split())
        """Frequent words that end no longer word."""


@cache
def word_list(language: str) -> WordList | None:
    """The words of a language (its code), or None where there is no list of it."""
    name = next((entry.words for entry in languages() if entry.code == language), None)
    if name is None:
        return None
    arrays = _all_lists()
    texts = (arrays[f"{kind}.{name}"].tobytes().decode("utf-8") for kind in ("openers", "closers"))
    return WordList(arrays[f"keys.{name}"], arrays[f"frequencies.{name}"], *texts)


def key(word: str) -> int:
    """The digest under which a word (in normal form) is listed."""
    encoded = word.replace(*_SIGMAS).encode("utf-8")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "little")


@lru_cache(maxsize=32768)
def key_of(word: str) -> int:
    """The digest under which a word is listed, spelt as it may be; remembered, for a few words are most of a text."""
    return key(normal(word))


def keys_of(words: Iterable[str]) -> Array:
    """The digests of many words (in normal form), faster than one by one; at least one word."""
    return keys_of_lines("\n".join(words))


def keys_of_lines(words: str) -> Array:
    """The digests of words (in normal form), one a line; at least one word."""
    encoded = words.replace(*_SIGMAS).encode("utf-8").split(b"\n")
    digests = b"".join([hashlib.blake2b(word, digest_size=8).digest() for word in encoded])
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


@cache
def _all_lists() -> dict[str, Array]:
    sources = sources_of("words.py", "alphabet.py", "lists.py", "languages.toml")
    return open_arrays(built_once(f"words-{short_id(*sources, version('wordfreq'))}.bin", _build))


def summed(words: Sequence[str], shares: Array) -> tuple[Array, Array, Array]:
    """The sorted digests of words (in normal form), the share of each, and where it first stands in `words`."""
    keys = keys_of(words)
    order = np.argsort(keys, kind="stable")
    unique, starts = np.unique(keys[order], return_index=True)
    return unique, np.add.reduceat(shares[order], starts), order[starts]


def _build(path: Path) -> None:
    arrays: dict[str, Array] = {}
    for name in sorted({entry.words for entry in languages() if entry.words}):
        listed, shares_listed = words_and_shares(name)
        words = normals(listed)
        keys, shares, first = summed(words, shares_listed)
        arrays[f"keys.{name}"] = keys
        arrays[f"frequencies.{name}"] = shares.astype(np.float32)
        frequent = [words[at] for at in first[shares >= FREQUENT]]
        for kind, alone in _standing_alone(frequent, frozenset(words)).items():
            arrays[f"{kind}.{name}"] = np.frombuffer(" ".join(alone).encode("utf-8"), dtype=np.uint8)
    write_arrays(path, arrays)


def _standing_alone(words: Iterable[str], listed: Set[str]) -> dict[str, list[str]]:
    """Frequent words that begin (end) at most `ALONE` longer words whose rest is a word too.

    A preposition is a prefix as well, a noun a part of compounds: glued and compound look alike there.
    """
    frequent = {word for word in words if len(word) >= _SHORTEST and word.isalpha()}
    beginning = dict.fromkeys(frequent, 0)
    ending = dict.fromkeys(frequent, 0)
    longest = max(map(len, frequent), default=0)
    heads = {word[:_SHORTEST] for word in frequent}
    tails = {word[-_SHORTEST:] for word in frequent}
    for word in listed:
        if word[:_SHORTEST] in heads:
            for cut in range(_SHORTEST, min(longest, len(word) - _SHORTEST) + 1):
                if word[:cut] in frequent and word[cut:] in listed:
                    beginning[word[:cut]] += 1
        if word[-_SHORTEST:] in tails:
            for cut in range(_SHORTEST, min(longest, len(word) - _SHORTEST) + 1):
                if word[-cut:] in frequent and word[:-cut] in listed:
                    ending[word[-cut:]] += 1
    return {
        "openers": sorted(word for word, count in beginning.items() if count <= ALONE),
        "closers": sorted(word for word, count in ending.items() if count <= ALONE),
    }
