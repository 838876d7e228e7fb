"""`raw/manifest.csv`: what is known about documents besides their content, one row each.

A row that is broken costs that row, and its document says so. Only what concerns the file as a whole ends the run:
it is not a file, not UTF-8, or has no column `path`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import RunError
from pipeline.sources.access import NotAFile, open_file
from pipeline.sources.folder import MANIFEST
from pipeline.sources.values import KEYS, LONGEST

_MOST_BYTES = 1 << 28
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_FIELD = re.compile(r'(?:"([^"]*+(?:""[^"]*+)*+)"|([^,\r\n]*+))(,|\r\n|\r|\n|\Z)')
"""A field and what ends it. One that begins with a quote and is not closed before a comma or line end does not match:
the quantifiers are possessive."""
_ESCAPED = re.compile("[\udc80-\udcff]")
_SHOWN = 3
_MOST_PROBLEMS = 10


class _Row(NamedTuple):
    line: int
    fields: list[str]
    broken: str | None = None


class Manifest:
    """The rows of `manifest.csv` by path. Empty where there is no manifest.

    `notes` are sentences about rows of which it cannot be told what document they mean.
    """

    def __init__(
        self,
        rows: Mapping[str, Mapping[str, str]],
        problems: Mapping[str, tuple[str, ...]] | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self._rows = rows
        self._problems = problems or {}
        self.notes = notes

    def row(self, path: str) -> Mapping[str, str]:
        """What the manifest says of the document at `path`."""
        return self._rows.get(path, {})

    def problems(self, path: str) -> tuple[str, ...]:
        """What is wrong with the rows of the document at `path`, a sentence each."""
        return self._problems.get(path, ())

    def paths(self) -> set[str]:
        """All paths that the manifest names."""
        return {*self._rows, *self._problems}


def read_manifest(raw: Path) -> Manifest:
    """The manifest of `raw`. Raises RunError where it is there but cannot be understood as a whole."""
    text = _text(raw)
    if text is None:
        return Manifest({})
    rows = _rows(text)
    header = next(rows, _Row(1, []))
    columns = _columns(header, raw / MANIFEST)
    return _collect(rows, columns)


def _text(raw: Path) -> str | None:
    """The manifest as text, bytes that are not UTF-8 as lone surrogates; None where there is none."""
    path = raw / MANIFEST
    try:
        with open_file(raw, MANIFEST.encode()) as file:
            pieces, size = [], 0
            while piece := file.read(1 << 20):
                pieces.append(piece)
                size += len(piece)
                if size > _MOST_BYTES:
                    raise RunError(
                        f"{path} has more than {_MOST_BYTES:,} bytes; keep the rows of files that are there, and put "
                        "the rest elsewhere."
                    )
    except FileNotFoundError:
        return None
    except NotAFile as error:
        raise RunError(f"{path} cannot be used. {error} Or remove it.") from error
    except OSError as error:
        raise RunError(
            f"{path} cannot be read ({error.strerror}); check its permissions, or remove it."
        ) from error
    data = b"".join(pieces)
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or (
        _ESCAPED.search(text) and not _is_utf8_somewhere(data)
    ):
        raise RunError(f"{path} is not UTF-8. Save it as UTF-8 CSV, or remove it.")
    return text


def _is_utf8_somewhere(data: bytes) -> bool:
    """Whether a line beyond ASCII is UTF-8. Where none is, the file as a whole is in another charset."""
    for line in data.splitlines():
        if not line.isascii():
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                continue
            return True
    return False


def _columns(header: _Row, path: Path) -> list[str]:
    columns = [name.strip().casefold() for name in header.fields]
    if header.broken or "path" not in columns:
        raise RunError(
            f"{path} has no column 'path'; its first line names the columns: path,url,fetched_at ..."
        )
    for name in ("path", *KEYS):
        if columns.count(name) > 1:
            raise RunError(f"{path} names the column {name!r} twice; remove one of them.")
    return columns


def _collect(rows: Iterator[_Row], columns: list[str]) -> Manifest:
    position = columns.index("path")
    kept: dict[str, dict[str, str]] = {}
    problems: dict[str, tuple[str, ...]] = {}
    lost: list[int] = []
    for row in rows:
        path = row.fields[position].strip().removeprefix("./") if position < len(row.fields) else ""
        broken = row.broken or _misfit(row.fields, len(columns))
        if not path or len(path) > LONGEST or _ESCAPED.search(path):
            lost += [row.line] if broken or any(field.strip() for field in row.fields) else []
            continue
        if broken is not None:
            _add(problems, path, f"Line {row.line} of the manifest was not used: {broken}.")
            continue
        values = {
            key: value.strip()
            for key, value in zip(columns, row.fields, strict=False)
            if key in KEYS and value.strip()
        }
        if path in kept:
            _merge(kept[path], values, path, problems)
        else:
            kept[path] = values
    return Manifest(kept, problems, _notes(lost))


def _misfit(fields: list[str], columns: int) -> str | None:
    if any(field.strip() for field in fields[columns:]):
        return "it has more fields than the first line has names (a comma belongs into quotes)"
    if any(_ESCAPED.search(field) for field in fields):
        return "it is not UTF-8"
    return None


def _merge(
    known: dict[str, str], more: dict[str, str], path: str, problems: dict[str, tuple[str, ...]]
) -> None:
    """What two rows of one document say: where they differ, neither is used."""
    differing = sorted(key for key in known.keys() & more.keys() if known[key] != more[key])
    known.update({key: value for key, value in more.items() if key not in known})
    for key in differing:
        known[key] = ""
        _add(
            problems,
            path,
            f"The manifest names the document twice, with two values of {key}; neither was used.",
        )


def _add(problems: dict[str, tuple[str, ...]], path: str, problem: str) -> None:
    """Keep a problem of a document's rows: each once, and the first few where there are many."""
    known = problems.get(path, ())
    if problem not in known and len(known) < _MOST_PROBLEMS:
        problems[path] = (*known, problem)


def _notes(lost: list[int]) -> tuple[str, ...]:
    if not lost:
        return ()
    shown = ", ".join(map(str, lost[:_SHOWN])) + (" …" if len(lost) > _SHOWN else "")
    return (f"manifest.csv has {len(lost)} row(s) that name no document: line {shown}",)


def _rows(text: str) -> Iterator[_Row]:
    """The rows of CSV text, without empty lines. After a row that is broken the next line begins a new one."""
    position, number = 0, 1
    while position < len(text):
        match = _LINE.match(text, position)
        assert match is not None
        line, after = match[1], match.end()
        if '"' in line:
            fields, end = _quoted(text, position)
            yield _Row(number, fields, "its quotes are not balanced" if end is None else None)
            after = after if end is None else end
        elif line:
            yield _Row(number, line.split(","))
        number += _line_ends(text, position, after)
        position = after


def _quoted(text: str, position: int) -> tuple[list[str], int | None]:
    """The fields of the row that begins at a position, and where the next begins; None where it is broken."""
    fields: list[str] = []
    while True:
        match = _FIELD.match(text, position)
        if match is None or (match[1] is None and match[2].startswith('"')):
            return fields, None
        fields.append(match[1].replace('""', '"') if match[1] is not None else match[2])
        position = match.end()
        if match[3] != ",":
            return fields, position


def _line_ends(text: str, start: int, end: int) -> int:
    lone = text.count("\r", start, end) - text.count("\r\n", start, end)
    return text.count("\n", start, end) + lone
