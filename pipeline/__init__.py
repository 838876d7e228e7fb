"""cityreports: scraped pages and PDF reports about cities → profile records that point back to their source.

    record = pipeline.ingest("raw", "processed")      # a folder, as `make ingest` does
    document = pipeline.read("raw/page.html")         # one file, block by block
    profile = pipeline.profile("raw/page.html")       # one file, as typed fields

These three, the records, `locate`, `undo` and the errors are the whole public surface.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.api import ingest, profile, read
    from pipeline.errors import CityReportsError, DocumentError, RunError, UsageError
    from pipeline.model import (
        Answers,
        Block,
        Capture,
        Cell,
        City,
        CityRef,
        Conflict,
        Contact,
        Document,
        DonorBlock,
        Edit,
        Finding,
        KeyFigure,
        Known,
        Link,
        Metadata,
        Network,
        OutlineEntry,
        PageBox,
        Passage,
        Person,
        Policy,
        Profile,
        ProfileSection,
        Provenance,
        Quality,
        Quote,
        ReportEdition,
        Restoration,
        Section,
        Sibling,
        Source,
        Summary,
        TextRange,
        locate,
        undo,
    )

__all__ = [
    "Answers",
    "Block",
    "Capture",
    "Cell",
    "City",
    "CityRef",
    "CityReportsError",
    "Conflict",
    "Contact",
    "Document",
    "DocumentError",
    "DonorBlock",
    "Edit",
    "Finding",
    "KeyFigure",
    "Known",
    "Link",
    "Metadata",
    "Network",
    "OutlineEntry",
    "PageBox",
    "Passage",
    "Person",
    "Policy",
    "Profile",
    "ProfileSection",
    "Provenance",
    "Quality",
    "Quote",
    "ReportEdition",
    "Restoration",
    "RunError",
    "Section",
    "Sibling",
    "Source",
    "Summary",
    "TextRange",
    "UsageError",
    "ingest",
    "locate",
    "profile",
    "read",
    "undo",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A public name, from its module when it is asked for: `import pipeline` itself costs next to nothing."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        for module in ("pipeline.model", "pipeline.errors", "pipeline.api"):
            found = getattr(importlib.import_module(module), name, None)
            if found is not None:
                return found
        raise AttributeError(name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """`pipeline.profile` is the function, although the room of that name is a package below this one."""

    @property
    def profile(self) -> Any:
        """See `pipeline.api.profile`."""
        return importlib.import_module("pipeline.api").profile

    @profile.setter
    def profile(self, room: ModuleType) -> None:
        """What the import system does once the room is loaded; `from pipeline.profile import …` still finds it."""


sys.modules[__name__].__class__ = _Package
