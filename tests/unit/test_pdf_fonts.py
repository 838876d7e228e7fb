"""Fonts whose maps are missing or wrong: what is read by the font's own evidence, by a shift, and what stays."""

from __future__ import annotations

import io
from collections.abc import Callable

import pdfplumber
import pikepdf
import pytest

from pipeline.extract.pdf.fonts.font_evidence import named
from pipeline.extract.pdf.fonts.font_tables import cff, truetype, type1
from pipeline.records import REPLACEMENT, Answers, Document, undo
from pipeline.repair import repair
from pipeline.settings import Settings
from tests.unit.pdf_hostile import one_page, stream
from tests.unit.pdf_reading import extract
from tests.unit.pdf_writing import symbol_font, write_broken_font

SENTENCE = "The council met in the town hall and spoke of trees."
LONG = "\n".join(
    (
        "the council of the city has decided to plant more trees along the river, and to give",
        "the streets between the station and the market back to those who walk. the work begins",
        "in spring and will be finished before the summer of the following year, says the mayor,",
        "who thanked all citizens for their patience.",
    )
)
ACRONYMS = "NCLB IASA ESEA NAEP FRSS NCES SASS PISA TIMSS OECD UNESCO LEA SEA NCLB IASA ESEA NAEP FRSS NCLB IASA ESEA"
CHINESE = "安徽安利合成革股份有限公司年度报告第二十五次会议决议公告本公司及董事会全体成员保证内容真实准确完整"

Meant = Callable[[str], str | None]


def text(document: Document) -> str:
    for block in document.blocks:
        assert undo(block.text, block.edits) == block.raw
        assert REPLACEMENT not in block.text or REPLACEMENT in block.raw
    return " ".join(block.text for block in document.blocks)


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.findings]


def causes(document: Document) -> set[str]:
    return {edit.cause for block in document.blocks for edit in block.edits}


def shifted(by: int, spaces: bool = False) -> Meant:
    return lambda char: char if char == " " and not spaces else chr(ord(char) + by)


def by_pdfplumber(data: bytes) -> str:
    with pdfplumber.open(io.BytesIO(data)) as pdf:
        return "\n".join(page.extract_text() for page in pdf.pages)


@pytest.mark.parametrize(
    "meant",
    [
        shifted(1),
        shifted(1, spaces=True),
        shifted(-2),
        shifted(0xF000),
        lambda char: None,
        lambda char: char if char < "n" else None,
        lambda char: "x",
        lambda char: dict(zip("abcdefghij", "qzxwkvjqzx", strict=True)).get(char, "q"),
        lambda char: "\ufffd",
    ],
    ids=["by one", "with spaces", "back", "private", "none", "half", "all the same", "scrambled", "lost"],
)
def test_the_embedded_character_map_is_believed_before_a_broken_one(meant: Meant) -> None:
    document = extract(write_broken_font(SENTENCE, meant))
    assert text(document) == SENTENCE
    assert codes(document) == ["font-repaired"]
    assert causes(document) == {"broken-font"}
    (found,) = document.findings
    assert found.count and found.evidence and "embedded" in found.message
    assert REPLACEMENT not in found.evidence


def test_an_edit_is_a_word_and_its_raw_text_is_what_the_file_says() -> None:
    (block,) = extract(write_broken_font("the trees", shifted(1))).blocks
    assert block.raw == block.text == "uif usfft", "nine letters prove nothing"
    (block,) = extract(write_broken_font("the trees of the town hall", shifted(1))).blocks
    assert block.raw == "uif usfft pg uif upxo ibmm"
    assert [(edit.before, edit.after) for edit in block.edits][:2] == [("uif", "the"), ("usfft", "trees")]


@pytest.mark.parametrize("offset", [1, -1, 3])
def test_a_long_text_of_small_letters_is_shifted_where_the_font_says_nothing(offset: int) -> None:
    document = extract(write_broken_font(LONG, shifted(offset), tables=False))
    assert text(document) == LONG.replace("\n", " ")
    assert codes(document) == ["font-repaired"]
    assert "offset" in document.findings[0].message
    assert "broken-font" in causes(document)


@pytest.mark.parametrize("meant", [shifted(1), lambda char: None], ids=["shifted", "none"])
def test_pages_before_the_letters_are_enough_are_read_again(meant: Meant) -> None:
    pdf = pikepdf.new()
    for part in (LONG[:90], LONG[:190], LONG, LONG[:60]):
        with pikepdf.open(io.BytesIO(write_broken_font(part, meant, tables=False))) as one:
            pdf.pages.extend(one.pages)
    data = io.BytesIO()
    pdf.save(data)
    document = extract(data.getvalue())
    assert "uif" not in text(document)
    assert text(document).count("the council of the city") == 4
    assert REPLACEMENT not in text(document)
    assert codes(document) == ["font-repaired"]


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        (SENTENCE, shifted(1)),
        (LONG.upper(), shifted(1)),
        (
            "NCLB IASA ESEA NAEP FRSS NCES SASS PISA\nTIMSS OECD UNESCO LEA SEA NCLB IASA ESEA",
            lambda char: char,
        ),
        (f"{ACRONYMS} {ACRONYMS}".replace(" ", "\n"), lambda char: char),
    ],
    ids=["too few letters", "capitals", "acronyms", "many acronyms"],
)
def test_less_is_not_shifted(shown: str, meant: Meant) -> None:
    data = write_broken_font(shown, meant, tables=False)
    document = extract(data)
    said = "".join(char if char == "\n" else meant(char) or "" for char in shown)
    assert "".join(text(document).split()) == "".join(said.split())
    assert codes(document) == []
    assert causes(document) <= {"dehyphenate"}


def test_acronyms_that_a_shift_would_make_a_language_of_are_not_touched() -> None:
    """With 16 letters for enough, this font came out as "PEND KCUC"."""
    data = write_broken_font("NCLB, NCLB IASA NCLB. NCLB NCLB NCLB NCLB", lambda char: char)
    document = extract(data)
    assert text(document) == "NCLB, NCLB IASA NCLB. NCLB NCLB NCLB NCLB"
    assert codes(document) == []


@pytest.mark.parametrize("tables", [True, False])
def test_chinese_is_never_changed(tables: bool) -> None:
    signs = sorted(set(CHINESE))
    letters = [chr(code) for code in (*range(33, 127), *range(161, 255)) if chr(code) not in "-\xad"]
    drawn = dict(zip(signs, letters, strict=False))
    said = {letter: char for char, letter in drawn.items()}
    data = write_broken_font("".join(drawn[char] for char in CHINESE), said.get, tables)
    assert text(extract(data)) == CHINESE == by_pdfplumber(data)
    assert codes(extract(data)) == []


@pytest.mark.parametrize("meant", [lambda char: None, lambda char: char if char < "n" else None])
def test_numbers_of_glyphs_are_read_where_there_are_letters_enough(meant: Meant) -> None:
    document = extract(write_broken_font(LONG, meant, tables=False))
    assert text(document) == LONG.replace("\n", " ")
    assert codes(document) == ["font-repaired"]
    assert "offset" in document.findings[0].message


def test_few_numbers_of_glyphs_are_lost() -> None:
    document = extract(write_broken_font("Total budget", lambda char: None, tables=False))
    assert REPLACEMENT in text(document)
    assert causes(document) == set()


def test_a_font_without_a_map_and_without_tables_is_lost_and_says_so() -> None:
    document = extract(
        write_broken_font("qzxj wkvq xzjq kkwv qzxj wvkq xxqz", lambda char: None, tables=False)
    )
    assert set(document.blocks[0].raw) <= {REPLACEMENT, " "}
    assert causes(document) == set()
    repaired = repair(document, Answers(), Settings())
    assert "text-lost" in codes(repaired)
    assert REPLACEMENT not in repaired.blocks[0].text


# --- simple fonts, by the names of their glyphs ---------------------------------------------------------------------


def type3(names: dict[int, str], shown: bytes) -> bytes:
    """A page whose font is drawings, so that nothing but the names of its glyphs tells what they are."""
    differences = "".join(f"{code}/{name} " for code, name in sorted(names.items()))
    glyphs = "".join(f"/{name} 11 0 R" for name in sorted(set(names.values())))
    font = (
        f"<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<<{glyphs}>>"
        f"/Encoding<</Type/Encoding/Differences[{differences}]>>/FirstChar 0/LastChar 255/Widths[{'6 ' * 256}]>>"
    )
    return one_page(
        f"BT /F3 10 Tf 20 600 Td <{shown.hex()}> Tj ET",
        resources="/Font<</F3 10 0 R>>",
        more={10: font, 11: stream("6 0 d0 0 0 5 7 re f")},
    )


def coded(words: str, first: int) -> tuple[dict[int, str], bytes]:
    """Names for codes from `first` on, in order of the letters, and the words in these codes."""
    letters = list(dict.fromkeys(words))
    places = {char: first + number for number, char in enumerate(letters)}
    names = {" ": "space", ",": "comma", "ú": "uacute", "ß": "germandbls"}
    return {code: names.get(char, char) for char, code in places.items()}, bytes(
        map(places.__getitem__, words)
    )


@pytest.mark.parametrize("first", [1, 14, 60, 130])
@pytest.mark.parametrize("words", ["Traumatic Brain Injury", "Jesús, Maß"])
def test_standard_names_are_read_whatever_the_codes_are(words: str, first: int) -> None:
    data = type3(*coded(words, first))
    assert text(extract(data)) == words
    assert codes(extract(data)) == ["font-repaired"]
    assert by_pdfplumber(data).split() == words.split()


def test_names_that_mean_nothing_leave_what_reads_well() -> None:
    words = "The council met in the town hall"
    data = type3({ord(char): f"g{ord(char)}" for char in words}, words.encode())
    assert text(extract(data)) == words


def test_names_that_mislead_do_not_change_what_reads_well() -> None:
    words = "The council met in the town hall and spoke of trees"
    names = {ord(char): chr(ord(char) + 1) for char in sorted(set(words)) if char not in " z"} | {32: "space"}
    assert text(extract(type3(names, words.encode()))) == words


def test_a_sign_within_a_word_asks_the_names_of_a_font_without_a_map() -> None:
    """PDFium takes the codes for Mac Roman: "Fern·ndez", and "Ö" for a ligature."""
    font = (
        "<</Type/Font/Subtype/TrueType/BaseFont/AAAAAA+Dcr/FirstChar 0/LastChar 255"
        f"/Widths[{'600 ' * 256}]/FontDescriptor 11 0 R>>"
    )
    descriptor = (
        "<</Type/FontDescriptor/FontName/AAAAAA+Dcr/Flags 4/FontBBox[0 -200 1000 800]/ItalicAngle 0/Ascent 800"
        "/Descent -200/CapHeight 700/StemV 80/FontFile2 12 0 R>>"
    )
    glyphs = {ord(char): char for char in "Fernndez conrm"} | {0xE1: "á", 0x85: "\ufb01"}
    page = one_page(
        "BT /F3 10 Tf 20 600 Td <" + b"Fern\xe1ndez con\x85rm".hex() + "> Tj ET",
        resources="/Font<</F3 10 0 R>>",
        more={10: font, 11: descriptor, 12: stream(symbol_font(glyphs))},
    )
    document = extract(page)
    assert text(document).endswith("Fernández confirm")
    assert ("Fern·ndez", "Fernández") in [
        (edit.before, edit.after) for block in document.blocks for edit in block.edits
    ]
    assert codes(document) == ["font-repaired"]


# --- font programs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "char"),
    [("a", "a"), ("uacute", "ú"), ("uni0142", "ł"), ("f_i", "\ufb01"), ("ffi", "\ufb03"), ("a.alt", "a")],
)
def test_names_of_the_glyph_list_are_read(name: str, char: str) -> None:
    assert named(name) == char


@pytest.mark.parametrize("name", ["g41", "cid123", "", "T_h", "C0", ".notdef", "uniD800", "glyph7"])
def test_other_names_mean_nothing(name: str) -> None:
    assert named(name) is None


def test_the_charset_and_encoding_of_a_cff_font_are_read() -> None:
    def index(*items: bytes) -> bytes:
        ends = [1 + sum(map(len, items[:count])) for count in range(len(items) + 1)]
        return len(items).to_bytes(2, "big") + b"\x01" + bytes(ends) + b"".join(items)

    def top(charset: int, encoding: int, glyphs: int) -> bytes:
        wide = [b"\x1d" + value.to_bytes(4, "big") for value in (charset, encoding, glyphs)]
        return wide[0] + b"\x0f" + wide[1] + b"\x10" + wide[2] + b"\x11"

    head = b"\x01\x00\x04\x01" + index(b"F")
    start = len(head) + len(index(top(0, 0, 0))) + len(index(b"own")) + 2
    charset, encoding = b"\x01" + b"\x00\x22\x00" + b"\x01\x87\x00", b"\x00\x02\x07\x09"
    data = head + index(top(start, start + 7, start + 11)) + index(b"own") + b"\0\0" + charset + encoding
    program = cff(data + index(b"", b"", b""))
    assert program.names == {0: ".notdef", 1: "A", 2: "own"}
    assert program.code_names == {7: "A", 9: "own"}


def test_the_encoding_of_a_type_1_font_is_read() -> None:
    head = b"%!PS-AdobeFont-1.0: X\n/Encoding 256 array\ndup 12 /fi put\ndup 65 /Aacute put\nreadonly def\n"
    assert type1(head + b"currentfile eexec dup 66 /B put").code_names == {12: "fi", 65: "Aacute"}


@pytest.mark.parametrize("step", [1, 7, 97])
def test_a_broken_font_program_is_no_crash(step: int) -> None:
    data = symbol_font({65: "A"})
    for read in (truetype, cff, type1):
        for cut in range(0, 400, step):
            read(data[:cut])
            read(data[:cut] + b"\xff" * 40 + data[cut + 40 :])


# --- characters beyond U+FFFF, and hostile fonts --------------------------------------------------------------------


def test_a_character_that_the_map_spells_in_two_units_is_one() -> None:
    signs = {"a": "\U0001d421", "b": "\U0001d461"}
    document = extract(write_broken_font("ab ba is a formula", lambda char: signs.get(char, char)))
    (block,) = document.blocks
    assert (
        block.text == block.raw == "\U0001d421\U0001d461 \U0001d461\U0001d421 is \U0001d421 formul\U0001d421"
    )
    assert codes(document) == []


def test_a_program_that_swells_and_a_font_that_lists_itself_are_no_crash() -> None:
    with pikepdf.open(io.BytesIO(write_broken_font(SENTENCE, lambda char: None))) as pdf:
        font = pdf.pages[0].Resources.Font.F1
        descriptor = font.DescendantFonts[0].FontDescriptor
        descriptor.FontFile2 = pdf.make_stream(bytes(1 << 26))
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(X=pdf.pages[0].obj)
        font.DescendantFonts.append(font)
        data = io.BytesIO()
        pdf.save(data, compress_streams=True)
    assert text(extract(data.getvalue())) in ("", SENTENCE)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DescendantFonts", 3),
        ("DescendantFonts", []),
        ("BaseFont", 7),
        ("Encoding", "/Identity-H"),
        ("Encoding", {"/Differences": [1, 2, "x"]}),
    ],
)
def test_a_font_dictionary_that_lies_is_no_crash(key: str, value: object) -> None:
    with pikepdf.open(io.BytesIO(write_broken_font(SENTENCE, lambda char: None))) as pdf:
        pdf.pages[0].Resources.Font.F1[f"/{key}"] = value
        data = io.BytesIO()
        pdf.save(data)
    extract(data.getvalue())
