"""Starts a worker process. Run as a script, by its absolute path, with `-P`.

`python -m` would put the working folder, which may hold scraped files, first on `sys.path`, and any `ctypes.py`
or `pipeline/` in it would be imported. This script is given the parent's module folders as its arguments, puts
none of its own before them, and loads this very package from where the script lies.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def load_package(folder: Path) -> None:
    """Load the package in `folder` under its name, wherever else a package of that name may lie."""
    spec = importlib.util.spec_from_file_location(
        folder.name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[folder.name] = module
    spec.loader.exec_module(module)


def main() -> None:
    """Take over the module folders, load the package, serve."""
    sys.path[:] = sys.argv[1:]
    load_package(Path(__file__).resolve().parents[2])
    from pipeline.run.children.worker import main as serve

    serve()


if __name__ == "__main__":
    main()
