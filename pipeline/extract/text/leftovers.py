"""What of a text or of Markdown stands in no block, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from pipeline.extract.accounting import LeftOut, Range, gaps
from pipeline.extract.text.lines import Line
from pipeline.records import Block

_LETTER: Final = re.compile(r"[^\W_]")
_TARGETS: Final = re.compile(r"[\W_]*(?:\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)[\W_]*)+")
"""What stands between the texts of links: their addresses."""


def pieces(lines: Sequence[Line]) -> list[Range]:
    """The ranges of the source that are text: every line that was read."""
    return [(line.start, line.end) for line in lines if line.text]


def signs(
    source: str, lines: Sequence[Line], blocks: Sequence[Block], known: Sequence[LeftOut], markdown: bool
) -> list[LeftOut]:
    """The parts of lines that stand there for the markup's sake: signs without a letter or digit (`#`, `>`, `|`, `**`,
    leader dots), and in Markdown the addresses of links; without the lines that are `known` to be left out. What else
    is missing from the blocks nobody has left out."""
    found: list[LeftOut] = []
    for start, end in gaps(blocks, pieces(lines), known):
        gap = source[start:end]
        if not _LETTER.search(gap):
            found.append(LeftOut(start, end, "markup"))
        elif markdown and _TARGETS.fullmatch(gap):
            found.append(LeftOut(start, end, "link-target"))
    return found
