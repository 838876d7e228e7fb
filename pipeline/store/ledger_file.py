"""The file of the ledger: opens it to write or to read, tells damage from a full disk, recreates it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from urllib.parse import quote

from pipeline.errors import RunError

LEDGER = "ledger.sqlite"
VERSION = 3
_SUFFIXES = ("", "-wal", "-shm", "-journal")

_SCHEMA = {
    "meta": "name TEXT PRIMARY KEY, value BLOB NOT NULL",
    "files": "name BLOB PRIMARY KEY, stamp TEXT NOT NULL, seen_ns INTEGER NOT NULL, identity BLOB NOT NULL",
    "reads": "document TEXT PRIMARY KEY, key TEXT NOT NULL, parts BLOB NOT NULL, summary BLOB NOT NULL, "
    "offered BLOB NOT NULL, content BLOB NOT NULL",
    "staged": "id TEXT PRIMARY KEY, state TEXT NOT NULL, key TEXT NOT NULL, path TEXT NOT NULL, body BLOB NOT NULL",
    "settled": "document TEXT PRIMARY KEY, key TEXT NOT NULL, path TEXT NOT NULL, profile BLOB NOT NULL, "
    "findings BLOB NOT NULL, counts BLOB NOT NULL",
    "failed": "id TEXT PRIMARY KEY, key TEXT NOT NULL, path TEXT NOT NULL, error BLOB NOT NULL, limits TEXT NOT NULL, "
    "tries INTEGER NOT NULL",
    "standing": "id TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (id, kind)",
    "outputs": "path TEXT PRIMARY KEY, owner TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, "
    "sha256 TEXT NOT NULL",
}
_INDEX = "CREATE INDEX outputs_owner ON outputs(owner)"

_NOT_DAMAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
}
"""Primary result codes for which the disk, the folder or another program is at fault, not what stands in the file."""


class LedgerDamaged(Exception):
    """The ledger does not hold what was written to it; the run recreates it."""


def damaged(error: sqlite3.Error) -> bool:
    """Whether an error of SQLite means that the file does not hold what was written to it."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or (code & 0xFF) not in _NOT_DAMAGE


def open_to_write(out: Path) -> tuple[sqlite3.Connection, str | None]:
    """The ledger of `out`, made where absent, and why an earlier one was not taken over (None where it was).

    Raises RunError where the file cannot be opened or is in use.
    """
    path = out / LEDGER
    existed = path.exists() or path.is_symlink()
    if existed and not path.is_symlink():
        try:
            connection = _connect(path)
            problem = _problem(connection)
            if problem is None:
                return connection, None
            connection.close()
        except sqlite3.Error as error:
            if not damaged(error):
                raise _cannot_open(path, error) from error
            problem = str(error)
    else:
        problem = "it is a link" if existed else None
    remove(out)
    try:
        return _create(path), None if problem == _EMPTY else problem
    except sqlite3.Error as error:
        raise _cannot_open(path, error) from error


def open_to_read(out: Path) -> sqlite3.Connection | None:
    """The ledger of `out` for looking only, or None where there is none of this version.

    Nothing is written, so the folder may be read-only. Raises RunError where the file is damaged or unreadable.
    """
    path = out / LEDGER
    if not path.is_file():
        return None
    try:
        connection = _connect_to_read(path)
        problem = _problem(connection)
    except sqlite3.Error as error:
        if not damaged(error):
            raise _cannot_open(path, error) from error
        problem = str(error)
    if problem is None:
        return connection
    if problem == _OTHER_VERSION:
        return None
    raise RunError(f"The ledger {path} is damaged ({problem}); 'cityreports ingest' recreates it.")


def remove(out: Path) -> None:
    """Remove the ledger of `out`. Raises RunError where that cannot be done."""
    for suffix in _SUFFIXES:
        path = out / (LEDGER + suffix)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise RunError(
                f"{path} is not a ledger and cannot be removed ({error.strerror}); remove it, or name another "
                "folder with --out."
            ) from error


def _cannot_open(path: Path, error: sqlite3.Error) -> RunError:
    if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return RunError(f"The ledger {path} is in use by another program; close it and run again.")
    return RunError(
        f"The ledger {path} cannot be opened ({error}); check the folder, or name another with --out."
    )


_OTHER_VERSION = "it is of another version"
_EMPTY = "it is empty"


def _problem(connection: sqlite3.Connection) -> str | None:
    """Why the file is not a ledger of this version, or None."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    if not rows and version == 0:
        return _EMPTY
    if version != VERSION:
        return _OTHER_VERSION
    if dict(rows) != {name: _statement(name) for name in _SCHEMA}:
        return "its tables are not those of this version"
    for name in _SCHEMA:
        connection.execute(f"SELECT * FROM {name} LIMIT 1").fetchone()
    return None


def _statement(name: str) -> str:
    return f"CREATE TABLE {name}({_SCHEMA[name]})"


def _create(path: Path) -> sqlite3.Connection:
    connection = _connect(path)
    connection.execute("BEGIN")
    for name in _SCHEMA:
        connection.execute(_statement(name))
    connection.execute(_INDEX)
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Opened read-only; where the folder is read-only too, without the shared memory that WAL would need."""
    try:
        return _readable(path, "mode=ro")
    except sqlite3.OperationalError:
        log = path.with_name(LEDGER + "-wal")
        if not log.exists() or log.stat().st_size == 0:
            return _readable(path, "mode=ro&immutable=1")
        return _in_memory(path)


def _readable(path: Path, options: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?{options}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _in_memory(path: Path) -> sqlite3.Connection:
    """A copy with what a killed run left in its log, for a folder in which the log cannot be read in place."""
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            shutil.copyfile(path.with_name(LEDGER + suffix), Path(folder) / (LEDGER + suffix))
        copied = sqlite3.connect(Path(folder) / LEDGER)
        copied.backup(memory)
        copied.close()
    return memory
