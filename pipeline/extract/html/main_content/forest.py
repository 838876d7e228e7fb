"""A forest of small decision trees, evaluated for all rows at once.

Each tree has up to 16 leaves. A question "is this column above this threshold?" answered with yes rules out the leaves
on its other side; of the leaves that no answer rules out, the first is the row's. So no tree is walked: all trees are
asked their questions together, and a set of leaves is the bits of one number (QuickScorer: Lucchese et al. 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEAVES: Final = 16
"""The most leaves of a tree."""


_AT_ONCE: Final = 128
"""Rows that are looked at together: what is made of them fits the processor's cache."""


@dataclass(frozen=True)
class Forest:
    """`columns` and `thresholds` are the questions, each once. `asked` and `rules_out` are (LEAVES - 1, trees): which
    question a tree asks, and the leaves (as bits) that the answer yes rules out; `leaves` is (trees * LEAVES): the
    log-odds that each leaf adds to a row's score."""

    columns: NDArray[np.int64]
    thresholds: NDArray[np.float32]
    asked: NDArray[np.int64]
    rules_out: NDArray[np.uint16]
    leaves: NDArray[np.float32]

    @classmethod
    def from_data(cls, trees: list[dict[str, Any]]) -> Forest:
        """The forest of trees with lists of `columns`, `thresholds` and `rules_out`, one entry a question, and one
        more of `leaves`; a tree is filled up with a question that rules nothing out."""
        questions = {(0, float("inf")): 0}
        asked = np.zeros((LEAVES - 1, len(trees)), dtype=np.int64)
        rules_out = np.zeros(asked.shape, dtype=np.uint16)
        leaves = np.zeros((len(trees), LEAVES), dtype=np.float32)
        for number, tree in enumerate(trees):
            count = len(tree["columns"])
            for place, question in enumerate(zip(tree["columns"], tree["thresholds"], strict=True)):
                asked[place, number] = questions.setdefault(question, len(questions))
            rules_out[:count, number] = tree["rules_out"]
            leaves[number, : count + 1] = tree["leaves"]
        columns = np.array([column for column, _ in questions], dtype=np.int64)
        thresholds = np.array([threshold for _, threshold in questions], dtype=np.float32)
        return cls(columns, thresholds, asked, rules_out, leaves.ravel())

    def log_odds(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The score of each row."""
        by_column = np.ascontiguousarray(rows.T, dtype=np.float32)
        parts = [by_column[:, start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE)]
        return np.concatenate([self._log_odds(part) for part in parts]) if parts else np.zeros(0)

    def _log_odds(self, by_column: NDArray[np.float32]) -> NDArray[np.float64]:
        above = by_column.take(self.columns, axis=0) > self.thresholds[:, None]
        answers = np.negative(above.view(np.int8).astype(np.int16)).view(np.uint16)  # yes: all bits are set
        gone = np.zeros((self.asked.shape[1], by_column.shape[1]), dtype=np.uint16)
        more = np.empty_like(gone)
        for asked, rules_out in zip(self.asked, self.rules_out, strict=True):
            answers.take(asked, axis=0, out=more, mode="clip")
            np.bitwise_and(more, rules_out[:, None], out=more)
            np.bitwise_or(gone, more, out=gone)
        places = _first_left().take(gone) + np.arange(len(gone), dtype=np.int32)[:, None] * LEAVES
        scores: NDArray[np.float64] = self.leaves.take(places).sum(axis=0, dtype=np.float64)
        return scores

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of each row."""
        odds = np.clip(self.log_odds(rows), -30, 30)
        result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-odds))
        return result


@cache
def _first_left() -> NDArray[np.int32]:
    """Of each set of leaves that are ruled out, the first leaf that is left."""
    gone = np.arange(1 << LEAVES)
    left = ~gone & (gone + 1)  # the lowest bit that is not set
    places: NDArray[np.int32] = np.minimum(np.log2(left).astype(np.int32), LEAVES - 1)
    return places
