"""What the terminal shows. Scraped text is shown letter by letter: control characters never reach the terminal.

Every line is made by `line`, which escapes them; nothing else in this module makes one (a test keeps that).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from pipeline import controls
from pipeline.knowledge import causes
from pipeline.records import REPLACEMENT, Block, Edit, Finding, Metadata, Origin, PageBox, Sibling, TextRange

if TYPE_CHECKING:
    from pipeline.records.runs import ErrorRecord
    from pipeline.run.engine import Result
    from pipeline.run.inspect import Explanation, Found, Piece
    from pipeline.run.planning.changes import Change
    from pipeline.settings import Settings

_SHOWN = 400
"""Characters of a text that are shown before it is cut."""

_CONTEXT = 24
"""Characters that are shown on either side of an edit."""

_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


_GRAVEST_FIRST = ("loss", "guess", "human", "repair", "reading")
"""Classes of edits in the order in which they are shown."""

_NARROWEST, _WIDEST = 20, 1000
"""Columns between which `COLUMNS` is believed."""


def console(*, stderr: bool = False) -> Console:
    """Standard output (or error); 100 columns wide where it is not a terminal."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 100
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=width, _environ=_environment())


def _environment() -> dict[str, str]:
    """The environment, but for sizes of a terminal that make no sense."""
    sizes = {name: os.environ.get(name, "") for name in ("COLUMNS", "LINES")}
    senseless = {
        name
        for name, value in sizes.items()
        if not (value.isascii() and value.isdigit() and _NARROWEST <= int(value[:9]) <= _WIDEST)
    }
    return {name: value for name, value in os.environ.items() if name not in senseless}


def safe(text: str, limit: int | None = None, *, lines: bool = False) -> str:
    """`text` without characters that would command the terminal or turn its direction; cut at `limit`.

    `lines` lets line feeds through; without it, scraped text cannot begin a line of its own.
    """
    cut = text if limit is None or len(text) <= limit else text[:limit] + " …"
    return controls.escaped(cut, lines=lines)


def line(text: object, style: str = "", limit: int | None = None, *, lines: bool = False) -> Text:
    """`text`, made safe, in a style of rich's."""
    return Text(safe(str(text), limit, lines=lines), style=style)


def say_error(sentence: str) -> None:
    """One sentence on standard error."""
    console(stderr=True).print(line(sentence))


def say(sentence: str, *, lines: bool = False) -> None:
    """One sentence (or, with `lines`, a text of many lines) on standard output."""
    console().print(line(sentence, lines=lines))


def say_json(value: Any) -> None:
    """A value as JSON on standard output; what the encoding of the terminal may lack is escaped as JSON has it."""
    unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=not unicode) + "\n")


# --- progress ----------------------------------------------------------------------------------------------


class _Bar:
    """A bar for each phase, on a terminal."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task: TaskID | None = None

    def phase(self, name: str, total: int) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(name, total=total)

    def step(self) -> None:
        if self._task is not None:
            self._bar.advance(self._task)


class _Lines:
    """A line for each tenth of a phase, where standard error is not a terminal."""

    def __init__(self) -> None:
        self._name, self._total, self._done = "", 0, 0

    def phase(self, name: str, total: int) -> None:
        self._name, self._total, self._done = name, total, 0
        if total:
            self._say(f"{name}: {total}")

    def step(self) -> None:
        self._done += 1
        tenth = max(1, self._total // 10)
        if self._total >= 20 and self._done % tenth == 0:
            self._say(f"{self._name}: {self._done} of {self._total}")

    @staticmethod
    def _say(text: str) -> None:
        sys.stderr.write(safe(text) + "\n")
        sys.stderr.flush()


@contextmanager
def progress() -> Iterator[_Bar | _Lines]:
    """Shows how far a run is: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = (TextColumn("{task.description:<10}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        yield _Bar(bar)


# --- a run -------------------------------------------------------------------------------------------------


def show_summary(result: Result, settings: Settings, seconds: float) -> None:
    """The table at the end of a run, what is in quarantine, and where to look next."""
    assert result.record is not None
    counts, out = result.record.counts, console()
    table = Table(show_edge=False, pad_edge=False, box=None, header_style="bold")
    for name in ("documents", "profiles", "repaired", "lost characters", "quarantined", "seconds"):
        table.add_column(name, justify="right", min_width=len(name) + 2)
    row = [counts[name] for name in ("documents", "profiles", "repaired", "lost_characters", "quarantined")]
    table.add_row(*(f"{value:,}" for value in row), f"{seconds:.1f}")
    out.print()
    out.print(table)
    out.print()
    out.print(line(_what_was_done(result)))
    records = result.differences
    if any(record.kind == "profile" for record in records.records):
        changed = ", ".join(
            f"{records.count(change):,} {change}" for change in ("added", "changed", "removed")
        )
        out.print(line(f"Records: {changed} ({program()} changes)."))
    if result.record.quarantine:
        out.print(line("In quarantine:"))
        for entry in result.record.quarantine[:10]:
            out.print(line(f"  {entry.kind or entry.code:<17} {entry.path}", style="yellow"))
        if len(result.record.quarantine) > 10:
            out.print(line(f"  … and {len(result.record.quarantine) - 10} more, in run.json"))
    show_notes(result.notes)
    folder = settings.out
    out.print(line("See next:"))
    for path, what in (
        (folder / "profiles.jsonl", "the records"),
        (
            folder / "documents",
            "each document as readable text (clean.md) and block by block (document.json)",
        ),
        (folder / "findings.jsonl", "what a person should know"),
        (folder / "refetch.csv", "what to fetch again"),
    ):
        out.print(line(f"  {path!s:<28} {what}"))
    out.print(line(f"  {program() + ' show DOCUMENT':<28} one document, in the terminal"))


def _what_was_done(result: Result) -> str:
    """The documents of a run in three parts that add up: each is processed now, unchanged, or in quarantine."""
    assert result.record is not None
    counts = result.record.counts
    if not result.done and not result.failed and not result.differences.records:
        return "Nothing changed since the last run."
    unchanged = counts["documents"] - counts["quarantined"] - result.done
    aside = f", {counts['quarantined']:,} in quarantine" if counts["quarantined"] else ""
    now = f" ({result.failed:,} of them now)" if result.failed else ""
    return f"{result.done:,} processed now, {unchanged:,} unchanged{aside}{now}."


def program() -> str:
    """How this command was called, for sentences that tell what to type next."""
    called = Path(sys.argv[0])
    if called.name != "cityreports":
        return "python -m pipeline"
    found = shutil.which("cityreports")
    return "cityreports" if found and Path(found).resolve() == called.resolve() else os.path.relpath(called)


def show_changes(changes: Sequence[Change], settings: Settings) -> None:
    """What a run would do, and why."""
    out = console()
    if not changes:
        out.print(
            line(f"Nothing to read: every document of {settings.raw} is done, or failed and has not changed.")
        )
        return
    for why, count in sorted(Counter((change.kind, change.why) for change in changes).items()):
        out.print(line(f"{count:>6,}  {why[0]:<6} {why[1]}"))
    out.print()
    for change in changes[:50]:
        out.print(line(f"  {change.kind:<6} {change.path}"))
    if len(changes) > 50:
        out.print(line(f"  … and {len(changes) - 50:,} more"))


def show_notes(notes: Iterable[str]) -> None:
    """What concerns the run and no single document."""
    for note in notes:
        console().print(line(f"Note: {note}", style="yellow"))


# --- a document --------------------------------------------------------------------------------------------


def show_error(error: ErrorRecord, folder: Path) -> None:
    """A quarantine entry."""
    out = console()
    out.print(line(error.path, style="bold"))
    kind = f" ({error.kind})" if error.kind else ""
    out.print(line(f"In quarantine: {error.code}{kind}", style="bold red"))
    out.print(line(error.message))
    for frame in error.detail:
        out.print(line(f"  {frame}", style="dim"))
    if error.stderr:
        out.print(line("Last lines of its process:"))
    for said in error.stderr or ():
        out.print(line(f"  {said}", style="dim"))
    out.print(line(f"Its bytes and error.json: {folder}"))
    out.print(line(f"Try again: {error.retry}"))


def show_document(found: Found) -> None:
    """A document's profile, findings and repairs."""
    assert found.document is not None and found.profile is not None
    profile, document, out = found.profile, found.document, console()
    city = profile.city
    out.print(line(profile.title or profile.slug, style="bold"))
    if profile.tagline:
        out.print(line(profile.tagline, style="italic"))
    place = (
        f"{city.name}, {city.country or '?'}"
        + (f" (GeoNames {city.geonames_id})" if city.geonames_id else "")
        if city
        else "unknown"
    )
    facts = {
        "kind": profile.kind,
        "city": place,
        "language": profile.language or "unknown",
        "site": profile.site,
        "source": document.source.path,
        "address": profile.provenance.url,
        "networks": ", ".join(network.name for network in profile.networks),
        "report": _edition(profile.report),
        "quality": f"{profile.quality.score:.2f}",
        "document": document.id,
        "profile": profile.id,
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        if value:
            table.add_row(line(name, style="dim"), line(value))
    out.print(table)
    for takeaway in profile.takeaways:
        out.print(line(f"  • {safe(takeaway, _SHOWN)}"))
    for section in profile.sections:
        status = "" if section.status == "clean" else f"  [{section.status}, {section.damaged:.0%} lost]"
        out.print()
        out.print(
            line(section.heading or "(no heading)", style="bold"),
            line(f"{section.id}{status}", style="dim"),
        )
        if section.text:
            out.print(line(section.text, limit=_SHOWN, lines=True))
    _show_findings(document.findings)
    _show_repairs([(index, edit) for index, block in enumerate(document.blocks) for edit in block.edits])


def show_page(blocks: Sequence[tuple[int, Block]]) -> None:
    """The blocks of a page, each with its number, kind and place."""
    out = console()
    for index, block in blocks:
        level = f" {block.level}" if block.level else ""
        out.print(line(f"{index:>5} {block.role or block.kind}{level}", style="bold"))
        out.print(line("      " + safe(block.text, _SHOWN, lines=True).replace("\n", "\n      "), lines=True))
        out.print(line(f"      {place(block.origins[0])}", style="dim"))


def _edition(report: object) -> str:
    parts = [f"{name} {value}" for name, value in (report.model_dump() if report else {}).items() if value]  # type: ignore[attr-defined]
    return ", ".join(parts)


def _show_findings(findings: Sequence[Finding]) -> None:
    out = console()
    out.print()
    out.print(line(f"Findings: {len(findings)}", style="bold"))
    for finding in findings:
        where = f" block {finding.block}" if finding.block is not None else ""
        out.print(
            line(f"  {finding.severity:<8} {finding.code}{where}: ", style=_STYLES[finding.severity]), end=""
        )
        out.print(line(finding.message, limit=_SHOWN))
        for origin in finding.origins[:1]:
            out.print(line(f"           {place(origin)}", style="dim"))
        if finding.evidence:
            out.print(line(f"           evidence: {safe(finding.evidence, _SHOWN)}"))
        if finding.suggestion:
            out.print(line(f"           suggestion: {safe(finding.suggestion, _SHOWN)}"))


def _show_repairs(edits: Sequence[tuple[int, Edit]]) -> None:
    """The edits of a document: how many of each class, and the first of them, what is lost before what is only read."""
    out = console()
    classes = Counter(_class(edit.cause) for _, edit in edits)
    order = {name: place for place, name in enumerate(_GRAVEST_FIRST)}
    shown = sorted(edits, key=lambda item: order.get(_class(item[1].cause), 0))
    told = ", ".join(f"{classes[name]:,} {name}" for name in sorted(classes, key=lambda n: order.get(n, 0)))
    out.print()
    out.print(line(f"Edits: {len(edits)}" + (f" ({told})" if told else ""), style="bold"))
    for index, edit in shown[:40]:
        out.print(line(f"  block {index}, {edit.cause}: {_change(edit)}"))
    if len(edits) > 40:
        out.print(line(f"  … and {len(edits) - 40} more, in document.json"))


def _class(cause: str) -> str:
    """The class of a cause, for a person; records of another version of the program may have causes unknown here."""
    known = causes.catalogue().get(causes.word_of(cause))
    return known.kind if known else "unknown"


def _change(edit: Edit) -> str:
    lost = edit.before.count(REPLACEMENT)
    before = f"{lost:,} replacement characters" if lost > 8 else repr(safe(edit.before, 80))
    return f"{before} → {safe(edit.after, 80)!r} ({edit.confidence:.0%})"


# --- repairs ---


def show_causes(by_cause: dict[str, dict[str, int]], settings: Settings) -> None:
    """What was changed over the whole corpus, by cause."""
    out = console()
    if not by_cause:
        out.print(line("Nothing was changed."))
        return
    names = ("documents", "blocks", "edits", "before", "after", "lost")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("cause")
    table.add_column("class")
    for name in names:
        table.add_column(name, justify="right")
    for cause, numbers in by_cause.items():
        table.add_row(line(cause), line(_class(cause)), *(f"{numbers[name]:,}" for name in names))
    out.print(table)
    out.print()
    out.print(line(f"before, after, lost: characters. By document: {settings.out / 'repairs.csv'}"))


def show_repairs(found: Found) -> None:
    """A document's edits by cause, each with what stood before and after it in its place."""
    assert found.document is not None
    out = console()
    by_cause: dict[str, list[tuple[int, str, str, Edit]]] = {}
    for index, block in enumerate(found.document.blocks):
        text = block.raw
        for edit in block.edits:
            left = text[max(0, edit.start - _CONTEXT) : edit.start]
            right = text[edit.end : edit.end + _CONTEXT]
            by_cause.setdefault(edit.cause, []).append((index, left, right, edit))
            text = text[: edit.start] + edit.after + text[edit.end :]
    if not by_cause:
        out.print(line("Nothing was changed."))
    for cause, edits in sorted(by_cause.items(), key=lambda item: (-len(item[1]), item[0])):
        out.print(line(f"{cause} ({_class(cause)}): {len(edits)}", style="bold"))
        for index, left, right, edit in edits:
            before = (
                edit.before
                if REPLACEMENT not in edit.before
                else f"{edit.before.count(REPLACEMENT):,} × U+FFFD"
            )
            shown = line(f"  block {index:<4} {left}".replace(REPLACEMENT, "·"))
            shown.append(safe(before, 80), style="red strike")
            shown.append(safe(edit.after, 80), style="green")
            shown.append(safe(right).replace(REPLACEMENT, "·"))
            shown.append(f"  ({edit.confidence:.0%})", style="dim")
            out.print(shown)


# --- a field -----------------------------------------------------------------------------------------------


def show_explanations(found: Found, explanations: Sequence[Explanation]) -> None:
    """Where fields came from."""
    assert found.document is not None
    out = console()
    for explanation in explanations:
        out.print(line(explanation.pointer or "/", style="bold"))
        if not isinstance(explanation.value, dict | list):
            out.print(line(f"  value: {safe(str(explanation.value), _SHOWN)}"))
        for piece in explanation.pieces:
            _show_piece(found, piece)


def _show_piece(found: Found, piece: Piece) -> None:
    assert found.document is not None
    out = console()
    out.print(line(f"  block {piece.block} ({piece.kind}), confidence {piece.confidence:.0%}"))
    for origin, byte_range in zip(piece.origins, piece.byte_ranges, strict=True):
        in_bytes = f", bytes {byte_range[0]:,} to {byte_range[1]:,}" if byte_range else ""
        out.print(line(f"    {found.document.source.path}: {place(origin)}{in_bytes}"))
    lost = piece.raw.count(REPLACEMENT)
    raw = f"{lost:,} replacement characters" if lost == len(piece.raw) > 8 else safe(piece.raw, _SHOWN)
    out.print(line(f"    raw:  {raw}"))
    out.print(line(f"    text: {safe(piece.text, _SHOWN)}"))
    for edit in piece.edits:
        out.print(line(f"    edit: {edit.cause}: {_change(edit)}"))


def place(origin: Origin) -> str:
    """An origin in words."""
    if isinstance(origin, TextRange):
        return f"characters {origin.start:,} to {origin.end:,}"
    if isinstance(origin, PageBox):
        left, top, right, bottom = origin.box
        return f"page {origin.page}, box {left:g}, {top:g}, {right:g}, {bottom:g}"
    if isinstance(origin, Metadata):
        return f"metadata {origin.key}"
    if isinstance(origin, Sibling):
        return f"document {origin.document}, block {origin.block}"
    raise TypeError(origin)
