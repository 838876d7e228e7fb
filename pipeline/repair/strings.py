"""Repair of plain strings: the stage's work on a text whose paragraphs are parted by blank lines."""

from __future__ import annotations

import re
from functools import cache

from pipeline.records import Answers, Document, Edit, Finding, Source, TextRange, digest, new_block
from pipeline.repair.stage import repair
from pipeline.settings import Settings

_PARTED = re.compile(r"(\n[ \t\r]*\n\s*)")


def repair_text(text: str) -> str:
    """`text` repaired: what is certain, and guesses from a probability of 0.95 up; the unreadable is withheld."""
    parts, document = _repaired(text)
    parts[::2] = [block.text for block in document.blocks]
    return "".join(parts)


def detect(text: str) -> list[Finding]:
    """What is wrong with `text`: repaired, suspected, lost. Blocks are its paragraphs, origins its characters."""
    return list(_repaired(text)[1].findings)


def explain_repairs(text: str) -> list[Edit]:
    """The edits that lead from `text` to `repair_text(text)`, each in coordinates of the text before it."""
    parts, document = _repaired(text)
    edits: list[Edit] = []
    position = 0
    for index, part in enumerate(parts):
        if index % 2:
            position += len(part)
            continue
        block = document.blocks[index // 2]
        edits += [
            edit.model_copy(update={"start": edit.start + position, "end": edit.end + position})
            for edit in block.edits
        ]
        position += len(block.text)
    return edits


@cache
def _defaults() -> Settings:
    """The settings as they ship, whatever file or environment say: these functions depend on their text alone."""
    return Settings.model_construct()


def _repaired(text: str) -> tuple[list[str], Document]:
    """Paragraphs (even) and what parts them (odd), and the document of the paragraphs, repaired."""
    parts = _PARTED.split(text)
    blocks, position = [], 0
    for index, part in enumerate(parts):
        if index % 2 == 0:
            origin = TextRange(start=position, end=position + len(part))
            blocks.append(new_block("paragraph", part, [origin]))
        position += len(part)
    sha256 = digest(text)
    source = Source(path="text", sha256=sha256, media_type="text/plain", size=len(text))
    document = Document(id=sha256[:16], source=source, blocks=tuple(blocks))
    return parts, repair(document, Answers(), _defaults())
