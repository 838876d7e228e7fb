"""The result of one document, and its form as bytes: a child packs it, the ledger keeps it, the run unpacks it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

from pipeline.store import packing


@dataclass(frozen=True)
class Result:
    """A document that became a record: profile, findings and counts as JSON values, and its files by name."""

    profile: dict[str, Any]
    findings: list[dict[str, Any]]
    counts: dict[str, Any]
    files: dict[str, bytes]


def pack(result: Result) -> bytes:
    """A result as bytes, compressed."""
    header = {
        "profile": result.profile,
        "findings": result.findings,
        "counts": result.counts,
        "files": [[name, len(data)] for name, data in result.files.items()],
    }
    return zlib.compress(packing.pack(header, b"".join(result.files.values())), 1)


def unpack(packed: bytes) -> Result:
    """The result that was packed. Raises zlib.error where it is not as it was."""
    header, payload = packing.unpack(zlib.decompress(packed))
    files, position = {}, 0
    for name, length in header["files"]:
        files[name] = payload[position : position + length]
        position += length
    return Result(header["profile"], header["findings"], header["counts"], files)
