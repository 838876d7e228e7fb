"""Text or bytes → Document: one reader for each kind of file."""

from __future__ import annotations

from pipeline.extract.readers import READERS, reader_of
from pipeline.records import Document, Source
from pipeline.settings import Settings

__all__ = ["READERS", "extract", "reader_of"]


def extract(data: bytes, source: Source, settings: Settings) -> Document:
    """The document in `data`, read as what `source.media_type` says it is.

    Raises UnsupportedType for a media type that has no reader, and whatever DocumentError the reader raises.
    """
    return reader_of(source.media_type).read(data, source, settings)
