"""`make bench DATA=folder [ARGS="html pdf text"]`: every benchmark, or those named, on the data in a folder."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.benchmarks.report import print_rows

BENCHMARKS = ("html", "pdf", "text")


def main() -> int:
    """Run the benchmarks; 0 done, 2 usage, 3 no data."""
    if len(sys.argv) < 2:
        print('Name the folder of benchmark data: make bench DATA=folder [ARGS="html pdf"].')
        return 2
    data, chosen = Path(sys.argv[1]), sys.argv[2:] or list(BENCHMARKS)
    if not data.is_dir():
        print(f"There is no benchmark data at {data}; name its folder: make bench DATA=folder.")
        return 3
    for name in chosen:
        if name not in BENCHMARKS:
            print(f"There is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}.")
            return 2
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print_rows(name, module.measure(data))
    return 0


if __name__ == "__main__":
    sys.exit(main())
