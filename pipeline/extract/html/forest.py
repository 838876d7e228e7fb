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


@dataclass(frozen=True)
class Forest:
    """`columns`, `thresholds` and `rules_out` are (LEAVES - 1, trees): a question, and the leaves (as bits) that the
    answer yes rules out; `leaves` is (trees, LEAVES): the log-odds that each leaf adds to a row's score."""

    columns: NDArray[np.int64]
    thresholds: NDArray[np.float32]
    rules_out: NDArray[np.uint16]
    leaves: NDArray[np.float32]

    @classmethod
    def from_data(cls, trees: list[dict[str, Any]]) -> Forest:
        """The forest of trees with lists of `columns`, `thresholds` and `rules_out`, one entry a question, and one
        more of `leaves`; a tree is filled up with questions that are never answered with yes."""
        columns = np.zeros((LEAVES - 1, len(trees)), dtype=np.int64)
        thresholds = np.full(columns.shape, np.inf, dtype=np.float32)
        rules_out = np.zeros(columns.shape, dtype=np.uint16)
        leaves = np.zeros((len(trees), LEAVES), dtype=np.float32)
        for number, tree in enumerate(trees):
            count = len(tree["columns"])
            columns[:count, number] = tree["columns"]
            thresholds[:count, number] = tree["thresholds"]
            rules_out[:count, number] = tree["rules_out"]
            leaves[number, : count + 1] = tree["leaves"]
        return cls(columns, thresholds, rules_out, leaves)

    def log_odds(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The score of each row."""
        by_column = np.ascontiguousarray(rows.T, dtype=np.float32)
        shape = (len(self.leaves), len(rows))
        gone, more = np.zeros(shape, dtype=np.uint16), np.empty(shape, dtype=np.uint16)
        values, above = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.bool_)
        for question, columns in enumerate(self.columns):
            by_column.take(columns, axis=0, out=values, mode="clip")
            np.greater(values, self.thresholds[question][:, None], out=above)
            np.multiply(above.view(np.uint8), self.rules_out[question][:, None], out=more)
            np.bitwise_or(gone, more, out=gone)
        places = _first_left().take(gone, mode="clip")
        places += (np.arange(shape[0]) * LEAVES)[:, None]
        scores: NDArray[np.float64] = self.leaves.take(places, mode="clip").sum(axis=0, dtype=np.float64)
        return scores

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of each row."""
        odds = np.clip(self.log_odds(rows), -30, 30)
        result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-odds))
        return result


@cache
def _first_left() -> NDArray[np.int64]:
    """Of each set of leaves that are ruled out, the first leaf that is left."""
    gone = np.arange(1 << LEAVES)
    left = ~gone & (gone + 1)  # the lowest bit that is not set
    places: NDArray[np.int64] = np.minimum(np.log2(left).astype(np.int64), LEAVES - 1)
    return places
