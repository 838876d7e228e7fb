"""PDFs that loop, swell, lie and lock, for tests: each a function that gives the bytes of a small file."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from functools import partial

import pikepdf

from tests.unit.pdf_writing import write_content

SENTENCE = "The council met in the town hall."
SHOWN = f"BT /F1 11 Tf 72 700 Td ({SENTENCE}) Tj ET "
HELVETICA = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"

Objects = dict[int, str | bytes]


def write_objects(objects: Objects, trailer: str = "", root: int = 1) -> bytes:
    """A PDF of these objects as they are written here, with a cross-reference table; nothing is checked."""
    data = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(data)
        data += b"%d 0 obj\n" % number + (body.encode("latin-1") if isinstance(body, str) else body)
        data += b"\nendobj\n"
    start, size = len(data), max(objects) + 1
    data += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        data += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    trailer = trailer.replace("{xref}", str(start))
    data += f"trailer\n<</Size {size}/Root {root} 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)


def stream(content: str | bytes, entries: str = "") -> bytes:
    """A stream object."""
    raw = content.encode("latin-1") if isinstance(content, str) else content
    return f"<</Length {len(raw)}{entries}>>\nstream\n".encode() + raw + b"\nendstream"


def one_page(
    content: str | bytes = SHOWN,
    *,
    catalog: str = "",
    page: str = "",
    pages: str = "/Count 1",
    resources: str = "",
    box: str = "0 0 595 842",
    filters: str = "",
    more: Objects | None = None,
    trailer: str = "",
) -> bytes:
    """A page with the sentence and what is added: objects from 10 on are free; /F1 is Helvetica."""
    return write_objects(
        {
            1: f"<</Type/Catalog/Pages 2 0 R{catalog}>>",
            2: f"<</Type/Pages/Kids[3 0 R]{pages}>>",
            3: f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]/Contents 4 0 R"
            f"/Resources<</Font<</F1 5 0 R/F2 6 0 R>>{resources}>>{page}>>",
            4: stream(content, filters),
            5: HELVETICA,
            6: HELVETICA,
            **(more or {}),
        },
        trailer,
    )


# --- forms that call forms ---------------------------------------------------------------------------------


def form(content: str, resources: str = "") -> bytes:
    """A form XObject."""
    return stream(
        content, f"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>{resources}>>"
    )


def forms(calls: dict[int, list[int]], text: bool = True) -> bytes:
    """A page whose content calls form 10; `calls` are the forms that each form calls."""
    more: Objects = {}
    for number, called in calls.items():
        names = "".join(f"/X{other} {other} 0 R" for other in sorted(set(called)))
        drawn = "".join(f"/X{other} Do " for other in called)
        more[number] = form((SHOWN if text else "") + drawn, f"/XObject<<{names}>>")
    return one_page(SHOWN + "/X10 Do", resources="/XObject<</X10 10 0 R>>", more=more)


def fan_out(levels: int, width: int) -> bytes:
    """Forms that each call the next one `width` times: width ** levels calls of the last."""
    calls = {10 + level: [11 + level] * width for level in range(levels)}
    return forms({**calls, 10 + levels: []})


def type3(glyph: str) -> bytes:
    """Text in a font whose glyph is drawn by `glyph`, which may use the font itself as /F3."""
    font = (
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<</a 11 0 R>>"
        "/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[10]"
        "/Resources<</Font<</F3 10 0 R>>>>>>"
    )
    content = SHOWN + "BT /F3 11 Tf 72 600 Td (aaaa) Tj ET"
    return one_page(content, resources="/Font<</F1 5 0 R/F3 10 0 R>>", more={10: font, 11: stream(glyph)})


def type3_fan_out(levels: int, width: int) -> bytes:
    """Text in a font whose glyph calls forms that each call the next one `width` times."""
    font = (
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 10 10]/FontMatrix[.1 0 0 .1 0 0]/CharProcs<</a 11 0 R>>"
        "/Encoding<</Type/Encoding/Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[10]"
        "/Resources<</XObject<</X20 20 0 R>>>>>>"
    )
    more: Objects = {10: font, 11: stream("1000 0 d0 /X20 Do")}
    for level in range(levels):
        called = 21 + level
        more[20 + level] = form(f"/X{called} Do " * width, f"/XObject<</X{called} {called} 0 R>>")
    more[20 + levels] = form(SHOWN)
    content = SHOWN + "BT /F3 11 Tf 72 600 Td (aaaa) Tj ET"
    return one_page(content, resources="/Font<</F1 5 0 R/F3 10 0 R>>", more=more)


def inherited_forms() -> bytes:
    """A form that calls itself twice, by a name that the page has from the node above it."""
    more: Objects = {10: stream(SHOWN + "/X10 Do /X10 Do", "/Subtype/Form/BBox[0 0 595 842]")}
    shared = f"/Resources<</Font<</F1 {HELVETICA}>>/XObject<</X10 10 0 R>>>>"
    return write_objects(
        {
            1: "<</Type/Catalog/Pages 2 0 R>>",
            2: f"<</Type/Pages/Count 2/Kids[3 0 R 6 0 R]{shared}>>",
            3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>",
            4: stream(SHOWN + "/X10 Do"),
            6: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 7 0 R"
            f"/Resources<</Font<</F1 {HELVETICA}>>>>>>",
            7: stream(SHOWN),
            **more,
        }
    )


# --- trees that loop or lie --------------------------------------------------------------------------------


def same_page_many_times() -> bytes:
    """A page tree that names one page 5,000 times."""
    return write_objects(
        {
            1: "<</Type/Catalog/Pages 2 0 R>>",
            2: f"<</Type/Pages/Count 5000/Kids[{'3 0 R ' * 5000}]>>",
            3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            f"/Resources<</Font<</F1 {HELVETICA}>>>>>>",
            4: stream(SHOWN),
        }
    )


def deep_pages(depth: int) -> bytes:
    """A page under `depth` nodes of the page tree."""
    more: Objects = {10 + n: f"<</Type/Pages/Count 1/Kids[{11 + n} 0 R]>>" for n in range(depth)}
    more[10 + depth] = "<</Type/Pages/Count 1/Kids[3 0 R]>>"
    more[2] = "<</Type/Pages/Count 1/Kids[10 0 R]>>"
    return one_page(more=more)


def outline(entries: Objects) -> bytes:
    """Bookmarks: object 10 is the root."""
    return one_page(catalog="/Outlines 10 0 R", more=entries)


def deep_outline(depth: int) -> bytes:
    """Bookmarks of which each holds the next."""
    return outline(
        {
            10: "<</Type/Outlines/First 11 0 R/Last 11 0 R>>",
            **{
                11 + n: f"<</Title(a)/Dest[3 0 R/Fit]/Parent {10 + n} 0 R/First {12 + n} 0 R>>"
                for n in range(depth)
            },
        }
    )


def long_outline(length: int) -> bytes:
    """Bookmarks of which each is followed by the next."""
    return outline(
        {
            10: "<</Type/Outlines/First 11 0 R>>",
            **{
                11 + n: f"<</Title(a)/Dest[3 0 R/Fit]/Parent 10 0 R/Next {12 + n} 0 R>>"
                for n in range(length)
            },
        }
    )


def tagged(nodes: Objects, root: str = "/K 11 0 R") -> bytes:
    """A tagged page: its sentence is marked content 0, the structure tree is object 10."""
    marked = f"/P <</MCID 0>> BDC {SHOWN} EMC"
    return one_page(
        marked,
        catalog="/StructTreeRoot 10 0 R/MarkInfo<</Marked true>>",
        more={10: f"<</Type/StructTreeRoot{root}>>", **nodes},
    )


def deep_structure(depth: int) -> bytes:
    """A structure tree of one branch."""
    nodes: Objects = {11 + n: f"<</S/Sect/K {12 + n} 0 R>>" for n in range(depth)}
    nodes[11 + depth] = "<</S/P/Pg 3 0 R/K 0>>"
    return tagged(nodes)


def vast_table(span: int) -> bytes:
    """A tagged table whose cells claim a great many rows and columns."""
    attributes = f"/A<</O/Table/RowSpan {span}/ColSpan {span}>>"
    nodes: Objects = {
        13: "<</S/TR/K[14 0 R]/Pg 3 0 R>>",
        14: f"<</S/TD{attributes}/Pg 3 0 R/K 0>>",
    }
    nodes[11] = f"<</S/Table/K[{''.join(f'{n} 0 R ' for n in range(20, 4020))} 13 0 R]>>"
    nodes |= dict.fromkeys(range(20, 4020), f"<</S/TR/K[<</S/TD{attributes}/Pg 3 0 R/K 0>>]>>")
    return tagged(nodes)


def attachments_that_loop() -> bytes:
    """A name tree of embedded files whose node is its own child."""
    return one_page(catalog="/Names<</EmbeddedFiles 10 0 R>>", more={10: "<</Kids[10 0 R 10 0 R]>>"})


def fields_that_loop() -> bytes:
    """Form fields that are their own children."""
    return one_page(
        catalog="/AcroForm<</Fields[10 0 R]>>",
        page="/Annots[10 0 R]",
        more={10: "<</FT/Tx/T(a)/V(value)/Subtype/Widget/Rect[72 72 90 90]/Kids[10 0 R 11 0 R]/Parent 11 0 R>>",
              11: "<</T(b)/Kids[10 0 R]/Parent 10 0 R>>"},
    )  # fmt: skip


def annotations(count: int) -> bytes:
    """A page with a million links."""
    link = "<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Border[0 0 0]/A<</S/URI/URI(http://example.org/)>>>>"
    return one_page(
        catalog="/AcroForm<</Fields[]>>", page="/Annots[" + "10 0 R " * count + "]", more={10: link}
    )


# --- tables of objects that loop ---------------------------------------------------------------------------


def previous_table_is_itself() -> bytes:
    """A cross-reference table that names itself as the one before."""
    return one_page(trailer="/Prev {xref}")


def object_stream_in_itself() -> bytes:
    """An object stream that is said to stand in itself, and to extend itself."""
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_content(SHOWN))) as pdf:
        pdf.save(data, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=False)
    raw = data.getvalue()
    at = raw.index(b"/Type /ObjStm")
    number = int(raw[raw.rindex(b"\n", 0, raw.rindex(b" 0 obj", 0, at)) + 1 : raw.rindex(b" 0 obj", 0, at)])
    return raw.replace(b"/Type /ObjStm", b"/Extends %d 0 R /Type /ObjStm" % number)


def object_is_its_own_reference() -> bytes:
    """Objects that are nothing but references, to themselves and in a ring."""
    return one_page(page="/Annots 10 0 R/Rotate 11 0 R", more={10: "10 0 R", 11: "12 0 R", 12: "11 0 R"})


# --- what swells -------------------------------------------------------------------------------------------


def swollen(content: bytes, times: int, rounds: int = 1) -> bytes:
    """A content stream of `content`, `times` over, compressed; more than once where `rounds` says so."""
    packer = zlib.compressobj(9)
    data = SHOWN.encode() + b"\n"
    packed = packer.compress(data)
    block = content * max(1, (1 << 20) // len(content))
    for _ in range(max(1, times * len(content) // len(block))):
        packed += packer.compress(block)
    packed += packer.flush()
    for _ in range(rounds - 1):
        packed = zlib.compress(packed, 9)
    return one_page(packed, filters="/Filter[" + "/FlateDecode" * rounds + "]")


def picture(entries: str, data: bytes) -> bytes:
    """A page with a picture that claims to be vast."""
    image = stream(data, f"/Type/XObject/Subtype/Image{entries}")
    return one_page(
        SHOWN + "q 500 0 0 200 40 40 cm /Im Do Q", resources="/XObject<</Im 10 0 R>>", more={10: image}
    )


def unicode_map(entries: str) -> bytes:
    """Text in a font with this ToUnicode map."""
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{entries}\nendcmap end end"
    )
    font = (
        "<</Type/Font/Subtype/Type0/BaseFont/Helvetica/Encoding/Identity-H/DescendantFonts[11 0 R]"
        "/ToUnicode 12 0 R>>"
    )
    descendant = (
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/Helvetica/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        "/Supplement 0>>>>"
    )
    content = SHOWN + "BT /F3 11 Tf 72 600 Td <00410042004300440045> Tj ET"
    return one_page(
        content,
        resources="/Font<</F1 5 0 R/F3 10 0 R>>",
        more={10: font, 11: descendant, 12: stream(cmap)},
    )


def every_code_in_many_ranges() -> bytes:
    """A map that names every code again and again, each as a long string."""
    line = "<0000> <ffff> <" + "0041" * 100 + ">\n"
    return unicode_map("".join(f"100 beginbfrange\n{line * 100}endbfrange\n" for _ in range(5)))


# --- what is locked ----------------------------------------------------------------------------------------


def locked(user: str, owner: str, revision: int) -> bytes:
    """The page, encrypted: R 2 is RC4 with 40 bits, 4 AES-128, 6 AES-256."""
    data = io.BytesIO()
    with pikepdf.open(io.BytesIO(write_content(SHOWN))) as pdf:
        lock = pikepdf.Encryption(
            user=user, owner=owner, R=revision, aes=revision >= 4, metadata=revision >= 4
        )
        pdf.save(data, encryption=lock, static_id=True)
    return data.getvalue()


def locked_by(handler: str) -> bytes:
    """The page with a security handler that nobody knows."""
    return one_page(more={10: handler}, trailer="/Encrypt 10 0 R/ID[<00><00>]")


def with_tail(tail: bytes) -> bytes:
    """The page with something behind its end."""
    return write_content(SHOWN) + tail


RECORD = frozenset({"record"})
BROKEN = frozenset({"broken"})
RECORD_OR_REFUSED = frozenset({"record", "broken", "memory-limit", "time-limit"})
CRASH = RECORD_OR_REFUSED | {"crash"}
"""What may become of a file. Where PDFium runs out of memory it aborts its process, which only the child sees."""

_WIDE_GLYPHS = "1000 0 d0 BT /F3 1 Tf (a) Tj ET"
_NOWHERE = "BT /F1 11 Tf 1e999 -1e999 Td (far away) Tj nan 0 0 nan 0 0 Tm (b) Tj ET"
_VAST = "/Width 2147483647/Height 2147483647/BitsPerComponent 1/ColorSpace/DeviceGray"
_JBIG2 = b"\0\0\0\x010\0\x01\0\0\0\x13" + b"\xff" * 8
_JPX = b"\xff\x4f\xff\x51\0\x29\0\0\x7f\xff\xff\xff\x7f\xff\xff\xff" + b"\0" * 60
_INLINE = "BI /W 100000 /H 100000 /BPC 8 /CS /RGB ID xxxxx EI "
_OUTLINE_LOOP: Objects = {
    10: "<</First 11 0 R>>",
    11: "<</Title(a)/First 11 0 R/Next 12 0 R>>",
    12: "<</Title(b)/First 10 0 R/Next 11 0 R>>",
}
_STRUCTURE_LOOP: Objects = {
    11: "<</S/Sect/K[11 0 R 12 0 R]>>",
    12: "<</S/Sect/K[11 0 R 12 0 R 13 0 R]>>",
    13: "<</S/P/Pg 3 0 R/K[0 0 0]>>",
}

FILES: dict[str, tuple[Callable[[], bytes], frozenset[str]]] = {
    "form-in-itself": (partial(forms, {10: [10]}), RECORD),
    "form-ring": (partial(forms, {10: [11], 11: [12], 12: [10]}), RECORD),
    "form-ring-doubling": (partial(forms, {10: [11, 11], 11: [10, 10]}), BROKEN),
    "form-fan-out": (partial(fan_out, 9, 10), BROKEN),
    "form-chain": (partial(forms, {10 + n: [11 + n] for n in range(300)}), RECORD),
    "font-in-its-glyph": (partial(type3, _WIDE_GLYPHS), RECORD),
    "font-fan-out": (partial(type3_fan_out, 9, 10), BROKEN),
    "form-by-inherited-name": (inherited_forms, RECORD),
    "pages-deep": (partial(deep_pages, 100_000), RECORD_OR_REFUSED),
    "pages-parent-loop": (partial(one_page, pages="/Count 1/Parent 2 0 R", page="/Parent 3 0 R"), RECORD),
    "pages-count-vast": (partial(one_page, pages="/Count 2147483648"), RECORD_OR_REFUSED),
    "pages-count-large": (partial(one_page, pages="/Count 2147483000"), RECORD_OR_REFUSED),
    "pages-count-negative": (partial(one_page, pages="/Count -5"), RECORD),
    "pages-same-thousandfold": (same_page_many_times, RECORD),
    "box-vast": (partial(one_page, box="0 0 1e30 1e30"), RECORD_OR_REFUSED),
    "box-not-a-number": (partial(one_page, box="nan nan inf -inf"), RECORD),
    "place-not-a-number": (partial(one_page, SHOWN + _NOWHERE), RECORD),
    "size-vast": (partial(one_page, SHOWN + "BT /F1 1e30 Tf 10 10 Td (vast) Tj ET"), RECORD),
    "unit-vast": (partial(one_page, page="/UserUnit 1e30/Rotate 2147483647"), RECORD),
    "outline-deep": (partial(deep_outline, 100_000), RECORD),
    "outline-long": (partial(long_outline, 100_000), RECORD),
    "outline-loop": (partial(outline, _OUTLINE_LOOP), RECORD),
    "structure-deep": (partial(deep_structure, 100_000), RECORD),
    "structure-loop": (partial(tagged, _STRUCTURE_LOOP), RECORD),
    "structure-nameless-loop": (
        partial(tagged, {11: "[11 0 R 12 0 R]", 12: "[<</S/P/Pg 3 0 R/K 0>> 11 0 R 12 0 R]"}),
        RECORD_OR_REFUSED,
    ),
    "structure-roles-loop": (partial(tagged, {11: "<</S/A/Pg 3 0 R/K 0>>"}, "/K 11 0 R/RoleMap<</A/B/B/A>>"), RECORD),
    "structure-vast-table": (partial(vast_table, 200), RECORD),
    "annotations-million": (partial(annotations, 1_000_000), RECORD),
    "attachments-loop": (attachments_that_loop, RECORD),
    "fields-loop": (fields_that_loop, RECORD),
    "table-loop": (previous_table_is_itself, RECORD),
    "object-stream-in-itself": (object_stream_in_itself, RECORD),
    "object-own-reference": (object_is_its_own_reference, RECORD),
    "stream-of-zeros": (partial(swollen, b"\0", 1 << 28, 2), RECORD_OR_REFUSED),
    "stream-of-states": (partial(swollen, b"q ", 5_000_000), RECORD_OR_REFUSED),
    "stream-of-text": (partial(swollen, b"BT /F1 9 Tf 72 72 Td (abc def) Tj ET ", 100_000), RECORD_OR_REFUSED),
    "stream-of-marks": (partial(swollen, b"/P BMC BT /F1 9 Tf 72 72 Td (abc def) Tj ET ", 20_000), CRASH),
    "stream-of-brackets": (partial(swollen, b"[", 2_000_000), RECORD_OR_REFUSED),
    "stream-of-paths": (partial(swollen, b"1 1 m 9 9 l 3 7 l S ", 500_000), RECORD_OR_REFUSED),
    "picture-jbig2": (partial(picture, _VAST + "/Filter/JBIG2Decode", _JBIG2), RECORD),
    "picture-jpx": (partial(picture, _VAST + "/Filter/JPXDecode", _JPX), RECORD),
    "picture-inline": (partial(one_page, SHOWN + _INLINE + SHOWN), RECORD),
    "map-every-code": (every_code_in_many_ranges, RECORD),
    "map-half-emoji": (partial(unicode_map, "2 beginbfchar\n<0041> <d83d>\n<0042> <dc00d83d>\nendbfchar"), RECORD),
    "map-lying-count": (partial(unicode_map, "99999999 beginbfrange\n<0000> <ffffffff> <0041>\nendbfrange"), RECORD),
    "tail-of-garbage": (partial(with_tail, b"\0garbage%%EOF" * 300_000), RECORD),
    "tail-of-another": (partial(with_tail, b"\n%PDF-1.4\n" + b"1 0 obj\n<<" * 10_000), RECORD_OR_REFUSED),
}  # fmt: skip
"""What each file is called → how it is written, and what becomes of it."""

_OPENS, _LOCKED = RECORD, frozenset({"encrypted"})
_STANDARD = "<</Filter/Standard/V 9/R 9/Length 128/O(" + "a" * 32 + ")/U(" + "b" * 32 + ")/P -4>>"

LOCKED: dict[str, tuple[Callable[[], bytes], str | None, frozenset[str]]] = {
    "unknown-handler": (partial(locked_by, "<</Filter/FooSec/V 1/R 2/O<00>/U<00>/P -4>>"), None, _LOCKED),
    "unknown-version": (partial(locked_by, _STANDARD), None, _LOCKED),
    "handler-own-reference": (partial(locked_by, "10 0 R"), None, _OPENS),
    "unicode-password": (partial(locked, "zażółć", "b", 6), "zażółć", _OPENS),
}
for _revision in (2, 3, 4, 6):
    LOCKED |= {
        f"r{_revision}-no-password": (partial(locked, "secret", "boss", _revision), None, _LOCKED),
        f"r{_revision}-wrong-password": (partial(locked, "secret", "boss", _revision), "wrong", _LOCKED),
        f"r{_revision}-password": (partial(locked, "secret", "boss", _revision), "secret", _OPENS),
        f"r{_revision}-owner-password": (partial(locked, "secret", "boss", _revision), "boss", _OPENS),
        f"r{_revision}-owner-only": (partial(locked, "", "boss", _revision), None, _OPENS),
        f"r{_revision}-owner-only-wrong-password": (partial(locked, "", "boss", _revision), "wrong", _OPENS),
    }
"""What each file is called → how it is written, the password that its sidecar names, and what becomes of it."""
