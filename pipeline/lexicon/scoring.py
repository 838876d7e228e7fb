"""What a text costs as a text of each language: its letters by the n-gram model, its symbols by where they stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.alphabet import EDGE, PLANE, character, code_points
from pipeline.lexicon.arrays import Array
from pipeline.lexicon.ngrams import STEP, Ngrams, ngrams

LATIN_GUEST = 4.5
"""The most that an ASCII letter costs in a language of another script: foreign words are common there."""

DEMOTED = 12.0
"""What it costs to take a letter for a symbol that was read wrongly: it happens, but letters are far more frequent."""

SOFT_HYPHEN = 0xAD

_LOWER, _UPPER, _LETTER, _SPACE, _LATIN, _NOT_LATIN = 1, 2, 4, 8, 16, 32


class Scorer:
    """Costs in nats, one for each language of the model."""

    def __init__(self, model: Ngrams) -> None:
        self.model = model
        self._read_symbols()
        ascii_ids = np.unique(model.symbols[:128])
        ascii_ids = ascii_ids[ascii_ids != EDGE]
        self._is_latin = np.zeros(model.width, dtype=bool)
        self._is_latin[ascii_ids] = True
        self.is_other_script = model.letters[ascii_ids].min(axis=0) >= 200  # no Latin letter at all
        self._dearest = np.full((2, len(model.codes)), 255, dtype=np.uint8)
        self._dearest[1, self.is_other_script] = round(LATIN_GUEST * STEP)
        self.by_letter = self._by_letter()

    def _read_symbols(self) -> None:
        table = load_toml("lexicon/symbols.toml")
        sets = {
            kind: set(table[kind]["characters"]) for kind in ("joining", "openers", "closers", "clinging")
        }
        named = {char: group["cost"] for group in reversed(table["group"]) for char in group["characters"]}
        self.odd_case = float(table["odd_case"])
        self.mixed = float(table["mixed_script"])
        self.entity = float(table["entity"])
        self.symbol = np.zeros(PLANE, dtype=np.float32)
        self.inside, self.before, self.after, self.alone = (np.zeros_like(self.symbol) for _ in range(4))
        self.shape = np.zeros(PLANE, dtype=np.uint8)
        for code in range(PLANE):
            char = character(code)
            category = unicodedata.category(char)
            if category[0] == "L":
                latin = "LATIN" in unicodedata.name(char, "")
                self.shape[code] = _LETTER | (_LATIN if latin else _NOT_LATIN)
                self.shape[code] |= (_LOWER if char.islower() else 0) | (_UPPER if char.isupper() else 0)
                if code >= 128:
                    no_letter = self.model.symbols[code] == EDGE
                    self.symbol[code] = table["ligature"] if no_letter else table["capital"] * char.isupper()
            elif code >= 128 and category[0] != "M":
                control = category[0] == "C" and char not in named
                self.symbol[code] = table["control"] if control else named.get(char, table["other"])
                self.inside[code] = 0 if char in sets["joining"] else table["inside"]
                self.before[code] = 0 if char in sets["openers"] else table["before_letter"]
                self.after[code] = 0 if char in sets["closers"] else table["after_letter"]
                self.alone[code] = table["alone"] if char in sets["clinging"] else 0
        self.shape[32] = _SPACE

    def _by_letter(self) -> Array:
        """The cost of each code point by itself, in each language: [PLANE, languages]."""
        ids = self.model.symbols
        costs = self.model.letters[ids].astype(np.float32) / STEP
        plain = ids == EDGE
        costs[plain] = self.symbol[plain][:, None]
        return costs

    def letters(self, codes: Array) -> Array:
        """For each code point its cost after the two before it: [len(codes) + 1, languages]."""
        ids = self.model.ids_of(codes)
        rows = self.model.rows(ids)
        latin = self._is_latin.take(ids)
        guest = (latin[1:] | latin[:-1]).view(np.uint8)
        np.minimum(rows, self._dearest.take(guest, axis=0), out=rows)
        costs: Array = rows * np.float32(1 / STEP)
        return costs

    def is_letter(self, codes: Array) -> Array:
        """Whether each code point is a letter."""
        letters: Array = (self.shape.take(codes) & _LETTER) != 0
        return letters

    def marks(self, codes: Array) -> Array:
        """For each code point the cost of its standing there, whatever the language."""
        shape = np.full(len(codes) + 2, _SPACE, dtype=np.uint8)
        shape[1:-1] = self.shape.take(codes)
        left, here, right = shape[:-2], shape[1:-1], shape[2:]
        cost: Array = self.symbol.take(codes)
        raised = left << 1  # a small letter in the place of a capital, a Latin one in that of another script
        odd = here & (raised & (_UPPER | _NOT_LATIN) | left >> 1 & _LATIN)
        if odd.any():
            cost[(odd & _UPPER) != 0] += self.odd_case
            cost[(odd & (_LATIN | _NOT_LATIN)) != 0] += self.mixed
        signs = cost.nonzero()[0]
        signs = signs[(here[signs] & _LETTER) == 0]
        if len(signs):
            sign = codes[signs]
            before = (right[signs] & _LETTER) != 0
            after = (left[signs] & _LETTER) != 0
            alone = ((left[signs] & _SPACE) != 0) & ((right[signs] & _SPACE) != 0)
            cost[signs] += np.where(
                before & after,
                self.inside[sign],
                before * self.before[sign] + after * self.after[sign] + alone * self.alone[sign],
            )
        return cost

    def demoted(self, before: str, after: Sequence[str]) -> list[float]:
        """For each text what it costs that letters of `before` are symbols in it, or symbols nothing that is seen.

        Nothing where the two have different lengths.
        """
        same = [len(text) == len(before) for text in after]
        alike = [text for text, is_same in zip(after, same, strict=True) if is_same]
        if not alike or not before:
            return [0.0] * len(after)
        old, new = code_points(before), code_points("".join(alike)).reshape(len(alike), -1)
        lost = ((self.shape.take(old) & _LETTER) != 0) & ((self.shape.take(new) & _LETTER) == 0)
        hidden = (new == SOFT_HYPHEN) & (old != SOFT_HYPHEN)
        costs = iter((DEMOTED * (lost | hidden).sum(axis=1)).tolist())
        return [next(costs) if is_same else 0.0 for is_same in same]

    def many(self, texts: Sequence[str]) -> Array:
        """The cost of each text in each language: [len(texts), languages]."""
        joined = " ".join(texts)
        codes = code_points(joined)
        rows = self.letters(codes)[:-1]
        rows += self.marks(codes)[:, None]
        starts = np.cumsum([0] + [len(text) + 1 for text in texts[:-1]])
        costs: Array = np.add.reduceat(rows, starts, axis=0)
        return costs


def summed(rows: Array) -> Array:
    """The sum of the rows, as a product with ones: much faster for rows as short as these, and as exact."""
    costs: Array = np.ones(len(rows), dtype=np.float32) @ rows
    return costs


@cache
def scorer() -> Scorer:
    """The scorer, made once."""
    return Scorer(ngrams())
