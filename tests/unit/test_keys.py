"""The key under which a document is done: which files of the package are part of it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pipeline
from pipeline.run import keys

PACKAGE = Path(pipeline.__file__).parent
TYPES = ("text/html", "text/plain", "text/markdown", "application/pdf")
FILES = [name for name, _ in keys.package_files()]


def imported(name: str) -> set[str]:
    """The files of the package that a file of it imports."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / name).read_text(encoding="utf-8"))):
        modules = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline"):
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for module in modules:
            path = module.removeprefix("pipeline").strip(".").replace(".", "/")
            found |= {candidate for candidate in (f"{path}.py", f"{path}/__init__.py") if candidate in FILES}
    return found


@pytest.mark.parametrize("media_type", TYPES)
def test_what_a_file_of_the_key_imports_is_in_the_key(media_type: str) -> None:
    """A file that the key forgets would leave stale results; those named are known to change nothing."""
    harmless = {
        "run/wire.py",  # messages between processes
        "run/ledger.py",  # the type of what was written
        "sources/content.py",  # reads bytes whose digest is in the key
        "sources/__init__.py",
        "run/__init__.py",
        "__init__.py",
    }
    for name in FILES:
        if not name.endswith(".py") or not keys.concerns(name, media_type):
            continue
        for other in imported(name):
            readers = [start for start in keys._READERS if other.startswith(start)]
            assert keys.concerns(other, media_type) or other in harmless or readers, (name, other)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_in_a_key_or_in_the_short_list(name: str) -> None:
    in_keys = [media_type for media_type in TYPES if keys.concerns(name, media_type)]
    short_list = name.startswith(keys._CANNOT_CHANGE_A_DOCUMENT) and name not in keys._STILL_CAN
    assert bool(in_keys) != short_list


def test_a_reader_is_in_the_keys_of_its_own_format_only() -> None:
    assert keys.concerns("extract/text_reader.py", "text/plain")
    assert not keys.concerns("extract/text_reader.py", "text/html")
    assert keys.concerns("extract/pdf/ruled.py", "application/pdf")
    assert not keys.concerns("extract/pdf/ruled.py", "text/plain")
    assert all(keys.concerns("extract/accounting.py", media_type) for media_type in TYPES)
    assert all(keys.concerns("strings.py", media_type) for media_type in TYPES)
