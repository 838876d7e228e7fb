"""Every regular expression of the package takes time that grows with the text, not with its square.

Expressions are found by listening to `re` (discover.py), texts are derived from each (patterns.py): nothing is listed.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.growth import patterns
from tests.growth.measure import PATTERN_LIMIT, TooLong, climb, cpu_time, stopped_after

SCREEN = 4_000
"""Characters at which a text is tried first: what takes a square of steps takes 30 ms and more there."""
SUSPECT = 0.008
"""Seconds at that size from which growth is looked at (a linear expression takes 0.1 to 4 ms)."""
LARGEST = 1 << 16
PATIENCE = 2.0
"""Seconds of CPU after which a text is given up: what is exponential does not end."""


CLIMBS = 3
"""Climbs that must all be steep: on a busy machine one is now and then, of a pattern that takes linear time."""


def _text(hard: patterns.Hard, expression: patterns.Expression, size: int) -> Any:
    text = hard.of(size)
    return text.encode("latin-1") if isinstance(expression.pattern.pattern, bytes) else text


def _steep(expression: patterns.Expression, hard: patterns.Hard, method: str) -> str | None:
    """What is wrong with the expression on this family of texts; None where it is linear."""
    call = patterns.use(expression.pattern, method)

    def timed(size: int) -> dict[str, float]:
        text = _text(hard, expression, size)
        return {"all": cpu_time(lambda: call(text))}

    try:
        with stopped_after(PATIENCE):
            quick = timed(SCREEN // 8)["all"] < SUSPECT and timed(SCREEN)["all"] < SUSPECT
    except TooLong:
        quick = False
    if quick:
        return None
    found = climb(timed, first=SCREEN // 8, last=LARGEST, enough=0.5, limit=PATTERN_LIMIT, patience=PATIENCE)
    return f"{expression.place} {method} on {hard}: {found[0]}" if found else None


def _check(expression: patterns.Expression, step: int) -> list[str]:
    families = list(patterns.hard_texts(expression))[::step]
    for hard in families:
        for method in expression.methods:
            found = [_steep(expression, hard, method)]
            while found[-1] and len(found) < CLIMBS:
                found.append(_steep(expression, hard, method))
            if wrong := found[-1]:
                return [wrong]
    return []


def test_no_expression_takes_more_than_linear_time() -> None:
    """A dose: of the texts that are hard for an expression, every sixth."""
    wrong = [line for expression in patterns.expressions() for line in _check(expression, 6)]
    assert wrong == []


@pytest.mark.stress
@pytest.mark.timeout(1800)
def test_no_expression_takes_more_than_linear_time_on_any_text() -> None:
    wrong = [line for expression in patterns.expressions() for line in _check(expression, 1)]
    assert wrong == []


def test_every_place_that_builds_an_expression_was_seen() -> None:
    """One that is missing here is built where no import, no cached builder and no small document leads to."""
    seen = patterns.places_built()
    unseen = [
        f"{file}:{lines.start}"
        for file, lines in patterns.calls_of_re()
        if not any(f"{file}:{line}" in seen for line in lines)
    ]
    assert unseen == []


@pytest.mark.parametrize(
    ("text", "method", "linear"),
    [
        (r"\s+$", "search", False),
        (r"(a+)+b", "match", False),
        (r"(?<!\s)\s++$", "search", True),
        (r"\w+", "finditer", True),
    ],
)
def test_the_measurement_tells_steep_from_linear(text: str, method: str, linear: bool) -> None:
    expression = patterns.Expression("here", re.compile(text), (method,))
    assert (_check(expression, 1) == []) is linear
