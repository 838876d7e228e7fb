"""What documents offer to and ask of each other during a run."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.records.base import Record
from pipeline.records.blocks import BlockKind


class Passage(Record):
    """A section as one document holds it after `read`, block by block: an offer where it is whole, an ask where not.

    `keys` are the hashes under which siblings find each other: a capture of the same page, or another page of the
    site that shares the section. `digests` are the hashes of its blocks' texts ("" for a block with lost text).
    """

    section: int = Field(ge=0)
    capture_key: str
    shared_key: str | None = None
    blocks: tuple[int, ...]
    digests: tuple[str, ...]


class Summary(Record):
    """What one document offers to the others and asks of them; small, made by `read`, folded by `gather`.

    `blocks` are hashes of its content blocks: an offer and an ask at once (which of mine repeat on my site?).
    `proven` are the code pages that its blocks prove ("true→read as"); `doubtful` asks which are proven on its site.
    `body` is the digest of a short text, empty for a longer one; `twins` are its site's other profiles with its bytes.
    """

    document: str
    profile: str
    path: str
    fetched_at: str | None = None
    site: str | None = None
    language: str | None = None
    blocks: tuple[str, ...] = ()
    offers: tuple[Passage, ...] = ()
    asks: tuple[Passage, ...] = ()
    proven: tuple[str, ...] = ()
    doubtful: bool = False
    body: str = ""
    twins: tuple[str, ...] = ()


class DonorBlock(Record):
    """A block of another document that holds a lost passage."""

    document: str
    block: int
    kind: BlockKind = "paragraph"
    level: int | None = None
    text: str = ""


class Restoration(Record):
    """What siblings hold of the lost text of some neighbouring blocks.

    `restored`: a capture of the same page, or two donors that agree; `candidate`: a single other donor, which a
    person may accept; `disagreement`: donors that hold different texts. `donors` are document ids.
    """

    blocks: tuple[int, ...]
    status: Literal["restored", "candidate", "disagreement"]
    donors: tuple[str, ...]
    passage: tuple[DonorBlock, ...] = ()


class Answers(Record):
    """What the corpus knows that concerns one document: decisions, never counts.

    `repeated` are hashes of its blocks that stand on most pages of its site. `code_pages` are those that text of its
    site was wrongly read in, as other pages of the site prove ("true→read as"). `not_the_page` is the kind of what the
    capture is instead of the page, as its site shows.
    """

    repeated: tuple[str, ...] = ()
    restorations: tuple[Restoration, ...] = ()
    code_pages: tuple[str, ...] = ()
    not_the_page: str | None = None
