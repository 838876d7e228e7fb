"""The PDF benchmark: tables, reading order, headings, hostile files, speed against pdfplumber, memory.

Half of the samples are *held out*: their names' SHA-256 is odd, and nobody who works on the rules looks at them.
Both halves are reported.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from pipeline.errors import DocumentError, EncryptedDocument
from pipeline.extract.pdf import markdown_pages, read_pdf
from tests.benchmarks import pdf_scores as scores
from tests.benchmarks.report import Row

HALVES = ("looked at", "held out")
_SPEED_FILES = 12
_MEMORY_PAGES = (100, 1000)


def measure(data: Path) -> list[Row]:
    """All figures on the data folder `data` (its subfolder `pdf`)."""
    folder = data / "pdf"
    halves = (*HALVES, "all")
    rows = [Row("tables F1", tables_f1(folder / "tables", half), 0.75, 0.85, note=half) for half in halves]
    bars = {
        "typeset": ((0.94, 0.96), (0.65, 0.80), (0.60, 0.72)),
        "tagged": ((0.90, 0.93), (0.55, 0.70), None),
    }
    for name, limits in bars.items():
        for half in halves:
            found = page_scores(folder / name, half)
            for label, value, bar in zip(("NID", "MHS", "TEDS"), found, limits, strict=True):
                if bar:
                    rows.append(Row(f"{name} {label}", value, *bar, note=half))
    counts = accounts(folder)
    for label, value in zip(("unaccounted", "in two blocks", "crashes"), counts, strict=True):
        rows.append(Row(f"files {label}", value, 0, 0, "lower", "all files"))
    passed, total = adversarial(folder / "adversarial")
    rows.append(Row("adversarial passed", passed, total, total, note=f"of {total}"))
    rows.append(
        Row(
            "CPU ÷ pdfplumber",
            cpu_ratio(folder, ("typeset", "tagged")),
            1 / 8,
            1 / 15,
            "lower",
            "pages of text",
        )
    )
    rows.append(Row("CPU ÷ pdfplumber", cpu_ratio(folder, ("tables",)), 1 / 8, 1 / 10, "lower", "tables"))
    rows.append(Row("KB a page", memory_growth(), 100, 50, "lower", "1,000 pages, streamed"))
    return rows


def accounts(folder: Path) -> tuple[int, int, int]:
    """How many files have characters in no block and no count, words in two blocks, and crash the reader."""
    lost = twice = crashed = 0
    for path in sorted(folder.rglob("*.pdf")):
        try:
            codes = {finding.code for finding in read_pdf(path).findings}
        except DocumentError:
            continue
        except Exception as error:  # noqa: BLE001 - what is counted here
            print(f"{path.name}: {error!r}")
            crashed += 1
            continue
        lost += "text-unaccounted" in codes
        twice += "text-twice" in codes
    return lost, twice, crashed


def lacking(folder: Path) -> tuple[int, int]:
    """How many letters and figures pdftotext gives that we do not have, file by file, of how many.

    An independent reading: what it gives may be in any block, shown or not. Raises FileNotFoundError without pdftotext.
    """
    missed = total = 0
    for path in sorted(folder.rglob("*.pdf")):
        try:
            blocks = read_pdf(path).blocks
        except DocumentError:
            continue
        run = subprocess.run(
            ["pdftotext", "-q", str(path), "-"], capture_output=True, check=False, timeout=120
        )
        theirs = _letters(run.stdout.decode("utf-8", "replace"))
        ours = _letters(" ".join(block.raw + (block.marker or "") for block in blocks))
        missed += (theirs - ours).total()
        total += theirs.total()
    return missed, total


def _letters(text: str) -> Counter[str]:
    return Counter(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def is_held_out(stem: str) -> bool:
    """Whether a sample is in the half that nobody looks at."""
    return int(sha256(stem.encode()).hexdigest(), 16) % 2 == 1


def samples(folder: Path, half: str) -> list[Path]:
    """The PDFs of a half ("looked at", "held out" or "all"), by name."""
    wanted = {"looked at": (False,), "held out": (True,), "all": (False, True)}[half]
    return [path for path in sorted(folder.glob("*.pdf")) if is_held_out(path.stem) in wanted]


def read(path: Path) -> str:
    """The whole Markdown of a PDF; nothing where it cannot be read."""
    try:
        return "\n\n".join(markdown_pages(path))
    except DocumentError:
        return ""


def tables_f1(folder: Path, half: str) -> float:
    """Micro F1 of adjacency relations over all tables."""
    hits = found = wanted = 0
    for path in samples(folder, half):
        h, f, w = table_counts(path)
        hits, found, wanted = hits + h, found + f, wanted + w
    return 2 * hits / (found + wanted) if found + wanted else 0.0


def table_counts(path: Path) -> tuple[int, int, int]:
    """Relations of a document: those that are right, those found, those wanted."""
    truth = path.with_name(f"{path.stem}-str.xml").read_text(encoding="utf-8")
    wanted = scores.relations(scores.icdar_tables(truth))
    found = scores.relations(scores.tables(read(path)))
    return (wanted & found).total(), found.total(), wanted.total()


def page_scores(folder: Path, half: str) -> tuple[float, float, float]:
    """Means of NID, MHS and TEDS over the documents whose truth has text, headings, tables."""
    gathered: list[list[float]] = [[], [], []]
    for path in samples(folder, half):
        truth, found = path.with_suffix(".md").read_text(encoding="utf-8"), read(path)
        for values, score in zip(gathered, (scores.nid, scores.mhs, scores.teds), strict=True):
            value = score(truth, found)
            if value is not None:
                values.append(value)
    nid, mhs, teds = (sum(values) / len(values) if values else 0.0 for values in gathered)
    return nid, mhs, teds


def adversarial(folder: Path) -> tuple[int, int]:
    """How many hostile files give what they must, and of how many."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return sum(passes(folder / name, wanted) for name, wanted in expected.items()), len(expected)


def passes(path: Path, wanted: dict[str, object]) -> bool:
    """Whether a file gives its `must`, no `must_not`, its `order`, and is detected as it should be."""
    try:
        document = read_pdf(path)
    except EncryptedDocument:
        return wanted.get("detect") == "encrypted"
    except DocumentError:
        return False
    text = " ".join(" ".join(markdown_pages(path)).split())
    if wanted.get("detect") == "scan":
        return any(finding.code == "needs-ocr" for finding in document.findings) and not text
    if wanted.get("detect") == "encrypted":
        return False
    places = [text.find(part) for part in _strings(wanted.get("order"))]
    return (
        all(part in text for part in _strings(wanted.get("must")))
        and not any(part in text for part in _strings(wanted.get("must_not")))
        and -1 not in places
        and places == sorted(places)
    )


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def cpu_ratio(folder: Path, names: Iterable[str], limit: int = _SPEED_FILES) -> float:
    """Our CPU time ÷ pdfplumber's `extract_text`, file by file in turn, after one warm-up of each."""
    import pdfplumber

    def peer(path: Path) -> None:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                page.extract_text()
                page.close()

    def ours(path: Path) -> None:
        for _ in markdown_pages(path):
            pass

    paths = [path for name in names for path in samples(folder / name, "looked at")]
    paths = paths[:: max(1, len(paths) // limit)]
    spent = [0.0, 0.0]
    runners: tuple[Callable[[Path], None], ...] = (ours, peer)
    for runner in runners:
        runner(paths[0])
    for path in paths:
        for index, runner in enumerate(runners):
            start = time.process_time()
            runner(path)
            spent[index] += time.process_time() - start
    return spent[0] / spent[1]


_GROWTH = """
import re, sys
from pathlib import Path
from pipeline.extract.pdf import markdown_pages
for _ in markdown_pages(sys.argv[1]):
    pass
print(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text()).group(1))
"""


def memory_growth() -> float:
    """Kilobytes by which memory grows for each further page of a long file."""
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for pages in _MEMORY_PAGES:
            path = Path(folder) / f"{pages}.pdf"
            write_long(path, pages)
            run = subprocess.run([sys.executable, "-c", _GROWTH, str(path)], capture_output=True, check=True)
            peaks.append(int(run.stdout))
    return (peaks[1] - peaks[0]) / (_MEMORY_PAGES[1] - _MEMORY_PAGES[0])


def write_long(path: Path, pages: int) -> None:
    """A PDF of `pages` pages of text, 48 lines a page."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(595, 842), invariant=1)
    for page in range(pages):
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 810, "Report on the state of the city")
        canvas.drawString(500, 30, str(page + 1))
        canvas.setFont("Helvetica", 10)
        for line in range(48):
            canvas.drawString(
                72,
                770 - 14 * line,
                f"Line {line} of page {page}: the council has decided to plant trees, again.",
            )
        canvas.showPage()
    canvas.save()
