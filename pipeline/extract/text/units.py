"""Lines → units: paragraphs over wrapped lines, list items, tables, underlined headings, quotations.

A unit is a block on its way: lines that are read as one. One pass, front to back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.extract.accounting import LeftOut
from pipeline.extract.text import line_shape as shape
from pipeline.extract.text.lines import Line, Run

UNWRAPPED = 130
"""Lines longer than this were not wrapped by whoever made the file."""
NARROW = 45
"""Lines of a wrapped file are at least about this long."""
SHORT = 30
"""A line shorter than this was not broken because it was full."""
MAX_HEADING = 110
SIGNATURE = "--"
SIGNATURE_LINES = 20
MAX_ROWS = 2000
MAX_COLUMNS = 200
"""A line with more separators than this is no row of a table."""

UnitKind = Literal["heading", "paragraph", "list_item", "table", "quote", "caption", "front_matter", "footer"]


@dataclass(slots=True)
class Unit:
    """Lines that are read as one, on the way to becoming a block. `alone`: empty lines on both sides."""

    kind: UnitKind
    lines: list[Line]
    full: list[Line]
    marker: str | None = None
    ordered: bool | None = None
    level: int | None = None
    alone: bool = False
    first: bool = False
    rows: list[list[Run]] = field(default_factory=list)
    header: bool = False
    term: bool = False
    speaker: Line | None = None

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def read_units(lines: list[Line], markdown: bool) -> tuple[list[Unit], list[LeftOut]]:
    """The units of `lines`, and what of the lines is a sign of their structure. Markdown has fences and a front matter,
    and its lines join whatever their width."""
    reader = _Reader(lines, markdown)
    return reader.read(), reader.signs


# --- lines -------------------------------------------------------------------------------------------------

_LINE_END = re.compile(r"\r\n|[\n\r\f\v\u2028\u2029]")
_SPACE = " \t"


def read_lines(text: str, limit: int) -> list[Line]:
    """The lines of `text`, at most `limit` of them, each without its indentation and trailing white space."""
    lines: list[Line] = []
    start = 0
    for end, after in _line_ends(text):
        line = text[start:end]
        kept = line.strip(_SPACE)
        if not kept and lines and not lines[-1].text:  # of empty lines in a row, one is enough
            start = after
            continue
        indent = len(line) - len(line.lstrip(_SPACE))
        begin = start + indent if kept else start
        lines.append(Line(begin, begin + len(kept), len(line[:indent].expandtabs(4)), kept))
        if len(lines) >= limit:
            break
        start = after
    return lines


def _line_ends(text: str) -> Iterator[tuple[int, int]]:
    for match in _LINE_END.finditer(text):
        yield match.span()
    yield len(text), len(text)


def _wrap_width(lines: list[Line]) -> int:
    """The width to which the file's lines were wrapped, 0 where they were not."""
    lengths = sorted(len(line.text) for line in lines if line.text)
    if not lengths or lengths[int(len(lengths) * 0.97)] > UNWRAPPED:
        return 0
    width = lengths[int(len(lengths) * 0.95)]
    return width if width >= NARROW else 0


def _line_up(lines: list[Line], rows: list[list[Run]]) -> bool:
    """Whether the cells of each column begin at the same place, give or take a character."""
    for column in range(1, len(rows[0])):
        starts = [row[column].start - line.start + line.indent for line, row in zip(lines, rows, strict=True)]
        if max(starts) - min(starts) > 1:
            return False
    return True


# --- units -------------------------------------------------------------------------------------------------

_ATX = re.compile(r"(#{1,6})[ \t]+(\S.*?)(?:(?<![ \t])[ \t]++#++)?$")
_QUOTED = re.compile(r"(?:>[ \t]?)+")
_PIPE_RULE = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?$")
_FENCE = re.compile(r"(`{3,}|~{3,})")


class _Reader:
    """Reads units from lines, front to back; `at` is the next line."""

    def __init__(self, lines: list[Line], markdown: bool) -> None:
        self.lines = lines
        self.markdown = markdown
        self.width = _wrap_width(lines)
        self.at = 0
        self.units: list[Unit] = []
        self.signs: list[LeftOut] = []
        self.numbers: set[int] = set()
        self.below = False  # below the line that sets off the signature of an e-mail

    def read(self) -> list[Unit]:
        if self.markdown:
            self._read_front_matter()
        while self.at < len(self.lines):
            if not self.lines[self.at].text:
                self.at += 1
                continue
            begin = self.at
            first = begin == 0 or not self.lines[begin - 1].text
            unit = self._unit()
            if unit:
                unit.kind = "footer" if self.below else unit.kind
                unit.first = first
                unit.alone = first and (self.at >= len(self.lines) or not self.lines[self.at].text)
                self.units.append(unit)
        return self.units

    def _unit(self) -> Unit | None:
        line = self.lines[self.at]
        if line.text == SIGNATURE and not self.markdown and len(self.lines) - self.at <= SIGNATURE_LINES:
            self.below = True
            self._sign(self.at, "rule")
            self.at += 1
            return None
        if shape.is_rule(line.text):
            self._sign(self.at, "rule")
            self.at += 1
            return None
        if line.text.startswith(">"):
            return self._blockquote()
        if self.markdown and (fence := _FENCE.match(line.text)):
            return self._fence(fence.group(1))
        return self._table() or self._atx() or self._lone_marker() or self._item() or self._paragraph()

    def _sign(self, at: int, reason: str) -> None:
        """Note that a line is no text but a sign of structure."""
        line = self.lines[at]
        self.signs.append(LeftOut(line.start, line.end, reason))

    def _read_front_matter(self) -> None:
        """A YAML header: lines between `---` and `---` at the top of a Markdown file."""
        if not self.lines or self.lines[0].text != "---":
            return
        for end in range(1, min(len(self.lines), 100)):
            if self.lines[end].text == "---":
                header = [line for line in self.lines[1:end] if line.text]
                self.units.extend(Unit("front_matter", [line], [line]) for line in header)
                self._sign(0, "rule")
                self._sign(end, "rule")
                self.at = end + 1
                return

    def _fence(self, marks: str) -> Unit | None:
        """The lines up to the next that begins with the same marks; None where there are none."""
        end = self.at + 1
        while end < len(self.lines) and not self.lines[end].text.startswith(marks):
            end += 1
        inside = [line for line in self.lines[self.at + 1 : end] if line.text]
        self._sign(self.at, "fence")
        if end < len(self.lines):
            self._sign(end, "fence")
        self.at = min(end + 1, len(self.lines))
        return Unit("paragraph", inside, inside) if inside else None

    def _table(self) -> Unit | None:
        lines, at = self.lines, self.at
        if (
            0 < lines[at].text.count("|") <= MAX_COLUMNS
            and at + 1 < len(lines)
            and _PIPE_RULE.match(lines[at + 1].text)
        ):
            end = at + 2
            while end < len(lines) and 0 < lines[end].text.count("|") <= MAX_COLUMNS:
                end += 1
            taken = [lines[at], *lines[at + 2 : end]]
            self._sign(at + 1, "rule")
            self.at = end
            return Unit("table", taken, taken, rows=[line.cells("|") for line in taken], header=True)
        if table := self._aligned():
            return table
        tabs = lines[at].text.count("\t")
        if not 0 < tabs <= MAX_COLUMNS or shape.marker_of(lines[at].text):
            return None
        end = at
        while end < len(lines) and lines[end].text.count("\t") == tabs:
            end += 1
        if end - at < 2:
            return None
        taken = lines[at:end]
        self.at = end
        return Unit("table", taken, taken, rows=[line.cells("\t") for line in taken])

    def _aligned(self) -> Unit | None:
        """Lines whose columns are set apart by spaces: the last cells of all are numbers, or columns line up."""
        end = self.at
        rows: list[list[Run]] = []
        while end < len(self.lines) and end - self.at < MAX_ROWS:
            row = self.lines[end].columns()
            if len(row) < 2 or (rows and len(row) != len(rows[0])) or len(row) > MAX_COLUMNS:
                break
            rows.append(row)
            end += 1
        if len(rows) < 2 or shape.marker_of(self.lines[self.at].text):
            return None
        figures = all(shape.is_figure(row[-1].text) for row in rows[1:])
        if not figures and not (len(rows) > 2 and _line_up(self.lines[self.at : end], rows)):
            return None
        taken = self.lines[self.at : end]
        self.at = end
        return Unit("table", taken, taken, rows=rows, header=not shape.is_figure(rows[0][-1].text))

    def _atx(self) -> Unit | None:
        line = self.lines[self.at]
        match = _ATX.match(line.text) if line.text.startswith("#") else None
        if not match or len(match.group(2)) > 2 * MAX_HEADING:
            return None
        self.at += 1
        return Unit("heading", [line.part(*match.span(2))], [line], level=len(match.group(1)))

    def _blockquote(self) -> Unit | None:
        taken: list[Line] = []
        while self.at < len(self.lines) and self.lines[self.at].text.startswith(">"):
            line = self.lines[self.at]
            if match := _QUOTED.match(line.text):
                line = line.part(match.end(), len(line.text))
            self.at += 1
            if not line.text:
                break
            taken.append(line)
        return Unit("quote", taken, taken) if taken else None

    def _lone_marker(self) -> Unit | None:
        """A marker that stands alone on its line; its item is the paragraph that follows."""
        marker = shape.lone_marker(self.lines[self.at].text)
        if not marker:
            return None
        at = self.at + 1
        while at < len(self.lines) and at - self.at <= 3 and not self.lines[at].text:
            at += 1
        if at >= len(self.lines) or not self.lines[at].text or shape.marker_of(self.lines[at].text):
            return None
        if shape.lone_marker(self.lines[at].text):
            return None
        begin = self.at
        self.at = at
        self._sign(begin, "marker")
        taken = self._joined(self.lines[at])
        return Unit("list_item", taken, [self.lines[begin], *taken], marker=marker, ordered=False)

    def _item(self) -> Unit | None:
        line = self.lines[self.at]
        marker = shape.marker_of(line.text)
        if not marker or not self._begins_item(marker):
            return None
        if marker.number is not None:
            self.numbers.add(marker.number)
        rest = line.part(marker.length, len(line.text))
        self.signs.append(LeftOut(line.start, rest.start, "marker"))
        taken = [rest, *self._joined(line, hanging=line.indent)[1:]]
        return Unit(
            "list_item", taken, [line, *taken[1:]], marker=marker.text, ordered=marker.number is not None
        )

    def _begins_item(self, marker: shape.Marker) -> bool:
        """Whether a marker that may stand inside a sentence too begins an item here."""
        if marker.certain:
            return True
        follows = marker.number is None or marker.number <= 1 or marker.number - 1 in self.numbers
        return follows and (self.at == 0 or not self._continues(self.lines[self.at - 1], self.lines[self.at]))

    def _continues(self, before: Line, line: Line) -> bool:
        """Whether an uncertain marker at the beginning of `line` is more likely a wrapped sentence."""
        if not before.text or shape.marker_of(before.text):
            return False
        return before.text[-1] not in ".:;!?" and self._wrapped(before, line)

    def _paragraph(self) -> Unit:
        line = self.lines[self.at]
        if self.at + 1 < len(self.lines):
            level = shape.underline_level(self.lines[self.at + 1].text)
            if level and line.text and len(line.text) <= MAX_HEADING:
                self._sign(self.at + 1, "rule")
                self.at += 2
                return Unit("heading", [line], [line], level=level)
        taken = self._joined(line)
        return Unit("paragraph", taken, taken)

    def _joined(self, first: Line, hanging: int | None = None) -> list[Line]:
        """`first` and the lines after it that continue its paragraph; `at` moves behind them.

        Lines of a list item that are indented more than its marker (at column `hanging`) belong to it.
        """
        self.at += 1
        group_width = self._group_width(self.at - 1)
        taken = [first]
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.text or shape.is_rule(line.text) or self._begins_other(taken[-1], line):
                break
            belongs = self.markdown or (hanging is not None and line.indent > hanging)
            if not belongs and not self._wrapped(self.lines[self.at - 1], line, group_width):
                break
            taken.append(line)
            self.at += 1
        return taken

    def _begins_other(self, before: Line, line: Line) -> bool:
        if line.text.startswith(("#", ">")) and (_ATX.match(line.text) or line.text.startswith("> ")):
            return True
        if "\t" in line.text and "\t" in before.text:
            return True
        if shape.lone_marker(line.text) or shape.is_address(line.text):
            return True
        if shape.ends_quotation(before.text) and shape.names_speaker(line.text):
            return True
        marker = shape.marker_of(line.text)
        return marker is not None and self._begins_item(marker)

    def _group_width(self, at: int) -> int:
        """The longest of the next lines up to an empty one (the wrap width of a narrower passage)."""
        longest = 0
        for line in self.lines[at : at + 12]:
            if not line.text:
                break
            longest = max(longest, len(line.text))
        return longest

    def _wrapped(self, before: Line, line: Line, group_width: int = 0) -> bool:
        """Whether the break between two lines is one of wrapping: the next word did not fit any more."""
        open_end = before.text[-1] not in ".!?:"
        if open_end and line.text[0].islower() and len(before.text) >= max(SHORT, 0.4 * self.width):
            return True
        if not self.width:
            return False
        width = group_width if group_width >= 0.6 * self.width else self.width
        word = (line.text.split(maxsplit=1) or [line.text])[0]  # a lone separator is no word
        return len(before.text) + 1 + len(word) + 2 * open_end > width
