"""Data built once from what dependencies ship, and kept in the user's cache folder.

Building a gazetteer or a language model takes seconds; loading it takes milliseconds. A cache file is named
after what it was built from, so that a new version of a dependency builds a new file.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import platformdirs

from pipeline.errors import RunError

CACHE_VARIABLE = "CITYREPORTS_CACHE"


def cache_folder() -> Path:
    """Where built data is kept: `$CITYREPORTS_CACHE`, else the user's cache folder. Made where absent.

    Raises RunError where it cannot be made.
    """
    given = os.environ.get(CACHE_VARIABLE)
    folder = Path(given) if given else Path(platformdirs.user_cache_dir("cityreports", appauthor=False))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"The cache folder {folder} cannot be made ({error.strerror}); name another in {CACHE_VARIABLE}."
        ) from error
    return folder


def built_once(name: str, build: Callable[[Path], None]) -> Path:
    """The cache file `name`; where it is not there yet, `build` writes it to the path it is given.

    Safe among processes: one builds, the others wait; a file appears under its name only whole.
    """
    target = cache_folder() / name
    if target.exists():
        return target
    with (target.with_name(name + ".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            partial = target.with_name(f"{name}.{os.getpid()}.partial")
            try:
                build(partial)
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
    return target
