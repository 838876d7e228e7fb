"""Gradient boosting of oblivious trees (Friedman 2001; trees as in CatBoost, Prokhorenkova et al. 2018), in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.html.forest import Forest

BINS = 48
Floats = NDArray[np.float64]


def fit(
    rows: NDArray[np.float32],
    target: Floats,
    weight: Floats,
    trees: int = 150,
    depth: int = 5,
    rate: float = 0.08,
    shrink: float = 3.0,
    columns_share: float = 0.2,
    rows_share: float = 0.6,
    groups: NDArray[np.int64] | None = None,
    seed: int = 7,
) -> Forest:
    """A forest for the probability `target` of each row, by logistic loss with Newton leaves.

    `shrink` is added to the second derivative of each leaf; each tree sees a random `columns_share` of the
    columns and `rows_share` of the `groups` (pages). The same arguments give the same forest.
    """
    random = np.random.default_rng(seed)
    edges = [_edges(rows[:, column]) for column in range(rows.shape[1])]
    binned = np.column_stack([np.searchsorted(edges[c], rows[:, c]) for c in range(rows.shape[1])]).astype(
        np.int32
    )
    usable = [column for column in range(rows.shape[1]) if len(edges[column])]
    mean = float(np.average(target, weights=weight))
    bias = float(np.log(mean / (1 - mean)))
    scores = np.full(len(rows), bias)
    columns, thresholds, leaves = [], [], []
    group_count = int(groups.max()) + 1 if groups is not None else len(rows)
    for _ in range(trees):
        chance = 1 / (1 + np.exp(-scores))
        gradient, curvature = weight * (target - chance), weight * chance * (1 - chance)
        drawn = random.random(group_count) < rows_share
        used = drawn[groups] if groups is not None else drawn
        chosen = random.choice(usable, max(1, int(len(usable) * columns_share)), replace=False)
        leaf = np.zeros(len(rows), dtype=np.int32)
        tree_columns, tree_thresholds = [], []
        for level in range(depth):
            column, place = _best_split(
                binned[used], edges, chosen, leaf[used], gradient[used], curvature[used], 1 << level, shrink
            )
            tree_columns.append(column)
            tree_thresholds.append(edges[column][place])
            leaf += (binned[:, column] > place).astype(np.int32) << level
        g = np.bincount(leaf[used], gradient[used], 1 << depth)
        h = np.bincount(leaf[used], curvature[used], 1 << depth)
        values = rate * g / (h + shrink)
        scores += values[leaf]
        columns.append(tree_columns)
        thresholds.append(tree_thresholds)
        leaves.append(values)
    return Forest(
        np.array(columns), np.array(thresholds, dtype=np.float32), np.array(leaves, dtype=np.float32), bias
    )


def _edges(values: NDArray[Any]) -> NDArray[Any]:
    """Thresholds between the quantiles of a column; a value in bin b is above the thresholds before b."""
    distinct = np.unique(values)
    if len(distinct) <= 1:
        return np.zeros(0, dtype=np.float32)
    if len(distinct) <= BINS:
        return ((distinct[1:] + distinct[:-1]) / 2).astype(np.float32)
    quantiles = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    return quantiles.astype(np.float32)


def _best_split(
    binned: NDArray[np.int64],
    edges: list[NDArray[Any]],
    chosen: NDArray[np.int64],
    leaf: NDArray[np.int64],
    gradient: Floats,
    curvature: Floats,
    leaf_count: int,
    shrink: float,
) -> tuple[int, int]:
    """The column and the bin whose split gains most over all leaves together."""
    best, found = -np.inf, (int(chosen[0]), 0)
    for column in chosen.tolist():
        width = len(edges[column]) + 1
        key = leaf * width + binned[:, column]
        g = np.bincount(key, gradient, leaf_count * width).reshape(leaf_count, width)
        h = np.bincount(key, curvature, leaf_count * width).reshape(leaf_count, width)
        left_g, left_h = g.cumsum(axis=1)[:, :-1], h.cumsum(axis=1)[:, :-1]
        all_g, all_h = g.sum(axis=1)[:, None], h.sum(axis=1)[:, None]
        gain = (left_g**2 / (left_h + shrink) + (all_g - left_g) ** 2 / (all_h - left_h + shrink)).sum(axis=0)
        place = int(gain.argmax())
        if gain[place] > best:
            best, found = float(gain[place]), (column, place)
    return found
