"""Document → Document with its language, and those of passages in another one; and the language of any text."""

from __future__ import annotations

from collections.abc import Collection

from pipeline.language.spans import Span
from pipeline.records import Document
from pipeline.settings import Settings

__all__ = ["Span", "detect", "detect_language", "spans"]


def detect(text: str, languages: Collection[str] = ()) -> str | None:
    """The language of a text as an ISO 639 code ("no" for both kinds of Norwegian), or None where it is not clear.

    A text in a language that is not known, in several, or without words has none. With `languages`, the answer is
    the likeliest of these, however unlikely, and None only where the text has no words in a script of theirs.

        >>> detect("Der Stadtrat hat den Haushalt beschlossen.")
        'de'
        >>> detect("시의회는 지난주에 새로운 주택 계획을 승인했다.")
        'ko'
        >>> detect("12:45 – 13:30")
    """
    from pipeline.language.engine import language_of

    return language_of(text, languages)


def spans(text: str) -> list[Span]:
    """The runs of a text in one language each: what is told of its sentences, put together where they agree.

    The spans cover the text from its beginning to its end. The language of a sentence that is too short to tell is
    that of its paragraph; a span has none where that cannot be told either.
    """
    from pipeline.language.spans import spans_of

    return spans_of(text)


def detect_language(document: Document, settings: Settings) -> Document:
    """The document with `language` and its confidence, told from its undamaged content text.

    Where there is too little of that, the declared language (manifest, page, address) is taken; where nothing is
    declared either, the language stays unknown and a finding says so. A passage that is clearly in another
    language has it in `Block.language`.
    """
    from pipeline.language.stage import detect_language as detect_its_language

    return detect_its_language(document, settings)
