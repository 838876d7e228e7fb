"""Every file below a folder, without following a link or opening a device."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import DocumentError, RefusedPath, RunError, Unreadable
from pipeline.sources.access import NotAFile, open_folder, require_file

MANIFEST = "manifest.csv"
SIDECAR_SUFFIX = ".meta.json"
_LONGEST_PATH = 4096
"""Bytes of a path below `raw/`: what the systems this runs on open by its path (PATH_MAX)."""
_DEEPEST = 256
"""Folders within each other. Each is opened in the one before, so that a tree without bottom costs the square of its
depth: 14 s at 2,000."""
_TOO_DEEP = (
    f"This lies more than {_DEEPEST} folders deep, or its path is over {_LONGEST_PATH:,} bytes; move it up."
)


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


_BYTE = re.compile(rb"\\x([0-9a-f]{2})")


def path_text(name: bytes) -> str:
    """A path as text: a byte that is not UTF-8 is written as `\\xNN`; a backslash that would read so is `\\x5c`.

    No two paths have the same text; `path_bytes` leads back.
    """
    return _BYTE.sub(rb"\\x5cx\1", name).decode("utf-8", "backslashreplace")


def path_bytes(text: str) -> bytes:
    """The path that `path_text` wrote as `text`."""
    encoded = text.encode("utf-8", "surrogateescape")
    return _BYTE.sub(lambda match: bytes.fromhex(match[1].decode()), encoded)


def scan(raw: Path) -> list[Entry]:
    """All files below `raw`, sorted by their bytes; hidden files, the manifest and sidecars are left out.

    Raises RunError where `raw` is not a folder that can be read.
    """
    if not raw.is_dir():
        what = "is not a folder" if raw.exists() else "does not exist"
        raise RunError(f"The folder {raw} {what}; put your documents there, or name another: ingest FOLDER.")
    try:
        return sorted(_walk(raw), key=lambda entry: entry.name)
    except OSError as error:
        raise RunError(
            f"The folder {raw} cannot be read ({error.strerror}); check its permissions."
        ) from error


def _walk(raw: Path) -> Iterator[Entry]:
    """Entries below `raw`; folders are kept on a stack, so that depth costs no recursion."""
    stack = [b""]
    while stack:
        folder = stack.pop()
        try:
            with open_folder(raw, folder) as opened, os.scandir(opened) as items:
                found = [(_below(folder, item), item, _status(item)) for item in items]
        except OSError as error:
            if not folder:
                raise
            if not isinstance(error, FileNotFoundError):  # else it was removed since it was listed
                yield _refused(folder, _folder_error(error))
            continue
        for name, item, status in found:
            if item.name.startswith(".") or name == MANIFEST.encode() or status is None:
                continue
            if len(name) > _LONGEST_PATH or name.count(b"/") > _DEEPEST:
                yield _refused(name, RefusedPath(_TOO_DEEP))
            elif isinstance(status, OSError):
                yield _refused(name, Unreadable(f"The file cannot be read: {status.strerror}."))
            elif stat.S_ISDIR(status.st_mode):
                stack.append(name)
            elif stat.S_ISLNK(status.st_mode) or not name.endswith(SIDECAR_SUFFIX.encode()):
                yield _entry(name, status)


def _below(folder: bytes, item: os.DirEntry[str]) -> bytes:
    name = os.fsencode(item.name)
    return folder + b"/" + name if folder else name


def _status(item: os.DirEntry[str]) -> os.stat_result | OSError | None:
    """What an entry is, or why that cannot be told; None where it was removed since it was listed."""
    try:
        return item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        return error


def _folder_error(error: OSError) -> DocumentError:
    if isinstance(error, NotAFile):
        return RefusedPath(str(error))
    return Unreadable(f"The folder cannot be read: {error.strerror}.")


def _entry(name: bytes, status: os.stat_result) -> Entry:
    try:
        require_file(status)
    except NotAFile as error:
        return _refused(name, RefusedPath(str(error)))
    return Entry(name, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))


def _refused(name: bytes, error: DocumentError) -> Entry:
    return Entry(name, (0, 0, 0, 0), error)
