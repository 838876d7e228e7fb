"""Cells of CSV files: which texts are changed, how, and that the change can be taken back."""

from __future__ import annotations

import time
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.controls import removed
from pipeline.exports.cells import original, safe_cell
from tests.conftest import PROJECT

CASES = tomllib.loads((PROJECT / "tests" / "cases" / "cells" / "cells.toml").read_text(encoding="utf-8"))[
    "case"
]
SIGNS = st.text(alphabet="=+-@＝;|,\t\n\r\"' \xa0\u200b\u202e\ufeffab1", max_size=40)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_text_becomes_this_cell(case: dict[str, Any]) -> None:
    assert safe_cell(case["text"]) == case["cell"]
    assert original(case["cell"]) == removed(case["text"])


@given(SIGNS)
def test_the_text_can_be_had_back(text: str) -> None:
    assert original(safe_cell(text)) == removed(text)


@given(SIGNS)
def test_wherever_a_line_is_split_no_piece_begins_a_formula(text: str) -> None:
    for separator in ";|\t\n":
        for piece in safe_cell(text).split(separator):
            assert not piece.lstrip('" \xa0\u200b\t\n').startswith(("=", "+", "-", "@", "＝"))


def test_numbers_stay_numbers() -> None:
    assert [safe_cell(value) for value in (-1, 0.5, None)] == [-1, 0.5, None]


@pytest.mark.parametrize("sign", [" ", "\n", ";", "'", '"', "=", "\n="])
def test_a_long_run_of_a_sign_takes_time_in_proportion(sign: str) -> None:
    began = time.process_time()
    safe_cell(sign * 200_000)
    assert time.process_time() - began < 2  # quadratic, it would be hours
