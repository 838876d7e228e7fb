"""Generates the reference sections of the documentation: commands, exit codes, settings, findings, causes, columns.

Each function returns the Markdown of one section. `SECTIONS` names them; the pages hold their text between markers.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from pipeline import errors
from pipeline.cli import commands
from pipeline.exports import aggregates
from pipeline.knowledge import causes, findings
from pipeline.knowledge.files import load_toml
from pipeline.records import Profile
from pipeline.settings import MEBIBYTE, Settings
from tests.conftest import PROJECT

_COMMAND_WIDTH = 38
"""Columns of a command with its arguments in the synopsis."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars within cells are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def synopsis() -> str:
    """Every command with its arguments, options and summary, as a code block."""
    lines = []
    for name, command in commands.cli.commands.items():
        arguments = " ".join(_shown(p) for p in command.params if isinstance(p, click.Argument))
        lines.append(f"{f'cityreports {name} {arguments}'.strip():{_COMMAND_WIDTH}}  {_summary(command)}")
        options = " ".join(_shown(p) for p in command.params if isinstance(p, click.Option))
        lines += [f"    {part}" for part in _wrapped(options, 124)] if options else []
    return "\n".join(["```", *lines, "```"])


def _wrapped(options: str, width: int) -> list[str]:
    """The options in lines of at most `width` characters; an option is never parted from its value."""
    lines = [""]
    for option in re.findall(r"\[[^\[\]]*(?:\[[^\]]*\])?\]", options):
        if len(lines[-1]) + len(option) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {option}".strip()
    return lines


def _shown(parameter: click.Parameter) -> str:
    """An argument or option as in a synopsis: `[RAW]`, `DOCUMENT`, `[--out FOLDER]`."""
    if isinstance(parameter, click.Argument):
        name = (parameter.name or "").upper()
        name = f"{name} ..." if parameter.nargs < 0 else name
        return name if parameter.required else f"[{name}]"
    assert isinstance(parameter, click.Option)
    option = parameter.opts[0]
    if parameter.is_flag:
        return f"[{option}]"
    value = parameter.metavar or "N"
    return f"[{option}[={value.strip('[]')}]]" if value.startswith("[") else f"[{option} {value}]"


def _summary(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")


def command_sections() -> str:
    """One section a command: usage, meaning, options, examples."""
    parts = []
    for name, command in commands.cli.commands.items():
        arguments = " ".join(_shown(p) for p in command.params if isinstance(p, click.Argument))
        usage = f"cityreports {name} [OPTIONS] {arguments}".strip()
        options = [p for p in command.params if isinstance(p, click.Option)]
        parts.append(f"### `{name}`\n\n    {usage}\n\n{inspect.cleandoc(command.help or '')}")
        if options:
            rows = [[f"`{_shown(option)[1:-1]}`", option.help or ""] for option in options]
            parts.append(table(("option", "meaning"), rows))
        examples = re.search(r"Examples?:\n((?:  .*\n?)+)", command.epilog or "")
        assert examples, name
        parts.append("Examples:\n\n" + re.sub("^  ", "    ", examples.group(1).rstrip(), flags=re.MULTILINE))
    return "\n\n".join(parts)


def exit_codes() -> str:
    """The exit codes, as the help of the command lists them."""
    rows = re.findall(r"^  (\d+)  (.*)$", commands.cli.epilog or "", re.MULTILINE)
    return table(("exit code", "meaning"), rows)


def settings() -> str:
    """The settings with defaults and meaning."""
    rows = []
    for name, field in Settings.model_fields.items():
        affects = isinstance(field.json_schema_extra, dict) and "affects_outputs" in field.json_schema_extra
        default = "one for each core" if name == "workers" else _default(field.default)
        rows.append([f"`{name}`", default, field.description or "", "yes" if affects else ""])
    return table(("setting", "default", "meaning", "part of a document's key"), rows)


def _default(value: Any) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value >= MEBIBYTE and value % MEBIBYTE == 0:
        return f"{value} ({value // MEBIBYTE} MiB)"
    return str(value)


def names_of_settings() -> str:
    """The settings by name, in one paragraph."""
    return ", ".join(f"`{name}`" for name in Settings.model_fields) + "."


def finding_codes() -> str:
    """The catalogue of findings, errors first."""
    order = ("error", "warning", "info")
    entries = sorted(findings.catalogue().items(), key=lambda item: order.index(item[1].severity))
    rows = [[f"`{code}`", entry.severity, entry.meaning, entry.action] for code, entry in entries]
    return table(("finding", "severity", "meaning", "what to do"), rows)


def cause_words() -> str:
    """The catalogue of causes of edits, by class."""
    rows = [
        [f"`{name}`", cause.kind, cause.meaning, cause.action] for name, cause in causes.catalogue().items()
    ]
    return table(("cause", "class", "meaning", "what to do"), rows)


def quarantine_codes() -> str:
    """The errors that put a document into quarantine."""
    rows = []
    for code, kind in errors.DOCUMENT_ERRORS.items():
        if kind is not errors.DocumentError:
            again = "by the next run, once" if kind.counted else "by the next run" if kind.transient else ""
            rows.append([f"`{code}`", inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0], again])
    return table(("code", "meaning", "tried again"), rows)


def section_ids() -> str:
    """The canonical sections."""
    rows = [
        [
            f"`{name}`",
            entry["meaning"],
            ", ".join(entry.get("kinds", ())),
            "yes" if entry["shared_by_country"] else "",
        ]
        for name, entry in load_toml("knowledge/sections.toml").items()
    ]
    return table(("section", "meaning", "typical of", "same for a whole country"), rows)


def columns() -> str:
    """The columns of each table that is written."""
    tables = {
        "sections.csv": aggregates.SECTION_COLUMNS,
        "repairs.csv": aggregates.REPAIR_COLUMNS,
        "refetch.csv": aggregates.REFETCH_COLUMNS,
        "sections.parquet": tuple(aggregates._SECTION_TYPES),
        "profiles.parquet": tuple(aggregates._PROFILE_TYPES),
    }
    rows = [[f"`{name}`", ", ".join(f"`{column}`" for column in names)] for name, names in tables.items()]
    return table(("table", "columns"), rows)


def profile_fields() -> str:
    """The fields of a profile by name."""
    return ", ".join(f"`{name}`" for name in Profile.model_fields) + "."


FIGURES = (
    ("html", "words F1", "held out", "main text of web pages, words F1", "trafilatura 0.737"),
    ("pdf", "tables F1", "held out", "tables of PDFs, F1", "pdfplumber 0.39"),
    (
        "text",
        "UTF-8 as code page, exact %",
        "held out",
        "UTF-8 read as a code page, % restored",
        "ftfy 67",
    ),
    (
        "text",
        "clean paragraphs wrongly changed",
        "held out",
        "clean paragraphs wrongly changed, of 4,050",
        "",
    ),
    ("language", "sentence, forced, right %", "held out", "language of a sentence, % right, one of 27", ""),
)
"""The figures of the README: benchmark, figure and measured on (its beginning) in docs/benchmarks.md, name, peer."""


def figures() -> str:
    """The figures of the README, from the tables of docs/benchmarks.md."""
    page = (PROJECT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    rows = []
    for benchmark, figure, half, name, peer in FIGURES:
        part = page.partition(f"<!-- bench {benchmark}:")[2].partition(f"<!-- end of bench {benchmark} -->")[
            0
        ]
        cells = [re.split(r" ?\| ?", line[2:]) for line in part.splitlines() if line.startswith("| ")]
        value = next(row[1] for row in cells if row[0] == figure and row[5].startswith(half))
        rows.append([name, f"{float(value):.3g}", peer])
    return table(("figure", "cityreports", "for comparison"), rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "synopsis": synopsis,
    "commands": command_sections,
    "exit codes": exit_codes,
    "settings": settings,
    "names of settings": names_of_settings,
    "findings": finding_codes,
    "causes": cause_words,
    "quarantine": quarantine_codes,
    "canonical sections": section_ids,
    "columns": columns,
    "fields of a profile": profile_fields,
    "figures": figures,
}
BEGIN, END = "<!-- {}: generated by `make docs` -->", "<!-- end of {} -->"


def pages(project: Path) -> list[Path]:
    """The Markdown pages that may hold generated sections."""
    return [project / "README.md", project / "CONTRIBUTING.md", *sorted((project / "docs").glob("*.md"))]


def replace_between(text: str, begin: str, end: str, content: str) -> str:
    """`text` with `content` between the lines `begin` and `end`. Raises ValueError where either is missing."""
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"The page has no section between {begin!r} and {end!r}.")
    return f"{before}{begin}\n{content.strip()}\n{end}{after}"


def up_to_date(text: str) -> str:
    """The text of a page with each of its generated sections written anew."""
    for name, make in SECTIONS.items():
        if BEGIN.format(name) in text:
            text = replace_between(text, BEGIN.format(name), END.format(name), make())
    return text
