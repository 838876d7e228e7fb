"""A verdict on a paragraph: what it becomes, step by step, or what is suggested; and when a repair is certain."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.repair.mojibake.candidates import Chain
from pipeline.repair.mojibake.judge import Option
from pipeline.repair.text_changes import Change

REQUIRED = 4.0
"""The gain (in nats) from which a repair is believed on its own evidence."""
STRANGE = 3.0
"""How much more gain each nat of strangeness asks for."""
TOO_STRANGE = 2.0
"""The strangeness (nats a letter) beyond which nothing is believed that the document does not support."""
SUSPICIOUS = 3.5
"""The gain from which a text is called suspicious although it stays."""
UNFAMILIAR = 1.0
"""The strangeness of words (nats a letter) beyond which a text is not even suspected: nobody knows its language."""
MOST_POOLED = 12.0
"""The most that a document's other paragraphs can add to the gain of a paragraph."""
LOOK_ALIKE = "mixed-script"
"""The cause of changes of letters that look like those of another script."""


@dataclass(frozen=True)
class Verdict:
    """What was decided about a paragraph.

    `proven` are the changes that structure proves, made first, `base` is the text after them; `text` is what the
    paragraph becomes after `steps` have been undone, too, or a suggestion where `certain` is not. `by_site` says that
    the repair is certain only because its code page is proven for the site; `gain` is what it had without that.
    """

    proven: tuple[Change, ...]
    base: str
    text: str
    steps: tuple[Chain, ...]
    language: str
    gain: float
    certain: bool
    by_site: bool = False

    @property
    def cause(self) -> str:
        """The word of the repair vocabulary: true charset → charset it was read as."""
        names = [true if true == read_as else f"{true}→{read_as}" for true, read_as in self.steps]
        return ("mojibake-by-site:" if self.by_site else "mojibake:") + "+".join(names)

    @property
    def confidence(self) -> float:
        """A probability from the gain."""
        return round(1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, self.gain)))), 4)

    @property
    def is_of_look_alikes(self) -> bool:
        """Whether nothing changes but letters of another script that look like those beside them."""
        return not (self.certain and self.steps) and all(c.cause == LOOK_ALIKE for c in self.proven)

    @property
    def settled(self) -> str:
        """The text as far as it is certain."""
        return self.text if self.certain else self.base


def is_certain(option: Option, backed: float, unfamiliar: float, known: float = 0.0) -> bool:
    """Whether the gain is enough for so strange a text, with what backs it; what is unfamiliar nothing makes up for.

    `known` is the share of the changed words that became known: names of another language are strange and right.
    """
    strangeness = option.strangeness * (1.0 - backed / MOST_POOLED) * (1.0 - known) + unfamiliar
    return strangeness <= TOO_STRANGE and option.gain + backed >= REQUIRED + STRANGE * strangeness
