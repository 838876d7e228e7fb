"""Makes the PDF reports of the sample corpus from their texts in `reports/`.

    python -m tests.corpus.reports            write all of them into raw/reports/
    python -m tests.corpus.reports NAME ...   only these

A text begins with a TOML header between `+++` lines (see `Layout`). Its body knows `# ` and `## ` headings,
`- ` list items, `> ` quotes, paragraphs between empty lines, `[^1]` footnotes with their `[^1]: ` text, tables
(`Table: caption`, then rows with ` | ` between cells), `![scan] file.png` for a page that is only a picture and
`---` for a page break. The same text and fonts give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    Image,
    KeepTogether,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from tests.corpus.hyphens import hyphenator

HERE = Path(__file__).parent
TEXTS = HERE / "reports"
OUT = HERE.parents[1] / "raw" / "reports"

FONTS = Path("/usr/share/fonts/truetype/dejavu")
FACES = {
    "body": "DejaVuSerif.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "sans": "DejaVuSans.ttf",
}
FACES_DIGEST = "99d251cff9811595152fa7d1be85ac1e33deb5b43725065df1ef8aceb29e3f15"
"""SHA-256 over the font files, of version 2.37: with other fonts the bytes of the reports differ."""

WIDTH, HEIGHT = A4
MARGIN = 56.0
GUTTER = 18.0
NOTES = 62.0
"""Points kept free for footnotes at the foot of each page."""


@dataclass(frozen=True)
class Layout:
    """The header of a report's text."""

    title: str
    language: str
    running: str
    """the running header"""
    subtitle: str = ""
    imprint: str = ""
    columns: int = 2
    rules: bool = True
    """whether tables are ruled"""
    tagged: bool = False
    contents: str = ""
    """the heading of the table of contents; none where empty"""
    page_word: str = ""
    """a word before the page number"""
    table_word: str = "Table"
    colour: str = "#17324d"
    size: float = 10.0
    """of body text, in points"""


@dataclass
class Marked:
    """A piece of marked content: what it is and where it stands."""

    element: int
    tag: str
    page: int
    mcid: int


@dataclass
class Notes:
    """Footnotes by label, and those called on the page at hand."""

    texts: dict[str, str]
    called: list[str] = field(default_factory=list)


def fonts_digest() -> str | None:
    """SHA-256 over the font files, or None where one is not installed."""
    files = [FONTS / name for name in FACES.values()]
    if not all(file.is_file() for file in files):
        return None
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def make(name: str) -> bytes:
    """The report `name` as the bytes of a PDF."""
    layout, body, notes = read(TEXTS / f"{name}.txt")
    for face, file in FACES.items():
        pdfmetrics.registerFont(TTFont(face, str(FONTS / file)))
    out = io.BytesIO()
    report = Report(out, layout, notes)
    report.multiBuild(story(body, layout, report))
    data = out.getvalue()
    return with_structure(data, layout, report.marked) if layout.tagged else data


def read(path: Path) -> tuple[Layout, list[str], dict[str, str]]:
    """Header, body (its parts between empty lines) and footnotes of a report's text."""
    _, header, text = path.read_text(encoding="utf-8").split("+++\n", 2)
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]
    notes = dict(re.findall(r"^\[\^(\d+)\]: (.+)$", text, re.MULTILINE))
    return Layout(**tomllib.loads(header)), [p for p in parts if not p.startswith("[^")], notes


# --- styles ------------------------------------------------------------------------------------------------


def styles(layout: Layout) -> dict[str, ParagraphStyle]:
    """The paragraph styles by the names that `story` uses."""
    colour = colors.HexColor(layout.colour)
    body = ParagraphStyle(
        "P",
        fontName="body",
        fontSize=layout.size,
        leading=layout.size * 1.38,
        alignment=TA_JUSTIFY,
        spaceAfter=6,
        hyphenationLang=hyphenator(layout.language),
        embeddedHyphenation=1,
    )
    return {
        "P": body,
        "Title": ParagraphStyle(
            "Title", fontName="bold", fontSize=26, leading=31, textColor=colour, spaceAfter=6
        ),
        "Subtitle": ParagraphStyle("Subtitle", fontName="sans", fontSize=12.5, leading=17, spaceAfter=4),
        "Imprint": ParagraphStyle("Imprint", fontName="sans", fontSize=8, leading=11, textColor=colors.grey),
        "H1": ParagraphStyle(
            "H1",
            fontName="bold",
            fontSize=13,
            leading=16.5,
            textColor=colour,
            spaceBefore=9,
            spaceAfter=5,
            keepWithNext=1,
        ),
        "H2": ParagraphStyle(
            "H2", fontName="bold", fontSize=10, leading=13, spaceBefore=5, spaceAfter=3, keepWithNext=1
        ),
        "LI": ParagraphStyle("LI", parent=body, leftIndent=11, bulletIndent=1, spaceAfter=3),
        "BlockQuote": ParagraphStyle(
            "BlockQuote",
            parent=body,
            fontName="sans",
            leftIndent=14,
            rightIndent=8,
            textColor=colour,
            spaceBefore=4,
        ),
        "Caption": ParagraphStyle(
            "Caption", fontName="sans", fontSize=8, leading=10.5, spaceBefore=5, spaceAfter=3
        ),
        "Cell": ParagraphStyle("Cell", fontName="sans", fontSize=8, leading=10.5),
        "Head": ParagraphStyle("Head", fontName="bold", fontSize=8, leading=10.5),
        "Note": ParagraphStyle("Note", fontName="sans", fontSize=7, leading=9),
        "TOC": ParagraphStyle("TOC", fontName="sans", fontSize=10, leading=16),
    }


# --- the page ----------------------------------------------------------------------------------------------


class Report(BaseDocTemplate):
    """A4 pages with one or two columns, a running header from the second page on, page numbers and footnotes."""

    def __init__(self, out: io.BytesIO, layout: Layout, notes: dict[str, str]) -> None:
        super().__init__(
            out,
            pagesize=A4,
            title=f"{layout.title}. {layout.subtitle}".strip(". "),
            author="cityreports sample corpus (CC0-1.0)",
            lang=layout.language,
            invariant=1,
        )
        self.layout = layout
        self.styles = styles(layout)
        self.notes = Notes(notes)
        self.marked: list[Marked] = []
        self.elements = 0
        self.addPageTemplates(
            [
                PageTemplate("first", self._frames(top=118), onPage=self._begin, onPageEnd=self._first_end),
                PageTemplate("later", self._frames(top=0), onPage=self._begin, onPageEnd=self._later_end),
            ]
        )

    def _frames(self, top: float) -> list[Frame]:
        foot = MARGIN + NOTES
        height = HEIGHT - MARGIN - foot - top
        none = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
        count = self.layout.columns
        width = (WIDTH - 2 * MARGIN - GUTTER * (count - 1)) / count
        columns = [
            Frame(MARGIN + i * (width + GUTTER), foot, width, height - 8, **none) for i in range(count)
        ]
        if not top:
            return columns
        return [Frame(MARGIN, HEIGHT - MARGIN - top, WIDTH - 2 * MARGIN, top, **none), *columns]

    def _begin(self, canvas: Canvas, _: Any) -> None:
        self.notes.called.clear()
        canvas.setNamedCB("footnote", lambda _canvas, _kind, label: self.notes.called.append(label))

    def _first_end(self, canvas: Canvas, _: Any) -> None:
        self._foot(canvas)

    def _later_end(self, canvas: Canvas, _: Any) -> None:
        with artifact(canvas, self.layout.tagged):
            canvas.setFont("sans", 7.5)
            canvas.setFillColor(colors.grey)
            canvas.drawString(MARGIN, HEIGHT - 36, self.layout.running)
            canvas.setStrokeColor(colors.grey)
            canvas.line(MARGIN, HEIGHT - 41, WIDTH - MARGIN, HEIGHT - 41)
        self._foot(canvas)

    def _foot(self, canvas: Canvas) -> None:
        with artifact(canvas, self.layout.tagged):
            canvas.setFont("sans", 7.5)
            canvas.setFillColor(colors.grey)
            number = f"{self.layout.page_word} {canvas.getPageNumber()}".strip()
            canvas.drawCentredString(WIDTH / 2, 32, number)
        if not self.notes.called:
            return
        notes = [
            Marking.make(
                f"<super>{label}</super> {self.notes.texts[label]}",
                self.styles["Note"],
                report=self,
                tag="Note",
            )
            for label in self.notes.called
        ]
        width = WIDTH - 2 * MARGIN
        y = MARGIN + sum(note.wrap(width, NOTES)[1] for note in notes)
        canvas.setStrokeColor(colors.grey)
        canvas.line(MARGIN, y + 4, MARGIN + 90, y + 4)
        for note in notes:
            y -= note.height
            note.drawOn(canvas, MARGIN, y)

    def beforeDocument(self) -> None:  # noqa: N802 (reportlab's name)
        """Each pass of reportlab draws all pages again."""
        self.marked.clear()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 (reportlab's name)
        """Tells the table of contents where a chapter begins."""
        if isinstance(flowable, Paragraph) and flowable.style.name == "H1" and self.layout.contents:
            self.notify("TOCEntry", (0, flowable.getPlainText(), self.page))


# --- marked content ----------------------------------------------------------------------------------------


class artifact:  # noqa: N801 (used like a function)
    """What is drawn inside is marked as belonging to the page, not to the text."""

    def __init__(self, canvas: Canvas, tagged: bool) -> None:
        self.canvas, self.tagged = canvas, tagged

    def __enter__(self) -> None:
        self.canvas.saveState()
        if self.tagged:
            self.canvas._code.append("/Artifact BMC")

    def __exit__(self, *_: object) -> None:
        if self.tagged:
            self.canvas._code.append("EMC")
        self.canvas.restoreState()


class Marking(Paragraph):
    """A paragraph that is marked content; its parts, when it is split over frames, are one element."""

    report: Report
    tag: str
    element: int

    @classmethod
    def make(cls, text: str, style: ParagraphStyle, report: Report, tag: str, **more: Any) -> Marking:
        """A new element of `report`."""
        made = cls(text, style, **more)
        report.elements += 1
        made.report, made.tag, made.element = report, tag, report.elements
        return made

    def split(self, width: float, height: float) -> list[Paragraph]:
        """As reportlab splits it; the parts remember what they are parts of."""
        parts: list[Paragraph] = []
        for part in Paragraph.split(self, width, height):
            part.report, part.tag, part.element = self.report, self.tag, self.element
            parts.append(part)
        return parts

    def draw(self) -> None:
        """Draws between BDC and EMC, under the next number of the page."""
        report = self.report
        if not report.layout.tagged:
            Paragraph.draw(self)
            return
        page = self.canv.getPageNumber()
        mcid = sum(mark.page == page for mark in report.marked)
        report.marked.append(Marked(self.element, self.tag, page, mcid))
        self.canv._code.append(f"/{self.tag} <</MCID {mcid}>> BDC")
        Paragraph.draw(self)
        self.canv._code.append("EMC")


def with_structure(data: bytes, layout: Layout, marked: list[Marked]) -> bytes:
    """`data` with a structure tree over its marked content."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        root = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
        document = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.StructElem, S=pikepdf.Name.Document, P=root, K=pikepdf.Array()
            )
        )
        root.K = document
        parents: dict[int, list[pikepdf.Object]] = {}
        elements: dict[int, pikepdf.Object] = {}
        for mark in marked:
            page = pdf.pages[mark.page - 1].obj
            if mark.element not in elements:
                elements[mark.element] = pdf.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.StructElem,
                        S=pikepdf.Name(f"/{mark.tag}"),
                        P=document,
                        K=pikepdf.Array(),
                    )
                )
                document.K.append(elements[mark.element])
            reference = pikepdf.Dictionary(Type=pikepdf.Name.MCR, Pg=page, MCID=mark.mcid)
            elements[mark.element].K.append(reference)
            parents.setdefault(mark.page - 1, []).append(elements[mark.element])
        numbers = pikepdf.Array()
        for index in sorted(parents):
            pdf.pages[index].obj.StructParents = index
            numbers.extend([index, pdf.make_indirect(pikepdf.Array(parents[index]))])
        root.ParentTree = pdf.make_indirect(pikepdf.Dictionary(Nums=numbers))
        pdf.Root.StructTreeRoot = root
        pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
        pdf.Root.Lang = pikepdf.String(layout.language)
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


# --- the text ----------------------------------------------------------------------------------------------


def story(body: list[str], layout: Layout, report: Report) -> list[Flowable]:
    """The parts of a text as reportlab's flowables."""
    looks = report.styles

    def para(text: str, style: str, **more: Any) -> Marking:
        return Marking.make(markup(text), looks[style], report=report, tag=TAGS.get(style, style), **more)

    flow: list[Flowable] = [NextPageTemplate("later"), para(layout.title, "Title")]
    flow += [
        para(text, style)
        for text, style in ((layout.subtitle, "Subtitle"), (layout.imprint, "Imprint"))
        if text
    ]
    flow.append(FrameBreak())
    if layout.contents:
        table = TableOfContents(levelStyles=[looks["TOC"]], dotsMinLevel=0)
        flow += [Paragraph(layout.contents, looks["Subtitle"]), Spacer(1, 6), table, PageBreak()]
    tables = 0
    for part in body:
        if part == "---":
            flow.append(PageBreak())
        elif part.startswith("## "):
            flow.append(para(part[3:], "H2"))
        elif part.startswith("# "):
            flow.append(para(part[2:], "H1"))
        elif part.startswith("- "):
            flow += [para(line[2:], "LI", bulletText="•") for line in part.split("\n")]
        elif part.startswith("> "):
            flow.append(para(part[2:], "BlockQuote"))
        elif part.startswith("Table: "):
            tables += 1
            caption, *rows = part.split("\n")
            label = para(f"{layout.table_word} {tables}: {caption[7:]}", "Caption")
            flow.append(KeepTogether([label, grid(rows, layout, report), Spacer(1, 8)]))
        elif part.startswith("![scan] "):
            flow += [
                NextPageTemplate("later"),
                Image(str(TEXTS / part[8:]), WIDTH - 2 * MARGIN, 640, kind="proportional"),
            ]
        else:
            flow.append(para(part.replace("\n", " "), "P"))
    return flow


TAGS = {"Title": "H1", "Subtitle": "P", "Imprint": "P", "H1": "H2", "H2": "H3", "Cell": "P", "Head": "P"}


def markup(text: str) -> str:
    """Footnote calls as raised numbers that report themselves when they are drawn."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"\[\^(\d+)\]", r'<super>\1</super><onDraw name="footnote" label="\1"/>', text)


def grid(rows: list[str], layout: Layout, report: Report) -> Table:
    """A table of key figures: ruled, or with nothing but space between its columns."""
    cells = [
        [
            Marking.make(markup(cell.strip()), report.styles["Cell" if i else "Head"], report=report, tag="P")
            for cell in row.split(" | ")
        ]
        for i, row in enumerate(rows)
    ]
    count = layout.columns
    width = (WIDTH - 2 * MARGIN - GUTTER * (count - 1)) / count
    others = len(cells[0]) - 1
    first = 0.5 if others < 3 else 0.4
    widths = [width * first] + [width * (1 - first) / others] * others
    look = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
    ]
    if layout.rules:
        look += [
            ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e6ebf0")),
        ]
    return Table(cells, colWidths=widths, style=TableStyle(look), repeatRows=1)


def main(names: list[str]) -> None:
    """Writes the reports named, or all."""
    OUT.mkdir(parents=True, exist_ok=True)
    for name in names or sorted(path.stem for path in TEXTS.glob("*.txt")):
        (OUT / f"{name}.pdf").write_bytes(make(name))
        print(f"raw/reports/{name}.pdf")


if __name__ == "__main__":
    main(sys.argv[1:])
