"""Reading gzip: all members of a file, one after the other, and how much that is not gzip follows them."""

from __future__ import annotations

import os
import zlib
from typing import BinaryIO

from pipeline.errors import TooLarge

MAGIC = b"\x1f\x8b"
_BLOCK = 1 << 14
"""Bytes read at a time. zlib copies what follows a member, so a large block would cost its square where members are
tiny: 20 MB of empty members take 1 s in blocks of this size."""
_PADDING = 1 << 20
"""Zeros after the last member (bytes) that count as padding, as tapes and block devices leave it."""
_MOST_MEMBERS = 1_000_000


class Members:
    """What the members of an open gzip file hold. `read` gives it in pieces, b"" at its end.

    Raises EOFError where the file ends within a member, zlib.error where it is damaged, TooLarge where it has
    too many members to be anything but an attack.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._members = 1
        self._waiting = b""
        self._ended = False
        self.trailing = 0
        """Bytes after the last member that are neither a member nor padding. Known once all has been read."""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, at least one but at the end."""
        while not self._ended:
            if self._member.eof:
                self._next_member()
                continue
            block = self._waiting or self._file.read(_BLOCK)
            if not block:
                raise EOFError("the file ends in the middle")
            data = self._member.decompress(block, size)
            self._waiting = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if data:
                return data
        return b""

    def _next_member(self) -> None:
        rest = self._after_padding()
        if not rest.startswith(MAGIC):
            self._ended = True
            self.trailing = len(rest) + os.fstat(self._file.fileno()).st_size - self._file.tell()
            return
        if self._members == _MOST_MEMBERS:
            raise TooLarge(f"The compressed file has more than {_MOST_MEMBERS:,} parts. Unpack it.")
        self._members += 1
        self._waiting = rest
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def _after_padding(self) -> bytes:
        """What follows a member and its padding, as far as it was read: two bytes or more, or b"" at the end."""
        block, padding = self._waiting or self._file.read(_BLOCK), 0
        while block and padding < _PADDING:
            rest = block.lstrip(b"\0")
            if rest:
                return rest if len(rest) >= len(MAGIC) else rest + self._file.read(_BLOCK)
            padding += len(block)
            block = self._file.read(_BLOCK)
        return block
