"""The key of a document's result: it changes when anything changes on which the outputs depend.

Its parts are named, so that `status` can say why a document will be done again.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path

import orjson

from pipeline.extract import READERS
from pipeline.records import Finding, Source, digest
from pipeline.settings import Settings

_CANNOT_CHANGE_A_DOCUMENT = (
    "__init__.py", "__main__.py", "api.py", "logs.py", "streams.py", "py.typed",
    "cli/", "exports/", "run/", "sources/", "store/",
)  # fmt: skip
"""What of the package is no part of a document's key. What sources say of a document is in its key by value."""

_STILL_CAN = (
    "run/analysis.py", "run/children/worker.py", "run/offers.py", "run/planning/identity.py", "run/stages.py",
    "store/output_folder.py", "store/result.py",
    "sources/content.py", "sources/gz.py", "sources/signatures.toml",
)  # fmt: skip
"""Of these, what takes part: reading a document's bytes, telling its type and cutting it to the budget included."""


def parts_of_key(source: Source, noticed: Sequence[Finding], settings: Settings) -> dict[str, str]:
    """The parts of a document's key, by the name under which `status` speaks of them.

    `noticed` is what the plan found wrong with its metadata: the document carries it.
    """
    about = source.model_dump(mode="json", exclude={"sha256", "size"})
    about["noticed"] = [finding.model_dump(mode="json") for finding in noticed]
    return {
        "content": source.sha256,
        "metadata": digest(orjson.dumps(about, option=orjson.OPT_SORT_KEYS)),
        "configuration": _configuration(settings),
        "program": code_digest(source.media_type),
        "libraries": libraries_digest(),
        "overlay": _overlay_digest(settings.data),
        "tools": _tools_digest() if settings.ocr and _uses_tesseract(source) else "",
    }


def key_of(parts: dict[str, str]) -> str:
    """One digest for the parts of a key."""
    return digest(*(item for name in sorted(parts) for item in (name, parts[name])))


def limits_digest(settings: Settings) -> str:
    """The digest of what decides whether a document is stopped: the limits, and the program as a whole."""
    return digest(str(settings.time_limit), str(settings.memory_limit), program_digest())


@cache
def _configuration_of(values: str) -> str:
    return digest(values)


def _configuration(settings: Settings) -> str:
    return _configuration_of(orjson.dumps(settings.affecting_outputs(), option=orjson.OPT_SORT_KEYS).decode())


@cache
def code_digest(media_type: str) -> str:
    """The digest of the code and data files that can change what is made of documents of this type."""
    hasher = hashlib.sha256()
    for name, item in package_files():
        if concerns(name, media_type):
            hasher.update(digest(name, item.read_bytes()).encode())
    return hasher.hexdigest()


def concerns(name: str, media_type: str) -> bool:
    """Whether a file of the package (a path with slashes) can change what is made of documents of this type.

    The code of a reader counts for its own format; what belongs to no reader counts for all.
    """
    if name.startswith(_CANNOT_CHANGE_A_DOCUMENT) and name not in _STILL_CAN:
        return False
    own = next((reader for reader in READERS if name.startswith(reader.folder)), None)
    return own is None or media_type in own.media_types


@cache
def program_digest() -> str:
    """The digest of all code and data files of this package."""
    return digest(*(part for name, item in package_files() for part in (name, item.read_bytes())))


@cache
def package_files() -> tuple[tuple[str, Traversable], ...]:
    """All files of the package, by their paths with slashes, sorted."""
    return tuple(sorted(_files_below(resources.files("pipeline"), ""), key=lambda file: file[0]))


def _files_below(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        if item.is_dir():
            if item.name != "__pycache__":
                yield from _files_below(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item


@cache
def libraries() -> dict[str, str]:
    """Name and version of every library that this package depends on, directly or not, sorted by name."""
    found: dict[str, str] = {}
    wanted = ["cityreports"]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # an extra or a library for another platform
        found[name] = distribution.version
        wanted += [_name(line) for line in distribution.requires or () if "extra ==" not in line]
    found.pop("cityreports", None)
    return dict(sorted(found.items()))


def _name(requirement: str) -> str:
    end = next(
        (i for i, char in enumerate(requirement) if not (char.isalnum() or char in "-_.")), len(requirement)
    )
    return requirement[:end].lower().replace("_", "-").replace(".", "-")


@cache
def libraries_digest() -> str:
    """The digest of the versions of all libraries."""
    return digest(*(f"{name}=={version}" for name, version in libraries().items()))


def _uses_tesseract(source: Source) -> bool:
    return any(reader.uses_tesseract for reader in READERS if source.media_type in reader.media_types)


@cache
def _tools_digest() -> str:
    """The digest of the optional tools that are found: tesseract's version and languages."""
    found = shutil.which("tesseract")
    if found is None:
        return digest("no tesseract")
    said = [
        subprocess.run([found, option], capture_output=True, check=False).stdout
        for option in ("--version", "--list-langs")
    ]
    return digest(*said)


@cache
def _overlay_digest(folder: Path | None) -> str:
    if folder is None or not folder.is_dir():
        return digest("no overlay")
    files = sorted(path for path in folder.rglob("*.toml") if path.is_file())
    return digest(*(item for path in files for item in (str(path.relative_to(folder)), path.read_bytes())))
