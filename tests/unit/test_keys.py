"""The key under which a document is done: which files of the package are part of it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pipeline
from pipeline import extract
from pipeline.records import Source
from pipeline.run.planning import keys
from pipeline.settings import Settings
from tests.conftest import PROJECT

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
        "store/packing.py",  # messages between processes
        "store/ledger.py",  # the type of what was written
        "sources/access.py",  # opens a file; the digest of its bytes is in the key
        "sources/__init__.py",
        *(f"{folder}/__init__.py" for folder in ("exports", "run", "run/children", "run/planning", "store")),
        "__init__.py",
    }
    for name in FILES:
        if not name.endswith(".py") or not keys.concerns(name, media_type):
            continue
        for other in imported(name):
            readers = [reader for reader in extract.READERS if other.startswith(reader.folder)]
            assert keys.concerns(other, media_type) or other in harmless or readers, (name, other)


class Edited:
    """A file of the package that says something else than it does."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def read_bytes(self) -> bytes:
        return self._text


def digests(monkeypatch: pytest.MonkeyPatch, edited: str | None = None) -> dict[str, str]:
    """The code's part of the key for each type of document, with one file of the package edited."""
    files = tuple((name, Edited(b"edited" if name == edited else b"")) for name in FILES)
    monkeypatch.setattr(keys, "package_files", lambda: files)
    return {media_type: keys.code_digest.__wrapped__(media_type) for media_type in TYPES}


CANNOT_CHANGE = {
    "__init__.py", "__main__.py", "api.py", "logs.py", "streams.py", "py.typed",
    *(f"cli/{name}.py" for name in ("__init__", "changes_view", "commands", "terminal")),
    *(f"exports/{name}.py" for name in ("__init__", "aggregates", "cells", "frames")),
    # a run's bookkeeping: what it passes to a document is in its key by value
    *(f"run/{name}.py" for name in (
        "__init__", "engine", "gather", "guard", "inspect", "placing", "preview", "progress", "quarantine",
        "run_record",
    )),
    *(f"run/planning/{name}.py" for name in ("__init__", "changes", "keys", "plan", "staging")),
    *(f"run/children/{name}.py" for name in ("__init__", "in_process", "last_lines", "pool", "start_child")),
    *(f"store/{name}.py" for name in ("__init__", "differences", "ledger", "ledger_file", "packing")),
    # metadata: what they say of a document is in its key by value
    *(f"sources/{name}.py" for name in ("__init__", "access", "folder", "manifest", "metadata", "values")),
}  # fmt: skip
READERS = {"extract/html/": TYPES[:1], "extract/pdf/": TYPES[3:], "extract/text/": TYPES[1:3]}


@pytest.mark.parametrize("name", FILES)
def test_an_edit_of_any_file_changes_the_keys_of_all_documents_that_it_can_change(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = digests(monkeypatch), digests(monkeypatch, name)
    changed = [media_type for media_type in TYPES if before[media_type] != after[media_type]]
    own = next((types for start, types in READERS.items() if name.startswith(start)), TYPES)
    assert changed == ([] if name in CANNOT_CHANGE else list(own))


def test_the_short_list_names_files_that_are_there() -> None:
    assert set(FILES) >= CANNOT_CHANGE


def test_the_type_of_a_document_is_in_its_key() -> None:
    """Text and Markdown are read by the same files, and differently."""
    source = Source(path="a", sha256="0" * 64, media_type="text/plain", size=1)
    as_markdown = source.model_copy(update={"media_type": "text/markdown"})
    parts = [keys.parts_of_key(item, (), Settings()) for item in (source, as_markdown)]
    assert keys.key_of(parts[0]) != keys.key_of(parts[1])


WATCHED = """
import hashlib, os, sys
from pathlib import Path

opened = set()
sys.addaudithook(lambda event, args: opened.add(os.fsdecode(args[0])) if event == "open" and isinstance(args[0], (str, bytes)) else None)

import pipeline
from pipeline import extract
from pipeline.records import Source
from pipeline.run.children import worker
from pipeline.settings import Settings

path, media_type = Path(sys.argv[1]), sys.argv[2]
data = path.read_bytes()
source = Source(path=path.name, sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, size=len(data))
request = {"raw": bytes(path.parent).hex(), "name": bytes(Path(path.name)).hex(), "source": source.model_dump(mode="json")}
header, payload = worker.serve({"task": "read", "findings": [], **request}, b"", Settings())
assert header["ok"], header
header, _ = worker.serve({"task": "settle", "answers": {}}, payload[: header["extracted"]], Settings())
assert header["ok"], header
loaded = {module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] == "pipeline"}
package = Path(pipeline.__file__).parent
for name in loaded | opened:
    if name and Path(name).is_relative_to(package):
        print(Path(name).relative_to(package).as_posix())
"""  # noqa: E501
"""A document's way through a child, and what of the package it loaded or opened."""


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("cities.example/en/gdansk.html", "text/html"),
        ("welcome.example/nl/gent.txt", "text/plain"),
        ("welcome.example/nl/gent.txt", "text/markdown"),
        ("reports/utrecht-2023.pdf", "application/pdf"),
    ],
)
def test_whatever_a_child_loads_or_opens_for_a_document_is_in_its_key(path: str, media_type: str) -> None:
    command = [sys.executable, "-c", WATCHED, str(PROJECT / "raw" / path), media_type]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)
    used = set(done.stdout.splitlines()) & set(FILES)
    assert len(used) > 60
    assert {name for name in used if not keys.concerns(name, media_type)} <= CANNOT_CHANGE


def test_a_reader_is_in_the_keys_of_its_own_format_only() -> None:
    assert keys.concerns("extract/text/units.py", "text/plain")
    assert not keys.concerns("extract/text/units.py", "text/html")
    assert keys.concerns("extract/pdf/tables/ruled.py", "application/pdf")
    assert not keys.concerns("extract/pdf/tables/ruled.py", "text/plain")
    assert all(keys.concerns("extract/accounting.py", media_type) for media_type in TYPES)
    assert all(keys.concerns("strings.py", media_type) for media_type in TYPES)
