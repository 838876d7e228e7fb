"""The records in which every room speaks. Imports no other room.

All records are frozen pydantic models; `cityreports schema` prints their JSON Schema. The two functions that
carry the product's central promise live here as well: `undo` plays a block's edits backwards to its raw
text, and `locate` leads from a span of the text as it is now to the places in the source it came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

REPLACEMENT = "\ufffd"
"""U+FFFD, what a decoder writes where bytes made no sense."""

OMISSION = "[…]"
"""What stands in a text where something unreadable was withheld from the middle of it."""

FOLDED_SPACE = " \t\n\r\f\v"
"""The white space that `Block.raw` folds to one space. No-break spaces are the author's and stay."""


def _whole(text: str) -> str:
    if not text.isascii():
        text.encode()
    return text


Text = Annotated[str, AfterValidator(_whole)]
"""A string of foreign make in a record: never with half a character (a lone surrogate), which no file could hold.
`pipeline.strings` makes such strings whole where they enter; what did not pass there is refused here."""


class Record(BaseModel):
    """Base of all records: frozen, and closed to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- where text comes from ---------------------------------------------------------------------------------


class TextRange(Record):
    """Characters [start, end) of the decoded source; `at` is where their text begins in `Block.raw`."""

    kind: Literal["text"] = "text"
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    at: int = Field(default=0, ge=0)


class PageBox(Record):
    """A box on a page: (left, top, right, bottom) in points from the page's top left corner; page 1 is the first."""

    kind: Literal["page"] = "page"
    page: int = Field(ge=1)
    box: tuple[float, float, float, float]
    at: int = Field(default=0, ge=0)


class Metadata(Record):
    """A value that stood in no text but in metadata: `url`, `html.lang`, `manifest.site`, `pdf.title` …"""

    kind: Literal["metadata"] = "metadata"
    key: str
    at: int = Field(default=0, ge=0)


class Sibling(Record):
    """A block of another document that holds the same passage."""

    kind: Literal["sibling"] = "sibling"
    document: str
    block: int = Field(ge=0)
    at: int = Field(default=0, ge=0)


Origin = Annotated[TextRange | PageBox | Metadata | Sibling, Field(discriminator="kind")]


# --- blocks and their edits --------------------------------------------------------------------------------


class Edit(Record):
    """One change of a block's text: `before` stood at [start, end) of the text before the change.

    `cause` is an entry of the catalogue in `causes.py`, with more behind a colon (`mojibake:utf-8→cp1252`,
    `dehyphenate`, `withheld` …); `confidence` is a probability in [0, 1].
    """

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    before: Text
    after: Text
    cause: str
    confidence: float = Field(default=1.0, ge=0, le=1)


class Link(Record):
    """A link over [start, end) of the block's *raw* text; `href` is absolute where the document's address is known."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    href: Text


class Cell(Record):
    """A table cell: [start, end) of the block's *raw* text at a place in the grid (from 0)."""

    row: int = Field(ge=0)
    column: int = Field(ge=0)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    rowspan: int = Field(default=1, ge=1)
    colspan: int = Field(default=1, ge=1)
    header: bool = False
    box: tuple[float, float, float, float] | None = None
    page: int | None = None


BlockKind = Literal["heading", "paragraph", "list_item", "table", "quote", "caption", "figure", "furniture"]
Visibility = Literal["shown", "folded", "hidden"]
Role = Literal[
    # of content
    "title",
    "tagline",
    "address",
    "definition_term",
    "footnote",
    "reference",
    "form_field",
    "machine_data",
    # of furniture
    "site_name",
    "navigation",
    "breadcrumb",
    "cookie",
    "share",
    "related",
    "picture_credit",
    "download",
    "footer",
    "form",
    "running_header",
    "running_footer",
    "page_number",
    "toc",
    "repeated",
    "boilerplate",
    "metadata",
]


class Block(Record):
    """A piece of a document that is read as one: a heading, a paragraph, a list item, a table …

    `raw` is the joined runs of source text, entity-decoded, white space folded, and nothing else; `text` is
    the text now, which is `raw` with all `edits` applied in order. `origins` has one entry for each run; the
    `at` of each is the offset in `raw` at which its run begins (where a source holds the same text twice, the runs
    of the second copy follow those of the first, from 0 again). In a table, cells are joined by a tab and
    rows by a line feed; `cells` says where each stands in `raw`.
    """

    kind: BlockKind
    raw: Text
    text: Text
    origins: tuple[Origin, ...] = ()
    edits: tuple[Edit, ...] = ()
    level: int | None = Field(default=None, ge=1)
    visibility: Visibility = "shown"
    role: Role | None = None
    marker: Text | None = None
    speaker: Text | None = None
    ordered: bool | None = None
    links: tuple[Link, ...] = ()
    cells: tuple[Cell, ...] = ()
    language: str | None = None
    language_confidence: float | None = Field(default=None, ge=0, le=1)

    @property
    def is_content(self) -> bool:
        """Whether the block belongs to what the document says (furniture and hidden text do not)."""
        return self.kind != "furniture" and self.visibility != "hidden"


def fold_space(text: str) -> str:
    """`text` with each run of ASCII white space as one space, none at the ends. No-break spaces stay."""
    return " ".join(part for part in _split_space(text) if part)


def _split_space(text: str) -> list[str]:
    for char in "\t\n\r\f\v":
        text = text.replace(char, " ")
    return text.split(" ")


def new_block(kind: BlockKind, raw: str, origins: Iterable[Origin] = (), **fields: Any) -> Block:
    """A block as an extractor makes it: `text` equals `raw`, nothing edited yet."""
    return Block(kind=kind, raw=raw, text=raw, origins=tuple(origins), **fields)


def apply(block: Block, edits: Iterable[Edit]) -> Block:
    """`block` after `edits`, each given in coordinates of the text before it; they are appended to its ledger.

    Raises ValueError where an edit's `before` is not what stands at its place.
    """
    text, applied = _Pieces(block.text), []
    for edit in edits:
        if not text.replace(edit.start, edit.before, edit.end - edit.start, edit.after):
            raise ValueError(f"edit {edit.cause!r} expects {edit.before!r} at [{edit.start}, {edit.end})")
        applied.append(edit)
    if not applied:
        return block
    return block.model_copy(update={"text": text.joined(), "edits": block.edits + tuple(applied)})


def undo(text: str, edits: Iterable[Edit]) -> str:
    """The raw text, from the text now and its edits in the order in which they were made.

    Raises ValueError where `text` is not what these edits led to.
    """
    pieces = _Pieces(text)
    for edit in reversed(tuple(edits)):
        if not pieces.replace(edit.start, edit.after, len(edit.after), edit.before):
            raise ValueError(f"edit {edit.cause!r} left {edit.after!r} at {edit.start}, which is not there")
    return pieces.joined()


class _Pieces:
    """A text that is edited without being copied: pieces left and right of the last edit's place.

    An edit costs the pieces between its place and the last one's: edits that go in one direction cost little each.
    """

    def __init__(self, text: str) -> None:
        self._left: list[tuple[str, int, int]] = []  # [start, end) of a string each
        self._right = [(text, 0, len(text))]  # the last one stands first
        self._at = 0

    def replace(self, start: int, before: str, length: int, after: str) -> bool:
        """Put `after` in the place of `length` characters from `start`; False where these are not `before`."""
        self._seek(start)
        taken: list[str] = []
        while length and self._right:
            text, begin, end = self._right.pop()
            cut = min(end, begin + length)
            taken.append(text[begin:cut])
            length -= cut - begin
            if cut < end:
                self._right.append((text, cut, end))
        self._left.append((after, 0, len(after)))
        self._at += len(after)
        return "".join(taken) == before

    def _seek(self, place: int) -> None:
        while self._at > place:
            text, begin, end = self._left.pop()
            cut = max(begin, end - (self._at - place))
            self._at -= end - cut
            self._right.append((text, cut, end))
            if begin < cut:
                self._left.append((text, begin, cut))
        while self._at < place and self._right:
            text, begin, end = self._right.pop()
            cut = min(end, begin + place - self._at)
            self._at += cut - begin
            self._left.append((text, begin, cut))
            if cut < end:
                self._right.append((text, cut, end))

    def joined(self) -> str:
        """The text as it is now."""
        return "".join(text[begin:end] for text, begin, end in (*self._left, *reversed(self._right)))


def raw_span(edits: Iterable[Edit], start: int, end: int) -> tuple[int, int]:
    """Where [start, end) of the text now stood in the raw text; a span that touches an edit widens to all of it."""
    for edit in reversed(tuple(edits)):
        after_end = edit.start + len(edit.after)
        shift = edit.end - after_end
        if edit.after and start < after_end and end > edit.start:
            start, end = min(start, edit.start), max(end + shift, edit.end)
        else:
            empty = start == end
            start = start + shift if start >= after_end else start
            end = start if empty else (end + shift if end > edit.start else end)
    return start, end


def text_span(edits: Iterable[Edit], start: int, end: int) -> tuple[int, int]:
    """Where [start, end) of the raw text stands in the text now (the way back of `raw_span`)."""
    for edit in edits:
        after_end = edit.start + len(edit.after)
        shift = after_end - edit.end
        if end <= edit.start:
            continue
        if start >= edit.end:
            start, end = start + shift, end + shift
        elif start <= edit.start and end >= edit.end:
            end += shift
        else:
            start, end = min(start, edit.start), max(end + shift, after_end)
    return start, end


def locate(block: Block, start: int, end: int) -> tuple[Origin, ...]:
    """The origins of [start, end) of `block.text`, through its edits, in order.

    A run whose source has as many characters as its raw text is narrowed to the characters meant; others (a
    run with entities or folded white space, a box on a page) are given whole. Raises ValueError for a span
    that is not in the text.
    """
    if not 0 <= start <= end <= len(block.text):
        raise ValueError(f"[{start}, {end}) is not in a text of {len(block.text)} characters")
    raw_start, raw_end = raw_span(block.edits, start, end)
    return origins_of(block, raw_start, raw_end)


def origins_of(block: Block, start: int, end: int) -> tuple[Origin, ...]:
    """The origins of [start, end) of `block.raw`, in order; see `locate`."""
    found: list[Origin] = []
    for index, origin in enumerate(block.origins):
        following = block.origins[index + 1].at if index + 1 < len(block.origins) else 0
        run_end = following if following > origin.at else len(block.raw)  # else a second copy's runs begin
        if origin.at < end and start < run_end:
            found.append(_narrow(origin, block.raw, start, end, run_end))
    return tuple(found)


def _narrow(origin: Origin, raw: str, start: int, end: int, run_end: int) -> Origin:
    if not isinstance(origin, TextRange):
        return origin
    length = origin.end - origin.start
    if origin.at + length not in (run_end, run_end - 1):  # one space may join this run to the next
        return origin
    first = max(start, origin.at) - origin.at
    last = min(end - origin.at, length)
    if first >= last:
        return origin
    return TextRange(start=origin.start + first, end=origin.start + last, at=origin.at + first)


def digest(*parts: str | bytes) -> str:
    """SHA-256 of the parts, each preceded by its length so that no two lists of parts collide, in hex."""
    hasher = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.hexdigest()


def short_id(*parts: str | bytes) -> str:
    """An identifier of 16 hex digits for the parts."""
    return digest(*parts)[:16]


def block_digest(text: str) -> str:
    """The hash under which equal blocks of different documents are recognised: case and white space folded."""
    return short_id(fold_space(text).casefold())


# --- findings ----------------------------------------------------------------------------------------------

Severity = Literal["error", "warning", "info"]


class Finding(Record):
    """Something a person should know about a document. `code` is an entry of the catalogue in `findings.py`.

    `block` is an index into the document's blocks, [start, end) a span of that block's *raw* text, `origins`
    the places in the source; `evidence` is what was seen there, `suggestion` what may be done about it.
    """

    code: str
    severity: Severity
    message: Text
    block: int | None = None
    start: int | None = None
    end: int | None = None
    origins: tuple[Origin, ...] = ()
    section: str | None = None
    evidence: Text | None = None
    suggestion: Text | None = None
    count: int | None = None


# --- documents ---------------------------------------------------------------------------------------------


class Known(Record):
    """A piece of metadata as resolved, and where it came from (`manifest.url`, `html.canonical`, `address` …)."""

    value: Text
    origin: str


class Source(Record):
    """Where a document's bytes came from.

    `path` is relative to `raw/`, with slashes; bytes that are not UTF-8 are written as `\\xNN`. `sha256` and
    `size` (bytes) are those of the content, after decompression where `compression` says so. `metadata` holds
    what is known besides the content, by key: url, fetched_at, charset, language, site, licence, publish …
    `also` lists the paths of further files with the same bytes, `also_urls` their addresses where known, in that order.
    """

    path: str
    sha256: str
    media_type: str
    size: int = Field(ge=0)
    compression: Literal["gzip"] | None = None
    metadata: dict[str, Known] = Field(default_factory=dict)
    also: tuple[str, ...] = ()
    also_urls: tuple[str | None, ...] = ()

    def get(self, key: str) -> str | None:
        """The value of a piece of metadata, or None where it is not known."""
        known = self.metadata.get(key)
        return known.value if known else None


class OutlineEntry(Record):
    """A heading in the document's outline."""

    block: int
    level: int
    text: Text


SectionStatus = Literal["clean", "repaired", "restored", "damaged", "lost"]


class Section(Record):
    """A part of the document under one heading. `id` is a canonical section of the taxonomy, or `other`.

    `blocks` are the indices of its blocks without the heading; `damaged` is characters lost ÷ (lost + kept)
    over them; `match` says how the heading was recognised.
    """

    id: str
    heading: str | None = None
    heading_block: int | None = None
    lead: str | None = None
    blocks: tuple[int, ...] = ()
    language: str | None = None
    status: SectionStatus = "clean"
    damaged: float = Field(default=0.0, ge=0, le=1)
    match: Literal["exact", "folded", "fuzzy", "words", "structure", "none"] = "none"


class Document(Record):
    """What a source says, block by block, in reading order, with everything noticed on the way.

    `left_out` counts the characters of the source (white space excluded) that stand in no block, by reason
    ("script", "beyond-budget" ...). Blocks and these counts together account for every character.
    """

    id: str
    source: Source
    title: Text | None = None
    charset: str | None = None
    pages: int | None = None
    language: str | None = None
    language_confidence: float | None = None
    blocks: tuple[Block, ...] = ()
    outline: tuple[OutlineEntry, ...] = ()
    sections: tuple[Section, ...] = ()
    findings: tuple[Finding, ...] = ()
    left_out: dict[str, int] = Field(default_factory=dict)

    def with_findings(self, findings: Iterable[Finding]) -> Document:
        """The document with more findings."""
        added = tuple(findings)
        return self.model_copy(update={"findings": self.findings + added}) if added else self


# --- profiles ----------------------------------------------------------------------------------------------


class CityRef(Record):
    """The city a profile is about; without `geonames_id` where the gazetteer does not know it."""

    name: str
    country: str | None = None
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int | None = None


class ProfileSection(Record):
    """A section as text: its blocks' texts, joined by an empty line. The lead is part of the text."""

    id: str
    heading: str | None = None
    lead: str | None = None
    text: str = ""
    language: str | None = None
    status: SectionStatus = "clean"
    damaged: float = 0.0


class Quote(Record):
    """Words of a person."""

    text: str
    speaker: str | None = None
    role: str | None = None


class Network(Record):
    """A city network; `id` is its entry in the networks data file."""

    id: str
    name: str


class Contact(Record):
    """Whom to ask."""

    organisation: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None


class ReportEdition(Record):
    """The report a page speaks of or a document is: years of publication and of update, and its address."""

    published: int | None = None
    updated: int | None = None
    url: str | None = None


class KeyFigure(Record):
    """A number with what it counts, as written; `value` is its number."""

    label: str
    value: float
    unit: str | None = None
    year: int | None = None


class Person(Record):
    """A person with an office."""

    name: str
    role: str


class Policy(Record):
    """A policy, strategy or plan that the text names."""

    name: str
    year: int | None = None


class Quality(Record):
    """`score` in [0, 1] (its formula is in `profile/quality.py`) and how many findings of each code there are."""

    score: float = Field(ge=0, le=1)
    findings: dict[str, int] = Field(default_factory=dict)


class Capture(Record):
    """One document behind a profile."""

    document: str
    source: str
    fetched_at: str | None = None


class Provenance(Record):
    """The document a profile was read from (the current capture), and all captures, newest first."""

    document: str
    source: str
    sha256: str
    media_type: str
    url: str | None = None
    captures: tuple[Capture, ...] = ()


EvidenceSpan = tuple[int, int, int, float]
"""block, start, end (of the block's text now), confidence"""

ProfileKind = Literal["city_profile", "approach", "report", "page"]


class Profile(Record):
    """What a page or report says about a city, as typed fields.

    `evidence` leads from the JSON pointer of a field to spans of blocks of `provenance.document`; the text of
    a field is the text of its spans, joined by an empty line. A field that could not be established is absent.
    """

    id: str
    slug: str
    kind: ProfileKind
    site: str | None = None
    language: str | None = None
    city: CityRef | None = None
    title: str | None = None
    tagline: str | None = None
    takeaways: tuple[str, ...] = ()
    sections: tuple[ProfileSection, ...] = ()
    quotes: tuple[Quote, ...] = ()
    networks: tuple[Network, ...] = ()
    contacts: tuple[Contact, ...] = ()
    report: ReportEdition | None = None
    key_figures: tuple[KeyFigure, ...] = ()
    people: tuple[Person, ...] = ()
    policies: tuple[Policy, ...] = ()
    evidence: dict[str, tuple[EvidenceSpan, ...]] = Field(default_factory=dict)
    quality: Quality
    provenance: Provenance


class Conflict(Record):
    """A field on which profiles of one city differ: value → ids of the profiles that say so."""

    field: str
    values: dict[str, tuple[str, ...]]


class City(Record):
    """All profiles of one city, across languages and formats, with what agrees and what conflicts."""

    id: str
    name: str
    country: str | None = None
    geonames_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    population: int | None = None
    languages: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()
    agreements: dict[str, str] = Field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


# --- what a run passes between its maps and its fold -------------------------------------------------------


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
