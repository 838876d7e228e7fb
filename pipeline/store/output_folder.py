"""Writes files below `processed/` so that each appears complete or not at all: temporary file, fsync, rename."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from pipeline import render
from pipeline.errors import RunError, Unreadable
from pipeline.records import Document
from pipeline.store.ledger import Output

DOCUMENTS, QUARANTINE, SCHEMA = "documents", "quarantine", "schema"
PARTIAL = ".partial"
OWN_FOLDERS = (DOCUMENTS, QUARANTINE, SCHEMA)
"""Folders that hold nothing but outputs: what else lies in them is removed."""

_PIECE = 1 << 20
_ZEROS = bytes(_PIECE)


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
        """Make the folder where it is absent; a link or a file where a folder of ours belongs is removed."""
        with _told(self.root, "made"):
            self.root.mkdir(parents=True, exist_ok=True)
            for name in (*OWN_FOLDERS, PARTIAL):
                _not_a_link(self.root / name)

    def clear_partial(self) -> None:
        """Remove what a killed run left half-written. Only for the run that holds the folder's lock."""
        with _told(self.root, "cleaned"):
            _delete(self.root / PARTIAL)

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
        """Make the folder of a file, never through a link, and give the folder for half-written ones."""
        if target.parent != self.root:
            _not_a_link(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_dir() and not target.is_symlink():
            _delete(target)
        partial = self.root / PARTIAL
        partial.mkdir(exist_ok=True)
        return partial

    def lines(self, name: str) -> list[bytes]:
        """The lines of an aggregate; none where it is not there."""
        try:
            return (self.root / name).read_bytes().splitlines()
        except OSError:
            return []

    def strays(self, outputs: Iterable[Output]) -> list[Path]:
        """What lies in the folders of ours and is none of these outputs, sorted."""
        files = {self.root / output.path for output in outputs}
        folders = {parent for path in files for parent in path.parents} - {self.root, *self.root.parents}
        return sorted(
            path
            for name in OWN_FOLDERS
            for path in _below(self.root / name, folders)
            if (path.is_symlink() or not path.is_dir() if path in folders else path not in files)
        )

    def sweep(self, outputs: Iterable[Output], former: Iterable[str]) -> None:
        """Remove strays, former aggregates (names in the folder), and folders of ours that are empty then."""
        with _told(self.root, "cleaned"):
            for path in self.strays(outputs):
                _delete(path)
            for name in former:
                if name == Path(name).name:  # a name from a damaged ledger leads nowhere else
                    _delete(self.root / name)
            for name in OWN_FOLDERS:
                folder = self.root / name
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()

    def spoiled(self, outputs: Iterable[Output], *, by_digest: bool = False) -> list[Output]:
        """Those of the files that do not stand there as they were written.

        Size and time of change decide, or the digest of the bytes with `by_digest`.
        """
        return [output for output in outputs if not self._stands(output, by_digest)]

    def _stands(self, output: Output, by_digest: bool) -> bool:
        path = self.root / output.path
        try:
            status = path.lstat()
            if not stat.S_ISREG(status.st_mode):
                return False
            if (status.st_size, status.st_mtime_ns) != (output.size, output.mtime_ns):
                return False
            return not by_digest or _digest(path) == output.sha256
        except OSError:
            return False


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
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and status.st_size == len(data) and path.read_bytes() == data
    except (FileNotFoundError, NotADirectoryError):
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _below(folder: Path, known: set[Path]) -> Iterator[Path]:
    """What lies in `folder` and in those folders below it that are known; links are not followed."""
    if not folder.is_dir() or folder.is_symlink():
        return
    for item in os.scandir(folder):
        path = Path(item.path)
        yield path
        if item.is_dir(follow_symlinks=False) and path in known:
            yield from _below(path, known)


def _not_a_link(folder: Path) -> None:
    """Remove what stands in the place of a folder of ours and is none."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        folder.unlink()


def _delete(item: Path) -> None:
    if item.is_dir() and not item.is_symlink():
        shutil.rmtree(item)
    else:
        item.unlink(missing_ok=True)


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
