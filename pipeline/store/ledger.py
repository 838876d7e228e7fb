"""The ledger: which document was processed under which key. Not an output; deleting it costs one full run.

One SQLite file in WAL mode, written by the one process that runs. What a run makes of a document is first *staged*;
only when the whole run has been compared with the last one do its files replace those that stand in the output
folder, and a row that says what *stands* is written after the files it speaks of.

SQLite notices a damaged structure, not a damaged value. Values that are parsed are therefore sealed with a checksum;
whatever is wrong with the ledger itself is LedgerDamaged, and the run recreates it.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import orjson

from pipeline.errors import RunError
from pipeline.store import ledger_file
from pipeline.store.ledger_file import LedgerDamaged, damaged


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
    counts: bytes


@dataclass(frozen=True)
class Failed:
    """A document in quarantine, with its `error.json`.

    `key` is the one under which it was read or, where it failed while it was settled, settled. `limits` is the digest
    of the limits in force, `tries` how often it has failed under this key and these limits.
    """

    id: str
    key: str
    path: str
    error: bytes
    limits: str = ""
    tries: int = 1

    @cached_property
    def about(self) -> dict[str, Any]:
        """The error as `error.json` has it."""
        parsed: dict[str, Any] = orjson.loads(self.error)
        return parsed


@dataclass(frozen=True)
class Staged:
    """What a run made of a document and has not put in its place yet; `body` is `staging`'s to read."""

    id: str
    state: Literal["settled", "failed"]
    key: str
    path: str
    body: bytes


@dataclass(frozen=True)
class Standing:
    """A record that people see, as it was put in its place: a profile, or a quarantine entry, as JSON."""

    id: str
    kind: Literal["profile", "quarantine"]
    body: bytes


def seal(value: bytes) -> bytes:
    """`value` behind its checksum."""
    return zlib.crc32(value).to_bytes(4, "big") + value


def unseal(sealed: Any) -> bytes:
    """What was sealed. Raises LedgerDamaged where it is not as it was."""
    if not isinstance(sealed, bytes) or zlib.crc32(sealed[4:]).to_bytes(4, "big") != sealed[:4]:
        raise LedgerDamaged("a value is not as it was written")
    return sealed[4:]


class Ledger:
    """The open ledger of one output folder. `begun_anew` says why an earlier one was not taken over, if so."""

    def __init__(self, connection: sqlite3.Connection, begun_anew: str | None = None) -> None:
        self._db = connection
        self.begun_anew = begun_anew

    @classmethod
    def open(cls, out: Path) -> Ledger:
        """The ledger of `out`, made where absent; one of another version or a damaged one is recreated.

        Raises RunError where the file cannot be opened or is in use.
        """
        return cls(*ledger_file.open_to_write(out))

    @classmethod
    def open_to_read(cls, out: Path) -> Ledger | None:
        """The ledger of `out` for looking only, also in a read-only folder; None where there is none of this version.

        Raises RunError where it is damaged.
        """
        connection = ledger_file.open_to_read(out)
        return None if connection is None else cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of the writes inside."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    def _rows(self, query: str, *types: type) -> Iterator[tuple[Any, ...]]:
        """The rows of a query. Raises LedgerDamaged where a column is not of its type."""
        for row in self._db.execute(query):
            if tuple(map(type, row)) != types:
                raise LedgerDamaged("a column is not of its type")
            yield row

    def _one(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row

    # --- small values ---

    def get(self, name: str) -> bytes | None:
        """A named value."""
        row = self._one("SELECT value FROM meta WHERE name = ?", name)
        return unseal(row[0]) if row else None

    def set(self, name: str, value: bytes | None) -> None:
        """Set a named value, or remove it with None."""
        if value is None:
            self._db.execute("DELETE FROM meta WHERE name = ?", (name,))
        else:
            self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, seal(value)))

    # --- files of raw/ ---

    def files(self) -> dict[bytes, tuple[str, int, str]]:
        """Known files: name → (stamp, when it was looked at in ns, identity as JSON)."""
        rows = self._rows("SELECT name, stamp, seen_ns, identity FROM files", bytes, str, int, bytes)
        return {name: (stamp, seen, unseal(identity).decode()) for name, stamp, seen, identity in rows}

    def replace_files(self, rows: Iterable[tuple[bytes, str, int, str]]) -> None:
        """Remember these files, and only these."""
        self._db.execute("DELETE FROM files")
        self._db.executemany(
            "INSERT INTO files VALUES (?, ?, ?, ?)",
            [(name, stamp, seen, seal(identity.encode())) for name, stamp, seen, identity in rows],
        )

    # --- documents as read ---

    def read_keys(self) -> dict[str, str]:
        """Document → key under which it was read."""
        return dict(self._rows("SELECT document, key FROM reads", str, str))

    def read_parts(self) -> dict[str, bytes]:
        """Document → the parts of that key as JSON."""
        return {
            document: unseal(parts)
            for document, parts in self._rows("SELECT document, parts FROM reads", str, bytes)
        }

    def save_read(
        self, document: str, key: str, parts: bytes, summary: bytes, offered: bytes, content: bytes
    ) -> None:
        """Remember what `read` gave: its Summary, the texts that it offers, the Document (compressed)."""
        row = (document, key, seal(parts), seal(summary), seal(offered), seal(content))
        self._db.execute("INSERT OR REPLACE INTO reads VALUES (?, ?, ?, ?, ?, ?)", row)

    def forget_read(self, document: str) -> None:
        """Forget what `read` gave."""
        self._db.execute("DELETE FROM reads WHERE document = ?", (document,))

    def summaries(self) -> dict[str, bytes]:
        """Document → its Summary as JSON."""
        return {
            document: unseal(summary)
            for document, summary in self._rows("SELECT document, summary FROM reads", str, bytes)
        }

    def offered(self, document: str) -> bytes:
        """The texts that a document which was read offers to siblings, as JSON."""
        return self._of_read("offered", document)

    def content(self, document: str) -> bytes:
        """The Document that `read` gave, compressed."""
        return self._of_read("content", document)

    def _of_read(self, column: Literal["offered", "content"], document: str) -> bytes:
        row = self._one(f"SELECT {column} FROM reads WHERE document = ?", document)
        if row is None:
            raise LedgerDamaged(f"it has lost what was read of document {document}")
        return unseal(row[0])

    # --- what is staged ---

    def stage(self, row: Staged) -> None:
        """Keep what was made of a document until it is put in its place, instead of what was staged before."""
        values = (row.id, row.state, row.key, row.path, seal(row.body))
        self._db.execute("INSERT OR REPLACE INTO staged VALUES (?, ?, ?, ?, ?)", values)

    def unstage(self, document: str) -> None:
        """Forget what is staged for a document."""
        self._db.execute("DELETE FROM staged WHERE id = ?", (document,))

    def staged_keys(self) -> dict[str, tuple[str, str]]:
        """Document → state and key of what is staged."""
        rows = self._rows("SELECT id, state, key FROM staged", str, str, str)
        return {document: (state, key) for document, state, key in rows}

    def staged(self) -> Iterator[Staged]:
        """All that is staged, by id."""
        query = "SELECT id, state, key, path, body FROM staged WHERE id = ?"
        for entry in sorted(self.staged_keys()):  # rows may be taken out while they are gone through
            row = self._one(query, entry)
            if row is None or row[1] not in ("settled", "failed"):
                raise LedgerDamaged(f"it has lost what is staged of {entry}")
            document, state, key, path, body = row
            yield Staged(document, state, key, path, unseal(body))

    # --- what stands ---

    def settled_keys(self) -> dict[str, str]:
        """Document → key under which it was settled."""
        return dict(self._rows("SELECT document, key FROM settled", str, str))

    def save_made(self, row: Settled | Failed) -> None:
        """Remember that a document's record, or its quarantine entry, stands."""
        if isinstance(row, Settled):
            sealed = (seal(row.profile), seal(row.findings), seal(row.counts))
            values = (row.document, row.key, row.path, *sealed)
            self._db.execute("INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?)", values)
        else:
            entry = (row.id, row.key, row.path, seal(row.error), row.limits, row.tries)
            self._db.execute("INSERT OR REPLACE INTO failed VALUES (?, ?, ?, ?, ?, ?)", entry)

    def settled(self) -> Iterator[Settled]:
        """All documents whose record stands, by id."""
        query = "SELECT document, key, path, profile, findings, counts FROM settled ORDER BY 1"
        for document, key, path, *sealed in self._rows(query, str, str, str, bytes, bytes, bytes):
            yield Settled(document, key, path, *map(unseal, sealed))

    def failed(self) -> list[Failed]:
        """All quarantine entries that stand, by id."""
        query = "SELECT id, key, path, error, limits, tries FROM failed ORDER BY 1"
        rows = self._rows(query, str, str, str, bytes, str, int)
        return [
            Failed(entry, key, path, unseal(error), limits, tries)
            for entry, key, path, error, limits, tries in rows
        ]

    def forget_made(self, owner: str) -> None:
        """Forget what was made of a document, so that it will be made again from what was read."""
        self._db.execute("DELETE FROM settled WHERE document = ?", (owner,))
        self._db.execute("DELETE FROM failed WHERE id = ?", (owner,))

    def forget(self, owner: str) -> None:
        """Forget a document or quarantine entry and its outputs."""
        self.forget_made(owner)
        self.forget_read(owner)
        self.unstage(owner)
        self._db.execute("DELETE FROM outputs WHERE owner = ?", (owner,))

    def standing(self) -> dict[tuple[str, str], Standing]:
        """The records that people see, by kind and id."""
        rows = self._rows("SELECT id, kind, body FROM standing ORDER BY 2, 1", str, str, bytes)
        found = (Standing(entry, kind, zlib.decompress(unseal(body))) for entry, kind, body in rows)
        return {(row.kind, row.id): row for row in found}

    def replace_standing(self, rows: Iterable[Standing]) -> None:
        """Remember these as the records that people see, and only these."""
        self._db.execute("DELETE FROM standing")
        self._db.executemany(
            "INSERT INTO standing VALUES (?, ?, ?)",
            [(row.id, row.kind, seal(zlib.compress(row.body, 1))) for row in rows],
        )

    # --- outputs ---

    def outputs(self) -> list[Output]:
        """All files that were written, by path."""
        query = "SELECT path, owner, size, mtime_ns, sha256 FROM outputs ORDER BY path"
        return [Output(*row) for row in self._rows(query, str, str, int, int, str)]

    def save_outputs(self, owner: str, written: Iterable[Output]) -> None:
        """Remember what was written for `owner`, instead of what was before."""
        self._db.execute("DELETE FROM outputs WHERE owner = ?", (owner,))
        self._db.executemany(
            "INSERT OR REPLACE INTO outputs VALUES (?, ?, ?, ?, ?)",
            [(item.path, item.owner, item.size, item.mtime_ns, item.sha256) for item in written],
        )


@contextmanager
def told(out: Path) -> Iterator[None]:
    """Turns what SQLite raises into LedgerDamaged, or into RunError where the disk or another program is at fault."""
    try:
        yield
    except sqlite3.Error as error:
        if damaged(error):
            raise LedgerDamaged(str(error)) from error
        raise RunError(
            f"The ledger in {out} could not be written ({error}). If the disk is full, make room and run again; what "
            "is done so far is kept."
        ) from error
    except zlib.error as error:
        raise LedgerDamaged(f"a value cannot be unpacked: {error}") from error
