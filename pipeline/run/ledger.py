"""The ledger: what was done under which key. Not an output; deleting it costs a full run and nothing else.

One SQLite file in WAL mode, written by the one process that runs. A row is written only after the files it
speaks of stand under their names.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import RunError

LEDGER = "ledger.sqlite"
VERSION = 2

_SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE files(name BLOB PRIMARY KEY, stamp TEXT NOT NULL, seen_ns INTEGER NOT NULL, identity TEXT NOT NULL);
CREATE TABLE reads(document TEXT PRIMARY KEY, key TEXT NOT NULL, parts TEXT NOT NULL, summary BLOB NOT NULL,
                   offered BLOB NOT NULL, content BLOB NOT NULL);
CREATE TABLE settled(document TEXT PRIMARY KEY, key TEXT NOT NULL, path TEXT NOT NULL, profile BLOB NOT NULL,
                     findings BLOB NOT NULL, counts TEXT NOT NULL);
CREATE TABLE failed(id TEXT PRIMARY KEY, key TEXT NOT NULL, path TEXT NOT NULL, error BLOB NOT NULL,
                    transient INTEGER NOT NULL);
CREATE TABLE outputs(path TEXT PRIMARY KEY, owner TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
                     sha256 TEXT NOT NULL);
CREATE INDEX outputs_owner ON outputs(owner);
"""


@dataclass(frozen=True)
class Output:
    """A file that was written: path relative to `processed/`, and whose it is (a document, a quarantine entry)."""

    path: str
    owner: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class Settled:
    """A document that became a record: its profile and findings as JSON, and its counts for the summary."""

    document: str
    key: str
    path: str
    profile: bytes
    findings: bytes
    counts: str


@dataclass(frozen=True)
class Failed:
    """A document in quarantine, with its `error.json`."""

    id: str
    key: str
    path: str
    error: bytes
    transient: bool


class Ledger:
    """The open ledger of one output folder."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, out: Path) -> Ledger:
        """The ledger of `out`, made where absent; one of another version or a damaged one is begun anew."""
        path = out / LEDGER
        try:
            connection = _connect(path)
            if _version(connection) != VERSION:
                connection.close()
                _remove(path)
                connection = _connect(path)
                with connection:
                    connection.executescript(_SCHEMA)
                    connection.execute("INSERT INTO meta VALUES ('version', ?)", (str(VERSION),))
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise RunError(
                    f"The ledger {path} is in use by another program; close it and run again."
                ) from error
            if isinstance(error, sqlite3.OperationalError):
                raise RunError(f"The ledger {path} cannot be opened: {error}.") from error
            _remove(path)
            return cls.open(out)
        return cls(connection)

    @classmethod
    def open_to_read(cls, out: Path) -> Ledger | None:
        """The ledger of `out` for looking only, or None where there is none of this version."""
        path = out / LEDGER
        if not path.is_file():
            return None
        try:
            connection = _connect(path)
            if _version(connection) == VERSION:
                return cls(connection)
            connection.close()
        except sqlite3.DatabaseError as error:
            raise RunError(
                f"The ledger {path} cannot be read: {error}. Run 'cityreports ingest' again."
            ) from error
        return None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of the writes inside."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    # --- small values ---

    def get(self, name: str) -> str | None:
        """A named value."""
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None

    def set(self, name: str, value: str | None) -> None:
        """Set a named value, or remove it with None."""
        if value is None:
            self._db.execute("DELETE FROM meta WHERE name = ?", (name,))
        else:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # --- files of raw/ ---

    def files(self) -> dict[bytes, tuple[str, int, str]]:
        """Known files: name → (stamp, when it was looked at in ns, identity as JSON)."""
        rows = self._db.execute("SELECT name, stamp, seen_ns, identity FROM files")
        return {bytes(name): (stamp, seen, identity) for name, stamp, seen, identity in rows}

    def replace_files(self, rows: Iterable[tuple[bytes, str, int, str]]) -> None:
        """Remember these files, and only these."""
        self._db.execute("DELETE FROM files")
        self._db.executemany("INSERT INTO files VALUES (?, ?, ?, ?)", rows)

    # --- documents ---

    def read_keys(self) -> dict[str, str]:
        """Document → key under which it was read."""
        return dict(self._db.execute("SELECT document, key FROM reads"))

    def read_parts(self) -> dict[str, str]:
        """Document → the parts of that key as JSON."""
        return dict(self._db.execute("SELECT document, parts FROM reads"))

    def save_read(
        self, document: str, key: str, parts: str, summary: bytes, offered: bytes, content: bytes
    ) -> None:
        """Remember what `read` gave: its Summary, the texts that it offers, the Document (compressed)."""
        row = (document, key, parts, summary, offered, content)
        self._db.execute("INSERT OR REPLACE INTO reads VALUES (?, ?, ?, ?, ?, ?)", row)

    def offered(self, document: str) -> bytes:
        """The texts that a document offers to siblings, as JSON. Raises KeyError where it was not read."""
        row = self._db.execute("SELECT offered FROM reads WHERE document = ?", (document,)).fetchone()
        if row is None:
            raise KeyError(document)
        return bytes(row[0])

    def summaries(self) -> dict[str, bytes]:
        """Document → its Summary as JSON."""
        return dict(self._db.execute("SELECT document, summary FROM reads"))

    def content(self, document: str) -> bytes:
        """The Document that `read` gave, compressed. Raises KeyError where there is none."""
        row = self._db.execute("SELECT content FROM reads WHERE document = ?", (document,)).fetchone()
        if row is None:
            raise KeyError(document)
        return bytes(row[0])

    def settled_keys(self) -> dict[str, str]:
        """Document → key under which it was settled."""
        return dict(self._db.execute("SELECT document, key FROM settled"))

    def save_settled(self, row: Settled) -> None:
        """Remember a settled document."""
        self._db.execute(
            "INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?)",
            (row.document, row.key, row.path, row.profile, row.findings, row.counts),
        )

    def settled(self) -> Iterator[Settled]:
        """All settled documents, by id."""
        for row in self._db.execute(
            "SELECT document, key, path, profile, findings, counts FROM settled ORDER BY 1"
        ):
            yield Settled(*row)

    # --- quarantine ---

    def failed(self) -> list[Failed]:
        """All quarantine entries, by id."""
        rows = self._db.execute("SELECT id, key, path, error, transient FROM failed ORDER BY 1")
        return [Failed(key, done, path, error, bool(transient)) for key, done, path, error, transient in rows]

    def save_failed(self, row: Failed) -> None:
        """Remember a quarantine entry."""
        self._db.execute(
            "INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?, ?)",
            (row.id, row.key, row.path, row.error, int(row.transient)),
        )

    def forget_failed(self, document: str) -> None:
        """Forget that a document failed."""
        self._db.execute("DELETE FROM failed WHERE id = ?", (document,))

    # --- outputs ---

    def outputs(self) -> list[Output]:
        """All files that were written, by path."""
        rows = self._db.execute("SELECT path, owner, size, mtime_ns, sha256 FROM outputs ORDER BY path")
        return [Output(*row) for row in rows]

    def save_outputs(self, owner: str, written: Iterable[Output]) -> None:
        """Remember what was written for `owner`, instead of what was before."""
        self._db.execute("DELETE FROM outputs WHERE owner = ?", (owner,))
        self._db.executemany(
            "INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?, ?)",
            [(item.path, item.owner, item.size, item.mtime_ns, item.sha256) for item in written],
        )

    def forget(self, owner: str) -> None:
        """Forget a document or quarantine entry and its outputs."""
        for table, column in (
            ("reads", "document"),
            ("settled", "document"),
            ("failed", "id"),
            ("outputs", "owner"),
        ):
            self._db.execute(f"DELETE FROM {table} WHERE {column} = ?", (owner,))

    def forget_settled(self, document: str) -> None:
        """Forget that a document was settled, so that it will be again."""
        self._db.execute("DELETE FROM settled WHERE document = ?", (document,))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def _version(connection: sqlite3.Connection) -> int | None:
    tables: list[Any] = connection.execute("SELECT name FROM sqlite_master WHERE name = 'meta'").fetchall()
    if not tables:
        return None
    row = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()
    return int(row[0]) if row else None


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
