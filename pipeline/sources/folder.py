"""Every file below a folder, without following a link or opening a device."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DocumentError, RefusedPath, RunError, Unreadable

MANIFEST = "manifest.csv"
SIDECAR_SUFFIX = ".meta.json"


@dataclass(frozen=True)
class Entry:
    """A file below `raw/`. `name` is its path relative to `raw/` as bytes, `path` the same as text.

    `stamp` changes when the file changes (size, modification, change, inode). `refused` says why the file may
    not be opened; such an entry has no content.
    """

    name: bytes
    stamp: tuple[int, int, int, int]
    refused: DocumentError | None = None

    @property
    def path(self) -> str:
        return path_text(self.name)


def path_text(name: bytes) -> str:
    """A path as text: bytes that are not UTF-8 are written as `\\xNN`."""
    return name.decode("utf-8", "backslashreplace")


def scan(raw: Path) -> list[Entry]:
    """All files below `raw`, sorted by their bytes; hidden files, the manifest and sidecars are left out.

    Raises RunError where `raw` is not a folder that can be read.
    """
    if not raw.is_dir():
        what = "is not a folder" if raw.exists() else "does not exist"
        raise RunError(f"The folder {raw} {what}; put your documents there, or name another: ingest FOLDER.")
    try:
        return sorted(_walk(os.fsencode(raw), b""), key=lambda entry: entry.name)
    except PermissionError as error:
        raise RunError(
            f"The folder {raw} cannot be read ({error.strerror}); check its permissions."
        ) from error


def _walk(root: bytes, below: bytes) -> Iterator[Entry]:
    """Entries below `root/below`; folders are kept on a stack, so that depth costs no recursion."""
    stack = [below]
    while stack:
        folder = stack.pop()
        try:
            items = list(os.scandir(root + b"/" + folder if folder else root))
        except OSError as error:
            if not folder:
                raise
            yield _refused(folder, Unreadable(f"The folder cannot be read: {error.strerror}."))
            continue
        for item in items:
            name = folder + b"/" + item.name if folder else item.name
            if item.name.startswith(b".") or name == MANIFEST.encode():
                continue
            if item.is_symlink():
                yield _refused(
                    name, RefusedPath("A symbolic link is not followed; put the file itself in its place.")
                )
            elif item.is_dir(follow_symlinks=False):
                stack.append(name)
            elif not item.name.endswith(SIDECAR_SUFFIX.encode()):
                yield _entry(name, item)


def _entry(name: bytes, item: os.DirEntry[bytes]) -> Entry:
    try:
        status = item.stat(follow_symlinks=False)
    except OSError as error:
        return _refused(name, Unreadable(f"The file cannot be read: {error.strerror}."))
    if not stat.S_ISREG(status.st_mode):
        return _refused(
            name, RefusedPath("This is a device, a socket or a pipe, not a file; it was not opened.")
        )
    return Entry(name, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))


def _refused(name: bytes, error: DocumentError) -> Entry:
    return Entry(name, (0, 0, 0, 0), error)
