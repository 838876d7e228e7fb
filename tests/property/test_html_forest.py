"""The forest answers all questions at once as its trees answer them one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.html.main_content.forest import LEAVES, Forest


@given(st.data())
def test_forest_answers_as_its_trees_do(data: st.DataObject) -> None:
    columns = 4
    values = st.sampled_from([-1.0, 0.0, 0.5, 1.0])
    trees, roots = [], []
    for _ in range(data.draw(st.integers(1, 4))):
        tree: dict[str, Any] = {"columns": [], "thresholds": [], "rules_out": [], "leaves": []}

        def grow(depth: int, tree: dict[str, Any] = tree) -> tuple[Any, int]:
            if len(tree["columns"]) >= LEAVES - 1 or depth == 4 or not data.draw(st.booleans()):
                tree["leaves"].append(data.draw(st.integers(-9, 9)))
                return tree["leaves"][-1], 1 << (len(tree["leaves"]) - 1)
            column, threshold = data.draw(st.integers(0, columns - 1)), data.draw(values)
            place = len(tree["columns"])
            tree["columns"].append(column)
            tree["thresholds"].append(threshold)
            tree["rules_out"].append(0)
            low, out = grow(depth + 1)
            tree["rules_out"][place] = out
            high, more = grow(depth + 1)
            return (column, threshold, low, high), out | more

        roots.append(grow(0)[0])
        trees.append(tree)
    rows = data.draw(st.lists(st.lists(values, min_size=columns, max_size=columns), min_size=1, max_size=5))

    def walk(node: Any, row: list[float]) -> float:
        while isinstance(node, tuple):
            column, threshold, low, high = node
            node = high if row[column] > threshold else low
        return float(node)

    expected = [sum(walk(root, row) for root in roots) for row in rows]
    assert Forest.from_data(trees).log_odds(np.array(rows, dtype=np.float32)).tolist() == expected
