"""Opening what lies below `raw/`, so that no path leads out of it.

A path is walked one folder at a time, each opened in the one before and none through a symbolic link. Looking at
a path first and opening it afterwards would follow a link that another program put there in between. `raw/` itself
may be a link: the user named it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

_THROUGH = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class NotAFile(OSError):
    """A link, a folder, a device, a socket or a pipe stands there; it was not opened. A sentence is its text."""

    def __str__(self) -> str:
        return str(self.strerror)


def open_file(raw: Path, name: bytes) -> FileIO:
    """The file `name` below `raw`, open for reading, unbuffered. Never waits, and never follows a link below `raw`.

    Raises NotAFile where something else stands there, and OSError where the file system does not give the file.
    """
    folder, _, base = name.rpartition(b"/")
    with _opened(raw, folder, _THROUGH) as parent:
        require_file(os.stat(base, dir_fd=parent, follow_symlinks=False))
        try:
            descriptor = os.open(base, _FILE, dir_fd=parent)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise _refusal(stat.S_IFLNK) from error
            raise
    file = FileIO(descriptor)
    try:
        require_file(os.fstat(descriptor))
    except NotAFile:
        file.close()
        raise
    return file


@contextmanager
def open_folder(raw: Path, name: bytes) -> Iterator[int]:
    """A descriptor of the folder `name` below `raw` (b"" is `raw` itself), for listing it.

    Raises NotAFile where a link or something else stands in its place, and OSError.
    """
    with _opened(raw, name, _FOLDER) as folder:
        yield folder


@contextmanager
def _opened(raw: Path, name: bytes, flags: int) -> Iterator[int]:
    parts = name.split(b"/") if name else []
    current = os.open(raw, _THROUGH if parts else flags)
    try:
        for position, part in enumerate(parts, 1):
            how = flags if position == len(parts) else _THROUGH
            inner = _step(part, how, current)
            os.close(current)
            current = inner
        yield current
    finally:
        os.close(current)


def _step(part: bytes, flags: int, parent: int) -> int:
    try:
        return os.open(part, flags | os.O_NOFOLLOW, dir_fd=parent)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            message = "A link or a file stands where a folder was; it was not followed."
            raise NotAFile(error.errno, message) from error
        raise


def require_file(status: os.stat_result) -> None:
    """Raises NotAFile where `status` is that of anything but a regular file."""
    if not stat.S_ISREG(status.st_mode):
        raise _refusal(stat.S_IFMT(status.st_mode))


def _refusal(kind: int) -> NotAFile:
    if kind == stat.S_IFLNK:
        return NotAFile(errno.ELOOP, "A symbolic link is not followed; put the file itself in its place.")
    if kind == stat.S_IFDIR:
        return NotAFile(errno.EISDIR, "This is a folder, not a file.")
    return NotAFile(errno.ENXIO, "This is a device, a socket or a pipe, not a file; it was not opened.")
