"""The tables of an output folder as data frames of pandas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pandas import DataFrame

_PARQUET = ("profiles", "sections")
_LINES = ("cities", "findings")


def read_frames(out: Path) -> dict[str, DataFrame]:
    """The tables in an output folder, by name, with the columns of the files.

    Raises UsageError where no run has ended in that folder.
    """
    import pandas as pd

    if not (out / "run.json").is_file():
        raise UsageError(f"{out} holds no finished run; 'cityreports ingest' makes one.")
    tables = {name: pd.read_parquet(out / f"{name}.parquet") for name in _PARQUET}
    return tables | {name: pd.read_json(out / f"{name}.jsonl", lines=True, dtype=False) for name in _LINES}
