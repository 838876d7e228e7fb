"""The end of what a child wrote on standard error is kept, bounded and harmless."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from pipeline.run.children.last_lines import LastLines


@pytest.fixture
def pipe() -> Iterator[tuple[LastLines, BinaryIO]]:
    """The reader of a pipe, and its other end."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    with os.fdopen(write, "wb", buffering=0) as writer:
        last = LastLines(os.fdopen(read, "rb", buffering=0))  # type: ignore[arg-type]
        yield last, writer  # type: ignore[misc]
        last.close()


def test_nothing_written_is_no_line_and_no_waiting(pipe: tuple[LastLines, BinaryIO]) -> None:
    last, _ = pipe
    last.drain()
    assert last.lines() == ()
    assert not last.ended


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (b"one\n\n  two  \n", ("one", "  two")),
        (b"\x1b[31mred\x1b[0m \x07", ("\\x1b[31mred\\x1b[0m \\x07",)),
        (b"\xff\xfe caf\xc3\xa9", ("\\xff\\xfe café",)),
        ("lost \ufffd".encode(), ("lost ?",)),
        (b"at 0x00007f0042ab1234", ("at 0x…",)),
        (b'File "/home/ada/lib/site-packages/pdf/page.py", line 3', ('File "…/site-packages/pdf/page.py", line 3',)),
        (b"x" * 1000, ("x" * 300 + " …",)),
    ],
)  # fmt: skip
def test_lines_are_escaped_and_cut(
    pipe: tuple[LastLines, BinaryIO], written: bytes, kept: tuple[str, ...]
) -> None:
    last, writer = pipe
    writer.write(written)
    last.drain()
    assert last.lines() == kept


def test_only_the_end_is_kept_and_of_this_document(pipe: tuple[LastLines, BinaryIO]) -> None:
    last, writer = pipe
    writer.write(b"of the document before\n")
    last.forget()
    assert last.lines() == ()
    for number in range(20_000):
        writer.write(b"line %d\n" % number)
        last.drain()
    assert last.lines() == tuple(f"line {number}" for number in range(19_980, 20_000))
    assert len(last._kept) <= 8192


def test_what_was_written_is_there_after_closing(pipe: tuple[LastLines, BinaryIO], tmp_path: Path) -> None:
    last, writer = pipe
    writer.write(b"the last words")
    last.close()
    last.close()
    assert last.lines() == ("the last words",)
