"""The public surface of the library."""

from __future__ import annotations

import importlib
import inspect

import pipeline
from pipeline import records

FUNCTIONS = {"ingest", "read", "profile", "locate", "undo"}
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
