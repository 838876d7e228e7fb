"""Whether every character that PDFium gives stands in a block, once, or in a count of what was left out.

Two checks of unlike kind run on every document, so that one finds what the other cannot. On each page, by index: which
words are in no line and no cell, and which are in two. Over the finished blocks, by what they say: the characters of
their raw text, sorted, are those of the page, sorted. Neither uses what led from the one to the other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.extract.pdf.layout.lines import Line
from pipeline.extract.pdf.page_content.pdfium import HYPHEN, whole
from pipeline.extract.pdf.page_content.words import Content
from pipeline.extract.pdf.tables.grid import Grid
from pipeline.knowledge.findings import finding
from pipeline.records import Block, Finding, PageBox

CONTROL, SPACE, OVERPRINT, BEYOND = "control", "space", "overprint", "beyond-budget"
"""Reasons for which characters are left out: control characters, which no reader sees; what a broken font has in place
of a space, at the end of a line; words painted a second time over themselves; and what a budget cut off."""

OCR = "ocr"
"""The cause of the edit by which what OCR reads is marked."""

_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_EXCERPT = 120


@dataclass(slots=True)
class PageAccount:
    """What PDFium gives of a page: its characters without white space, and `left_out`, how many it gives besides.

    `spaces` are those that stand for a space, as the page was read (a broken font may have "!" in its place).
    `lost` and `twice` are words that are in no line and no cell, or in several.
    """

    given: str = ""
    spaces: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Difference:
    """Characters of a page that the blocks lack, and those that they have beyond what the page gives."""

    page: int
    lacking: int = 0
    spaces: int = 0
    beyond: int = 0
    excerpt: str = ""


def page_account(content: Content, items: Iterable[Line | Grid], again: Sequence[int]) -> PageAccount:
    """The account of a page of which `items` are all lines and tables, and `again` the words left out as overprint."""
    text = content.text if content.said is None else content.said
    end = content.ends[-1] if content.truncated else len(text)
    cut, more = _characters(text[end:])
    text = text[:end]
    double = "".join(text[content.starts[word] : content.ends[word]] for word in again)
    for word in reversed(again):
        text = text[: content.starts[word]] + text[content.ends[word] :]
    given, controls = _characters(text)
    counts = ((CONTROL, controls + more), (OVERPRINT, len(double)), (BEYOND, len(cut)))
    left_out = {reason: count for reason, count in counts if count}
    times = np.zeros(len(content), dtype=np.intp)
    times[list(again)] = 1
    for item in items:
        if isinstance(item, Grid):
            np.add.at(times, item.words, 1)
        else:
            for run in item.words:
                times[run.start : run.stop] += 1
    lost = [content.word(word) for word in np.flatnonzero(times == 0).tolist()]
    twice = [content.word(word) for word in np.flatnonzero(times > 1).tolist()]
    return PageAccount(given, _spaces(content), left_out, lost, twice)


def _spaces(content: Content) -> str:
    if content.said is None:
        return ""
    return "".join(said for said, read in zip(content.said, content.text, strict=True) if read.isspace())


def _characters(text: str) -> tuple[str, int]:
    """The characters of a text but white space, as blocks have them, and how many control characters are left out."""
    seen = "".join(text.replace(HYPHEN, "-").split())
    if seen.isprintable():
        return seen, 0
    seen = whole(seen)
    without = _CONTROLS.sub("", seen)
    return without, len(seen) - len(without)


def account(
    pages: Mapping[int, PageAccount], blocks: Sequence[Block], dropped: Sequence[Block]
) -> tuple[dict[str, int], list[Finding]]:
    """What of the pages (from 1) is in no block, by reason, and findings on what is in neither or in two blocks.

    `blocks` are all that were made of the pages' text, `dropped` those of them that do not go into the document.
    """
    left_out: Counter[str] = Counter()
    for page in pages.values():
        left_out.update(page.left_out)
    if cut := sum(len("".join(block.raw.split())) for block in dropped if _is_painted(block)):
        left_out[BEYOND] += cut
    differences = list(_differences(pages, blocks))
    if spaces := sum(difference.spaces for difference in differences):
        left_out[SPACE] += spaces
    return dict(sorted(left_out.items())), [*_unaccounted(pages, differences), *_twice(pages, differences)]


def _is_painted(block: Block) -> bool:
    """Whether a block's text is painted on a page; the values of form fields are not, nor is what OCR reads."""
    return block.role != "form_field" and not any(edit.cause == OCR for edit in block.edits)


def _differences(pages: Mapping[int, PageAccount], blocks: Iterable[Block]) -> Iterator[_Difference]:
    texts: dict[int, list[str]] = {number: [] for number in pages}
    markers: dict[int, list[str]] = {number: [] for number in pages}
    for block in filter(_is_painted, blocks):
        for number, text in _by_page(block):
            texts.setdefault(number, []).append(text)
        if block.marker and isinstance(block.origins[0], PageBox):
            markers.setdefault(block.origins[0].page, []).append(block.marker)
    for number in sorted(texts):
        given = pages[number].given if number in pages else ""
        found = "".join("".join(texts[number]).split())
        if _sorted(given) != _sorted(found):
            yield _difference(
                number, pages.get(number, PageAccount()), found, "".join(markers.get(number, ()))
            )


def _by_page(block: Block) -> Iterator[tuple[int, str]]:
    """A block's raw text, cut at the pages on which it stands."""
    if block.cells:
        for cell in block.cells:
            yield cell.page or 0, block.raw[cell.start : cell.end]
        return
    places = [(origin.page, origin.at) for origin in block.origins if isinstance(origin, PageBox)]
    start, page = 0, places[0][0] if places else 0
    for number, at in places:
        if number != page:
            yield page, block.raw[start:at]
            start, page = at, number
    yield page, block.raw[start:]


def _sorted(text: str) -> bytes:
    """The UTF-16 units of a text in order, whatever their order was (16 bits sort fastest)."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    return np.sort(units, kind="stable").tobytes()


def _difference(number: int, page: PageAccount, found: str, markers: str) -> _Difference:
    """`markers` are those of list items, which stand beside their text; they account for what the text lacks."""
    lacking, beyond = Counter(page.given) - Counter(found), Counter(found) - Counter(page.given)
    lacking -= Counter("".join(markers.split()))
    spaces = lacking & Counter(page.spaces)
    lacking -= spaces
    excerpt = "".join((lacking or beyond).elements())[:_EXCERPT]
    return _Difference(number, lacking.total(), spaces.total(), beyond.total(), excerpt)


def _unaccounted(pages: Mapping[int, PageAccount], differences: Sequence[_Difference]) -> Iterator[Finding]:
    """The finding on characters that are in no block: the words by name, where it is whole words."""
    counts = {number: sum(map(len, page.lost)) for number, page in pages.items() if page.lost}
    excerpts = {number: " ".join(page.lost) for number, page in pages.items() if page.lost}
    for difference in differences:
        if difference.lacking > counts.get(difference.page, 0):
            counts[difference.page] = difference.lacking
            excerpts.setdefault(difference.page, difference.excerpt)
    if counts:
        yield finding("text-unaccounted", count=sum(counts.values()), evidence=_evidence(excerpts))


def _twice(pages: Mapping[int, PageAccount], differences: Sequence[_Difference]) -> Iterator[Finding]:
    """The finding on words that are in two blocks, and on characters that the pages do not give."""
    counts = {number: len(page.twice) for number, page in pages.items() if page.twice}
    excerpts = {number: " ".join(page.twice) for number, page in pages.items() if page.twice}
    for difference in differences:
        if difference.beyond and difference.page not in counts:
            counts[difference.page] = difference.beyond
            excerpts[difference.page] = difference.excerpt
    if counts:
        yield finding("text-twice", count=sum(counts.values()), evidence=_evidence(excerpts))


def _evidence(excerpts: Mapping[int, str]) -> str:
    """The first page concerned with its excerpt, and the numbers of the others."""
    first, *others = sorted(excerpts)
    more = f"; also pages {', '.join(map(str, others[:20]))}" if others else ""
    return f"page {first}: {excerpts[first][:_EXCERPT]}{more}"
