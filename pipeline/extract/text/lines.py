"""Lines and runs of text: pieces of the decoded source that know where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import Link, TextRange, fold_space


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its white space: [start, end) of the decoded source; `indent` is in columns."""

    start: int
    end: int
    indent: int
    text: str

    def part(self, start: int, end: int) -> Line:
        """[start, end) of the line's text as a line of its own, trimmed."""
        piece = self.text[start:end]
        begin = self.start + start + len(piece) - len(piece.lstrip())
        kept = piece.strip()
        return Line(begin, begin + len(kept), self.indent, kept)

    def cells(self, separator: str) -> list[Run]:
        """The line's cells between `separator`s; a pipe at either end of the line is its border."""
        start, end = 0, len(self.text)
        if separator == "|":
            start += self.text.startswith("|")
            end -= end > start and self.text.endswith("|") and not self.text.endswith("\\|")
        found: list[Run] = []
        while start <= end:
            stop = self.text.find(separator, start, end)
            while stop > 0 and self.text[stop - 1] == "\\":
                stop = self.text.find(separator, stop + 1, end)
            stop = end if stop < 0 else stop
            found.append(self._cell(start, stop))
            start = stop + 1
        return found

    def columns(self) -> list[Run]:
        """The parts of the line that are set apart by three spaces or more (or leader dots)."""
        found: list[Run] = []
        at = 0
        if len(self.text) > MAX_ROW:
            return found
        for gap in _GAP.finditer(self.text):
            found.append(self._cell(at, gap.start()))
            at = gap.end()
        return [*found, self._cell(at, len(self.text))] if found else found

    def _cell(self, start: int, end: int) -> Run:
        cell = self.part(start, end)
        return Run(cell.start, cell.end, fold_space(cell.text))


_GAP = re.compile(r" {3,}|(?<=\w) ?(?:[.·…] ?){4,}(?=\S)")
MAX_ROW = 400


@dataclass(frozen=True, slots=True)
class Run:
    """Text that stands at [start, end) of the decoded source, white space folded; `glued` to the run before it
    where no white space stands between them; `href` where it is a link."""

    start: int
    end: int
    text: str
    glued: bool = False
    href: str | None = None


def plain_runs(line: Line) -> list[Run]:
    """The one run of a line of plain text."""
    return [Run(line.start, line.end, fold_space(line.text))]


_MARKUP = re.compile(
    r"(?P<escape>\\(?=[!-/:-@\[-`{-~]))"
    r"|(?P<image>!?)\[(?P<label>[^\[\]\n]{0,1000})\]\((?P<href>[^()\s]{0,2000})(?:\s+\"[^\"\n]{0,500}\")?\)"
    r"|<(?P<auto>https?://[^<>\s]{1,2000})>"
    r"|(?P<mark>\*{1,3}(?=\S)|(?<=\S)\*{1,3}|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)|`+)"
)
_SPACE = " \t\n\r\f\v"
MAX_MARKUP = 20_000
"""In a line longer than this, signs are not looked at as markup."""


def markdown_runs(line: Line) -> list[Run]:
    """The runs of a line of Markdown: its text without the signs of emphasis and links."""
    if len(line.text) > MAX_MARKUP:
        return plain_runs(line)
    runs: list[Run] = []
    at = 0

    def add(start: int, end: int, href: str | None = None) -> None:
        piece = line.text[start:end]
        kept = piece.strip(_SPACE)
        if not kept:
            return
        begin = start + len(piece) - len(piece.lstrip(_SPACE))
        before = runs[-1].end - line.start if runs else 0
        glued = bool(runs) and not any(c in _SPACE for c in line.text[before:begin])
        runs.append(Run(line.start + begin, line.start + begin + len(kept), fold_space(kept), glued, href))

    for match in _MARKUP.finditer(line.text):
        if match["mark"] and not _closes_or_opens(line.text, match):
            continue
        add(at, match.start())
        if match["label"] is not None:
            add(*match.span("label"), href=None if match["image"] else match["href"])
        elif match["auto"]:
            add(*match.span("auto"), href=match["auto"])
        at = match.end()
    add(at, len(line.text))
    return runs


def _closes_or_opens(text: str, match: re.Match[str]) -> bool:
    """Whether the same sign stands on the line once more: a sign without its partner is text."""
    mark = match["mark"]
    return text.find(mark, match.end()) >= 0 or text.rfind(mark, 0, match.start()) >= 0


def raw_of(runs: Sequence[Run]) -> tuple[str, tuple[TextRange, ...]]:
    """The raw text that the runs make, joined by one space where white space stood, and their ranges."""
    parts: list[str] = []
    origins: list[TextRange] = []
    at = 0
    for run in runs:
        if not run.text:
            continue
        if parts and not run.glued:
            parts.append(" ")
            at += 1
        origins.append(TextRange(start=run.start, end=run.end, at=at))
        parts.append(run.text)
        at += len(run.text)
    return "".join(parts), tuple(origins)


_URL = re.compile(r"(?<![\w@])(?:https?://|www\.)[^\s<>\"'«»„“”|]{2,2000}")
_ADDRESS_BEFORE = re.compile(r"[A-Za-z0-9._%+-]{1,64}$")
_ADDRESS_AFTER = re.compile(r"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_MAX_LINKS = 1000
_MAX_SIGNS = 20_000  # at signs of a block that are looked at


def links_of(runs: Sequence[Run], raw: str, origins: Sequence[TextRange]) -> tuple[Link, ...]:
    """Links of the runs, and the addresses (web and e-mail) that stand in the raw text itself."""
    links = [
        Link(start=origin.at, end=origin.at + len(run.text), href=run.href)
        for run, origin in zip((run for run in runs if run.text), origins, strict=True)
        if run.href
    ]
    links += [
        Link(start=start, end=end, href=href)
        for start, end, href in _bare_addresses(raw)
        if not any(link.start < end and start < link.end for link in links[:50])
    ]
    return tuple(sorted(links, key=lambda link: link.start)[:_MAX_LINKS])


def _bare_addresses(raw: str) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    if "http" in raw or "www." in raw:
        for match in _URL.finditer(raw):
            url = match.group().rstrip(".,;:!?)]}…")
            href = url if url.startswith("http") else f"https://{url}"
            found.append((match.start(), match.start() + len(url), href))
    at, looked_at = raw.find("@"), 0
    while at >= 0 and len(found) < _MAX_LINKS and looked_at < _MAX_SIGNS:
        looked_at += 1
        before = _ADDRESS_BEFORE.search(raw, max(0, at - 64), at)
        after = _ADDRESS_AFTER.match(raw, at + 1)
        if before and after:
            span = before.start(), after.end()
            if not any(start < span[1] and span[0] < end for start, end, _ in found[-50:]):
                found.append((*span, f"mailto:{raw[slice(*span)]}"))
        at = raw.find("@", at + 1)
    return found
