"""LibreOffice reads the CSV files of a run, splitting at commas and at semicolons: no cell becomes a formula."""

from __future__ import annotations

import csv
import html
import io
import random
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from pipeline.exports.cells import safe_cell
from tests.e2e.helpers import ingest

SOFFICE = shutil.which("soffice")
SEPARATORS = {"comma": "44", "semicolon": "59", "comma, semicolon, tab or bar": "44/59/9/124"}
CASES = Path(__file__).parents[1] / "cases" / "cells" / "cells.toml"

pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice Calc (soffice) is not installed")


def formulas(paths: list[Path], separator: str, folder: Path) -> dict[str, list[str]]:
    """The formulas of the tables that LibreOffice makes of CSV files, with formulas allowed (token 13), by file."""
    assert SOFFICE is not None
    options = f"CSV:{SEPARATORS[separator]},34,76,1,,0,false,true,false,false,false,0,true"
    out = folder / "tables"
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", f"--infilter={options}",
         "--convert-to", "fods", "--outdir", str(out), *map(str, paths)],
        check=True, capture_output=True, timeout=200,
    )  # fmt: skip
    tables = {path.name: (out / f"{path.stem}.fods").read_text(encoding="utf-8") for path in paths}
    assert all("<table:table-cell" in table for table in tables.values())
    return {name: re.findall(r'table:formula="([^"]*)"', table) for name, table in tables.items()}


def payloads() -> list[str]:
    """Texts that run in a spreadsheet, as a page may carry them, without what a page cannot have in its text."""
    texts = [case["text"] for case in tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]]
    return [*texts, "=1+1;=2+2", 'x;"=1+1";y', "x;\n=1+1;", '";=1+1;"', "a,=1+1,b;=1+1"]


def cells(seed: int, count: int) -> list[str]:
    """`count` texts of a few signs each, drawn from those that begin, end, hide or make a formula."""
    chance = random.Random(seed)
    parts = [
        "=1+1",
        "=",
        "+",
        "-",
        "@",
        "1",
        ";",
        ",",
        "\t",
        "\n",
        "|",
        '"',
        "'",
        " ",
        "\xa0",
        "\u200b",
        "text",
        '""',
    ]
    return ["".join(chance.choices(parts, k=chance.randint(1, 9))) for _ in range(count)]


def write(path: Path, rows: list[str]) -> Path:
    """A CSV file as the run writes it, three cells a row."""
    text = io.StringIO()
    csv.writer(text).writerows([rows[at : at + 3] for at in range(0, len(rows), 3)])
    path.write_text("\ufeff" + text.getvalue(), encoding="utf-8", newline="")
    return path


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over pages whose headings, texts, titles, addresses and names are formulas; some of them damaged."""
    base = tmp_path_factory.mktemp("formulas")
    raw = base / "raw"
    raw.mkdir()
    for number, text in enumerate(payloads()):
        shown = html.escape(text)
        lost = "\ufffd" * 300 if number % 2 else "Miasto nad morzem przyjmuje nowych mieszkańców."
        page = (
            f"<!doctype html><html lang=en><title>{shown}</title>"
            f'<link rel=canonical href="https://x.example/;={number}">'
            f"<h1>{shown}</h1><h2>{shown}</h2><p>{shown} and a sentence about the city, long enough to be one.</p>"
            f"<p>{lost}</p><pre>text\n{shown}\n;{shown}</pre>"
            f"<h2>About the city</h2><p>{shown}</p><p>The cafÃ© is openâ€¦</p>"
        )
        (raw / f"=1+{number};=2,=3;.html").write_text(page, encoding="utf-8")
    done = ingest(raw, base / "processed")
    assert done.returncode == 0, done.stderr
    return base / "processed"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for tables, with LibreOffice's own settings, which take a while to make."""
    return tmp_path_factory.mktemp("desk")


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_cell_becomes_a_formula(processed: Path, separator: str, desk: Path) -> None:
    written = [processed / name for name in ("sections.csv", "repairs.csv", "refetch.csv")]
    for path in written:
        assert "'=1+" in path.read_text(encoding="utf-8-sig"), path.name
    safe = write(desk / "safe.csv", [safe_cell(text) for text in cells(11, 30_000)])
    unsafe = write(desk / "unsafe.csv", cells(11, 3000))
    found = formulas([*written, safe, unsafe], separator, desk)
    assert len(found.pop("unsafe.csv")) > 50  # else the others would prove nothing
    assert found == {path.name: [] for path in (*written, safe)}
