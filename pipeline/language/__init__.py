"""Document → Document with its language, and those of passages in another one."""

from __future__ import annotations

from pipeline.model import Document
from pipeline.settings import Settings

__all__ = ["detect_language"]


def detect_language(document: Document, settings: Settings) -> Document:
    """The document with `language` and its confidence, told from its undamaged content text.

    Where there is too little of that, the declared language (manifest, page, address) is taken; where nothing is
    declared either, the language stays unknown and a finding says so. A passage that is clearly in another
    language has it in `Block.language`.
    """
    from pipeline.language.detect import detect

    return detect(document, settings)
