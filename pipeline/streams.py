"""Standard input, output and error, whatever they are: any encoding, closed, full, or a pipe that nobody reads."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast


class OutputClosed(Exception):
    """Nobody reads standard output any more (`| head -1`)."""


class OutputFailed(Exception):
    """Standard output cannot be written: the disk is full, the terminal is gone."""


@contextmanager
def guarded() -> Iterator[None]:
    """Standard streams that can be written to: what the encoding lacks is escaped, what fails is told apart.

    Writing to standard output raises OutputClosed or OutputFailed. What cannot be written to standard error is
    dropped: there is no other place to say it. A closed stream is the null device, so that no file of ours can get its
    number and be written to by mistake.
    """
    _open_missing()
    old = sys.stdout, sys.stderr
    sys.stdout = cast(TextIO, _Output(_escaping(old[0], 1)))
    sys.stderr = cast(TextIO, _Error(_escaping(old[1], 2)))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = old


def give_up(descriptor: int) -> None:
    """Send what is still buffered for a stream nowhere; else the interpreter fails at its end once more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


def _open_missing() -> None:
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


def _escaping(stream: TextIO | None, descriptor: int) -> TextIO:
    if stream is None:
        return open(descriptor, "w", encoding="utf-8", closefd=False)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


class _Stream:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Output(_Stream):
    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            raise _failure(error) from error

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            raise _failure(error) from error


class _Error(_Stream):
    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            give_up(2)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            give_up(2)


def _failure(error: OSError) -> Exception:
    if isinstance(error, BrokenPipeError):
        return OutputClosed()
    return OutputFailed(error.strerror or str(error))
