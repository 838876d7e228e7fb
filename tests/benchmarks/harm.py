"""Whether repair does harm, and what it restores of texts as they are: signs, names, typography, other scripts.

The data is the folder `text/` (sentences as in `text.py`, `others/`, `must_stay.txt`) and the pages of `html/`. Every
edit that repair makes on those pages was read by a person; `judged_pages.toml` lists the right ones, and one that is
not there counts as wrong. ftfy's figure stands beside each that it can be compared on.
"""

from __future__ import annotations

import gzip
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ftfy

from pipeline.knowledge.causes import class_of
from pipeline.records import Answers, Document, Source, digest, short_id
from pipeline.repair import detect, explain_repairs, repair, repair_text
from pipeline.run.stages import read_document
from pipeline.settings import Settings
from tests.benchmarks.report import Row
from tests.benchmarks.text import HALVES, Tally, corruption, languages_of, reviewed, seen, sentences_of
from tests.conftest import PROJECT

JUDGED = Path(__file__).with_name("judged_pages.toml")
CASES = PROJECT / "tests" / "cases" / "repair" / "harm"
SENTENCES = 6
"""Sentences of each language that are damaged in every way."""
ASCII = ("en", "nl", "it", "pl")
"""Languages with sentences of ASCII letters alone, into which signs and names are put."""
PAGES = ("cp1252", "latin-1", "cp1250")
SIGNS = [
    *(
        "§ {}",
        "¶",
        "3 × 4",
        "÷",
        "± {}",
        "{} µm",
        "{}º",
        "{}‰",
        "¥{}",
        "«{}»",
        "†",
        "≥ {}",
        "−{}",
        "★",
        "❤️",
        "🙂",
        "🚀",
    ),
    *(
        "■",
        "►",
        "„{}“",
        "‘{}’",
        "Ørsted",
        "Zoë",
        "Łódź",
        "Škoda",
        "Kraków",
        "São Paulo",
        "Zürich",
        "Reykjavík",
        "Malmö",
    ),
    *(
        "Győr",
        "Brașov",
        "İzmir",
        "Besançon",
        "Čapek",
        "Niño",
        "Ångström",
        "Plzeň",
        "Liège",
        "Wrocław",
        "Žižek",
    ),
]
"""Signs and names of our own: none of them is among those of the benchmark."""


def measure(data: Path) -> list[Row]:
    """Every figure of harm, on both halves of the sentences and on all pages."""
    rows: list[Row] = []
    for part in HALVES:
        rows += _of_sentences(data / "text", part)
    return rows + _of_lines(data / "text") + _of_pages(data / "html")


def _of_sentences(folder: Path, part: str) -> list[Row]:
    ours, theirs = Tally(), Tally()
    corrupt = corruption(folder)

    def add(name: str, expected: str, damaged: str) -> None:
        if damaged == expected:
            return
        repaired = repair_text(damaged)
        ours.add(name, repaired == seen(expected))
        theirs.add(name, seen(ftfy.fix_encoding(damaged)) == seen(expected))
        if repaired != seen(expected):
            ours.add(f"{name}, noticed", bool(detect(damaged)))
        ours.add("twice", repair_text(repaired) == repaired)

    for language in languages_of(folder):
        for sentence in _sound(folder, language, part)[: 2 * SENTENCES]:
            for _, name, expected, damaged in corrupt.typographic(sentence):
                add(f"typographic, {name}", expected, damaged)
        plain = [s for s in sentences_of(folder, language, part) if s.isascii()][:SENTENCES]
        for sentence in plain if language in ASCII else ():
            for _, _, expected, damaged in corrupt.inserted(sentence):
                add("one sign or name of the benchmark in a sentence", expected, damaged)
            for expected in _with_signs(sentence):
                for page in PAGES:
                    add(f"one sign or name of our own, utf8>{page}", expected, _misread(expected, page))
    changed: Counter[str] = Counter()
    for group in ("sentences", "others"):
        for language in languages_of(folder, group):
            for sentence in sentences_of(folder, language, part, group)[: 8 * SENTENCES]:
                changed[group] += _is_changed(sentence)
            for sentence in _sound(folder, language, part, group)[:SENTENCES]:
                for page in ("cp1252", "latin-1") if group == "others" else ():
                    add(f"other languages, utf8>{page}", sentence, _misread(sentence, page))
    return [
        *_rows(part, ours, theirs),
        Row("repaired twice is repaired once %", ours.percent("twice"), 99, 100, note=part),
        *(
            Row(
                f"clean {group} changed (read them: some are damaged)",
                changed[group],
                better="lower",
                note=part,
            )
            for group in ("sentences", "others")
        ),
    ]


def _sound(folder: Path, language: str, part: str, group: str = "sentences") -> list[str]:
    """The first sentences of a language that are not damaged as they are given."""
    sentences = sentences_of(folder, language, part, group)[: 3 * SENTENCES]
    return [s for s in sentences if short_id(s) not in reviewed() and repair_text(s) == seen(s)]


def _rows(part: str, ours: Tally, theirs: Tally) -> Iterator[Row]:
    bars = {
        "benchmark": (98, 99.5),
        "own, utf8>cp1252": (86, 97),
        "own, utf8>latin": (97, 99),
        "own, utf8>cp1250": (78, 95),
    }
    bars |= {
        "typographic": (99.7, 99.9),
        "languages, utf8>cp1252": (97, 99),
        "languages, utf8>latin-1": (98, 99.6),
    }
    for name in sorted(theirs.all):
        floor, goal = next(bar for key, bar in bars.items() if key in name)
        note = f"{part}, {ours.all[name]} texts; ftfy {theirs.percent(name):.1f}"
        if missed := ours.all[f"{name}, noticed"]:
            note += f"; of {missed} not restored {ours.percent(f'{name}, noticed'):.0f} % noticed"
        yield Row(f"{name}, exact %", ours.percent(name), floor, goal, note=note)


def _with_signs(sentence: str) -> Iterator[str]:
    words = sentence.split(" ")
    at = max(1, len(words) // 2)
    for form in SIGNS:
        yield " ".join([*words[:at], form.format(12), *words[at:]])


def _misread(text: str, page: str) -> str:
    """Its UTF-8 read in a page; a byte that the page has not is the control of its value, as in browsers."""
    raw = text.encode()
    return "".join(chr(b) if (c := bytes([b]).decode(page, "replace")) == "\ufffd" else c for b in raw)


def _is_changed(text: str) -> bool:
    return any(class_of(edit.cause) not in ("reading", "loss") for edit in explain_repairs(text))


def _of_lines(folder: Path) -> list[Row]:
    theirs = [line for line in (folder / "must_stay.txt").read_text("utf-8").split("\n") if line]
    own = (CASES / "lines.txt").read_text(encoding="utf-8").splitlines()
    alphabets: dict[str, str] = corruption(folder).ALPHABETS
    letters = [letter for text in alphabets.values() for letter in text.split()]
    tables = tomllib.loads((CASES / "alphabets.toml").read_text(encoding="utf-8"))
    documents = [
        "\n\n".join([table["text"][0], *theirs, *letters, table["text"][1]]) for table in tables.values()
    ]
    return [
        Row("lines that must stay, changed", _count(theirs), 0, 0, "lower", f"{len(theirs)} lines"),
        Row("such lines of our own, changed", _count(own), 1, 0, "lower", f"{len(own)} lines"),
        Row("letters of an index, changed", _count(letters), 0, 0, "lower", f"{len(letters)} letters"),
        Row(
            "documents of such lines and letters, changed",
            _count(documents),
            0,
            0,
            "lower",
            f"{len(documents)} languages",
        ),
    ]


def _count(texts: list[str]) -> int:
    return sum(repair_text(text) != text for text in texts)


def _of_pages(folder: Path) -> list[Row]:
    right: Counter[tuple[str, str, str]] = Counter()
    edits = suspicions = wrong = 0
    for path in pages_of(folder):
        page = path.name.split(".")[0]
        expected = Counter({(before, after): count for before, after, count in judged().get(page, [])})
        document = repaired_page(path)
        found = Counter(edits_of(document))
        edits += found.total()
        wrong += (found - expected).total()
        right.update({(page, *edit): count for edit, count in (found & expected).items()})
        suspicions += sum(finding.code == "mojibake-suspected" for finding in document.findings)
    note = f"{len(pages_of(folder))} pages, {edits} edits, {wrong} of them not judged right"
    return [
        Row("edits on real pages that are right %", 100 * right.total() / max(1, edits), 96, 99.5, note=note),
        Row(
            "right edits on real pages",
            right.total(),
            note="all that were judged right so far: " + str(_all_judged()),
        ),
        Row("suspicions on real pages", suspicions, 40, 15, "lower", note),
    ]


def pages_of(folder: Path) -> list[Path]:
    """All pages of the benchmark of HTML."""
    return sorted([*folder.glob("pages/*.gz"), *folder.glob("fresh/pages/*.gz")])


def repaired_page(path: Path) -> Document:
    """A page as the program reads and repairs it."""
    data = gzip.decompress(path.read_bytes())
    settings = Settings.model_construct()
    source = Source(path=path.name, sha256=digest(data), media_type="text/html", size=len(data))
    return repair(read_document(data, source, (), settings), Answers(), settings)


def edits_of(document: Document) -> list[tuple[str, str]]:
    """What was before and after each edit of a page that is more than reading."""
    return [
        (edit.before, edit.after)
        for block in document.blocks
        for edit in block.edits
        if class_of(edit.cause) != "reading"
    ]


@cache
def judged() -> dict[str, list[tuple[str, str, int]]]:
    """The edits that a person found right, by page: before, after, how often."""
    return tomllib.loads(JUDGED.read_text(encoding="utf-8"))


def _all_judged() -> int:
    return sum(count for edits in judged().values() for _, _, count in edits)
