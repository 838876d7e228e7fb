"""The public surface of the library."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path

import pytest

import pipeline
from pipeline import api, records

FUNCTIONS = {"ingest", "frames", "read", "profile", "locate", "undo"}
CLASSES = {"CityReportsError", "UsageError", "RunError", "DocumentError", "Settings"}


def test_all_names_the_functions_the_errors_and_the_settings_and_nothing_else() -> None:
    assert set(pipeline.__all__) == FUNCTIONS | CLASSES


def test_the_functions_stay_functions_whatever_is_imported_later() -> None:
    for name in ("pipeline.profiles", "pipeline.run.engine", "pipeline.cli.commands"):
        importlib.import_module(name)
    for name in FUNCTIONS:
        assert inspect.isfunction(getattr(pipeline, name)), name


def test_everything_public_says_what_it_means() -> None:
    for module in (pipeline, records):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                assert inspect.getdoc(value), name


PAGE = """<!doctype html><html lang="pl"><title>Gdańsk</title><main><h1>Gdańsk</h1>
<h2>O mieście</h2><p>Gdańsk jest miastem w Polsce. Miasto Gdańsk prowadzi własną politykę integracji, a zespół w
urzędzie pomaga nowym mieszkańcom w sprawach pobytu, pracy i nauki języka polskiego.</p></main></html>"""


def test_the_examples_in_the_docstrings_are_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "gdansk.html").write_text(PAGE, encoding="utf-8")
    pipeline.ingest()
    found = doctest.testmod(api)
    assert found.attempted >= 6
    assert not found.failed


def test_tables_of_a_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(pipeline.UsageError, match="holds no finished run"):
        pipeline.frames(tmp_path)
