"""Keeps the last lines of a child's standard error, for the `error.json` of the document that ended it."""

from __future__ import annotations

import re
from typing import BinaryIO

from pipeline.controls import escaped

_PIECE = 1 << 16
_KEPT_BYTES = 8192
_LINES = 20
_LONGEST = 300
"""Bounds of what is kept: bytes, lines of `error.json`, characters of a line. A traceback of Python's has two lines a
frame, the innermost first where a signal ended the process."""

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
_PATH = re.compile(r"(?<![\w/])/(?:[^\s/\"':]+/)+(?=(?:[^\s/\"':]+/){2}[^\s/\"':]+)")
"""What differs from machine to machine and run to run: addresses in memory, and the beginnings of paths."""


class LastLines:
    """Reads a non-blocking stream, without waiting, and keeps its end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._kept = b""
        self.ended = False

    def fileno(self) -> int:
        """The descriptor of the stream, for a selector."""
        return self._stream.fileno()

    def drain(self) -> None:
        """Take what has been written; a piece at a time, so that a child that writes without end holds up nobody."""
        if self.ended:
            return
        data = self._stream.read(_PIECE)  # None where nothing was written
        self.ended = data == b""
        self._kept = (self._kept + (data or b""))[-_KEPT_BYTES:]

    def forget(self) -> None:
        """Forget what was written: what comes now belongs to another document."""
        self.drain()
        self._kept = b""

    def close(self) -> None:
        """Take what is left and close the stream."""
        self.drain()
        self.ended = True
        self._stream.close()

    def lines(self) -> tuple[str, ...]:
        """The last lines, each cut and without characters that command a terminal."""
        text = self._kept.decode("utf-8", "backslashreplace").replace("\ufffd", "?")
        found = [line.rstrip() for line in text.splitlines() if line.strip()]
        return tuple(_safe(line) for line in found[-_LINES:])


def _safe(line: str) -> str:
    plain = _ADDRESS.sub("0x…", _PATH.sub("…/", line))
    return escaped(plain if len(plain) <= _LONGEST else plain[:_LONGEST] + " …")
