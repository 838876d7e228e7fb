"""The protocol that the reader of a format implements."""

from __future__ import annotations

from typing import Protocol

from pipeline.records import Document, Source
from pipeline.settings import Settings


class Reader(Protocol):
    """Reads documents of one format. A reader is registered in `pipeline.extract.readers`."""

    @property
    def name(self) -> str:
        """The format, as messages name it: "PDF"."""

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types that it reads."""

    @property
    def folder(self) -> str:
        """The folder of the package that holds its code: no other format's key depends on what is in it."""

    @property
    def may_be_cut(self) -> bool:
        """Whether the first bytes of a file that is too large are worth reading."""

    @property
    def uses_tesseract(self) -> bool:
        """Whether tesseract, where the user asks for it, takes part in what is read."""

    def budget(self, settings: Settings) -> int:
        """How many bytes of a file are read."""

    def read(self, data: bytes, source: Source, settings: Settings) -> Document:
        """The document in `data`, nothing repaired. Raises DocumentError where it cannot become one."""
