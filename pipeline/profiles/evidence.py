"""Fields with their evidence: every value leads to spans of blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pipeline.records import Block, Document, EvidenceSpan

Value = TypeVar("Value")

JOINER = "\n\n"
"""What stands between the spans of one text field."""


@dataclass(frozen=True)
class Found(Generic[Value]):
    """A value, and the spans of the document that it was read from."""

    value: Value
    spans: tuple[EvidenceSpan, ...]


@dataclass
class Evidence:
    """The evidence of a profile as it grows: JSON pointer → spans."""

    spans: dict[str, tuple[EvidenceSpan, ...]] = field(default_factory=dict)

    def take(self, pointer: str, found: Found[Value] | None) -> Value | None:
        """The value of a field, its evidence noted; None where nothing was found."""
        if found is None:
            return None
        self.spans[pointer] = found.spans
        return found.value

    def take_all(self, pointer: str, found: Sequence[Found[Value]]) -> tuple[Value, ...]:
        """The values of a list field, the evidence of each noted under its position."""
        for index, item in enumerate(found):
            self.spans[f"{pointer}/{index}"] = item.spans
        return tuple(item.value for item in found)


def whole(index: int, block: Block, confidence: float = 1.0) -> EvidenceSpan:
    """The span of all of a block's text."""
    return (index, 0, len(block.text), confidence)


LONGEST_PROSE = 20_000
"""Characters from which a block is no paragraph that anybody wrote; names are not looked for in it."""


def prose(document: Document) -> Iterator[tuple[int, Block]]:
    """The content blocks in which a sentence may name somebody or something."""
    for index, block in content(document):
        if block.kind not in ("heading", "table", "caption") and len(block.text) <= LONGEST_PROSE:
            yield index, block


def content(document: Document) -> Iterator[tuple[int, Block]]:
    """The blocks that say something, with their positions."""
    for index, block in enumerate(document.blocks):
        if block.is_content and block.text.strip():
            yield index, block


def in_sections(document: Document, *ids: str) -> list[tuple[int, Block]]:
    """The content blocks of the sections with these ids, in order, without their headings."""
    return [
        (index, document.blocks[index])
        for section in document.sections
        if section.id in ids
        for index in section.blocks
        if document.blocks[index].is_content and document.blocks[index].text.strip()
    ]


def metadata(document: Document, *keys: str) -> Found[str] | None:
    """The first of these pieces of metadata that the document has, with the block that stands for it."""
    for key in keys:
        value = document.source.get(key)
        if not value:
            continue
        for index, block in enumerate(document.blocks):
            if block.role == "metadata" and block.text == value:
                return Found(value, (whole(index, block),))
    return None


def metadata_block(document: Document, *keys: str) -> tuple[int, Block] | None:
    """The first block that stands for one of these keys of the metadata, with its position."""
    for index, block in enumerate(document.blocks):
        if block.role == "metadata" and any(getattr(origin, "key", None) in keys for origin in block.origins):
            return index, block
    return None
