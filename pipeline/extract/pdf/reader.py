"""The PDF stage: bytes → Document, and the same text as Markdown, a string a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from unicodedata import normalize

from pipeline.errors import BrokenDocument, Unreadable
from pipeline.extract.pdf.accounting import account
from pipeline.extract.pdf.all_pages import make_drafts
from pipeline.extract.pdf.blocks import make_block
from pipeline.extract.pdf.fonts.verdicts import Repaired, Verdicts
from pipeline.extract.pdf.forms import open_form
from pipeline.extract.pdf.layout.hyphenation import Hyphens
from pipeline.extract.pdf.markdown import page_markdown
from pipeline.extract.pdf.metadata import pdf_metadata
from pipeline.extract.pdf.ocr import ocr_blocks, with_ocr
from pipeline.extract.pdf.opening import Opened, opened
from pipeline.extract.pdf.page import Knowledge, Page, read_page
from pipeline.extract.pdf.page_content import pdfium
from pipeline.extract.pdf.page_content.form_calls import endless_pages
from pipeline.extract.pdf.structure.bookmarks import Bookmarks, read_bookmarks
from pipeline.extract.pdf.structure.structure_tree import read_structure
from pipeline.extract.pdf.tables.grid import table_block
from pipeline.knowledge.findings import finding
from pipeline.records import REPLACEMENT, Block, Document, Finding, Source
from pipeline.settings import Settings

MEDIA_TYPE = "application/pdf"
_PASSWORD = "password"
_REOPEN_EVERY = 200
_EXCERPT = 40
_EXAMPLES = 4
_TREE = b"/StructTreeRoot"


def extract_pdf(data: bytes, source: Source, settings: Settings) -> Document:
    """The PDF in `data` as a document.

    A password is taken from the metadata `password` and is not passed on. Raises EmptyDocument, TooLarge,
    EncryptedDocument or BrokenDocument.
    """
    with opened(data, source.get(_PASSWORD), settings.max_pdf_bytes) as document:
        pages = _pages(document, settings)
        if all(page.unreadable for page in pages):
            raise BrokenDocument("No page of the PDF could be read; fetch it again.")
        known = pdf_metadata(document.pdf, document.foreign)
        bookmarks = read_bookmarks(document.pdf, document.foreign)
        count, attached = len(document.pdf), document.pdf.count_attachments()
        seen = _ocr(document, pages) if settings.ocr else {}
    findings = [*document.findings, *document.foreign.findings(), *_page_findings(pages, count, seen.keys())]
    findings += _font_findings(document.verdicts)
    if attached > 0:
        findings.append(finding("attachments", count=attached))
    made = list(_blocks(pages, bookmarks))
    blocks = list(with_ocr(made, seen))
    if len(blocks) > settings.max_blocks:
        findings.append(
            finding(
                "over-budget", f"Only {settings.max_blocks} of {len(blocks)} blocks were kept (max_blocks)."
            )
        )
    blocks, dropped = blocks[: settings.max_blocks], blocks[settings.max_blocks :]
    left_out, missed = account({page.number: page.account for page in pages}, made, dropped)
    metadata = {key: value for key, value in source.metadata.items() if key != _PASSWORD}
    for key, value in known.items():
        metadata.setdefault(key, value)
    return Document(
        id=source.sha256[:16],
        source=source.model_copy(update={"metadata": metadata}),
        title=metadata["title"].value if "title" in metadata else None,
        pages=count,
        blocks=tuple(blocks),
        findings=(*findings, *missed, *_block_findings(blocks)),
        left_out=left_out,
    )


def read_pdf(path: Path | str, settings: Settings | None = None) -> Document:
    """The PDF file at `path` as a document. Raises as `extract_pdf` does, and Unreadable."""
    data = read_bytes(Path(path))
    digest = sha256(data).hexdigest()
    source = Source(path=Path(path).name, sha256=digest, media_type=MEDIA_TYPE, size=len(data))
    return extract_pdf(data, source, settings or _defaults())


def markdown_pages(path: Path | str, settings: Settings | None = None) -> Iterator[str]:
    """The pages of the PDF at `path` as Markdown, furniture and hidden text left out. Raises as `read_pdf` does.

    A paragraph or table that goes on over a page break stands whole on the page where it begins.
    """
    settings = settings or _defaults()
    with opened(read_bytes(Path(path)), None, settings.max_pdf_bytes) as document:
        pages = _pages(document, settings)
        bookmarks = read_bookmarks(document.pdf, document.foreign)
        seen = _ocr(document, pages) if settings.ocr else {}
    page = 1
    waiting: list[Block] = []
    for block, number in _numbered(with_ocr(_blocks(pages, bookmarks), seen)):
        while number > page:
            yield page_markdown(waiting)
            page, waiting = page + 1, []
        waiting.append(block)
    while page <= len(pages):
        yield page_markdown(waiting)
        page, waiting = page + 1, []


@lru_cache(maxsize=1)
def _defaults() -> Settings:
    return Settings()


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises Unreadable where the file system would not give them."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error


def _pages(document: Opened, settings: Settings) -> list[Page]:
    """The pages within the budget; those before a broken font could be told are read again.

    PDFium forgets what it has cached every now and then.
    """
    tagged = document.pdf.is_tagged() or _TREE in document.data
    known = Knowledge(read_structure(document.data, document.password) if tagged else None)
    known.foreign = document.foreign
    known.form = open_form(document.pdf)
    known.verdicts = document.verdicts
    endless = endless_pages(document.data, document.password)
    pages: list[Page] = []
    try:
        for index in range(min(len(document.pdf), settings.max_pages)):
            if index and index % _REOPEN_EVERY == 0:
                document.reopen()
                known.form = open_form(document.pdf)
            if index in endless:
                pages.append(Page(index + 1, 0.0, 0.0, unreadable=True))
            else:
                pages.append(read_page(pdfium.handle(document.pdf.raw), index, known))
        for index in sorted(known.verdicts.again):
            pages[index] = read_page(pdfium.handle(document.pdf.raw), index, known)
    finally:
        known.verdicts.mended.close()
    return pages


def _ocr(document: Opened, pages: list[Page]) -> dict[int, list[Block]]:
    """What tesseract reads on the pages that are pictures, by page; pages on which it reads nothing are left out."""
    read = {page.number: ocr_blocks(document.pdf, page.number) for page in pages if page.scanned}
    return {number: blocks for number, blocks in read.items() if blocks}


def _blocks(pages: list[Page], bookmarks: Bookmarks) -> Iterator[Block]:
    drafts = make_drafts(pages, bookmarks)
    hyphens = Hyphens([line.text for draft in drafts for line in draft.lines])
    for draft in drafts:
        yield (
            table_block(draft.table, hyphens.joins)
            if draft.kind == "table"
            else make_block(draft, hyphens.joins)
        )


def _numbered(blocks: Iterable[Block]) -> Iterator[tuple[Block, int]]:
    """Each block with the page on which it begins."""
    for block in blocks:
        origin: Any = block.origins[0] if block.origins else None
        yield block, origin.page if origin else 1


def _page_findings(pages: list[Page], count: int, seen: Set[int]) -> Iterator[Finding]:
    scanned = [page.number for page in pages if page.scanned and page.number not in seen]
    if scanned:
        yield finding("needs-ocr", evidence=page_ranges(scanned), count=len(scanned))
    unreadable = [page.number for page in pages if page.unreadable]
    if unreadable:
        yield finding(
            "broken-structure",
            "Some pages could not be read.",
            evidence=page_ranges(unreadable),
            count=len(unreadable),
        )
    truncated = [page.number for page in pages if page.truncated]
    if truncated:
        yield finding(
            "over-budget", "Some pages hold more text than was read.", evidence=page_ranges(truncated)
        )
    if len(pages) < count:
        yield finding(
            "over-budget", f"Only the first {len(pages)} of {count} pages were read (max_pages).", count=count
        )


def _font_findings(verdicts: Verdicts) -> Iterator[Finding]:
    """A finding on the fonts whose text was read otherwise than the file says, for each way in which it was."""
    ways: dict[str, list[Repaired]] = {}
    for (_, how), done in sorted(verdicts.repaired.items(), key=lambda item: item[0]):
        ways.setdefault(how, []).append(done)
    for how, fonts in sorted(ways.items()):
        yield finding(
            "font-repaired",
            f"A font maps characters wrongly or not at all; its text was read {how} ({len(fonts)} fonts).",
            evidence="; ".join(_example(done) for done in fonts[:_EXAMPLES]),
            count=sum(done.count for done in fonts),
        )


def _example(done: Repaired) -> str:
    before, after = (
        "".join(char if char.isprintable() and char != REPLACEMENT else "·" for char in text[:_EXCERPT])
        for text in (done.before, normalize("NFKC", done.after))
    )
    return f"page {done.page}: {before} → {after.strip()}"


def _block_findings(blocks: list[Block]) -> Iterator[Finding]:
    hidden = [index for index, block in enumerate(blocks) if block.visibility == "hidden"]
    if hidden:
        yield finding("hidden-text", block=hidden[0], origins=blocks[hidden[0]].origins, count=len(hidden))
    if not any(block.is_content and block.text.strip() for block in blocks):
        yield finding("no-content")


def page_ranges(numbers: Iterable[int]) -> str:
    """Page numbers as a person writes them: "3, 5-7"."""
    ranges: list[list[int]] = []
    for number in sorted(numbers):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges)
