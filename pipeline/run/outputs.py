"""Files under `processed/`, each visible under its name only whole: temporary file, fsync, rename."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pipeline import render
from pipeline.errors import RunError, Unreadable
from pipeline.model import Document
from pipeline.run.ledger import Output

DOCUMENTS, QUARANTINE, SCHEMA = "documents", "quarantine", "schema"
PARTIAL = ".partial"
_PIECE = 1 << 20
_ZEROS = bytes(_PIECE)
_ENTRY_NAME = re.compile(r"^[0-9a-f]{16}$")


def document_files(document: Document) -> dict[str, bytes]:
    """The files of one document, by name: its records and its readable text."""
    return {
        "clean.md": render.markdown(document).encode(),
        "document.json": document.model_dump_json(exclude_none=True).encode() + b"\n",
    }


class Outputs:
    """The output folder. All writing goes through it; a failure is one sentence and exit code 3."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self) -> None:
        """Make the folder where it is absent."""
        with _told(self.root, "made"):
            self.root.mkdir(parents=True, exist_ok=True)

    def clear_partial(self) -> None:
        """Remove what a killed run left half-written. Only for the run that holds the folder's lock."""
        with _told(self.root, "cleaned"):
            if (self.root / PARTIAL).is_dir():
                shutil.rmtree(self.root / PARTIAL)

    def write(self, path: str, data: bytes, owner: str) -> Output:
        """Write a file of `owner` below the folder, whole or not at all; unchanged bytes are left as they are."""
        target = self.root / path
        digest = hashlib.sha256(data).hexdigest()
        with _told(target, "written"):
            if not _holds(target, data):
                partial = self._room_for(target) / digest
                with partial.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                partial.replace(target)
            status = target.stat()
        return Output(path, owner, status.st_size, status.st_mtime_ns, digest)

    def copy(self, original: BinaryIO, path: str, owner: str) -> Output:
        """Copy an open file of any size below the folder, whole or not at all. Holes stay holes.

        Raises Unreadable where the original cannot be read.
        """
        target = self.root / path
        hasher = hashlib.sha256()
        with _told(target, "written"):
            partial = self._room_for(target) / owner
            with partial.open("wb") as file:
                for piece in _pieces(original):
                    if isinstance(piece, bytes):
                        hasher.update(piece)
                        file.write(piece)
                    else:
                        _hash_zeros(hasher, piece)
                        file.seek(piece, os.SEEK_CUR)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
            partial.replace(target)
            status = target.stat()
        return Output(path, owner, status.st_size, status.st_mtime_ns, hasher.hexdigest())

    def _room_for(self, target: Path) -> Path:
        """Make the folder of a file, and give the folder for half-written ones."""
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = self.root / PARTIAL
        partial.mkdir(exist_ok=True)
        return partial

    def keep_only(self, folder: str, entry: str, names: Iterable[str]) -> None:
        """Remove the files of a document or quarantine entry but those named."""
        kept, target = set(names), self.root / folder / entry
        with _told(target, "cleaned"):
            for item in target.iterdir():
                if item.name not in kept:
                    _delete(item)

    def sweep(self, wanted: Mapping[str, set[str]], aggregates: Iterable[str]) -> None:
        """Remove what nothing wants any more: folders of gone documents and entries, aggregates of old versions."""
        with _told(self.root, "cleaned"):
            for folder, entries in wanted.items():
                parent = self.root / folder
                for item in sorted(parent.iterdir()) if parent.is_dir() else ():
                    if _ENTRY_NAME.match(item.name) and item.name not in entries:
                        _delete(item)
                if parent.is_dir() and not any(parent.iterdir()):
                    parent.rmdir()
            for path in aggregates:
                (self.root / path).unlink(missing_ok=True)

    def intact(self, outputs: Iterable[Output]) -> bool:
        """Whether all these files stand there as they were written (by size and time of change)."""
        for output in outputs:
            try:
                status = (self.root / output.path).lstat()
            except OSError:
                return False
            if (status.st_size, status.st_mtime_ns) != (output.size, output.mtime_ns):
                return False
        return True


_PIECE = 1 << 20
_ZEROS = bytes(_PIECE)


def _pieces(file: BinaryIO) -> Iterator[bytes | int]:
    """The content of a file in order: bytes, and for a hole its length. Raises Unreadable."""
    descriptor, position = file.fileno(), 0
    try:
        while True:
            piece = _hole_at(descriptor, position) or _data_at(descriptor, position)
            if not piece:
                return
            yield piece
            position += piece if isinstance(piece, int) else len(piece)
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from error


def _hole_at(descriptor: int, position: int) -> int:
    """The length of the hole at a position; 0 where there is data, or where the file system does not tell."""
    if not hasattr(os, "SEEK_DATA"):
        return 0
    try:
        data = os.lseek(descriptor, position, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:
            return 0
        data = os.fstat(descriptor).st_size  # no data from here to the end
    return max(0, data - position)


def _data_at(descriptor: int, position: int) -> bytes:
    """A piece of the data at a position, up to the next hole where that can be told; b"" at the end."""
    size = _PIECE
    if hasattr(os, "SEEK_HOLE"):
        with suppress(OSError):
            size = min(size, os.lseek(descriptor, position, os.SEEK_HOLE) - position)
    return os.pread(descriptor, max(size, 1), position)


def _hash_zeros(hasher: hashlib._Hash, count: int) -> None:
    for _ in range(count // _PIECE):
        hasher.update(_ZEROS)
    hasher.update(_ZEROS[: count % _PIECE])


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        return False


def _delete(item: Path) -> None:
    if item.is_dir() and not item.is_symlink():
        shutil.rmtree(item)
    else:
        item.unlink()


class _told:  # noqa: N801 - reads as a phrase: with told(path, "written")
    """Turns a failure of the file system into one sentence that says what to do."""

    def __init__(self, path: Path, what: str) -> None:
        self._path, self._what = path, what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RunError(
                f"The disk is full: {self._path} could not be {self._what}. Make room and run again; "
                "what is done so far is kept."
            ) from error
        reason = error.strerror or str(error)
        raise RunError(
            f"{self._path} could not be {self._what} ({reason}). Check the folder, or name another with --out."
        ) from error
