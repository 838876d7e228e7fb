"""What a benchmark reports: rows of a figure with its floor and its goal, and the table that shows them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One figure. `better` says in which direction it improves; `note` says on what it was measured."""

    name: str
    value: float
    floor: float | None = None
    goal: float | None = None
    better: str = "higher"
    note: str = ""

    def reaches(self, bar: float | None) -> bool | None:
        """Whether the value is at least as good as `bar`; None where there is no bar."""
        if bar is None:
            return None
        return self.value >= bar if self.better == "higher" else self.value <= bar


def print_rows(title: str, rows: list[Row]) -> None:
    """Print the rows as a table, saying for each whether it holds its floor and its goal."""
    table = Table(title=title, title_justify="left")
    for column in ("figure", "value", "floor", "goal", "", "measured on"):
        table.add_column(column)
    for row in rows:
        verdict = {True: "goal", False: "floor", None: ""}[row.reaches(row.goal)]
        if row.reaches(row.floor) is False:
            verdict = "BELOW FLOOR"
        bars = ["" if bar is None else f"{bar:g}" for bar in (row.floor, row.goal)]
        table.add_row(row.name, f"{row.value:.4g}", *bars, verdict, row.note)
    Console(width=140).print(table)


def as_markdown(rows: list[Row]) -> str:
    """The rows of a benchmark as a Markdown table."""
    lines = ["", "| figure | value | floor | goal | measured on |", "|---|---:|---:|---:|---|"]
    for row in rows:
        bars = ["" if bar is None else f"{bar:g}" for bar in (row.floor, row.goal)]
        lines.append(f"| {row.name} | {row.value:.4g} | {' | '.join(bars)} | {row.note} |")
    return "\n".join(lines) + "\n\n"
