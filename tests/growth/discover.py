"""Every regular expression that the package builds: run as a program, it prints one JSON line for each.

`re` itself is listened to while all modules are imported, cached builders are called for each language, and small
documents go through all stages. The place where a pattern is built (file and line) says by what name, and with which
methods, the package uses it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import json
import pkgutil
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_BUILT: dict[tuple[str, int, str | bytes, int], None] = {}
_DOCUMENTS = (
    (
        "text/markdown",
        "# Gdańsk\n\nGda\ufffdsk, says Mayor Anna Nowak, has a plan of 2019.\n\nArea: 262 km² (2019)\n",
    ),
    (
        "text/markdown",
        "# Reading today\n\nThe people who live in Reading like the new plan of the council, says Reading.\n",
    ),
    (
        "text/markdown",
        "# Szeged városa\n\nA város lakói Szegeden élnek, és nagyon szeretik a folyót és a parkot.\n",
    ),
    (
        "text/html",
        "<h1>Gdańsk</h1><script type='application/ld+json'>{}</script><svg></svg><p class=a-b>Text</p>",
    ),
)


def main(package: str = "pipeline") -> None:
    """Print the patterns of the package, in order."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    folder = str(Path(str(spec.origin)).parent)
    _listen(folder)
    root = importlib.import_module(package)
    modules = [root] + [importlib.import_module(name) for name in _names(root)]
    for module in modules:
        _call_builders(module)
    _read_documents()
    for file, line, pattern, flags in sorted(_BUILT, key=str):
        text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
        print(
            json.dumps(
                [str(Path(file).relative_to(folder)), line, text, int(flags), isinstance(pattern, bytes)]
            )
        )


def _listen(folder: str) -> None:
    compile_ = re._compile  # type: ignore[attr-defined]

    def listening(pattern: Any, flags: Any) -> Any:
        frame = sys._getframe(2)
        if frame.f_code.co_filename.startswith(folder) and isinstance(pattern, str | bytes):
            compiled = compile_(pattern, flags)
            _BUILT[frame.f_code.co_filename, frame.f_lineno, pattern, int(flags)] = None
            return compiled
        return compile_(pattern, flags)

    re._compile = listening  # type: ignore[attr-defined]


def _names(root: ModuleType) -> list[str]:
    walked = pkgutil.walk_packages(root.__path__, f"{root.__name__}.")
    return sorted(module.name for module in walked if not module.name.endswith("__main__"))


def _call_builders(module: ModuleType) -> None:
    """Call the cached functions of a module that need nothing but a language or an overlay (none)."""
    from pipeline.knowledge.detection import detection

    languages = detection(None).languages
    for function in list(vars(module).values()):
        if not hasattr(function, "cache_info") or function.__module__ != module.__name__:
            continue
        parameters = list(inspect.signature(function).parameters)
        if set(parameters) <= {"overlay", "language"}:
            for language in languages if "language" in parameters else [""]:
                given = {"overlay": None, "language": language}
                with contextlib.suppress(
                    ValueError, FileNotFoundError
                ):  # a language that this builder does not know
                    function(**{name: given[name] for name in parameters})


def _read_documents() -> None:
    from tests.growth.chain import of_stages

    for media_type, text in _DOCUMENTS:
        of_stages(text.encode(), media_type)


if __name__ == "__main__":
    main()
