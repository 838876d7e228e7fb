"""Arrows go one way: cli → run, review, publish → stages → foundations."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pipeline

PACKAGE = Path(pipeline.__file__).parent
FOUNDATIONS = {
    "model", "findings", "causes", "losses", "errors", "settings", "overlay", "strings", "spans", "lexis", "decode",
    "render", "controls",
}  # fmt: skip
STAGES = {"sources", "extract", "repair", "language", "segment", "profile", "capture"}
COMPOSERS = {"run", "review", "publish"}
TOP = {"changes_view", "cli", "logs", "terminal", "streams", "api", "__main__", "__init__"}


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


def loaded_by(statement: str) -> set[str]:
    """Modules that a statement loads in a Python of its own."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_a_bare_import_is_light() -> None:
    """`import pipeline` loads nothing but itself; its entry point no more than it needs to answer Ctrl-C."""
    assert not {
        name for name in loaded_by("import pipeline") if name.startswith(("pipeline.", "pydantic", "numpy"))
    }
    assert {name for name in loaded_by("import pipeline.__main__") if name.startswith("pipeline.")} == {
        "pipeline.__main__", "pipeline.errors", "pipeline.streams",
    }  # fmt: skip


def test_reading_loads_no_tables() -> None:
    """A library user who reads one file does not wait for pandas."""
    assert not {"pandas", "pyarrow"} & loaded_by(
        "import pipeline; pipeline.read, pipeline.profile, pipeline.ingest"
    )


def test_the_room_and_the_function_of_one_name_can_both_be_had() -> None:
    assert "pipeline.profile" in loaded_by(
        "import pipeline.profile; from pipeline.profile import make_profile; from pipeline import profile; "
        "assert profile is pipeline.profile and profile.__module__ == 'pipeline.api', profile"
    )
