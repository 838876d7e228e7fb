"""Reads a file's bytes, takes their digest, and detects the media type by content, not by file name."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

from pipeline.errors import (
    ChangedWhileReading,
    EmptyDocument,
    RefusedPath,
    TooLarge,
    Unreadable,
    UnsupportedType,
)
from pipeline.knowledge.files import load_toml
from pipeline.knowledge.findings import finding
from pipeline.records import Finding, Known, Source
from pipeline.sources.access import NotAFile, open_file
from pipeline.sources.gz import MAGIC, Members

__all__ = ["HEAD", "Identity", "identify", "open_file", "read", "sniff"]

HEAD = 65_536
"""How many bytes of a file its type is told from."""

_CHUNK = 1 << 20
_ZEROS = bytes(_CHUNK)
_BLANK = b" \t\r\n\f\v\0"
_CHANGED = "The file changed while it was read; the next run reads it again."
_MARKUP_START = re.compile(
    r"\s*+(?:<\?xml[^>]{0,200}\?>\s*+|<!--.{0,4000}?-->\s*+)*+"
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|base|div|p|table|h[1-6]|ul|ol|article|section"
    r"|main|header|footer|nav|span|a|center|font|form|frameset|noscript|iframe|img|br|b|i|em|strong|td|tr|li|dl)\b",
    re.IGNORECASE | re.DOTALL,
)
_MARKUP_INSIDE = re.compile(r"<!doctype\s+html|<html[\s>]|<body[\s>]", re.IGNORECASE)
_CLOSING_TAGS = re.compile(r"</(?:p|div|td|tr|li|ul|h[1-6]|table|section|article|a)\s*>", re.IGNORECASE)


@dataclass(frozen=True)
class Identity:
    """What a file holds: digest and size (bytes) of its content, decompressed where it is compressed.

    `trailing` is the number of bytes after the end of compressed content; they are not part of it.
    """

    sha256: str
    size: int
    media_type: str
    compression: Literal["gzip"] | None = None
    trailing: int = 0

    def as_source(self, path: str, metadata: dict[str, Known]) -> Source:
        """The source of a document with this content, at a path below `raw/`."""
        return Source(
            path=path,
            sha256=self.sha256,
            media_type=self.media_type,
            size=self.size,
            compression=self.compression,
            metadata=metadata,
        )

    def findings(self) -> tuple[Finding, ...]:
        """What a person should know of how the file holds its content."""
        return (finding("trailing-bytes", count=self.trailing),) if self.trailing else ()


def identify(raw: Path, name: bytes, max_bytes: int) -> Identity:
    """The identity of the file `name` below `raw`, read as a stream.

    What its first bytes rule out is not read to its end. Raises RefusedPath, Unreadable, EmptyDocument,
    UnsupportedType, or TooLarge for a PDF and for compressed content over `max_bytes`.
    """
    try:
        with open_file(raw, name) as file:
            compressed = _is_gzip(file)
            media_type = sniff(_head(file, compressed, max_bytes), name)
            size = os.fstat(file.fileno()).st_size
            if media_type == "application/pdf" and not compressed and size > max_bytes:
                raise TooLarge(f"The PDF has {size:,} bytes, over the budget. Raise max_pdf_bytes.")
            hasher, size = hashlib.sha256(), 0
            stream = _stream(file, compressed)
            for chunk in _chunks(stream, max_bytes):
                hasher.update(chunk)
                size += len(chunk)
    except (zlib.error, EOFError) as error:
        raise Unreadable(f"The compressed file is damaged: {error}. Fetch it again.") from error
    except NotAFile as error:
        raise RefusedPath(str(error)) from error
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from error
    if isinstance(stream, Members):
        return Identity(hasher.hexdigest(), size, media_type, "gzip", stream.trailing)
    return Identity(hasher.hexdigest(), size, media_type)


def read(raw: Path, name: bytes, expected: Identity, max_bytes: int) -> bytes:
    """The content of the file `name` below `raw`: all of it, or its first `max_bytes`.

    Raises ChangedWhileReading where the content is no longer what was identified, or cannot be read any more.
    What is beyond `max_bytes` is read as well, for the digest: else a document could be made of two states of a file.
    """
    parts, kept, hasher, size = [], 0, hashlib.sha256(), 0
    try:
        with open_file(raw, name) as file:
            if _is_gzip(file) != (expected.compression == "gzip"):
                raise ChangedWhileReading(_CHANGED)
            for chunk in _chunks(_stream(file, expected.compression == "gzip"), None):
                hasher.update(chunk)
                size += len(chunk)
                if size > expected.size:
                    raise ChangedWhileReading(_CHANGED)
                if kept < max_bytes:
                    parts.append(chunk[: max_bytes - kept])
                    kept += len(parts[-1])
    except (zlib.error, EOFError) as error:
        raise ChangedWhileReading(_CHANGED) from error
    except OSError as error:
        raise ChangedWhileReading(
            f"The file could be listed but not read ({error.strerror}); the next run tries it again."
        ) from error
    if hasher.hexdigest() != expected.sha256:
        raise ChangedWhileReading(_CHANGED)
    return b"".join(parts)


def _is_gzip(file: BinaryIO) -> bool:
    start = file.read(len(MAGIC))
    file.seek(0)
    return start == MAGIC


def _stream(file: BinaryIO, compressed: bool) -> BinaryIO | Members:
    file.seek(0)
    return Members(file) if compressed else file


def _head(file: BinaryIO, compressed: bool, max_bytes: int) -> bytes:
    """The first `HEAD` bytes of the content. Raises EmptyDocument where all of it is blank."""
    if not compressed and _is_one_hole(file):
        raise EmptyDocument("The file holds nothing but zeros. Fetch it again.")
    head, blank = b"", True
    for chunk in _chunks(_stream(file, compressed), max_bytes):
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
        blank = blank and (chunk == _ZEROS or not chunk.strip(_BLANK))
        if not blank and len(head) == HEAD:
            return head
    if blank:
        what = "holds nothing but white space" if head else "is empty"
        raise EmptyDocument(f"The file {what}. Fetch it again.")
    return head


def _is_one_hole(file: BinaryIO) -> bool:
    """Whether the file has a size and no data at all: a download that reserved its room and never began.

    Where the file system cannot tell, the answer is no and the file is read.
    """
    if not hasattr(os, "SEEK_DATA") or os.fstat(file.fileno()).st_size == 0:
        return False
    try:
        os.lseek(file.fileno(), 0, os.SEEK_DATA)
    except OSError as error:
        return error.errno == errno.ENXIO
    return False


def _chunks(stream: BinaryIO | Members, max_bytes: int | None) -> Iterator[bytes]:
    total = 0
    while chunk := stream.read(_CHUNK):
        total += len(chunk)
        if isinstance(stream, Members) and max_bytes is not None and total > max_bytes:
            raise TooLarge(
                f"The file holds more than {max_bytes:,} bytes once decompressed. Raise max_pdf_bytes, or unpack it."
            )
        yield chunk


@cache
def _signatures() -> dict[str, Any]:
    return load_toml("sources/signatures.toml")


def sniff(head: bytes, name: bytes) -> str:
    """The media type of content that begins with `head`: PDF, HTML, Markdown or plain text.

    The name decides only between text and Markdown, and against text in formats that are data for programs.
    Raises UnsupportedType, naming what it is where that can be told.
    """
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    for entry in _signatures()["signature"]:
        offset, magic = entry.get("offset", 0), bytes.fromhex(entry["hex"])
        if head[offset : offset + len(magic)] == magic:
            raise UnsupportedType(f"This is {entry['name']}, not HTML, text or PDF, whatever its name says.")
    text = _as_text(head)
    if text is None:
        raise UnsupportedType("This is binary data of an unknown kind, not HTML, text or PDF.")
    suffix = _suffix(name)
    if _MARKUP_START.match(text) or _MARKUP_INSIDE.search(text):
        return "text/html"
    if suffix in _signatures()["markdown_suffixes"]:
        return "text/markdown"
    if len(_CLOSING_TAGS.findall(text)) >= 5:
        return "text/html"
    if suffix in _signatures()["data_suffixes"]:
        raise UnsupportedType(f"This is data for a program ({suffix}), not HTML, text or PDF.")
    return "text/plain"


def _suffix(name: bytes) -> str:
    base = name.rsplit(b"/", 1)[-1].lower()
    base = base.removesuffix(b".gz")
    return base[base.rfind(b".") :].decode("ascii", "replace") if b"." in base else ""


def _as_text(head: bytes) -> str | None:
    """The beginning of a file as rough text for telling its type, or None for binary data."""
    if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        return head.decode("utf-32", "replace")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    zeros = head.count(0)
    if zeros:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if max(even, odd) * 2 > len(head) * 0.4 and min(even, odd) * 2 < len(head) * 0.05:
            return head.decode("utf-16-le" if odd > even else "utf-16-be", "replace")
        if zeros > len(head) * 0.01:
            return None
    controls = sum(head.count(byte) for byte in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return None if controls > len(head) * 0.03 else head.decode("latin-1")
