"""Makes the PDF reports of the sample corpus from their texts in `reports/`.

    python -m tests.corpus.reports            write all of them into raw/reports/
    python -m tests.corpus.reports NAME ...   only these

A text begins with a TOML header between `+++` lines (see `Layout`). Its body knows `# ` and `## ` headings,
`- ` list items, `> ` quotes, paragraphs between empty lines, `[^1]` footnotes with their `[^1]: ` text, tables
(`Table: caption`, then rows with ` | ` between cells; a `Long table: ` may go over the page), `![scan] file.png`
for a page that is only a picture and `---` for a page break. The same text and fonts give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
import tomllib
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
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

from tests.corpus.hyphens import breaks, hyphenator
from tests.corpus.tags import Artifact, Marked, Step, with_structure

HERE = Path(__file__).parent
TEXTS = HERE / "reports"
OUT = HERE.parents[1] / "raw" / "reports"
ORIGINALS = HERE / "originals" / "reports"

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
    original: bool = False
    """whether it goes to `originals/`, to be damaged, instead of `raw/`"""


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
    return with_structure(data, layout.language, report.marked) if layout.tagged else data


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


def column_width(layout: Layout) -> float:
    """Of one column of text, in points."""
    return (WIDTH - 2 * MARGIN - GUTTER * (layout.columns - 1)) / layout.columns


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
        self.numbers = count(1)
        self.scan: Path | None = None
        self.addPageTemplates(
            [
                PageTemplate("first", self._frames(top=118), onPage=self._begin, onPageEnd=self._first_end),
                PageTemplate("scan", [Frame(0, 0, WIDTH, HEIGHT)], onPage=self._scan),
                PageTemplate("later", self._frames(top=0), onPage=self._begin, onPageEnd=self._later_end),
            ]
        )

    def number(self) -> int:
        """A number that was not given before."""
        return next(self.numbers)

    def _frames(self, top: float) -> list[Frame]:
        foot = MARGIN + NOTES
        height = HEIGHT - MARGIN - foot - top
        none = {"leftPadding": 0, "rightPadding": 0, "topPadding": 0, "bottomPadding": 0}
        width = column_width(self.layout)
        columns = [
            Frame(MARGIN + i * (width + GUTTER), foot, width, height - 8, **none)
            for i in range(self.layout.columns)
        ]
        if not top:
            return columns
        return [Frame(MARGIN, HEIGHT - MARGIN - top, WIDTH - 2 * MARGIN, top, **none), *columns]

    def _begin(self, canvas: Canvas, _: Any) -> None:
        self.notes.called.clear()
        canvas.setNamedCB("footnote", lambda _canvas, _kind, label: self.notes.called.append(label))

    def _scan(self, canvas: Canvas, _: Any) -> None:
        picture = ImageReader(
            str(self.scan)
        )  # named by its dots; a path would name it by the folder it lies in
        canvas.drawImage(picture, 0, 0, WIDTH, HEIGHT)

    def _first_end(self, canvas: Canvas, _: Any) -> None:
        self._foot(canvas)

    def _later_end(self, canvas: Canvas, _: Any) -> None:
        with Artifact(canvas, self.layout.tagged):
            canvas.setFont("sans", 7.5)
            canvas.setFillColor(colors.grey)
            canvas.drawString(MARGIN, HEIGHT - 36, self.layout.running)
            canvas.setStrokeColor(colors.grey)
            canvas.line(MARGIN, HEIGHT - 41, WIDTH - MARGIN, HEIGHT - 41)
        self._foot(canvas)

    def _foot(self, canvas: Canvas) -> None:
        with Artifact(canvas, self.layout.tagged):
            canvas.setFont("sans", 7.5)
            canvas.setFillColor(colors.grey)
            number = f"{self.layout.page_word} {canvas.getPageNumber()}".strip()
            canvas.drawCentredString(WIDTH / 2, 32, number)
        if not self.notes.called:
            return
        notes = [
            Marking.make(
                f"<super>{label}</super> {self.notes.texts[label]}", self.styles["Note"], self, "Note"
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


class Marking(Paragraph):
    """A paragraph that is marked content; its parts, when it is split over frames, are one element."""

    report: Report
    path: tuple[Step, ...]

    @classmethod
    def make(
        cls, text: str, style: ParagraphStyle, report: Report, *path: str | Step, **more: Any
    ) -> Marking:
        """A new paragraph of `report`; elements on its path that are given by name only are its own."""
        made = cls(text, style, **more)
        made.report = report
        made.path = tuple((step, report.number()) if isinstance(step, str) else step for step in path)
        return made

    def split(self, width: float, height: float) -> list[Paragraph]:
        """As reportlab splits it; the parts remember what they are parts of."""
        parts: list[Paragraph] = []
        for part in Paragraph.split(self, width, height):
            part.report, part.path = self.report, self.path
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
        report.marked.append(Marked(self.path, page, mcid))
        self.canv._code.append(f"/{self.path[-1][0]} <</MCID {mcid}>> BDC")
        Paragraph.draw(self)
        self.canv._code.append("EMC")


# --- the text ----------------------------------------------------------------------------------------------


def story(body: list[str], layout: Layout, report: Report) -> list[Flowable]:
    """The parts of a text as reportlab's flowables."""
    looks = report.styles

    def para(text: str, style: str, *path: str | Step, **more: Any) -> Marking:
        steps = path or (TAGS.get(style, style),)
        return Marking.make(markup(text, layout.language), looks[style], report, *steps, **more)

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
            whole = ("L", report.number())
            items = [line[2:] for line in part.split("\n")]
            flow += [para(item, "LI", whole, "LI", "LBody", bulletText="•") for item in items]
        elif part.startswith("> "):
            flow.append(para(part[2:], "BlockQuote"))
        elif part.startswith(("Table: ", "Long table: ")):
            tables += 1
            caption, *rows = part.split("\n")
            label = para(f"{layout.table_word} {tables}: {caption.split(': ', 1)[1]}", "Caption")
            table = [label, grid(rows, layout, report), Spacer(1, 8)]
            flow += table if part.startswith("Long") else [KeepTogether(table)]
        elif part.startswith("![scan] "):
            report.scan = TEXTS / part.removeprefix("![scan] ")
            flow += [NextPageTemplate("scan"), PageBreak(), Spacer(1, 1)]
        else:
            flow.append(para(part.replace("\n", " "), "P"))
    return flow


TAGS = {"Title": "H1", "Subtitle": "P", "Imprint": "P", "H1": "H2", "H2": "H3"}


def markup(text: str, language: str) -> str:
    """Footnote calls as raised numbers that report themselves when they are drawn; breaks of Greek words."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    if language == "el":  # reportlab asks its hyphenators about Latin letters only
        text = re.sub(r"[^\W\d_]{7,}", lambda word: _soft(word.group()), text)
    return re.sub(r"\[\^(\d+)\]", r'<super>\1</super><onDraw name="footnote" label="\1"/>', text)


def _soft(word: str) -> str:
    for at in reversed(breaks(word, "el")):
        word = f"{word[:at]}\u00ad{word[at:]}"
    return word


def grid(rows: list[str], layout: Layout, report: Report) -> Table:
    """A table of key figures: ruled, or with nothing but space between its columns."""
    whole = ("Table", report.number())
    cells = []
    for i, row in enumerate(rows):
        line = ("TR", report.number())
        style, kind = (report.styles["Cell"], "TD") if i else (report.styles["Head"], "TH")
        texts = [markup(cell.strip(), layout.language) for cell in row.split(" | ")]
        cells.append([Marking.make(text, style, report, whole, line, kind) for text in texts])
    width = column_width(layout)
    longest = [max(16, *(len(row.split(" | ")[i]) for row in rows)) for i in range(len(cells[0]))]
    widths = [width * length / sum(longest) for length in longest]
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


def place(name: str) -> Path:
    """Where the report `name` is kept."""
    layout, _, _ = read(TEXTS / f"{name}.txt")
    return (ORIGINALS if layout.original else OUT) / f"{name}.pdf"


def main(names: list[str]) -> None:
    """Writes the reports named, or all."""
    for name in names or sorted(path.stem for path in TEXTS.glob("*.txt")):
        place(name).parent.mkdir(parents=True, exist_ok=True)
        place(name).write_bytes(make(name))
        print(place(name).name)


if __name__ == "__main__":
    main(sys.argv[1:])
