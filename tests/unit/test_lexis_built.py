"""What is built on the first use on a machine: many words at once as one by one, and within its bounds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon import words
from pipeline.lexicon.cache import CACHE_VARIABLE
from pipeline.lexicon.places import countries, gazetteer
from tests.conftest import PROJECT

MEMORY = 340
"""MB of the first use: measured 296, and 379 where n-grams were counted in dictionaries for all languages at once."""

FIRST_USE = """
from pathlib import Path
from pipeline import lexicon
lexicon.warm()
(line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
print(int(line.split()[1]) // 1024)
"""  # not getrusage, which counts what the process was before it became this one


def test_the_first_use_stays_within_its_memory(tmp_path: Path) -> None:
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path), "PYTHONPATH": str(PROJECT)}
    first = subprocess.run(
        [sys.executable, "-c", FIRST_USE], env=environment, capture_output=True, text=True, check=True
    )
    assert int(first.stdout) < MEMORY


@given(st.lists(st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=["Cs"]))))
def test_names_have_the_same_keys_at_once_as_one_by_one(names: list[str]) -> None:
    assert countries.keys(names) == [countries.key(name) for name in names]


def test_keys_of_names() -> None:
    names = ["Łódź", "'s-Hertogenbosch", " Bad\nHomburg ", "Αθήνα", "under_score", "", "…"]
    expected = ["lodz", "s hertogenbosch", "bad homburg", "αθηνα", "under score", "", ""]
    assert countries.keys(names) == expected


@pytest.mark.parametrize("name", ["Gdańsk", "’s-Gravenhage", "s-Gravenhage", "Sankt Pölten", "Αθήνα", "Ełk"])
def test_a_name_that_a_report_may_use(name: str) -> None:
    assert gazetteer._is_usable(name)


@pytest.mark.parametrize("name", ["", "GDN", "gdansk", "[ˈɡdajsk]", "/Gdansk", "Ab", "Ա Բ Գ", "北京市", "'s"])
def test_a_name_that_no_report_uses(name: str) -> None:
    assert not gazetteer._is_usable(name)


def test_the_shares_of_words_that_are_spelled_alike_are_summed() -> None:
    keys, shares, first = words.summed(["stadt", "haus", "stadt"], np.array([0.25, 0.125, 0.5]))
    by_key = dict(zip(keys.tolist(), zip(shares.tolist(), first.tolist(), strict=True), strict=True))
    assert by_key == {words.key("stadt"): (0.75, 0), words.key("haus"): (0.125, 1)}
    assert keys.tolist() == sorted(keys.tolist())


def test_words_that_begin_or_end_several_others_do_not_stand_alone() -> None:
    frequent = ["stadt", "und", "der"]
    listed = frozenset(
        {*frequent, "rat", "haus", "plan", "stadtrat", "stadthaus", "stadtplan", "hausstadt", "undplan"}
    )
    alone = words._standing_alone(frequent, listed)
    assert alone == {"openers": ["der", "und"], "closers": ["der", "stadt", "und"]}


@pytest.mark.parametrize("word", ["της", "ΤΗΣ", "Καθώς", "στις"])
def test_greek_words_are_listed_however_their_last_letter_is_written(word: str) -> None:
    listed = words.word_list("el")
    assert listed is not None and listed.frequency(word) > 0.0
