"""What is wrong with an overlay folder: names that nothing reads, and entries that do not fit."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pipeline.errors import UsageError
from pipeline.knowledge import detection, languages, sections
from pipeline.knowledge.files import shipped
from pipeline.knowledge.shapes import SECTIONS, did_you_mean, faults
from pipeline.knowledge.word_lists import SHAPES

_SHAPES: dict[str, TypeAdapter[Any]] = {
    SECTIONS: sections.SHAPE,
    detection.NAME: detection.SHAPE,
    **SHAPES,
}
"""The data files that an overlay may have beside those of languages, and their shapes."""

FOLDERS = ("capture", "knowledge", languages.FOLDER)
"""The folders of an overlay in which data files are looked for. Other folders may lie beside them."""

_OF_A_LANGUAGE = re.compile(rf"{languages.FOLDER}/([a-z]{{2,3}})\.toml")

_IN_LANGUAGES = "knowledge/languages/xx.toml, a file for each language xx"
_OF_HEADINGS = (
    f"{_IN_LANGUAGES} ([headings.…] for [sections.…], in it 'exact' for 'headings' and 'stems' for 'words')"
)

RENAMED = {
    "segment/taxonomy/sections.toml": SECTIONS,
    "segment/taxonomy": _OF_HEADINGS,
    "segment/furniture.toml": "knowledge/furniture.toml",
    "profile/editions.toml": "knowledge/editions.toml",
    "profile/home.toml": f"'countries' in {_IN_LANGUAGES}",
    "profile/networks.toml": "knowledge/networks.toml",
    "profile/policies.toml": f"[policies] in {_IN_LANGUAGES}",
    "profile/prepositions.toml": f"'place_prepositions' in {_IN_LANGUAGES}",
    "profile/roles.toml": f"[roles] in {_IN_LANGUAGES}",
    "profile/units.toml": "knowledge/units.toml",
    "language/languages.toml": detection.NAME,
    "knowledge/headings/sections.toml": SECTIONS,
    "knowledge/headings": _OF_HEADINGS,
    "knowledge/home.toml": f"'countries' in {_IN_LANGUAGES}",
    "knowledge/languages.toml": detection.NAME,
    "knowledge/policies.toml": f"[policies] in {_IN_LANGUAGES}",
    "knowledge/prepositions.toml": f"'place_prepositions' in {_IN_LANGUAGES}",
    "knowledge/roles.toml": f"[roles] in {_IN_LANGUAGES}",
}
"""Data files and folders of an overlay that had another name before, and the one they have."""


def check(overlay: Path) -> None:
    """Whether the overlay folder can be used. Raises UsageError with the first sentence of what is wrong with it."""
    _check_folder(overlay)
    for problem in problems(overlay):
        raise UsageError(problem)


def problems(overlay: Path) -> Iterator[str]:
    """A sentence for each thing that is wrong in an overlay folder: names first, then the entries of each file.

    Raises UsageError where the folder itself cannot be used.
    """
    _check_folder(overlay)
    renamed = tuple(old for old in RENAMED if (overlay / old).exists())
    for old in renamed:
        new = RENAMED[old].replace("knowledge/", f"{overlay}/knowledge/")
        yield f"{overlay / old} is called {new} now; move it there."
    yield from _fixed(overlay, renamed)
    yield from _unknown(overlay, renamed)
    for name in data_files(overlay):
        yield from faults(_shape_of(name), name, overlay)


def data_files(overlay: Path) -> list[str]:
    """The names of the overlay's data files that the program reads, sorted."""
    own = overlay / languages.FOLDER
    of_languages = [f"{languages.FOLDER}/{path.name}" for path in own.iterdir()] if own.is_dir() else []
    others = [name for name in _SHAPES if (overlay / name).exists() or (overlay / name).is_symlink()]
    return sorted([*others, *filter(_is_of_a_language, of_languages)])


def _shape_of(name: str) -> TypeAdapter[Any]:
    return languages.SHAPE if _is_of_a_language(name) else _SHAPES[name]


def _is_of_a_language(name: str) -> bool:
    """Whether a data file is named after a language: by its code, not by an alias of it."""
    code = _OF_A_LANGUAGE.fullmatch(name)
    return code is not None and code[1] not in detection.detection(None).aliases


def _check_folder(overlay: Path) -> None:
    try:
        str(overlay).encode()
        if not stat.S_ISDIR(overlay.stat().st_mode):
            raise UsageError(f"The overlay folder {overlay} (setting 'data') is not a folder.")
        for folder in ("", *FOLDERS):
            if (overlay / folder).is_dir():
                next((overlay / folder).iterdir(), None)
    except UnicodeEncodeError as error:
        raise UsageError(
            "The name of the overlay folder (setting 'data') is not UTF-8; rename it."
        ) from error
    except OSError as error:
        raise UsageError(
            f"The overlay folder {overlay} (setting 'data') cannot be used: {error.strerror}."
        ) from error


def _fixed(overlay: Path, renamed: tuple[str, ...]) -> Iterator[str]:
    """Files under the name of one that ships and that is read without an overlay."""
    for name in shipped():
        own = overlay / name
        if not (_is_of_a_language(name) or name in _SHAPES or name in renamed) and own.exists():
            yield f"{own} is not read: {name} is fixed with the program. Remove the file."


def _unknown(overlay: Path, renamed: tuple[str, ...]) -> Iterator[str]:
    """Files and folders in the folders of data files that have no meaning there; notes (*.md) and hidden files may."""
    for folder in FOLDERS:
        for path in sorted((overlay / folder).iterdir()) if (overlay / folder).is_dir() else ():
            name = f"{folder}/{path.name}"
            if name in (*FOLDERS, *_SHAPES, *shipped(), *renamed) or _is_of_a_language(name):
                continue
            if path.name.startswith(".") or path.suffix == ".md":
                continue
            yield f"{path} is not read: {_hint(folder, path)}"


def _hint(folder: str, path: Path) -> str:
    """What a file in a folder of data files may be called instead."""
    if folder == languages.FOLDER:
        code = detection.detection(None).aliases.get(path.stem)
        if path.suffix == ".toml" and code:
            return f"the code of this language is '{code}'; name it {code}.toml."
        return "a file of a language is called after its code, as in pl.toml."
    known = [name.rpartition("/")[2] for name in (*_SHAPES, *FOLDERS) if name.startswith(f"{folder}/")]
    return did_you_mean(path.name, [name for name in known if "/" not in name])
