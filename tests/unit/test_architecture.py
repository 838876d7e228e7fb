"""Arrows go one way: cli → run, review, publish → stages → foundations."""

from __future__ import annotations

import ast
from pathlib import Path

import pipeline

PACKAGE = Path(pipeline.__file__).parent
FOUNDATIONS = {"model", "findings", "errors", "settings", "overlay", "lexis", "decode", "render", "spans"}
STAGES = {"sources", "extract", "repair", "language", "segment", "profile"}
COMPOSERS = {"run", "review", "publish"}
TOP = {"cli", "terminal", "api", "__main__", "__init__"}


def imports_of(path: Path) -> set[str]:
    """The rooms of this package that a module imports."""
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module] + (
                [f"pipeline.{a.name}" for a in node.names] if node.module == "pipeline" else []
            )
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        rooms |= {name.split(".")[1] for name in names if name.startswith("pipeline.")}
    return rooms


def modules() -> list[tuple[str, Path]]:
    """(room, file) of every module."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        first = path.relative_to(PACKAGE).parts[0]
        found.append((first.removesuffix(".py"), path))
    return found


def test_every_module_belongs_to_a_room() -> None:
    assert {room for room, _ in modules()} <= FOUNDATIONS | STAGES | COMPOSERS | TOP


def test_the_model_imports_no_other_room() -> None:
    assert imports_of(PACKAGE / "model.py") == set()


def test_foundations_import_only_foundations() -> None:
    for room, path in modules():
        if room in FOUNDATIONS:
            assert imports_of(path) <= FOUNDATIONS, path


def test_a_stage_never_imports_another_stage() -> None:
    for room, path in modules():
        if room in STAGES:
            assert imports_of(path) <= FOUNDATIONS | {room}, path


def test_only_the_run_composes_stages() -> None:
    for room, path in modules():
        if room in COMPOSERS - {"run"}:
            assert not imports_of(path) & STAGES, path


def test_nothing_imports_the_command_line() -> None:
    for room, path in modules():
        if room not in TOP:
            assert not imports_of(path) & TOP, path


def test_a_bare_import_is_light() -> None:
    """`import pipeline` must not load what only some documents need."""
    import subprocess
    import sys

    code = (
        "import sys, pipeline; print(sorted({'spacy', 'pandas', 'pdfplumber', 'pyarrow'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
