"""A document's bytes to text, with all that is known of its charset from beside and from inside it."""

from __future__ import annotations

from pipeline.decode.declared import declared_in_markup
from pipeline.decode.decoded import Decoded
from pipeline.decode.decoder import decode_bytes
from pipeline.records import Source


def decode_source(data: bytes, source: Source) -> Decoded:
    """Decode `data` as `source` says: the charset of its metadata first, then that of its markup."""
    declared = []
    known = source.metadata.get("charset")
    if known is not None:
        declared.append((known.value, known.origin))
    if source.media_type == "text/html" and (label := declared_in_markup(data)):
        declared.append((label, "markup"))
    return decode_bytes(data, declared)
