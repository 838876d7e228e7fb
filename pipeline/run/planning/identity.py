"""The id of a document, and the parts of its metadata that are not written to outputs."""

from __future__ import annotations

from pipeline.records import Source, short_id


def document_id(sha256: str, charset: str | None) -> str:
    """A document's identity: the digest of its bytes and of the charset that its metadata names."""
    return short_id(sha256, charset or "")


def without_secrets(source: Source) -> Source:
    """The source without its password, which opens the document and goes no further."""
    public = {key: known for key, known in source.metadata.items() if key != "password"}
    return source.model_copy(update={"metadata": public})
