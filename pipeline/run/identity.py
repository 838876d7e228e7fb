"""Who a document is."""

from __future__ import annotations

from pipeline.model import short_id


def document_id(sha256: str, charset: str | None) -> str:
    """A document's identity: the digest of its bytes and of the charset that its metadata names."""
    return short_id(sha256, charset or "")
