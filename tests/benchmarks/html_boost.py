"""Gradient boosting (LightGBM: Ke et al. 2017) of the trees that the HTML wing's classifier is made of."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.extract.html.main_content.forest import LEAVES, Forest

ROUNDS: Final = 400
SETTINGS: Final[dict[str, Any]] = {
    "objective": "cross_entropy",  # targets are shares
    "num_leaves": LEAVES,
    "learning_rate": 0.04,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "min_sum_hessian_in_leaf": 5.0,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 2,
    "verbose": -1,
}
Floats = NDArray[np.float64]


def fit(rows: NDArray[np.float32], target: Floats, weight: Floats) -> list[dict[str, Any]]:
    """Trees for the probability `target` of each row, as `Forest.from_data` takes them.

    The same arguments give the same trees.
    """
    import lightgbm

    model = lightgbm.train(SETTINGS, lightgbm.Dataset(rows, target, weight=weight), ROUNDS)
    trees = [_tree(each["tree_structure"]) for each in model.dump_model()["tree_info"]]
    difference = np.abs(Forest.from_data(trees).probabilities(rows) - model.predict(rows)).max()
    if difference > 0.001:
        raise RuntimeError(
            f"the forest does not answer as the model it was made of (off by {difference:.4f})"
        )
    return trees


def _tree(root: dict[str, Any]) -> dict[str, Any]:
    """A tree's questions, each with the leaves that the answer yes (above) rules out, and its leaves from left to
    right."""
    tree: dict[str, Any] = {"columns": [], "thresholds": [], "rules_out": [], "leaves": []}

    def visit(node: dict[str, Any]) -> int:
        """Add what is in a node; the set of its leaves, as bits."""
        if "split_feature" not in node:
            tree["leaves"].append(float(f"{node['leaf_value']:.5g}"))
            return 1 << (len(tree["leaves"]) - 1)
        place = len(tree["columns"])
        tree["columns"].append(int(node["split_feature"]))
        tree["thresholds"].append(_below(float(node["threshold"])))
        tree["rules_out"].append(0)
        left = visit(node["left_child"])
        tree["rules_out"][place] = left
        return left | visit(node["right_child"])

    visit(root)
    return tree


def _below(threshold: float) -> float:
    """The greatest 32-bit number that is not above the threshold, so that the same 32-bit values are above it."""
    near = np.float32(threshold)
    if float(near) > threshold:
        near = np.nextafter(near, np.float32(-np.inf))
    return float(str(near))
