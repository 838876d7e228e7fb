"""Scanned pages and tesseract: a stand-in that answers as tesseract does, and the real one where it is installed."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.extract.pdf import extract_pdf, ocr
from pipeline.records import Document, PageBox, Source, locate, undo
from pipeline.settings import Settings
from tests.unit.pdf_writing import HEIGHT, WIDTH

WORDS = "The council met in the town hall"
STAND_IN = """#!/bin/sh
if [ "$1" = "--list-langs" ]; then printf 'List of available languages (2):\\neng\\nosd\\n'; exit 0; fi
cat > /dev/null
printf 'level\\tpage_num\\tblock_num\\tpar_num\\tline_num\\tword_num\\tleft\\ttop\\twidth\\theight\\tconf\\ttext\\n'
printf '5\\t1\\t1\\t1\\t1\\t1\\t300\\t600\\t100\\t50\\t96.0\\tThe\\n'
printf '5\\t1\\t1\\t1\\t1\\t2\\t420\\t600\\t300\\t50\\t90.0\\tcouncil\\n'
printf '5\\t1\\t2\\t1\\t1\\t1\\t300\\t900\\t300\\t50\\t4.0\\t~~~|\\n'
"""


def scan() -> bytes:
    """A page with text, a page that is a picture of text, and a page with text."""
    picture = Image.new("L", (WIDTH * 3, HEIGHT * 3), 255)
    ImageDraw.Draw(picture).text((220, 300), WORDS, fill=0, font=ImageFont.load_default(size=48))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.drawString(72, 700, "This page before the scan holds text.")
    canvas.showPage()
    canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
    canvas.showPage()
    canvas.drawString(72, 700, "This page behind the scan holds text.")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def extract(wanted: bool) -> Document:
    data = scan()
    source = Source(
        path="a.pdf", sha256=sha256(data).hexdigest(), media_type="application/pdf", size=len(data)
    )
    return extract_pdf(data, source, Settings(ocr=wanted))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    ocr.installed.cache_clear()
    yield
    ocr.installed.cache_clear()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "tesseract"
    command.write_text(STAND_IN, encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def test_what_ocr_reads_stands_in_its_place_and_is_marked(stand_in: None) -> None:
    document = extract(wanted=True)
    assert [finding.code for finding in document.findings] == []
    before, read, behind = document.blocks
    assert read.text == "The council"
    assert [(edit.cause, edit.confidence) for edit in read.edits] == [("ocr", 0.918)]
    assert undo(read.text, read.edits) == read.raw
    assert locate(read, 0, 3) == (PageBox(page=2, box=(72.0, 144.0, 172.8, 156.0)),)
    assert before.edits == behind.edits == ()


def test_without_the_setting_or_the_program_pages_are_listed(
    stand_in: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [(f.code, f.evidence) for f in extract(wanted=False).findings] == [("needs-ocr", "2")]
    monkeypatch.setenv("PATH", "/nowhere")
    ocr.installed.cache_clear()
    assert [(f.code, f.evidence) for f in extract(wanted=True).findings] == [("needs-ocr", "2")]


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed")
def test_tesseract_itself() -> None:
    assert WORDS in " ".join(block.text for block in extract(wanted=True).blocks)
