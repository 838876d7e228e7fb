"""The PDF stage: what a document gets, what broken, locked and empty files get."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from pipeline.errors import BrokenDocument, EmptyDocument, EncryptedDocument, TooLarge, Unreadable, UsageError
from pipeline.extract.pdf import extract_pdf, markdown_pages, read_pdf, render_page
from pipeline.extract.pdf.reader import page_ranges
from pipeline.records import Document, Known, PageBox, Source, locate, undo
from pipeline.settings import Settings
from tests.unit.pdf_writing import HEIGHT, WIDTH, write_broken_font, write_pdf, write_tagged

LINE = "The council met in the town hall and spoke of trees."
ONE_LINE = [{"text": [[72, 100, 11, "Helvetica", LINE]]}]


def extract(data: bytes, settings: Settings | None = None, **metadata: str) -> Document:
    source = Source(
        path="city/report.pdf",
        sha256=sha256(data).hexdigest(),
        media_type="application/pdf",
        size=len(data),
        metadata={key: Known(value=value, origin="sidecar") for key, value in metadata.items()},
    )
    return extract_pdf(data, source, settings or Settings())


def locked(data: bytes, **passwords: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(**passwords))
    return out.getvalue()


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.findings]


def test_a_block_says_where_it_stands() -> None:
    document = extract(write_pdf(ONE_LINE))
    (block,) = document.blocks
    (origin,) = block.origins
    assert isinstance(origin, PageBox)
    left, top, right, bottom = origin.box
    assert (origin.page, left) == (1, 72)
    assert top < 100 < bottom
    assert 300 < right < 350
    assert document.pages == 1
    assert document.id == document.source.sha256[:16]


def test_each_line_has_a_box_and_locate_finds_it() -> None:
    second = "Nobody spoke against them."
    rows = [[72, 100, 11, "Helvetica", LINE[:-1] + ","], [72, 114, 11, "Helvetica", second]]
    (block,) = extract(write_pdf([{"text": rows}])).blocks
    assert [origin.at for origin in block.origins] == [0, len(LINE) + 1]
    start = block.text.index("Nobody")
    assert locate(block, start, start + 6) == (block.origins[1],)


def test_the_hyphen_stays_in_raw() -> None:
    rows = [
        [72, 100, 11, "Helvetica", "They pay for public trans-"],
        [72, 114, 11, "Helvetica", "port in the city."],
    ]
    (block,) = extract(write_pdf([{"text": rows}])).blocks
    assert block.raw == "They pay for public trans- port in the city."
    assert block.text == "They pay for public transport in the city."
    assert [edit.cause for edit in block.edits] == ["dehyphenate"]


def test_metadata_of_the_file_is_known_but_does_not_win() -> None:
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_pdf(ONE_LINE))) as pdf:
        pdf.docinfo["/Title"] = "Plan of Exampleton"
        pdf.docinfo["/Author"] = "City Council"
        pdf.docinfo["/CreationDate"] = "D:20210304101010Z"
        pdf.Root.Lang = "en-GB"
        pdf.save(data)
    document = extract(data.getvalue(), author="Somebody")
    metadata = document.source.metadata
    assert metadata["title"] == Known(value="Plan of Exampleton", origin="pdf.title")
    assert metadata["author"].origin == "sidecar"
    assert metadata["published"].value == "2021-03-04"
    assert metadata["language"].value == "en-GB"
    assert document.title == "Plan of Exampleton"


def test_a_table_has_cells_with_boxes() -> None:
    rules: list[Any] = [[72, y, 272, y] for y in (120, 140, 160)] + [[x, 120, x, 160] for x in (72, 172, 272)]
    text = [[76, 134, 10, "Helvetica", "District"], [176, 134, 10, "Helvetica", "People"]]
    text += [[76, 154, 10, "Helvetica", "North"], [176, 154, 10, "Helvetica", "44"]]
    (block,) = extract(write_pdf([{"text": text, "rules": rules}])).blocks
    assert block.kind == "table"
    assert block.raw == "District\tPeople\nNorth\t44"
    assert [block.raw[cell.start : cell.end] for cell in block.cells] == ["District", "People", "North", "44"]
    assert block.cells[3].box == (172, 140, 272, 160)
    assert block.cells[3].page == 1


def test_running_heads_are_labelled_not_deleted() -> None:
    pages = [
        {"text": [[72, 30, 8, "Helvetica", "Plan of Exampleton"], [72, 100, 11, "Helvetica", f"Text {n} is here."],
                  [300, 820, 8, "Helvetica", str(n)]]}
        for n in (1, 2, 3)
    ]  # fmt: skip
    document = extract(write_pdf(pages))
    assert [block.role for block in document.blocks if block.kind == "furniture"] == [
        "running_header", "page_number",
    ] * 3  # fmt: skip


def test_pictures_of_text_need_ocr(tmp_path: Path) -> None:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    picture = io.BytesIO(b"P6 2 2 255\n" + bytes([255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255]))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    for scanned in (False, False, True, False, True, True):
        if scanned:
            picture.seek(0)
            canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
        else:
            canvas.drawString(72, 700, LINE)
        canvas.showPage()
    canvas.save()
    (finding,) = [f for f in extract(buffer.getvalue()).findings if f.code == "needs-ocr"]
    assert (finding.evidence, finding.count) == ("3, 5-6", 3)


def test_page_budget() -> None:
    document = extract(write_pdf(ONE_LINE * 5), Settings(max_pages=2))
    assert codes(document) == ["over-budget"]
    assert {origin.page for block in document.blocks for origin in block.origins} == {1, 2}
    assert document.pages == 5


def test_a_file_without_its_end_is_rebuilt() -> None:
    data = write_pdf(ONE_LINE)
    document = extract(data[: data.rindex(b"xref\n")].replace(b"startxref", b""))
    assert document.blocks[0].text == LINE


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", EmptyDocument),
        (b" \n ", EmptyDocument),
        (b"<html>this is a page</html>", BrokenDocument),
        (b"\xff\xd8\xff\xe0 a picture", BrokenDocument),
        (b"%PDF-1.7\n", BrokenDocument),
        (b"%PDF-1.4\n" + b"[" * 200_000, BrokenDocument),
    ],
)
def test_what_is_no_pdf_is_a_typed_error(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        extract(data)


def test_a_page_tree_that_bites_its_tail_ends() -> None:
    loop = b"%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 1 0 R>> endobj trailer <</Root 1 0 R>>"
    assert "no-content" in codes(extract(loop))


def test_a_pdf_over_the_budget_is_too_large() -> None:
    with pytest.raises(TooLarge):
        extract(write_pdf(ONE_LINE) + b" " * 5000, Settings(max_pdf_bytes=2048))


def test_an_owner_password_does_not_lock_readers_out() -> None:
    assert extract(locked(write_pdf(ONE_LINE), owner="secret", user="")).blocks[0].text == LINE


def test_a_user_password_must_be_known_and_is_not_passed_on() -> None:
    data = locked(write_pdf(ONE_LINE), owner="a", user="opensesame")
    with pytest.raises(EncryptedDocument):
        extract(data)
    with pytest.raises(EncryptedDocument):
        extract(data, password="wrong")
    document = extract(data, password="opensesame")
    assert document.blocks[0].text == LINE
    assert "opensesame" not in document.model_dump_json()


def test_read_pdf_and_markdown_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(write_pdf(ONE_LINE * 2))
    assert list(markdown_pages(path)) == [LINE, LINE]
    assert read_pdf(path).source.path == "a.pdf"
    with pytest.raises(Unreadable):
        read_pdf(tmp_path / "missing.pdf")


def test_page_ranges() -> None:
    assert page_ranges([5, 3, 6, 7]) == "3, 5-7"
    assert page_ranges([]) == ""


SENTENCE = "The council has planted four hundred trees along the Old Road in 2023"


@pytest.mark.parametrize(
    ("meant", "label"),
    [
        (lambda char: char, "a right map"),
        (lambda char: None, "no map"),
        (lambda char: char if char < "n" else None, "half a map"),
        (lambda char: char if char == " " else chr(ord(char) + 1), "a shifted map"),
        (lambda char: char if char == " " else chr(ord(char) - 2), "a map shifted the other way"),
        (lambda char: chr(0xF000 + ord(char)), "a map into the private use area"),
    ],
)
def test_a_broken_font_is_read(meant: Any, label: str) -> None:
    (block,) = extract(write_broken_font(SENTENCE, meant)).blocks
    assert block.text == SENTENCE, label
    assert undo(block.text, block.edits) == block.raw
    assert {edit.cause for edit in block.edits} == ({"broken-font"} if block.raw != SENTENCE else set())


def test_what_no_offset_makes_readable_is_left_as_it_is_or_lost() -> None:
    scrambled = dict(zip("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", strict=True))
    (block,) = extract(write_broken_font(SENTENCE, lambda char: scrambled.get(char, char))).blocks
    assert block.edits == ()
    (lost,) = extract(
        write_broken_font("qzxj wkvq xzjq kkwv qzxj wvkq xxqz", lambda char: None, tables=False)
    ).blocks
    assert "\ufffd" in lost.raw


def test_a_page_is_drawn_with_its_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_pdf(ONE_LINE)
    blocks = extract(data).blocks
    for name in ("read_page", "extract_pdf", "_pages"):  # drawing a page reads none
        monkeypatch.setattr(f"pipeline.extract.pdf.reader.{name}", None)
    picture = render_page(data, 1, blocks, len(data))
    assert picture.startswith(b"\x89PNG")
    assert picture == render_page(data, 1, blocks, len(data))
    assert picture != render_page(data, 1, (), len(data))
    with pytest.raises(UsageError):
        render_page(data, 2, blocks, len(data))


def test_the_structure_tree_tells_headings_lists_and_artifacts() -> None:
    data = write_tagged(
        [
            ("H1", "Plan of the city"),
            ("Body", "The plan has two parts."),
            ("H2", "Trees"),
            ("Note", "1 Of all kinds."),
        ],
        artifact="Draft for the council",
        roles={"Body": "P"},
    )
    document = extract(data)
    assert [(block.kind, block.level, block.role, block.text) for block in document.blocks] == [
        ("heading", 1, None, "Plan of the city"),
        ("paragraph", None, None, "The plan has two parts."),
        ("heading", 2, None, "Trees"),
        ("paragraph", None, "footnote", "1 Of all kinds."),
        ("furniture", None, "running_header", "Draft for the council"),
    ]


def test_a_structure_tree_that_leaves_most_text_out_is_not_believed() -> None:
    data = write_tagged([("H1", "Plan")])
    with pikepdf.open(io.BytesIO(data)) as pdf:
        stream = pdf.pages[0].Contents.read_bytes()
        lines = "".join(
            f"BT /F1 11 Tf 72 {600 - 14 * n} Td (Line {n} stands outside the tree.) Tj ET " for n in range(9)
        )
        pdf.pages[0].Contents = pdf.make_stream(stream + lines.encode())
        out = io.BytesIO()
        pdf.save(out)
    text = " ".join(block.text for block in extract(out.getvalue()).blocks)
    assert "Line 0 stands" in text
    assert "Line 8 stands" in text


def test_text_that_looks_like_a_heading_is_none_in_markdown(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        write_pdf([{"text": [[72, 100, 11, "Helvetica", "# of residents who were asked in the survey"]]}])
    )
    assert list(markdown_pages(path)) == ["\\# of residents who were asked in the survey"]


def test_a_german_verb_that_a_line_end_divides_is_whole() -> None:
    rows = [
        "Der Stadtrat hat im Mai beschlossen, dass die Stadt mit dem Bau der neuen Wohnungen",
        "beginnt, und die Verwaltung der Stadt hat erklärt, dass sie den Beschluss nicht hin-",
        "nimmt, wenn das Land die Mittel dafür nicht auch im nächsten Jahr zur Verfügung stellt.",
    ]
    text = [[40, 100 + 14 * i, 11, "Helvetica", row] for i, row in enumerate(rows)]
    (block,) = extract(write_pdf([{"text": text}])).blocks
    assert "nicht hinnimmt, wenn" in block.text
