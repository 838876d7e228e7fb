"""What a benchmark reports: rows of a figure with its floor and its goal, and the table that shows them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

COLUMNS = ("figure", "value", "floor", "goal", "reaches", "measured on")


@dataclass(frozen=True)
class Row:
    """One figure. `better` says in which direction it improves; `note` says on what it was measured.

    Raises ValueError where the goal is easier to reach than the floor.
    """

    name: str
    value: float
    floor: float | None = None
    goal: float | None = None
    better: str = "higher"
    note: str = ""

    def __post_init__(self) -> None:
        if self.floor is not None and self.goal is not None:
            sign = 1 if self.better == "higher" else -1
            if sign * self.goal < sign * self.floor:
                raise ValueError(
                    f"The goal of {self.name!r} ({self.goal:g}) is below its floor ({self.floor:g})."
                )

    def reaches(self, bar: float | None) -> bool | None:
        """Whether the value is at least as good as `bar`; None where there is no bar."""
        if bar is None:
            return None
        return self.value >= bar if self.better == "higher" else self.value <= bar

    @property
    def reached(self) -> str:
        """What the value reaches: "goal", "floor", nothing where there is no bar; or that it misses its floor."""
        if self.reaches(self.floor) is False:
            return "MISSES FLOOR"
        if self.reaches(self.goal):
            return "goal"
        return "" if self.floor is None else "floor"


def print_rows(title: str, rows: list[Row]) -> None:
    """Print the rows as a table that says for each what it reaches."""
    table = Table(title=title, title_justify="left")
    for column in COLUMNS:
        table.add_column(column)
    for row in rows:
        table.add_row(*_cells(row))
    Console(width=140).print(table)


def as_markdown(rows: list[Row]) -> str:
    """The rows of a benchmark as a Markdown table; a row that misses its floor is marked in bold."""
    lines = [f"| {' | '.join(COLUMNS)} |", "|---|---:|---:|---:|---|---|"]
    for row in rows:
        cells = _cells(row)
        if row.reaches(row.floor) is False:
            cells[4] = "**misses floor**"
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    bars = ["" if bar is None else f"{bar:g}" for bar in (row.floor, row.goal)]
    return [row.name, f"{row.value:.4g}", *bars, row.reached, row.note]
