"""Pages that are pictures, read by tesseract where it is installed and wanted (`settings.ocr`).

What OCR reads is no text of the file. Its blocks are marked by an edit that changes nothing, with the cause `ocr` and
tesseract's own confidence, so that the ledger tells what was seen from what was written.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pypdfium2 as pdfium

from pipeline.extract.pdf.accounting import OCR
from pipeline.records import Block, Edit, PageBox, apply, new_block

_COMMAND = "tesseract"
_DOTS = 300
_POINTS = 72
_LARGEST = 10_000
_SECONDS = 120
_LEAST = 0.3
_MOST_LANGUAGES = 8


@dataclass(frozen=True, slots=True)
class Read:
    """A paragraph that tesseract read: its text, box in points as shown, and confidence in [0, 1]."""

    text: str
    box: tuple[float, float, float, float]
    confidence: float


@lru_cache(maxsize=1)
def installed() -> tuple[str, ...]:
    """The languages that tesseract can read, by its own names; none where it is not installed."""
    path = shutil.which(_COMMAND)
    if path is None:
        return ()
    try:
        run = subprocess.run([path, "--list-langs"], capture_output=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    lines = run.stdout.decode("utf-8", "replace").splitlines()[1:]
    return tuple(sorted(line.strip() for line in lines if line.strip() and line.strip() != "osd"))


def ocr_blocks(pdf: pdfium.PdfDocument, number: int) -> list[Block]:
    """The paragraphs of page `number` (from 1) as blocks; none where tesseract is not installed or fails."""
    languages = installed()
    if not languages:
        return []
    page = pdf[number - 1]
    try:
        scale = min(_DOTS / _POINTS, _LARGEST / max(*page.get_size(), 1))
        picture = io.BytesIO()
        page.render(scale=scale, grayscale=True).to_pil().save(picture, "PNG")
    finally:
        page.close()
    table = _tesseract(picture.getvalue(), languages)
    return [_block(read, number) for read in _paragraphs(table, scale)]


def _tesseract(picture: bytes, languages: tuple[str, ...]) -> str:
    """Tesseract's table of words; "" where it fails."""
    command = [
        _COMMAND,
        "stdin",
        "stdout",
        "-l",
        "+".join(languages[:_MOST_LANGUAGES]),
        "--dpi",
        str(_DOTS),
        "tsv",
    ]
    try:
        run = subprocess.run(command, input=picture, capture_output=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout.decode("utf-8", "replace")


def _paragraphs(table: str, scale: float) -> Iterator[Read]:
    """The words of the table as paragraphs, in tesseract's order."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row.get("level") == "5" and (row.get("text") or "").strip():
            found.setdefault((row["block_num"], row["par_num"]), []).append(row)
    for words in found.values():
        weight = sum(len(word["text"]) for word in words)
        sure = sum(float(word["conf"]) * len(word["text"]) for word in words) / weight / 100
        confidence = round(min(max(sure, 0.0), 1.0), 3)
        if confidence < _LEAST:
            continue
        left, top = (min(int(word[side]) for word in words) for side in ("left", "top"))
        right = max(int(word["left"]) + int(word["width"]) for word in words)
        bottom = max(int(word["top"]) + int(word["height"]) for word in words)
        box = (
            round(left / scale, 2),
            round(top / scale, 2),
            round(right / scale, 2),
            round(bottom / scale, 2),
        )
        yield Read(" ".join(word["text"].strip() for word in words), box, confidence)


def _block(read: Read, number: int) -> Block:
    block = new_block("paragraph", read.text, [PageBox(page=number, box=read.box)])
    seen = Edit(
        start=0,
        end=len(read.text),
        before=read.text,
        after=read.text,
        cause=OCR,
        confidence=read.confidence,
    )
    return apply(block, [seen])


def with_ocr(blocks: Iterable[Block], read: Mapping[int, Sequence[Block]]) -> Iterator[Block]:
    """The blocks of the document with those that OCR read, by page, before the first of a later page."""
    waiting = sorted(read)
    for block in blocks:
        first = block.origins[0]
        page = first.page if isinstance(first, PageBox) else 0
        while waiting and waiting[0] < page:
            yield from read[waiting.pop(0)]
        yield block
    for number in waiting:
        yield from read[number]
