"""The rules of the house: layers, no circles, folders that one can take in, first lines that say what a module owns.

Imports go one way: cli → api → run → exports → store → stages → foundations, and no stage imports another.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import pipeline

PACKAGE = Path(pipeline.__file__).parent
FOUNDATIONS = {
    "errors", "records", "knowledge", "settings", "strings", "controls", "render", "lexicon", "decode", "sources",
}  # fmt: skip
STAGES = {"extract", "repair", "language", "segment", "profiles", "capture"}
LAYERS = (
    FOUNDATIONS,
    STAGES,
    {"store"},
    {"exports"},
    {"run"},
    {"api", "logs", "streams"},
    {"cli"},
    {"__main__"},
)
"""The rooms, from the lowest: each imports its own layer and those below."""
MOST_MODULES = 12
"""Modules of a folder, `__init__` not counted."""

MODULES = {
    ".".join(("pipeline", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in MODULES.items()}


def imports_of(module: str) -> Iterator[str]:
    """The modules of this package that a module imports, wherever in it, for types too."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield from (
                    found for found in (name if name in MODULES else node.module,) if found in MODULES
                )
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def layer(module: str) -> int:
    return next(number for number, rooms in enumerate(LAYERS) if room(module) in rooms)


PARTS = [module for module in MODULES if module != "pipeline"]


@pytest.mark.parametrize("module", PARTS)
def test_imports_run_downward(module: str) -> None:
    for other in imports_of(module):
        if other != "pipeline":
            assert layer(other) <= layer(module), other


@pytest.mark.parametrize("module", [module for module in PARTS if room(module) in STAGES])
def test_a_stage_never_imports_another_stage(module: str) -> None:
    assert {room(other) for other in imports_of(module)} <= FOUNDATIONS | {room(module)}


@pytest.mark.parametrize(
    "module", [module for module in PARTS if room(module) not in STAGES | {"run", "api"}]
)
def test_only_the_run_and_the_library_compose_stages(module: str) -> None:
    assert not {room(other) for other in imports_of(module)} & STAGES


def test_records_and_errors_import_no_other_room() -> None:
    for module in PARTS:
        if room(module) in ("records", "errors"):
            assert {room(other) for other in imports_of(module)} <= {room(module)}, module


def test_no_module_imports_another_in_a_circle() -> None:
    """A package's `__init__` is its door: it may import what is behind it when it is called."""
    graph = {
        module: {other for other in imports_of(module) if other not in (module, "pipeline")}
        for module in PARTS
    }
    doors = {module for module in PARTS if MODULES[module].name == "__init__.py"}
    try:
        tuple(
            TopologicalSorter(
                {m: others - doors for m, others in graph.items() if m not in doors}
            ).static_order()
        )
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_a_folder_can_be_taken_in_at_a_glance() -> None:
    for folder in {path.parent for path in MODULES.values()}:
        modules = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
        assert len(modules) <= MOST_MODULES, (folder.relative_to(PACKAGE), len(modules))


@pytest.mark.parametrize("module", MODULES)
def test_the_first_line_says_what_a_module_owns(module: str) -> None:
    first = (ast.get_docstring(TREES[module]) or "").split("\n")[0]
    assert first.endswith((".", "…", "?", ":", "!")) or len(first) > 60, first
    assert first


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
