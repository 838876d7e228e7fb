"""Small PDFs for tests, written from the tables of a `case.toml`."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import reportlab
from reportlab.pdfbase.ttfonts import TTFontFile
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 595, 842


def write_pdf(pages: list[dict[str, Any]], **canvas_options: Any) -> bytes:
    """A PDF of `pages`: `text` rows [x, y from the top, size, font, string], `rules` rows [x0, y0, x1, y1].

    `rotate` is the page's /Rotate; `turn_text` turns its content by 90 degrees, as for a table set sideways.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1, **canvas_options)
    for page in pages:
        if page.get("rotate"):
            canvas.setPageRotation(page["rotate"])
        if page.get("turn_text"):
            canvas.translate(WIDTH, 0)
            canvas.rotate(90)
            canvas.translate(0, WIDTH - HEIGHT)
        for x0, y0, x1, y1 in page.get("rules", []):
            canvas.line(x0, HEIGHT - y0, x1, HEIGHT - y1)
        for x, y, size, font, string in page.get("text", []):
            canvas.setFont(font, size)
            canvas.drawString(x, HEIGHT - y, string)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write_broken_font(text: str, meant: Callable[[str], str | None], tables: bool = True) -> bytes:
    """A PDF whose font is addressed by glyph and whose ToUnicode map says `meant(char)` for each character.

    A character for which that is None is not in the map; without any there is no map at all. Without `tables` the
    embedded font has neither a character map nor names of its glyphs. Line ends of `text` begin new lines.
    """
    font = TTFontFile(str(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"))
    glyphs = {char: font.charToGlyph[ord(char)] for char in sorted(set(text) - {"\n"})}
    widths = [item for char, glyph in glyphs.items() for item in (glyph, [round(font.charWidths[ord(char)])])]
    said = {glyphs[char]: meant(char) for char in glyphs}
    entries = [f"<{glyph:04x}> <{value.encode('utf-16-be').hex()}>" for glyph, value in said.items() if value]
    pdf = pikepdf.new()
    program = font._ttf_data if tables else font._ttf_data.replace(b"cmap", b"xxxx").replace(b"post", b"xxxx")
    stream = pdf.make_stream(program)
    descriptor = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=pikepdf.Name("/AAAAAA+Vera"),
            Flags=4,
            FontBBox=font.bbox,
            ItalicAngle=0,
            Ascent=font.ascent,
            Descent=font.descent,
            CapHeight=font.capHeight,
            StemV=80,
            FontFile2=stream,
        )
    )
    descendant = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.CIDFontType2, BaseFont=pikepdf.Name("/AAAAAA+Vera"),
        CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        FontDescriptor=descriptor, W=widths, DW=600, CIDToGIDMap=pikepdf.Name.Identity,
    )  # fmt: skip
    outer = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, BaseFont=pikepdf.Name("/AAAAAA+Vera"),
        Encoding=pikepdf.Name("/Identity-H"), DescendantFonts=[pdf.make_indirect(descendant)],
    )  # fmt: skip
    if entries:
        cmap = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            f"{len(entries)} beginbfchar\n" + "\n".join(entries) + "\nendbfchar\nendcmap end end"
        )
        outer.ToUnicode = pdf.make_stream(cmap.encode("ascii"))
    lines = ["".join(f"{glyphs[char]:04x}" for char in line) for line in text.split("\n")]
    shown = " ".join(f"<{line}> Tj 0 -14 Td" for line in lines)
    page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=pdf.make_indirect(outer)))
    page.Contents = pdf.make_stream(f"BT /F1 11 Tf 40 700 Td {shown} ET".encode("ascii"))
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def symbol_font(glyphs: dict[int, str]) -> bytes:
    """Vera as a TrueType program whose only character map leads from these codes to the glyphs of these characters.

    Its table `post` names the glyphs, as that of Vera does.
    """
    path = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    font, data = TTFontFile(str(path)), path.read_bytes()
    count = struct.unpack_from(">H", data, 4)[0]
    rows = [struct.unpack_from(">4sLLL", data, 12 + 16 * row) for row in range(count)]
    tables = {tag: data[start : start + length] for tag, _, start, length in rows}
    codes = bytes(font.charToGlyph[ord(glyphs[code])] if code in glyphs else 0 for code in range(256))
    tables[b"cmap"] = struct.pack(">HHHHLHHH", 0, 1, 1, 0, 12, 0, 262, 0) + codes
    head, at = struct.pack(">LHHHH", 0x10000, count, 128, 3, 16 * count - 128), 12 + 16 * count
    body = b""
    for tag, table in sorted(tables.items()):
        head += struct.pack(">4sLLL", tag, 0, at + len(body), len(table))
        body += table + b"\0" * (-len(table) % 4)
    return head + body


def write_content(content: str, box: tuple[float, ...] = (0, 0, WIDTH, HEIGHT), **page_entries: Any) -> bytes:
    """A one-page PDF of this content stream; /F1 is Helvetica, /F2 its bold, /X0 a form that draws itself."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
    fonts = {
        f"/F{number}": pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name(name),
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        for number, name in ((1, "/Helvetica"), (2, "/Helvetica-Bold"))
    }  # fmt: skip
    form = pdf.make_stream(b"BT /F1 11 Tf 72 500 Td (Inside the form.) Tj ET /X0 Do")
    form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, WIDTH, HEIGHT]
    form.Resources = pikepdf.Dictionary(Font=fonts, XObject={"/X0": form})
    page.Resources = pikepdf.Dictionary(Font=fonts, XObject={"/X0": form})
    page.Contents = pdf.make_stream(content.encode("latin-1"))
    page.MediaBox = list(box)
    for key, value in page_entries.items():
        page[f"/{key}"] = value
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def write_tagged(
    blocks: list[tuple[str, str]], artifact: str = "", roles: dict[str, str] | None = None
) -> bytes:
    """A one-page tagged PDF: (structure type, text) in the order of the tree, painted from the last to the first.

    `artifact` is text that is marked as no content; `roles` the file's own names for standard types.
    """
    pdf = pikepdf.open(io.BytesIO(write_content("")))
    page = pdf.pages[0]
    parts = [
        f"/{kind} <</MCID {number}>> BDC BT /F1 11 Tf 72 {700 - 30 * number} Td ({text}) Tj ET EMC"
        for number, (kind, text) in enumerate(blocks)
    ]
    if artifact:
        parts.append(f"/Artifact BMC BT /F1 8 Tf 72 800 Td ({artifact}) Tj ET EMC")
    page.Contents = pdf.make_stream("\n".join(reversed(parts)).encode("latin-1"))
    kids = [
        pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name(f"/{kind}"), Pg=page.obj, K=number))
        for number, (kind, _) in enumerate(blocks)
    ]
    document = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Document, K=kids))
    mapped = {f"/{own}": pikepdf.Name(f"/{meant}") for own, meant in (roles or {}).items()}
    pdf.Root.StructTreeRoot = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=document, RoleMap=mapped)
    )
    pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
    buffer = io.BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()
