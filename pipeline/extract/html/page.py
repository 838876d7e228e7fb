"""A page: decoded source → judged drafts → blocks of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.extract.accounting import LeftOut
from pipeline.extract.html.blocks.builder import BlockBuilder
from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.blocks.duplicates import merge_twins
from pipeline.extract.html.blocks.implied_headings import find_headings
from pipeline.extract.html.blocks.leftovers import left_out
from pipeline.extract.html.embedded_data import embedded_lines
from pipeline.extract.html.main_content.classifier import classify
from pipeline.extract.html.markup.parser import Tree, parse
from pipeline.extract.html.metadata import PageData, absolute
from pipeline.knowledge.findings import finding
from pipeline.records import Block, Cell, Finding, Link, Metadata, Role, TextRange, new_block
from pipeline.settings import Settings

_SHORT_CONTENT: Final = 200
_SHORT_PAGE: Final = 1000
"""Characters of content, and of all that is shown, below which the page's own data are asked for the body."""
_SHORT_PART: Final = 40
"""Characters from which on a text that is part of another is taken for the same, not for the same words."""


@dataclass(frozen=True)
class Page:
    """A page as read: what its head says, its drafts, the role of furniture of each (None for content), and the
    place in the source from which on there were too many blocks, and what is left out of the drafts."""

    tree: Tree
    data: PageData
    drafts: list[Draft]
    roles: list[Role | None]
    beyond: int | None
    left_out: list[LeftOut]

    def is_content(self, index: int) -> bool:
        """Whether a draft belongs to what the page says."""
        return self.roles[index] is None and self.drafts[index].visibility != "hidden"

    def shows_nothing(self) -> bool:
        """Whether there is next to no text to see, so that a script of the page must be meant to bring it."""
        content = sum(draft.length for index, draft in enumerate(self.drafts) if self.is_content(index))
        shown = sum(draft.length for draft in self.drafts if draft.visibility != "hidden")
        return content < _SHORT_CONTENT and shown < _SHORT_PAGE


def read_page(source: str, settings: Settings, url: str | None = None) -> Page:
    """Parse decoded HTML, fetched from `url`, and judge its blocks."""
    tree = parse(source, settings.max_text_bytes, settings.max_nodes)
    builder = BlockBuilder(tree, settings.max_blocks)
    drafts = merge_twins(builder.build())
    find_headings(drafts)
    data = PageData(tree, url)
    return Page(tree, data, drafts, classify(drafts, data), builder.beyond, left_out(tree, builder))


def blocks_of(page: Page) -> list[Block]:
    """The blocks of a page in reading order; the body comes from the page's data where the page shows none."""
    blocks = [
        _block(draft, role, page.data.base) for draft, role in zip(page.drafts, page.roles, strict=True)
    ]
    if page.shows_nothing():
        blocks += [
            new_block("paragraph", line, [Metadata(key=f"html.data.{field}")])
            for line, field in body_lines(page)
        ]
    return blocks


def body_lines(page: Page) -> list[tuple[str, str]]:
    """The paragraphs of the body in the page's data and their fields, without what the page itself shows: no text
    twice. Of a paragraph that holds a shown one, what stands before and behind it is left."""
    shown = [draft.text for index, draft in enumerate(page.drafts) if page.is_content(index)]
    known, parts = set(shown), [text for text in shown if len(text) >= _SHORT_PART]
    found: list[tuple[str, str]] = []
    for line, field in embedded_lines(page.tree):
        if line in known or (len(line) >= _SHORT_PART and any(line in text for text in parts)):
            continue
        rest = [line]
        for text in parts:
            rest = [piece.strip() for each in rest for piece in each.split(text)]
        found += [(piece, field) for piece in rest if piece]
    return found


def _block(draft: Draft, role: Role | None, base: str) -> Block:
    origins = [TextRange(start=start, end=end, at=at) for start, end, at in [*draft.runs, *draft.twins]]
    return new_block(
        "furniture" if role else draft.kind,
        draft.text,
        origins,
        level=draft.level if draft.kind in ("heading", "list_item") else None,
        visibility=draft.visibility,
        role=role or draft.role,
        marker=draft.marker,
        ordered=draft.ordered,
        speaker=draft.speaker,
        links=tuple(
            Link(start=start, end=end, href=absolute(href, base)) for start, end, href in draft.links
        ),
        cells=tuple(
            Cell(
                row=c.row,
                column=c.column,
                start=c.start,
                end=c.end,
                rowspan=c.rowspan,
                colspan=c.colspan,
                header=c.header,
            )
            for c in draft.cells
        ),
    )


def findings_of(page: Page, blocks: list[Block]) -> list[Finding]:
    """What a person should know about how the page was read."""
    found: list[Finding] = []
    length = len(page.tree.source)
    places = [place for place in (page.tree.unread, page.beyond) if place is not None]
    if places:
        first = min(places)
        found.append(
            finding(
                "over-budget",
                f"The page is larger than the budget; what begins at character {first:,} was not read as a whole.",
                origins=(TextRange(start=first, end=length),),
                count=length - first,
            )
        )
    found += [
        finding("markup-simplified", "An attribute was too long to be kept; the text after it was read.",
                origins=(TextRange(start=start, end=end),), count=end - start)
        for start, end in page.tree.scanned.emptied[:10]
    ]  # fmt: skip
    if page.tree.flattened:
        found.append(
            finding(
                "markup-simplified", "Elements are nested too deep; their text was kept, not their structure."
            )
        )
    if unclosed := page.tree.scanned.unclosed:
        what = {"comment": "comment", "tag": "tag"}.get(unclosed.reason, f"<{unclosed.reason}>")
        found.append(
            finding(
                "unclosed-markup",
                f"The page ends inside of a {what} that is never closed.",
                origins=(TextRange(start=unclosed.start, end=unclosed.end),),
                count=unclosed.end - unclosed.start,
            )
        )
    hidden = [block for block in blocks if block.visibility == "hidden"]
    if hidden:
        evidence = " · ".join(block.text[:60] for block in hidden[:3]).replace("\ufffd", "")
        found.append(finding("hidden-text", evidence=evidence, count=len(hidden)))
    if not any(block.is_content and block.text.strip() for block in blocks):
        found.append(finding("no-content"))
    return found


def content_lines(page: Page) -> list[str]:
    """The content as lines of text; that of the page's data where the page shows none."""
    lines = [draft.text for index, draft in enumerate(page.drafts) if page.is_content(index)]
    if page.shows_nothing():
        lines += [line for line, _ in body_lines(page)]
    return lines
