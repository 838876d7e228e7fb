"""Data built once from what dependencies ship, and kept in the user's cache folder.

Building a gazetteer or a language model takes seconds; loading it takes milliseconds. A cache file is named
after what it was built from, so that a new version of a dependency builds a new file.

Beside each file `NAME` stands `NAME.seal`: its size and digest, and the time stamps it had when these were found
right. While the stamps are the same the file is trusted without being read; when they are not, it is read once, and
sealed again where its digest is right or built again where it is not. A file that was cut, overwritten or swapped
is never opened as data.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib import resources
from io import FileIO
from pathlib import Path
from typing import Any

import platformdirs

from pipeline.errors import RunError

CACHE_VARIABLE = "CITYREPORTS_CACHE"
SEAL_SUFFIX = ".seal"
_LONGEST_SEAL = 4096
_FULL = (errno.ENOSPC, errno.EDQUOT)


def sources_of(*names: str) -> list[str]:
    """The text of files of this package (its code and data), for the stamp of what is built from them."""
    package = resources.files("pipeline.lexicon")
    return [package.joinpath(*name.split("/")).read_text(encoding="utf-8") for name in names]


def cache_folder() -> Path:
    """Where built data is kept: `$CITYREPORTS_CACHE`, else the user's cache folder. Made where absent.

    Raises RunError where it cannot be made.
    """
    given = os.environ.get(CACHE_VARIABLE)
    try:
        folder = Path(given) if given else Path(platformdirs.user_cache_dir("cityreports", appauthor=False))
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RunError(
            f"The cache folder {given or 'of the user'} cannot be made ({reason}); name another in {CACHE_VARIABLE}."
        ) from error
    return folder


def built_once(name: str, build: Callable[[Path], None]) -> Path:
    """The cache file `name`, whole; where it is absent or damaged, `build` writes it to the path it is given.

    Safe among processes: one builds, the others wait; a file appears under its name only whole. Raises RunError
    where the folder does not let it be built.
    """
    target = cache_folder() / name
    if _is_whole(target):
        return target
    with _told(target), _lock(target):
        if not _is_whole(target):
            _build(target, build)
    return target


def _build(target: Path, build: Callable[[Path], None]) -> None:
    for left in target.parent.glob(
        f"{target.name}.*.partial"
    ):  # of a process that was killed: we hold the lock
        left.unlink(missing_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        build(partial)
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if target.is_dir() and not target.is_symlink():
            target.rmdir()
        partial.replace(target)
        _seal(target, target.stat(), digest)
    finally:
        partial.unlink(missing_ok=True)


def _is_whole(target: Path) -> bool:
    """Whether the file is the one that was built, by its stamps, else by its digest."""
    seal = _read_seal(target)
    if seal is None:
        return False
    try:
        with _open(target) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size != seal["size"]:
                return False
            if _stamps(status) == seal["stamps"]:
                return True
            if hashlib.file_digest(file, "sha256").hexdigest() != seal["sha256"]:
                return False
    except OSError:
        return False
    with suppress(OSError):  # in a folder that cannot be written, each process reads the file once
        _seal(target, status, seal["sha256"])
    return True


def _stamps(status: os.stat_result) -> list[int]:
    return [status.st_ino, status.st_mtime_ns, status.st_ctime_ns]


def _read_seal(target: Path) -> dict[str, Any] | None:
    try:
        with _open(_seal_of(target)) as file:
            seal = json.loads(file.read(_LONGEST_SEAL))
    except (OSError, ValueError, RecursionError):
        return None
    return seal if isinstance(seal, dict) and seal.keys() >= {"size", "sha256", "stamps"} else None


def _seal(target: Path, status: os.stat_result, digest: str) -> None:
    """Write down the digest of the file at `target`, found while it had this status. Raises OSError."""
    body = json.dumps({"size": status.st_size, "sha256": digest, "stamps": _stamps(status)})
    partial = _seal_of(target).with_name(f"{target.name}.{os.getpid()}-{secrets.token_hex(4)}.partial")
    try:
        partial.write_text(body, encoding="ascii")
        partial.replace(_seal_of(target))
    finally:
        partial.unlink(missing_ok=True)


def _seal_of(target: Path) -> Path:
    return target.with_name(target.name + SEAL_SUFFIX)


@contextmanager
def _lock(target: Path) -> Iterator[None]:
    """Hold the file's lock. Where there can be none, go without: it saves double work and nothing else."""
    with ExitStack() as stack:
        with suppress(OSError):  # a folder that cannot be written, a network file system without locks
            lock = stack.enter_context(_open(target.with_name(target.name + ".lock"), os.O_RDWR | os.O_CREAT))
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _open(path: Path, flags: int = os.O_RDONLY) -> FileIO:
    """An open file, whatever stands there: a pipe is not waited for."""
    return FileIO(os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o666))


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Turn what the folder does not allow into one sentence that says what to do."""
    try:
        yield
    except OSError as error:
        raise _sentence(target, error.strerror or str(error), error.errno in _FULL) from error
    except sqlite3.OperationalError as error:
        raise _sentence(target, str(error), "full" in str(error)) from error


def _sentence(target: Path, reason: str, full: bool) -> RunError:
    what = "The disk is full" if full else f"The cache folder {target.parent} cannot be used ({reason})"
    return RunError(
        f"{what}: {target} could not be built. Make room or mend the folder, or name another in {CACHE_VARIABLE}."
    )
