"""Half a character (a lone surrogate) comes in by many ways; none of them loses a document or gets it into a record."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pikepdf
import pytest
from pydantic import ValidationError

from pipeline.extract import extract
from pipeline.extract.html import read_html
from pipeline.records import REPLACEMENT, Document, Finding, Known, Source, new_block
from pipeline.settings import Settings
from pipeline.sources import metadata
from pipeline.strings import Foreign, unbroken
from tests.unit.pdf_writing import write_pdf

HALF, OTHER_HALF, FACE = "\ud83d", "\ude00", "\U0001f600"
BODY = "Wels liegt an der Traun und hat einen Marktplatz. " * 8


def broken(document: Document) -> list[Finding]:
    return [finding for finding in document.findings if finding.code == "broken-characters"]


def linked_data(**values: object) -> str:
    text = json.dumps({"@type": "Article", **values})  # halves as escapes
    return f'<script type="application/ld+json">{text}</script>'


# --- the helper ---


@pytest.mark.parametrize(
    ("text", "whole", "count"),
    [
        ("Gdańsk", "Gdańsk", 0),
        (HALF + OTHER_HALF, FACE, 0),
        (OTHER_HALF + HALF, 2 * REPLACEMENT, 2),
        (f"a {HALF}{FACE}", f"a {REPLACEMENT}{FACE}", 1),
    ],
)
def test_text_is_made_whole(text: str, whole: str, count: int) -> None:
    foreign = Foreign()
    assert foreign.text(text, "here") == whole
    assert [finding.count for finding in foreign.findings()] == [count] * bool(count)


@pytest.mark.parametrize(
    ("escapes", "value", "count"),
    [
        (r"\ud83d\ude00", FACE, 0),
        (r"\ud83d cut", f"{REPLACEMENT} cut", 1),
        (r"\ude00\ud83d\ud83d\ude00", f"{REPLACEMENT}{REPLACEMENT}{FACE}", 2),
        (r"\\ud83d is written so", r"\ud83d is written so", 0),
        (r"\\\ud83d", "\\" + REPLACEMENT, 1),
    ],
)
def test_json_is_made_whole(escapes: str, value: str, count: int) -> None:
    foreign = Foreign()
    assert foreign.json(f'["{escapes}"]', "here") == [value]
    assert [finding.count for finding in foreign.findings()] == [count] * bool(count)


@pytest.mark.parametrize(
    ("markup", "joined", "count"),
    [
        ("&#xD83D;&#xDE00;", "&#128512;", 0),
        ("&#55357;&#56832;", "&#128512;", 0),
        ("&#xD83D;&#xd83d;&#56832;", "&#xD83D;&#128512;", 1),
        ("&#xDE00;", "&#xDE00;", 1),
        ("&#xD83;&#x1D83D;&#57344;&#55295;&#553570;", "&#xD83;&#x1D83D;&#57344;&#55295;&#553570;", 0),
    ],
)
def test_references_are_joined(markup: str, joined: str, count: int) -> None:
    foreign = Foreign()
    assert foreign.references(markup) == joined
    assert [finding.count for finding in foreign.findings()] == [count] * bool(count)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Wels", "Wels"),
        (f"{REPLACEMENT} cut by a CMS", "cut by a CMS"),
        (f"one {REPLACEMENT}{REPLACEMENT} two", "one two"),
        (f"Gda{REPLACEMENT}sk", None),
        (f"Sm{REPLACEMENT}", None),
        (REPLACEMENT, None),
    ],
)
def test_a_value_with_a_hole_in_a_word_is_not_used(value: str, kept: str | None) -> None:
    assert unbroken(value) == kept


@pytest.mark.parametrize(
    "make", [lambda: Known(value=HALF, origin="x"), lambda: new_block("paragraph", HALF)]
)
def test_no_record_is_built_with_half_a_character(make: object) -> None:
    with pytest.raises(ValidationError):
        make()  # type: ignore[operator]


# --- the ways in: HTML ---


def test_half_an_emoji_in_json_ld() -> None:
    document = read_html((linked_data(headline=f"{HALF} cut by a CMS") + "<p>Ein Absatz.</p>").encode())
    assert document.source.metadata["title"] == Known(value="cut by a CMS", origin="html.json-ld")
    assert [finding.count for finding in broken(document)] == [1]
    assert [block.raw for block in document.blocks] == ["Ein Absatz."]


def test_a_title_that_ends_in_half_an_emoji_leaves_the_next_best() -> None:
    page = linked_data(headline=f"Fest{HALF}") + "<title>Das Fest</title><p>Ein Absatz.</p>"
    assert read_html(page.encode()).source.metadata["title"] == Known(value="Das Fest", origin="html.title")


def test_a_whole_emoji_in_json_ld_stays() -> None:
    document = read_html((linked_data(headline=f"{FACE} Fest") + "<p>Ein Absatz.</p>").encode())
    assert document.source.get("title") == f"{FACE} Fest"
    assert not broken(document)


def test_half_an_emoji_in_an_embedded_body() -> None:
    document = read_html(linked_data(articleBody=f"{BODY}{HALF} Ende").encode())
    assert [block.raw for block in document.blocks] == [f"{BODY}{REPLACEMENT} Ende"]
    assert [finding.count for finding in broken(document)] == [1]


def test_half_an_emoji_in_the_json_of_an_attribute_and_in_json_in_json() -> None:
    inner = json.dumps({"body": BODY * 3 + HALF})
    for value in (inner, json.dumps({"props": inner})):
        attribute = value.replace('"', "&quot;")
        document = read_html(f'<div data-page="{attribute}"></div>'.encode())
        assert [block.raw for block in document.blocks] == [(BODY * 3 + REPLACEMENT)]
        assert broken(document)


def test_references_to_halves() -> None:
    page = '<meta property="og:title" content="Fest &#xD83D;"><p>A &#xD83D; b &#xD83D;&#xDE00; c'
    document = read_html(page.encode())
    assert document.source.get("title") == "Fest"
    assert [block.raw for block in document.blocks] == [f"A {REPLACEMENT} b {FACE} c"]
    assert [finding.count for finding in broken(document)] == [2]


def test_a_declared_title_with_a_lost_letter_is_not_used() -> None:
    page = f'<meta property="og:title" content="Gda{REPLACEMENT}sk"><title>Gdańsk</title><p>x'
    assert read_html(page.encode()).source.get("title") == "Gdańsk"


# --- the ways in: PDF ---


def utf16(text: str) -> pikepdf.String:
    return pikepdf.String(b"\xfe\xff" + text.encode("utf-16-be", "surrogatepass"))


def read_pdf(pdf: pikepdf.Pdf) -> Document:
    buffer = io.BytesIO()
    pdf.save(buffer)
    data = buffer.getvalue()
    source = Source(
        path="x.pdf", sha256=hashlib.sha256(data).hexdigest(), media_type="application/pdf", size=len(data)
    )
    return extract(data, source, Settings())


def a_pdf() -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(write_pdf([{"text": [[72, 72, 12, "Helvetica", "A line of text."]]}])))


def test_half_an_emoji_in_the_title_of_a_pdf() -> None:
    pdf = a_pdf()
    pdf.docinfo["/Title"] = utf16(f"{HALF} Report {FACE}")
    document = read_pdf(pdf)
    assert document.title == f"Report {FACE}"
    assert [finding.count for finding in broken(document)] == [1]


def test_half_an_emoji_in_a_bookmark_of_a_pdf() -> None:
    pdf = a_pdf()
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("x", 0))
    pdf.Root.Outlines.First.Title = utf16(f"Chapter {HALF}")
    document = read_pdf(pdf)
    assert [finding.count for finding in broken(document)] == [1]
    assert [block.raw for block in document.blocks] == ["A line of text."]


def test_half_an_emoji_in_a_form_field_and_the_name_of_an_attachment() -> None:
    pdf = a_pdf()
    pdf.attachments["x"] = b"data"
    pdf.Root.Names.EmbeddedFiles.Names[1].UF = utf16(f"report{HALF}.csv")
    widget = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="name",
            V=utf16(f"Wels {HALF} Ort"), Rect=[72, 600, 300, 620], P=pdf.pages[0].obj, DA="/F1 12 Tf",
        )
    )  # fmt: skip
    pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([widget]))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[widget], DA="/F1 0 Tf")
    document = read_pdf(pdf)
    assert f"Wels {REPLACEMENT} Ort" in [block.raw for block in document.blocks]
    assert broken(document)


# --- the ways in: what stands beside the files ---


def resolved(raw: Path) -> metadata.Metadata:
    return metadata.resolve(raw, b"p.html", metadata.read_manifest(raw))


def test_half_an_emoji_in_a_sidecar(tmp_path: Path) -> None:
    (tmp_path / "p.html.meta.json").write_text(
        r'{"title": "\ud83d Fest \ud83d\ude00", "password": "\ud83dgeheim"}'
    )
    found = resolved(tmp_path)
    assert found.known["title"].value == f"Fest {FACE}"
    assert "password" not in found.known
    assert [finding.code for finding in found.findings] == ["unfit-metadata", "broken-characters"]
    assert "geheim" not in repr(found.findings) and REPLACEMENT not in repr(found.findings)


def test_half_an_emoji_in_the_manifest_costs_its_row(tmp_path: Path) -> None:
    """Bytes of half a character are no UTF-8."""
    text = f"path,title,site\np.html,{HALF} Fest,Wels\nq{HALF}.html,x,y\nr.html,Größe,z\n"
    (tmp_path / "manifest.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    found = resolved(tmp_path)
    assert found.known == {}
    assert [finding.message for finding in found.findings] == [
        "Line 2 of the manifest was not used: it is not UTF-8."
    ]
    assert metadata.read_manifest(tmp_path).paths() == {"p.html", "r.html"}
