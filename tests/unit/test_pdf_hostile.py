"""Files that mislead, hide, repeat or never end: each is read as a person reads it, or refused by a typed error."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress

import pikepdf
import pytest

from pipeline.errors import DocumentError
from pipeline.records import Document
from tests.unit.pdf_reading import extract
from tests.unit.pdf_writing import HEIGHT, WIDTH, write_broken_font, write_content, write_pdf

SHOWN = "BT /F1 11 Tf 72 700 Td (The council met in the town hall.) Tj ET "
SENTENCE = "The council met in the town hall."


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.is_content]


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.findings]


@pytest.mark.parametrize(
    "hidden",
    [
        "BT 3 Tr /F1 11 Tf 72 650 Td (Buy cheap watches) Tj ET",
        "BT /F1 0.5 Tf 72 650 Td (Buy cheap watches) Tj ET",
        "BT /F1 11 Tf 72 -40 Td (Buy cheap watches) Tj ET",
        "BT /F1 11 Tf 900 650 Td (Buy cheap watches) Tj ET",
        "1 1 1 rg BT /F1 11 Tf 72 650 Td (Buy cheap watches) Tj ET",
    ],
)
def test_what_no_reader_sees_is_hidden_and_reported(hidden: str) -> None:
    document = extract(write_content(SHOWN + hidden))
    assert texts(document) == [SENTENCE]
    assert codes(document) == ["hidden-text"]
    assert any("watches" in block.text for block in document.blocks)


def test_white_text_on_a_dark_ground_is_seen() -> None:
    ground = (
        "0 0 0.5 rg 60 640 300 30 re f 1 1 1 rg BT /F1 11 Tf 72 650 Td (White on blue is read by all.) Tj ET"
    )
    assert "White on blue is read by all." in texts(extract(write_content(SHOWN + ground)))


def test_bold_that_is_painted_twice_is_read_once() -> None:
    twice = "BT /F1 11 Tf 72 650 Td (Painted twice) Tj ET BT /F1 11 Tf 72.3 650 Td (Painted twice) Tj ET"
    assert texts(extract(write_content(SHOWN + twice)))[1] == "Painted twice"


def test_text_in_forms_is_read_and_a_form_that_draws_itself_ends() -> None:
    assert "Inside the form." in " ".join(texts(extract(write_content(SHOWN + "/X0 Do"))))


def test_a_page_with_its_origin_elsewhere() -> None:
    document = extract(write_content(SHOWN, box=(50, 100, WIDTH, HEIGHT)))
    (origin,) = document.blocks[0].origins
    assert origin.kind == "page"
    assert origin.box[0] == 22
    assert texts(document) == [SENTENCE]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_pages_are_read_upright(rotation: int) -> None:
    turned = {90: "0 1 -1 0 595 0 cm ", 180: "-1 0 0 -1 595 842 cm ", 270: "0 -1 1 0 0 842 cm "}[rotation]
    second = "BT /F1 11 Tf 72 686 Td (Nobody spoke against them.) Tj ET"
    down = {90: 595 - 842, 180: 0, 270: 595 - 842}[rotation]
    content = f"{turned} 1 0 0 1 0 {down} cm {SHOWN} {second}"
    for entries in ({"Rotate": rotation}, {}):
        assert texts(extract(write_content(content, **entries))) == [SENTENCE + " Nobody spoke against them."]


def test_a_label_that_runs_upwards_is_kept_apart() -> None:
    label = "BT 0 1 -1 0 40 300 Tm /F1 8 Tf (Number of residents) Tj ET"
    assert texts(extract(write_content(SHOWN + label))) == [SENTENCE, "Number of residents"]


def test_right_to_left_text_is_in_logical_order() -> None:
    hebrew = dict(zip("abcdefg", "שלוםעיר", strict=True))
    visual = "gfe dcba"  # painted from left to right as it is seen: the last letter first
    document = extract(write_broken_font(visual, lambda char: hebrew.get(char, char)))
    assert texts(document) == ["שלום עיר"]


def test_form_values_are_text() -> None:
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_content(SHOWN))) as pdf:
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name", V="Anna Nowak",
            Rect=[72, 600, 300, 620],
        )  # fmt: skip
        widget = pdf.make_indirect(field)
        pdf.pages[0].Annots = [widget]
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[widget], DA="/F1 0 Tf")
        pdf.save(data)
    document = extract(data.getvalue())
    assert [(block.text, block.role) for block in document.blocks] == [
        (SENTENCE, None), ("Anna Nowak", "form_field"),
    ]  # fmt: skip


def test_attachments_are_reported() -> None:
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_content(SHOWN))) as pdf:
        pdf.attachments["budget.csv"] = b"1;2;3"
        pdf.save(data)
    assert codes(extract(data.getvalue())) == ["attachments"]


def test_a_lying_length_is_not_believed() -> None:
    data = write_pdf([{"text": [[72, 100, 11, "Helvetica", SENTENCE]]}])
    for lie in (b"/Length 3", b"/Length 999999999", b"/Length -1"):
        start = data.index(b"/Length")
        end = data.index(b"\n", start)
        lying = data[:start] + lie + b" " * max(0, end - start - len(lie) - 3) + data[end - 3 :]
        assert len(extract(lying).blocks) <= 1


def test_strange_numbers_do_no_harm() -> None:
    for strange in ("1e38 0 0 1e38 0 0 cm", "0 0 0 0 0 0 cm", "1 0 0 1 99999999999 5 cm", "-1 0 0 1 0 0 cm"):
        document = extract(write_content(f"q {strange} {SHOWN} Q {SHOWN}"))
        assert SENTENCE in " ".join(texts(document))
    for box in ((0, 0, 0, 0), (100, 100, -5, 3), (0, 0, 1e9, 1e9)):
        assert extract(write_content(SHOWN, box=box)).pages == 1


def test_a_page_tree_that_loops_or_lies_ends() -> None:
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_content(SHOWN))) as pdf:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
        pdf.Root.Pages.Count = 2_000_000_000
        pdf.save(data)
    with suppress(DocumentError):
        assert extract(data.getvalue()).pages is not None


def test_a_stream_that_swells_is_bounded() -> None:
    swollen = zlib.compress(b" " * 40_000_000 + SHOWN.encode())
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_content(""))) as pdf:
        pdf.pages[0].Contents = pikepdf.Stream(pdf, swollen, Filter=pikepdf.Name.FlateDecode)
        pdf.save(data)
    assert len(data.getvalue()) < 100_000
    assert texts(extract(data.getvalue())) in ([SENTENCE], [])


def test_a_page_of_vectors_is_no_table_and_no_delay() -> None:
    lines = "".join(f"{x % 600} {x // 30} m {(x * 7) % 600} {(x * 13) % 842} l S\n" for x in range(12_000))
    document = extract(write_content(lines + SHOWN))
    assert texts(document) == [SENTENCE]


def test_many_pages() -> None:
    document = extract(write_pdf([{"text": [[72, 100, 11, "Helvetica", SENTENCE]]}] * 400))
    assert (document.pages, len(document.blocks)) == (400, 400)


def test_a_side_box_does_not_tear_the_text() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven"]
    left = [f"Line {word} of the text runs down the left side" for word in words]
    right = ["In the box there", "is a short remark", "about the buses."]
    text = [[60, 100 + 14 * i, 10, "Helvetica", line] for i, line in enumerate(left)]
    text += [[400, 114 + 14 * i, 10, "Helvetica", line] for i, line in enumerate(right)]
    rows = sorted(text, key=lambda row: row[1])
    found = " ".join(texts(extract(write_pdf([{"text": rows}]))))
    assert " ".join(left) in found
    assert " ".join(right) in found
