"""Messages between a run and its child processes: a JSON header and a payload of bytes, each with its length."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import orjson

_LENGTHS = struct.Struct(">QQ")


def pack(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """A message as bytes."""
    head = orjson.dumps(header)
    return _LENGTHS.pack(len(head), len(payload)) + head + payload


def unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and payload of a whole message."""
    head_length, payload_length = _LENGTHS.unpack_from(message)
    middle = _LENGTHS.size + head_length
    return orjson.loads(message[_LENGTHS.size : middle]), message[middle : middle + payload_length]


def receive(stream: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
    """The next message of a blocking stream, or None at its end."""
    lengths = _exactly(stream, _LENGTHS.size)
    if lengths is None:
        return None
    head_length, payload_length = _LENGTHS.unpack(lengths)
    head, payload = _exactly(stream, head_length), _exactly(stream, payload_length)
    return None if head is None or payload is None else (orjson.loads(head), payload)


def _exactly(stream: BinaryIO, count: int) -> bytes | None:
    data = b""
    parts = []
    while count:
        data = stream.read(count)
        if not data:
            return None
        parts.append(data)
        count -= len(data)
    return b"".join(parts)


class Inbox:
    """Puts a message together from the pieces in which a non-blocking pipe gives it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> tuple[dict[str, Any], bytes] | None:
        """Take more bytes; the message once it is whole, else None."""
        self._buffer += data
        if len(self._buffer) < _LENGTHS.size:
            return None
        head_length, payload_length = _LENGTHS.unpack_from(self._buffer)
        end = _LENGTHS.size + head_length + payload_length
        if len(self._buffer) < end:
            return None
        message = bytes(self._buffer[:end])
        del self._buffer[:end]
        return unpack(message)
