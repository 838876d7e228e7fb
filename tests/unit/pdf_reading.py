"""PDFs of the tests as the program reads them."""

from __future__ import annotations

from hashlib import sha256

from pipeline.extract.pdf import extract_pdf
from pipeline.records import Document, Source
from pipeline.settings import Settings


def extract(data: bytes, **settings: int) -> Document:
    """The document of a PDF, with default settings but for those given."""
    source = Source(
        path="a.pdf", sha256=sha256(data).hexdigest(), media_type="application/pdf", size=len(data)
    )
    return extract_pdf(data, source, Settings(**settings))
