"""cityreports: scraped pages and PDF reports about cities → profile records that point back to their source.

    record = pipeline.ingest("raw", "processed")      # a folder, as `make ingest` does
    document = pipeline.read("raw/page.html")         # one file, block by block
    profile = pipeline.profile("raw/page.html")       # one file, as typed fields
    tables = pipeline.frames("processed")             # what a run wrote, as data frames

These four, `locate`, `undo`, `Settings` and the errors are what the package offers; the record types are in
`pipeline.records`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.api import frames, ingest, profile, read
    from pipeline.errors import CityReportsError, DocumentError, RunError, UsageError
    from pipeline.records import locate, undo
    from pipeline.settings import Settings

__all__ = [
    "CityReportsError",
    "DocumentError",
    "RunError",
    "Settings",
    "UsageError",
    "frames",
    "ingest",
    "locate",
    "profile",
    "read",
    "undo",
]

_HOMES = ("pipeline.errors", "pipeline.api", "pipeline.records", "pipeline.settings")

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A public name, from its module when it is asked for: `import pipeline` itself costs next to nothing."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return next(
            found
            for home in _HOMES
            if (found := getattr(importlib.import_module(home), name, None)) is not None
        )

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
