"""Shows changes of records on the terminal: those of the last run, and those of a run that was held back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from pipeline.cli.terminal import console, line, program, safe

if TYPE_CHECKING:
    from pipeline.run.guard import HeldBack
    from pipeline.store.differences import Differences

_LISTED, _RECORDS_LISTED = 10, 50
"""Entries of a list that are shown before the rest is counted."""

_TITLE, _VALUE = 60, 100
"""Characters of a title and of a value that are shown."""

_SIGNS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red")}


def show_losses(held: HeldBack) -> None:
    """What a run that was held back would lose, by site and field, and the pages that came broken."""
    out = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("site", "field"):
        table.add_column(name)
    for name in ("stands", "would stand", "lost"):
        table.add_column(name, justify="right")
    for loss in held.losses:
        numbers = (f"{loss.before:,}", f"{loss.after:,}", f"{loss.share:.0%}")
        table.add_row(line(loss.site), loss.field, *numbers)
    out.print(table)
    out.print()
    if held.displaced:
        out.print(line("Good records whose page came broken:"))
        for path, code in sorted(held.displaced.items())[:_LISTED]:
            out.print(line(f"  {code:<17} {path}", style="yellow"))
        if len(held.displaced) > _LISTED:
            out.print(line(f"  … and {len(held.displaced) - _LISTED} more"))
    out.print(line(f"'{program()} changes' shows all that this run would change."))
    out.print()


def show_differences(done: Differences, held: Differences | None) -> None:
    """What the last run that changed something changed, and what one that was held back would."""
    out = console()
    if held is not None:
        out.print(line("Held back; nothing of this was done:", style="bold yellow"))
        _show_records(held)
        out.print()
    if not done.records:
        out.print(line("No run has changed anything yet."))
        return
    out.print(line("The last run that changed something:", style="bold"))
    _show_records(done)


def _show_records(differences: Differences) -> None:
    out = console()
    for record in differences.records[:_RECORDS_LISTED]:
        what = "quarantine" if record.kind == "quarantine" else (record.title or "")
        code = f" ({record.code})" if record.code else ""
        sign, style = _SIGNS[record.change]
        out.print(line(f"{sign} {record.path}", style=style), line(what + code, "dim", _TITLE))
        for change in record.fields[:_LISTED]:
            out.print(line(f"    {change.field}: {_quoted(change.before)} → {_quoted(change.after)}"))
        if len(record.fields) > _LISTED:
            out.print(line(f"    … and {len(record.fields) - _LISTED} more fields"))
    if len(differences.records) > _RECORDS_LISTED:
        more = len(differences.records) - _RECORDS_LISTED
        out.print(line(f"… and {more:,} more records (--json lists all)"))
    counts = (f"{differences.count(change):,} {change}" for change in _SIGNS)
    out.print(line(f"Records: {', '.join(counts)}."))


def _quoted(text: str | None) -> str:
    return "nothing" if text is None else f"“{safe(text, _VALUE)}”"
