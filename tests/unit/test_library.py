"""The public surface of the library."""

from __future__ import annotations

import importlib
import inspect

import pipeline
from pipeline import model

FUNCTIONS = {"ingest", "read", "profile", "locate", "undo"}
ERRORS = {"CityReportsError", "UsageError", "RunError", "DocumentError"}
INTERNAL = {"Record"}


def test_all_names_the_functions_the_models_and_the_errors_and_nothing_else() -> None:
    models = {
        name
        for name, value in vars(model).items()
        if inspect.isclass(value) and issubclass(value, model.Record) and value.__module__ == model.__name__
    }
    assert set(pipeline.__all__) == FUNCTIONS | ERRORS | (models - INTERNAL)


def test_the_functions_stay_functions_whatever_is_imported_later() -> None:
    for name in ("pipeline.profile", "pipeline.run.engine", "pipeline.cli"):
        importlib.import_module(name)
    for name in FUNCTIONS:
        assert inspect.isfunction(getattr(pipeline, name)), name


def test_everything_public_says_what_it_means() -> None:
    for name in pipeline.__all__:
        assert inspect.getdoc(getattr(pipeline, name)), name
