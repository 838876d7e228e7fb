"""What the PDF stage reached on the benchmark's files may not be lost: `pytest -m bench tests/unit/test_pdf_floor.py`.

`tests/benchmarks/floors_pdf.toml` holds the figures with the digest of the data they were measured on. Where the data
is another, or is not there, nothing can be said and the test is skipped visibly.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path

import pytest

from tests.benchmarks import pdf, pdf_harm

HERE = Path(__file__).parent
FLOORS = tomllib.loads((HERE.parent / "benchmarks" / "floors_pdf.toml").read_text(encoding="utf-8"))
DATA = Path(os.environ.get("BENCH_DATA", HERE.parents[1].parent / "shared" / "bench")) / "pdf"

pytestmark = pytest.mark.bench


def data_digest(folder: Path) -> str:
    """The digest of all files of the benchmark, by name and content."""
    hasher = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            hasher.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()


@pytest.fixture(scope="module", autouse=True)
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip(f"there is no benchmark data at {DATA}; name its folder in BENCH_DATA")
    if data_digest(DATA) != FLOORS["data"]:
        pytest.skip("the floors were measured on other data")
    return DATA


@pytest.mark.parametrize("half", pdf.HALVES)
def test_tables(data: Path, half: str) -> None:
    assert pdf.tables_f1(data / "tables", half) >= FLOORS["tables"][half]


@pytest.mark.parametrize("half", pdf.HALVES)
@pytest.mark.parametrize("name", ["typeset", "tagged"])
def test_pages(data: Path, name: str, half: str) -> None:
    found = pdf.page_scores(data / name, half)
    for label, value in zip(("nid", "mhs", "teds"), found, strict=True):
        assert value >= FLOORS[name][half].get(label, 0.0), label


def test_what_other_readers_read_is_neither_changed_nor_withheld(data: Path) -> None:
    paths = sorted(data.rglob("*.pdf"))
    assert [str(harm) for harm in pdf_harm.harms(data, paths) if harm.stage == "extracted"] == []


def test_adversarial(data: Path) -> None:
    passed, total = pdf.adversarial(data / "adversarial")
    assert passed == total


def test_speed(data: Path) -> None:
    assert pdf.cpu_ratio(data, ("typeset", "tagged")) <= FLOORS["cpu"]["text"]
    assert pdf.cpu_ratio(data, ("tables",)) <= FLOORS["cpu"]["tables"]


def test_memory() -> None:
    assert pdf.memory_growth() <= FLOORS["memory"]["kilobytes_a_page"]
