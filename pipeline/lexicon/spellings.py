"""Words with letters beyond ASCII, for finding the letters that a word lost: far more of them than `words` knows.

From wordfreq's large lists (words of at least one in a hundred million) where a language has one, else from its small
ones. They are found by what is left of them without those letters, as sorted digests that are mapped into memory. Of
the most frequent it is kept as well what stood around each such letter: a word in no list shares its beginning, its
ending or its parts with those that are. Languages without a Latin letter are left out: of their words nothing is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from itertools import compress, islice
from pathlib import Path

import numpy as np

from pipeline.lexicon.arrays import Array, open_arrays, write_arrays
from pipeline.lexicon.cache import built_once, sources_of
from pipeline.lexicon.languages import languages
from pipeline.lexicon.lists import ranks
from pipeline.lexicon.words import key, keys_of_lines, normal, normals
from pipeline.records import REPLACEMENT, short_id

_OTHER_SCRIPTS = frozenset({"ar", "bg", "el", "he", "mk", "ru", "uk"})
_BEYOND = re.compile(r"[^\x00-\x7f]")
_LATIN = re.compile(r"^[\x00-\x09\x0b-\u024f]+$", re.MULTILINE)
"""A word of Latin letters: of no lists others are looked at for."""
_LONG_S = "ss"
"""What the German list writes for ß."""
_MOST_LETTERS = 6
_NONE = 255
_REACH = 6
"""Letters to the left and to the right of a lost one that are looked at."""
_MOST_WORDS = 30_000
_CLOSENESS = (1.8, 0.75)
"""What each letter counts (in nats) that is the same around a lost letter and around one of a known word, in one row
from it, and what more where the other side has one as well."""
_EDGE, _FOREIGN = 0, 27


class Spellings:
    """The words of one language that have letters beyond ASCII."""

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        self._keys = arrays[f"keys.{name}"]
        self._shares = arrays[f"shares.{name}"]
        self._spelled = arrays[f"spelled.{name}"]
        self._around = arrays[f"around.{name}"]
        self._stood = arrays[f"stood.{name}"]
        self._letters = arrays[f"letters.{name}"].tobytes().decode("utf-8")
        self.least = float(self._shares.min())
        """The share of the rarest word."""

    def fitting(self, pattern: str) -> dict[str, float]:
        """The words (in normal form) that fit a pattern with U+FFFD for lost letters, and their shares."""
        wanted = np.uint64(key(_without(pattern)))
        begin = int(np.searchsorted(self._keys, wanted))
        end = int(np.searchsorted(self._keys, wanted, "right"))
        places = [match.start() for match in _BEYOND.finditer(pattern)]
        found: dict[str, float] = {}
        for index in range(begin, end):
            spelled = [self._letters[code] for code in self._spelled[index].tolist() if code != _NONE]
            if len(spelled) != len(places):
                continue
            word = list(pattern)
            for place, letter in zip(places, spelled, strict=True):
                word[place] = letter
            if all(old in (REPLACEMENT, new) for old, new in zip(pattern, word, strict=True)):
                found["".join(word)] = float(self._shares[index])
        return found

    def likely_letters(self, pattern: str) -> list[dict[str, float]]:
        """For each U+FFFD of `pattern`, how likely it is that a letter stood there.

        Told by all places of known words that look alike, the more so the more letters in a row are the same
        around them: nearest neighbours with a kernel, the closer side by side.
        """
        codes = _codes([pattern])
        places = [at for at, char in enumerate(pattern, _REACH) if char == REPLACEMENT]
        return [self._likely(_around(codes, place)) for place in places]

    def _likely(self, around: Array) -> dict[str, float]:
        same = self._around == around[:, None]
        rows = []
        for side in (same[:_REACH], same[_REACH:]):
            row = side[0].astype(np.uint8)
            still = side[0]
            for nearer in side[1:]:
                still = still & nearer
                row += still
            rows.append(row)
        size = _REACH + 1
        cells = self._stood.astype(np.uint16) * np.uint16(size * size) + (rows[0] * np.uint8(size) + rows[1])
        counts = np.bincount(cells, minlength=len(self._letters) * size * size)
        weights = counts.reshape(len(self._letters), -1) @ _closeness().ravel()
        return dict(zip(self._letters, (weights / weights.sum()).tolist(), strict=True))


@cache
def _closeness() -> Array:
    """How much a place counts with so many same letters in a row to the left and to the right."""
    left, right = np.ogrid[: _REACH + 1, : _REACH + 1]
    closeness: Array = np.exp(_CLOSENESS[0] * (left + right) + _CLOSENESS[1] * np.minimum(left, right))
    return closeness


def _without(word: str) -> str:
    return _BEYOND.sub(REPLACEMENT, word)


def _codes(words: Sequence[str]) -> Array:
    """The letters of words as small numbers, with edges between and around them; all beyond ASCII are alike."""
    edge = " " * _REACH
    text = f"{edge}{edge.join(words)}{edge}"
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    codes: Array = np.where(points >= 128, _FOREIGN, points & 31).astype(np.uint8)
    codes[(points < 128) & (points < ord("A"))] = _EDGE
    return codes


def _around(codes: Array, places: Array | int) -> Array:
    """What stands around places: to the left and to the right, each from the nearest on: [2 x reach, places]."""
    steps = np.arange(1, _REACH + 1)
    around: Array = np.stack([codes[places + step] for step in (*-steps, *steps)])
    return around


@cache
def spellings(language: str) -> Spellings | None:
    """The spellings of a language (its code), or None where there is no list of it."""
    name = next((entry.words for entry in languages() if entry.code == language), None)
    if name is None or name in _OTHER_SCRIPTS:
        return None
    return Spellings(_all_lists(), name)


@cache
def _all_lists() -> dict[str, Array]:
    sources = sources_of("spellings.py", "words.py", "alphabet.py", "languages.toml")
    return open_arrays(built_once(f"spellings-{short_id(*sources, version('wordfreq'))}.bin", _build))


def _build(path: Path) -> None:
    from wordfreq import available_languages

    large = available_languages("large")
    arrays: dict[str, Array] = {}
    for name in sorted({entry.words for entry in languages() if entry.words} - _OTHER_SCRIPTS):
        words = _spelled_words(ranks(name, "large" if name in large else "small"), long_s=name == "de")
        arrays |= {f"{part}.{name}": array for part, array in _arrays(words).items()}
    write_arrays(path, arrays)


def _spelled_words(ranked: Sequence[Sequence[str]], long_s: bool) -> dict[str, float]:
    """The words with letters beyond ASCII, the most frequent first; with `long_s` each ss may be ß as well.

    wordfreq ranks words by their share in steps of a hundredth of a power of ten.
    """
    words: dict[str, float] = {}
    for rank, listed in enumerate(ranked):
        share = 10.0 ** (-rank / 100)
        spelled = _LATIN.findall("\n".join([word for word in listed if not word.isascii()]))
        sharp = [word for word in listed if _LONG_S in word] if long_s else []
        for word in normals(spelled) if spelled else ():
            words[word] = words.get(word, 0.0) + share
        for word in normal("\n".join(sharp)).replace(_LONG_S, "ß").split("\n") if sharp else ():
            words[word] = words.get(word, 0.0) + share
    return words


def _arrays(words: Mapping[str, float]) -> dict[str, Array]:
    points = _points("".join([word + "\n" for word in words]))
    ends = np.flatnonzero(points == ord("\n"))
    of_word = np.searchsorted(ends, places := np.flatnonzero(points >= 128))
    every = np.unique(points[places])
    known, number = every[:_NONE], np.searchsorted(every, points[places])
    count = np.bincount(of_word, minlength=len(ends))
    kept = count <= _MOST_LETTERS
    kept[of_word[number >= _NONE]] = False
    column = np.arange(len(places)) - np.repeat(np.cumsum(count) - count, count)
    fits = kept[of_word]
    spelled = np.full((len(ends), _MOST_LETTERS), _NONE, dtype=np.uint8)
    spelled[of_word[fits], column[fits]] = number[fits]
    letters = "".join(map(chr, known.tolist()))
    points[places] = ord(REPLACEMENT)
    left = points[np.repeat(kept, np.diff(ends, prepend=-1))].tobytes().decode("utf-32-le")
    keys = keys_of_lines(left.removesuffix("\n"))
    order = np.argsort(keys, kind="stable")
    shares = np.fromiter(words.values(), dtype=np.float32)
    return {
        "keys": keys[order],
        "shares": shares[kept][order],
        "spelled": spelled[kept][order],
        "letters": np.frombuffer(letters.encode("utf-8"), dtype=np.uint8),
        **_surroundings(compress(words, kept.tolist()), known),
    }


def _surroundings(words: Iterable[str], letters: Array) -> dict[str, Array]:
    """Which of `letters` (their code points) stood at each place of the first words, and what stood around it."""
    first = list(islice((word for word in words if word.isalpha()), _MOST_WORDS))
    codes, points = _codes(first), _points("".join(first))
    return {
        "around": _around(codes, np.flatnonzero(codes == _FOREIGN)),
        "stood": np.searchsorted(letters, points[points >= 128]).astype(np.uint8),
    }


def _points(text: str) -> Array:
    return np.frombuffer(bytearray(text.encode("utf-32-le")), dtype=np.uint32)
