"""Every character that PDFium gives stands in one block, once, or is counted; what does not is a finding."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from pipeline.extract.pdf import read_pdf
from pipeline.extract.pdf.accounting import PageAccount, account, page_account
from pipeline.extract.pdf.opening import opened
from pipeline.extract.pdf.page_content import words as content
from pipeline.extract.pdf.page_content.pdfium import handle
from pipeline.extract.pdf.page_content.words import page_content
from pipeline.records import Block, Document
from tests.benchmarks import pdf
from tests.conftest import PROJECT, SHARED
from tests.unit.pdf_hostile import one_page, stream
from tests.unit.pdf_reading import extract
from tests.unit.pdf_writing import write_broken_font, write_content, write_pdf

SENTENCE = "The council met in the town hall."
OTHER = "Nobody spoke against the new buses."
LOST, TWICE = "text-unaccounted", "text-twice"
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
REPORTS = sorted((PROJECT / "raw" / "reports").glob("*.pdf"))


def show(text: str, y: int, x: int = 72) -> str:
    return f"BT /F1 11 Tf {x} {y} Td ({text}) Tj ET "


def words(document: Document) -> list[str]:
    return sorted(" ".join(block.raw for block in document.blocks).split())


def codes(document: Document) -> set[str]:
    return {finding.code for finding in document.findings}


# --- the check can fail ------------------------------------------------------------------------------------


def lose(blocks: list[Block]) -> list[Block]:
    return blocks[:-1]


def repeat(blocks: list[Block]) -> list[Block]:
    return [*blocks, blocks[0]]


def shorten(blocks: list[Block]) -> list[Block]:
    first = blocks[0]
    return [first.model_copy(update={"raw": first.raw[:-1], "text": first.raw[:-1]}), *blocks[1:]]


def invent(blocks: list[Block]) -> list[Block]:
    first = blocks[0]
    return [first.model_copy(update={"raw": first.raw + "!", "text": first.raw + "!"}), *blocks[1:]]


@pytest.mark.parametrize(
    ("change", "code", "count"),
    [(list, None, 0), (lose, LOST, 30), (repeat, TWICE, 27), (shorten, LOST, 1), (invent, TWICE, 1)],
)
def test_blocks_that_are_not_the_page_are_found_out(
    change: Callable[[list[Block]], list[Block]], code: str | None, count: int
) -> None:
    document = extract(write_content(show(SENTENCE, 700) + show(OTHER, 500)))
    given = "".join((SENTENCE + OTHER).split())
    blocks = change(list(document.blocks))
    left_out, findings = account({1: PageAccount(given)}, blocks, ())
    assert left_out == {}
    assert [(finding.code, finding.count) for finding in findings] == ([(code, count)] if code else [])
    assert all(finding.evidence and finding.evidence.startswith("page 1: ") for finding in findings)


def test_words_in_no_line_or_in_two_are_found_out_by_name() -> None:
    with (
        opened(write_content(show(SENTENCE, 700)), None, 1 << 20) as file,
        page_content(handle(file.pdf.raw), 0) as page,
    ):
        assert page is not None
        from pipeline.extract.pdf.layout.lines import make_lines, make_pieces

        upright, _ = make_pieces(page, range(len(page)))
        (line,) = make_lines(upright, page, (0.0, 595.0))
        assert page_account(page, [line], ()) == PageAccount("".join(SENTENCE.split()))
        assert page_account(page, [], ()).lost == SENTENCE.split()
        assert page_account(page, [line, line], ()).twice == SENTENCE.split()


# --- what is left out is counted ---------------------------------------------------------------------------


def test_control_characters_are_counted() -> None:
    assert extract(write_content(show("The council\\001 met.", 700))).left_out == {"control": 1}


def test_blocks_beyond_the_budget_are_counted() -> None:
    pages = [{"text": [[72, 100, 11, "Helvetica", SENTENCE]]}] * 11
    document = extract(write_pdf(pages), max_blocks=10)
    assert document.left_out == {"beyond-budget": 27}
    assert codes(document) == {"over-budget"}


def test_words_beyond_the_budget_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_MAX_WORDS", 2)
    document = extract(write_content(show(SENTENCE, 700)))
    assert [block.raw for block in document.blocks] == ["The council"]
    assert document.left_out == {"beyond-budget": 17}


def test_what_a_broken_font_has_for_a_space_is_counted() -> None:
    text = "Council budget for energy efficiency "
    document = extract(write_broken_font(text, lambda char: chr(ord(char) + 1)))
    assert document.blocks[0].text == text.strip()
    assert document.blocks[0].raw == "Dpvodjm!cvehfu!gps!fofshz!fggjdjfodz"
    assert document.left_out == {"space": 1}
    assert codes(document) == {"font-repaired"}


def test_words_painted_over_themselves_are_read_once() -> None:
    between = "".join(show(f"Line {n} of the minutes.", 660 - 40 * n) for n in range(12))
    document = extract(write_content(show(SENTENCE, 700) + between + show(SENTENCE, 700, 73)))
    assert [block.raw for block in document.blocks].count(SENTENCE) == 1
    assert words(document).count("council") == 1
    assert document.left_out == {"overprint": 27}


def test_the_same_words_beside_each_other_are_both_read() -> None:
    assert words(extract(write_content(show("bus bus bus", 700)))) == ["bus", "bus", "bus"]


# --- files that came out wrong -----------------------------------------------------------------------------


def ruled(left: int, top: int, width: int, height: int, rows: int, columns: int) -> str:
    """The rules of a table."""
    across = (
        f"{left} {top - n * height} m {left + columns * width} {top - n * height} l S "
        for n in range(rows + 1)
    )
    down = (
        f"{left + n * width} {top} m {left + n * width} {top - rows * height} l S "
        for n in range(columns + 1)
    )
    return "".join((*across, *down))


def tagged_table(figures: bool) -> bytes:
    """A ruled table of four cells, all of which the structure tree holds."""
    cells = [("Buses", 80, 690), ("12", 180, 690), ("Trams", 80, 660), ("7", 180, 660)]
    if figures:
        cells = [("41", 80, 692), ("12", 180, 692), ("8", 80, 680), ("15", 180, 680), *cells[2:]]
    marked = "".join(f"/TD <</MCID {n}>> BDC {show(text, y, x)} EMC " for n, (text, x, y) in enumerate(cells))
    kids = "".join(f"<</S/TD/Pg 3 0 R/K {n}>>" for n in range(len(cells)))
    return one_page(
        marked + ruled(72, 705, 100, 30, 2, 2),
        catalog="/StructTreeRoot 10 0 R/MarkInfo<</Marked true>>",
        more={10: "<</Type/StructTreeRoot/K 11 0 R>>", 11: f"<</S/Table/K[<</S/TR/K[{kids}]>>]>>"},
    )


@pytest.mark.parametrize("figures", [False, True])
def test_a_tagged_table_between_rules_is_read_once(figures: bool) -> None:
    document = extract(tagged_table(figures))
    expected = ["41", "8", "12", "15", "7", "Trams"] if figures else ["12", "7", "Buses", "Trams"]
    assert words(document) == sorted(expected)
    assert codes(document) == set()


def test_figures_that_run_sideways_between_rules_are_no_crash() -> None:
    places = [(x, y) for x in (90, 190) for y in (648, 661, 678, 691)]
    sideways = "".join(f"BT 0 1 -1 0 {x} {y} Tm /F1 6 Tf ({x}) Tj ET " for x, y in places)
    upright = "".join(show(f"The council met in the town hall on day {n}.", 400 - 14 * n) for n in range(12))
    document = extract(write_content(upright + sideways + ruled(72, 705, 100, 30, 2, 2)))
    assert words(document).count("190") == 4
    assert codes(document) == set()


def test_hidden_words_between_rules_stay_hidden() -> None:
    cells = [("Buses", 80, 690), ("12", 180, 690), ("Trams", 80, 660), ("7", 180, 660)]
    shown = "".join(show(text, y, x) for text, x, y in cells)
    document = extract(
        write_content(shown + "3 Tr " + show("unseen", 665, 130) + ruled(72, 705, 100, 30, 2, 2))
    )
    assert [block.raw for block in document.blocks if block.visibility == "hidden"] == ["unseen"]
    assert words(document).count("unseen") == 1


def test_a_table_that_claims_more_columns_than_there_can_be_keeps_its_words() -> None:
    cells = [("Buses", 80, 690), ("Trams", 80, 660), ("Bicycles", 80, 630)]
    marked = "".join(f"/TD <</MCID {n}>> BDC {show(text, y, x)} EMC " for n, (text, x, y) in enumerate(cells))
    kids = "".join(f"<</S/TD/Pg 3 0 R/K {n}/A<</O/Table/ColSpan 150>>>>" for n in range(len(cells)))
    document = extract(
        one_page(
            marked,
            catalog="/StructTreeRoot 10 0 R/MarkInfo<</Marked true>>",
            more={10: "<</Type/StructTreeRoot/K 11 0 R>>", 11: f"<</S/Table/K[<</S/TR/K[{kids}]>>]>>"},
        )
    )
    assert words(document) == ["Bicycles", "Buses", "Trams"]
    assert codes(document) == set()


def test_a_script_that_the_model_does_not_know_is_no_cipher() -> None:
    meant = "安徽安利合成革股份有限公司 2011 年年度报告 2011 年年度报告"
    signs = sorted({char for char in meant if not char.isascii()})
    drawn = dict(zip(signs, "abcdefghijklmnopqrstuvwxyz", strict=False))
    said = {letter: char for char, letter in drawn.items()}
    document = extract(
        write_broken_font(meant.translate(str.maketrans(drawn)), lambda char: said.get(char, char))
    )
    assert document.blocks[0].text == meant


def test_labels_whose_font_has_no_map_are_read_by_the_names_of_its_glyphs() -> None:
    depths = "0 7 14 21 29 36 43 50 57 64 71 79 86 93 100"
    label = f"2K 11K 20K 29K 38K 47K 56K 65K 74K 83K 92K 128K Context Length (#Tokens) {depths} Depth Score"
    names = {
        " ": "space", "#": "numbersign", "(": "parenleft", ")": "parenright", "-": "hyphen",
        **dict(zip("0123456789", DIGITS, strict=True)),
    }  # fmt: skip
    used = sorted(set(label))
    differences = "".join(f"{ord(char)}/{names.get(char, char)} " for char in used)
    glyphs = "".join(f"/{names.get(char, char)} 11 0 R" for char in used)
    font = (
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<<{glyphs}>>"
        f"/Encoding<</Type/Encoding/Differences[{differences}]>>/FirstChar 32/LastChar 122/Widths[{'6 ' * 91}]>>"
    )
    escaped = label.replace("(", "\\(").replace(")", "\\)")
    page = one_page(
        f"BT /F3 6 Tf 20 600 Td ({escaped}) Tj ET",
        resources="/Font<</F3 10 0 R>>",
        more={10: font, 11: stream("6 0 d0 0 0 5 7 re f")},
    )
    assert words(extract(page)) == sorted(label.split())


@pytest.mark.parametrize(("length", "cut"), [(30_000, False), (300_000, True)])
def test_a_long_value_of_a_form_field_is_read_or_said_to_be_cut(length: int, cut: bool) -> None:
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_content(show(SENTENCE, 700)))) as file:
        field = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name",
            V=file.make_stream(b"bus " * (length // 4)), Rect=[72, 600, 300, 620],
        )  # fmt: skip
        widget = file.make_indirect(field)
        file.pages[0].Annots = [widget]
        file.Root.AcroForm = pikepdf.Dictionary(Fields=[widget], DA="/F1 0 Tf")
        file.save(data)
    document = extract(data.getvalue())
    assert len(document.blocks[1].raw.split()) == min(length, 200_000) // 4
    assert codes(document) == ({"over-budget"} if cut else set())


def test_list_markers_and_paragraphs_over_pages_are_accounted_for() -> None:
    first = [
        [72, 100, 11, "Helvetica", "- The buses run"],
        [72, 120, 11, "Helvetica", "1. The trams do not, for they"],
    ]
    document = extract(
        write_pdf([{"text": first}, {"text": [[72, 100, 11, "Helvetica", "are still to be built."]]}])
    )
    assert any(
        len({origin.page for origin in block.origins if origin.kind == "page"}) > 1
        for block in document.blocks
    )
    assert any(block.marker for block in document.blocks)
    assert not codes(document) & {LOST, TWICE}


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_every_character_of_the_sample_reports_is_accounted_for(path: Path) -> None:
    assert not codes(read_pdf(path)) & {LOST, TWICE}


# --- other people's files (pytest -m bench) ----------------------------------------------------------------

DATA = Path(os.environ.get("BENCH_DATA", SHARED / "bench")) / "pdf"
LACKING = 0.0002
"""The share of letters and figures that pdftotext may give and we not: notes drawn over the page, options of a list
that are not chosen, glyphs doubled, a font without a map. Measured: 267 of 1,498,481 (poppler 22.12)."""


@pytest.mark.bench
@pytest.mark.skipif(not DATA.is_dir(), reason="there is no benchmark data; name its folder in BENCH_DATA")
def test_every_character_of_the_benchmark_is_accounted_for() -> None:
    assert pdf.accounts(DATA) == (0, 0, 0)


@pytest.mark.bench
@pytest.mark.skipif(not DATA.is_dir(), reason="there is no benchmark data; name its folder in BENCH_DATA")
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_another_reader_finds_hardly_a_letter_more() -> None:
    missed, total = pdf.lacking(DATA)
    assert missed <= LACKING * total
