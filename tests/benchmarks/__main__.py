"""`make bench DATA=folder [ARGS="html pdf text harm language speed"]`: every benchmark, or those named.

With `--publish` among the arguments, the tables of what was measured are written anew in docs/benchmarks.md.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.benchmarks.report import Row, as_markdown, print_rows
from tests.conftest import PROJECT
from tests.docs.reference import replace_between

BENCHMARKS = ("html", "pdf", "text", "harm", "language", "speed")
PAGE = PROJECT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- bench {}: written by `make bench ARGS=--publish` -->", "<!-- end of bench {} -->"


def main() -> int:
    """Run the benchmarks; 0 done, 2 usage, 3 no data."""
    arguments = [argument for argument in sys.argv[1:] if argument != "--publish"]
    if not arguments:
        print('Name the folder of benchmark data: make bench DATA=folder [ARGS="html pdf"].')
        return 2
    data, chosen = Path(arguments[0]), arguments[1:] or list(BENCHMARKS)
    if unknown := [name for name in chosen if name not in BENCHMARKS]:
        print(f"There is no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}.")
        return 2
    if not data.is_dir() and chosen != ["speed"]:
        print(f"There is no benchmark data at {data}; name its folder: make bench DATA=folder.")
        return 3
    measured: dict[str, list[Row]] = {}
    for name in chosen:
        measured[name] = importlib.import_module(f"tests.benchmarks.{name}").measure(data)
        print_rows(name, measured[name])
    if "--publish" in sys.argv:
        publish(measured)
    return 0


def publish(measured: dict[str, list[Row]], page: Path = PAGE) -> None:
    """Put the table of each benchmark that was measured between its markers in `page`.

    Raises ValueError where the page has no markers for one of them.
    """
    text = page.read_text(encoding="utf-8")
    for name, rows in measured.items():
        text = replace_between(text, BEGIN.format(name), END.format(name), as_markdown(rows))
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
