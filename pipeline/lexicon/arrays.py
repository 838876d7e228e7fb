"""Several numpy arrays in one file, opened by mapping it into memory, so that processes share its pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

_ALIGN = 64

Array = np.ndarray[Any, np.dtype[Any]]


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write `arrays` to `path`: a header line of JSON, then each array's bytes, aligned."""
    entries, offset = [], 0
    for name, array in arrays.items():
        entries.append({"name": name, "type": array.dtype.str, "shape": array.shape, "at": offset})
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    header = json.dumps(entries).encode("ascii") + b"\n"
    header = header[:-1].ljust(-(-len(header) // _ALIGN) * _ALIGN - 1) + b"\n"
    with path.open("wb") as file:
        file.write(header)
        for array in arrays.values():
            data = np.ascontiguousarray(array).tobytes()
            file.write(data.ljust(-(-len(data) // _ALIGN) * _ALIGN, b"\0"))


def open_arrays(path: Path) -> dict[str, Array]:
    """The arrays of a file that `write_arrays` made, read-only, mapped."""
    with path.open("rb") as file:
        header = file.readline()
    mapped = np.memmap(path, mode="r", dtype=np.uint8)
    arrays: dict[str, Array] = {}
    for entry in json.loads(header):
        dtype = np.dtype(entry["type"])
        begin = len(header) + entry["at"]
        size = int(np.prod(entry["shape"], dtype=np.int64)) * dtype.itemsize
        arrays[entry["name"]] = np.asarray(mapped[begin : begin + size]).view(dtype).reshape(entry["shape"])
    return arrays
