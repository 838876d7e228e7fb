"""A document of twice the size takes twice the time, in every stage; generators are data (tests/cases/growth)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.growth.chain import of_stages
from tests.growth.made import Generator, text_generators
from tests.growth.measure import climb
from tests.growth.pdfs import pdf_generators

DOSE = 0.1
"""Seconds of CPU that a document of a generator may take in the dose; the ladder of sizes ends there."""
FULL = 0.25
"""The same for all generators: about 20 minutes of CPU."""
TEXT_SIZE = 1_000
"""Characters of the smallest document."""
PDF_SIZE = 250
"""Things in the smallest PDF."""


def _steep(generators: Sequence[Generator], first: int, enough: float) -> list[str]:
    wrong = []
    for generator in generators:

        def measure(size: int, generator: Generator = generator) -> dict[str, float]:
            return of_stages(generator.make(size), generator.media_type)

        found = climb(measure, first=first, last=generator.largest, enough=enough)
        wrong += [f"{generator.name}: {steep}" for steep in found]
    return wrong


def test_a_text_of_twice_the_size_takes_twice_the_time() -> None:
    """A dose: every tenth generator, to a size that takes a tenth of a second."""
    assert _steep(text_generators()[::10], TEXT_SIZE, DOSE) == []


@pytest.mark.stress
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("generators", "first"), [(text_generators, TEXT_SIZE), (pdf_generators, PDF_SIZE)])
def test_every_document_of_twice_the_size_takes_twice_the_time(
    generators: Callable[[], list[Generator]], first: int
) -> None:
    assert _steep(generators(), first, FULL) == []


def test_there_are_enough_generators() -> None:
    every = [*text_generators(), *pdf_generators()]
    assert len(every) >= 180
    assert len({generator.name for generator in every}) == len(every)
