"""A forest of oblivious decision trees: each level of a tree asks one question of all rows.

A tree of depth D is D questions (column > threshold) and 2^D leaf values; a row's score is the sum of the leaves
it falls into, as log-odds. Evaluated for all rows at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Forest:
    """`columns` and `thresholds` are (trees, depth), `leaves` (trees, 2^depth), `bias` the log-odds to start from."""

    columns: NDArray[np.int64]
    thresholds: NDArray[np.float32]
    leaves: NDArray[np.float32]
    bias: float

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Forest:
        """The forest that `as_data` wrote."""
        return cls(
            np.array(data["columns"], dtype=np.int64),
            np.array(data["thresholds"], dtype=np.float32),
            np.array(data["leaves"], dtype=np.float32),
            float(data["bias"]),
        )

    def as_data(self) -> dict[str, Any]:
        """The forest as plain lists and numbers."""
        return {
            "columns": self.columns.tolist(),
            "thresholds": [[float(f"{value:.6g}") for value in row] for row in self.thresholds.tolist()],
            "leaves": [[float(f"{value:.4g}") for value in row] for row in self.leaves.tolist()],
            "bias": self.bias,
        }

    def log_odds(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The score of each row."""
        depth = self.columns.shape[1]
        by_column = np.ascontiguousarray(rows.T)
        places = np.zeros((len(self.columns), len(rows)), dtype=np.int32)
        for level in range(depth):
            above = by_column[self.columns[:, level]] > self.thresholds[:, level, None]
            places += above.astype(np.int32) << level
        scores: NDArray[np.float64] = np.take_along_axis(self.leaves, places, axis=1).sum(
            axis=0, dtype=np.float64
        )
        return scores + self.bias

    def probabilities(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The probability of each row."""
        odds = np.clip(self.log_odds(rows), -30, 30)
        result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-odds))
        return result
