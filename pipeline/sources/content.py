"""A file's bytes, their digest and their media type, told by content and not by name."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

from pipeline.errors import ChangedWhileReading, EmptyDocument, TooLarge, Unreadable, UnsupportedType
from pipeline.overlay import load_toml

HEAD = 65_536
"""How many bytes of a file its type is told from."""

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
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
    """What a file holds: digest and size (bytes) of its content, decompressed where it is compressed."""

    sha256: str
    size: int
    media_type: str
    compression: Literal["gzip"] | None = None


def identify(raw: Path, name: bytes, max_bytes: int) -> Identity:
    """The identity of the file `name` below `raw`, read as a stream.

    Raises Unreadable, EmptyDocument, UnsupportedType, or TooLarge for compressed content over `max_bytes`.
    """
    hasher, size, head, blank = hashlib.sha256(), 0, b"", True
    try:
        with open_file(raw, name) as file:
            compressed = _is_gzip(file)
            for chunk in _chunks(file, compressed, max_bytes):
                hasher.update(chunk)
                size += len(chunk)
                blank = blank and not chunk.strip(b" \t\r\n\f\v\0")
                if len(head) < HEAD:
                    head += chunk[: HEAD - len(head)]
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise Unreadable(f"The compressed file is damaged: {error}. Fetch it again.") from error
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from error
    if blank:
        what = "is empty" if size == 0 else "holds nothing but white space"
        raise EmptyDocument(f"The file {what}. Fetch it again.")
    return Identity(hasher.hexdigest(), size, sniff(head, name), "gzip" if compressed else None)


def read(raw: Path, name: bytes, expected: Identity, max_bytes: int) -> bytes:
    """The content of the file `name` below `raw`: all of it, or its first `max_bytes`.

    Raises ChangedWhileReading where the whole content is no longer what was identified, Unreadable where the
    file system does not give it.
    """
    parts, size = [], 0
    try:
        with open_file(raw, name) as file:
            for chunk in _chunks(file, expected.compression == "gzip", None):
                parts.append(chunk[: max_bytes - size])
                size += len(parts[-1])
                if size >= max_bytes:
                    break
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ChangedWhileReading(
            "The file changed while it was read; the next run reads it again."
        ) from error
    except OSError as error:
        raise Unreadable(f"The file cannot be read: {error.strerror}.") from error
    data = b"".join(parts)
    if expected.size <= max_bytes and hashlib.sha256(data).hexdigest() != expected.sha256:
        raise ChangedWhileReading("The file changed while it was read; the next run reads it again.")
    return data


def open_file(raw: Path, name: bytes) -> BinaryIO:
    """The file, opened for reading; a link put in its place since it was listed is not followed."""
    descriptor = os.open(raw / os.fsdecode(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    return os.fdopen(descriptor, "rb")


def _is_gzip(file: BinaryIO) -> bool:
    start = file.read(2)
    file.seek(0)
    return start == _GZIP


def _chunks(file: BinaryIO, compressed: bool, max_bytes: int | None) -> Iterator[bytes]:
    stream: Any = gzip.GzipFile(fileobj=file) if compressed else file
    total = 0
    while chunk := stream.read(_CHUNK):
        total += len(chunk)
        if compressed and max_bytes is not None and total > max_bytes:
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
