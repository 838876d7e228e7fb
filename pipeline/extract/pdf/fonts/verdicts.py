"""What is known of the fonts of a document while its pages are read, and what was done to their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.extract.pdf.fonts.mended import Mended

SAMPLE = 600
GLYPH_LETTERS = 48
"""Letters without a map, or mapped to private use, from which one of four offsets may be believed: of 400 texts with
glyphs numbered at random one makes a language of 4.5 % with 16 letters, 0.25 % with 32, none with 48."""

BY_EVIDENCE = "by the names of its glyphs or its embedded tables"
BY_OFFSET = "by a constant offset that makes a language of it"

Spans = Sequence[tuple[int, int]]


@dataclass
class Repaired:
    """A font whose text was read otherwise than its map says: on which `page` first, and an example of it."""

    page: int
    before: str
    after: str
    counts: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many characters, on all pages."""
        return sum(self.counts.values())


@dataclass
class Verdicts:
    """What is known of the fonts of a document, by name: the offset to add to its characters (0: readable).

    `by_evidence` are fonts whose map is wrong and whose own evidence is right; `unproven` those whose evidence was
    looked at in vain. `mended` gives the evidence; `repaired` is what was done, by font and how. `samples` is the text
    of a font on the pages on which it was `undecided`; these are to be read `again` when it is decided in the end.
    """

    offsets: dict[str, int] = field(default_factory=dict)
    unmapped: int = 0
    by_evidence: set[str] = field(default_factory=set)
    unproven: set[str] = field(default_factory=set)
    mended: Mended = field(default_factory=Mended)
    repaired: dict[tuple[str, str], Repaired] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    undecided: dict[str, set[int]] = field(default_factory=dict)
    again: set[int] = field(default_factory=set)

    def decide(self, font: str, index: int, decided: bool) -> None:
        """Take down that page `index` was read before a font was decided, or that pages are to be read again."""
        if decided:
            self.again |= self.undecided.pop(font, set()) - {index}
        else:
            self.undecided.setdefault(font, set()).add(index)


@dataclass(slots=True)
class FontPage:
    """A page whose fonts are judged: its number from 0, its text, the words of each font.

    `moved` are the places at which an offset told the character.
    """

    index: int
    handle: int
    text: str
    words: dict[str, list[tuple[int, int]]]
    moved: set[int] = field(default_factory=set)
