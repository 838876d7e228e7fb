"""How well text is repaired, on clean sentences that are damaged the way pipelines damage them.

The data is a folder `text/` with `sentences/LANG.txt` (one clean sentence a line) and `corrupt.py`. Lines with an odd
number were set aside before the work began ("held out"); only the others were looked at. Sentences that the repair
changes although they are given as clean are listed by `python -m tests.benchmarks.text FOLDER`, to be read by a person;
`reviewed_text.toml` keeps the digests of those that proved to be damaged indeed. They take no part in the rest.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType

from pipeline.knowledge.causes import class_of
from pipeline.records import short_id
from pipeline.repair import detect, explain_repairs, repair_text
from pipeline.repair.mojibake.judge import Judge, judge
from pipeline.repair.mojibake.verdicts import judge_paragraphs
from tests.benchmarks.report import Row

HALVES = {"held out": 0, "looked at": 1}
"""The parts of the data: which of two lines, counted from 0, belongs to each."""
SAMPLE = 12
"""Sentences of each language that are damaged in every way."""
DOCUMENT = 20

_WORD = re.compile(r"(?:[^\W\d_]|\ufffd|(?<=[^\W\d_])\?(?=[^\W\d_]))+")
_HERE = Path(__file__).parent
KIN = {"hr": ("sl",), "sl": ("hr",), "da": ("nb",), "nb": ("da",), "cs": ("sk",), "sk": ("cs",)}
"""Languages that are left out of the model together, when one of them is to be unknown to it."""


@dataclass
class Tally:
    """How many of how many, by name."""

    right: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, right: bool) -> None:
        """Count one."""
        self.all[name] += 1
        self.right[name] += right

    def percent(self, name: str) -> float:
        """The share that is right, in percent."""
        return 100.0 * self.right[name] / self.all[name] if self.all[name] else 0.0


def measure(data: Path) -> list[Row]:
    """Every figure that text repair is held to, on both parts of the data."""
    rows: list[Row] = []
    for part in HALVES:
        rows += measure_part(data / "text", part)
    return rows + _speed(data / "text") + _oddities()


def measure_part(folder: Path, part: str) -> list[Row]:
    """The figures of quality on one part of the data."""
    corrupt = corruption(folder)
    clean = {language: sentences_of(folder, language, part) for language in languages_of(folder)}
    sound, changed, noticed = _sound(clean)
    tally = Tally()
    for language, sentences in sound.items():
        flat = [corrupt.legacyable(sentence) for sentence in sentences]
        _lone(corrupt, language, flat[:SAMPLE], tally)
        _documents(corrupt, language, flat[:DOCUMENT], tally)
    asked = {language: sentences[: 4 * SAMPLE] for language, sentences in sound.items()}
    unknown = sum(_changed_unknown(language, sentences, 1) for language, sentences in asked.items())
    in_documents = sum(
        _changed_unknown(language, sentences, DOCUMENT) for language, sentences in asked.items()
    )
    total = sum(map(len, clean.values()))
    tried = sum(min(len(sentences), 4 * SAMPLE) for sentences in sound.values())
    note = f"{part}, {len(clean)} languages"
    restored = 100.0 * tally.all["guess"] / max(1, tally.all["lost word"])
    return [
        Row("UTF-8 as code page, exact %", tally.percent("utf8>sb"), 99.5, 99.9, note=note),
        Row("double, exact %", tally.percent("double"), 99.5, 100, note=note),
        Row("entities, exact %", tally.percent("entities"), 99, 99.9, note=note),
        Row("legacy as legacy, lone sentence, exact %", tally.percent("legacy>legacy"), 95, 98, note=note),
        Row("legacy as legacy, 20 alike, exact %", tally.percent("20 alike"), 99, 99.8, note=note),
        Row("legacy as legacy, 6 alike, exact %", tally.percent("6 alike"), note=note),
        Row("legacy as legacy, one in six, exact %", tally.percent("one in six"), 97.5, 99, note=note),
        Row("words with lost letters, restored %", restored, 60, 75, note=note),
        Row("words with lost letters, right %", tally.percent("guess"), 98, 99, note=note),
        Row("clean paragraphs wrongly changed", len(changed), 3, 1, "lower", f"{note}, {total} paragraphs"),
        Row(
            "clean, language unknown to the model, changed", unknown, better="lower",
            note=f"{note}, {tried} paragraphs, each judged without its language",
        ),
        Row(
            "clean, language unknown to the model, changed in documents", in_documents, better="lower",
            note=f"{note}, {tried} paragraphs, {DOCUMENT} a document",
        ),
        Row("damaged paragraphs noticed %", tally.percent("noticed"), 99, 99.5, note=note),
        Row("clean called damaged %", 100 * len(noticed) / total, 0.5, 0.1, "lower", note),
    ]  # fmt: skip


def _sound(clean: dict[str, list[str]]) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """The sentences that are clean; those wrongly changed; those wrongly called damaged."""
    sound: dict[str, list[str]] = {}
    changed: list[str] = []
    noticed: list[str] = []
    for language, sentences in clean.items():
        sound[language] = []
        for sentence in sentences:
            if short_id(sentence) in reviewed():
                continue
            was_changed, was_noticed = _is_changed(sentence), bool(detect(sentence))
            changed += [sentence] * was_changed
            noticed += [sentence] * was_noticed
            if not was_changed:
                sound[language].append(sentence)
    return sound, changed, noticed


def _is_changed(sentence: str) -> bool:
    """Whether the repair changes more than what nobody sees (soft hyphens, normal form)."""
    return any(class_of(edit.cause) != "reading" for edit in explain_repairs(sentence))


@cache
def reviewed() -> frozenset[str]:
    """Digests of sentences given as clean that a person found damaged."""
    return frozenset(tomllib.loads((_HERE / "reviewed_text.toml").read_text(encoding="utf-8"))["damaged"])


def _lone(corrupt: ModuleType, language: str, sentences: list[str], tally: Tally) -> None:
    for sentence in sentences:
        for family, name, expected, damaged in corrupt.cases(sentence, language):
            tally.add("noticed", bool(detect(damaged)))
            if family != "lossy":
                tally.add(family, repair_text(damaged) == seen(expected))
            elif "errors replaced" in name or "into ?" in name:
                _lost_words(expected, damaged, repair_text(damaged), tally)


def seen(text: str) -> str:
    """`text` without what nobody sees, which the repair removes from clean text as well."""
    return text.translate(dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff")))


def _lost_words(expected: str, damaged: str, repaired: str, tally: Tally) -> None:
    """Words that lost letters and kept at least half of them: how many come back, and how many of those rightly."""
    if len(expected) != len(damaged):
        return
    now = repaired.split(" ")
    for number, (was, lost) in enumerate(zip(expected.split(" "), damaged.split(" "), strict=True)):
        letters = sum(map(str.isalpha, was))
        gone = sum(a != b for a, b in zip(was, lost, strict=True))
        if not gone or 2 * gone > letters or len(now) != len(damaged.split(" ")):
            continue
        tally.add("lost word", True)
        result = now[number]
        if "[…]" not in result and result != lost:
            tally.add("guess", result == was)


def _documents(corrupt: ModuleType, language: str, sentences: list[str], tally: Tally) -> None:
    damaged: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for number, sentence in enumerate(sentences):
        for family, name, _, result in corrupt.cases(sentence, language):
            if family == "legacy>legacy":
                damaged[name][number] = result
    for results in damaged.values():
        for size in (6, DOCUMENT):
            document = [results.get(number, sentence) for number, sentence in enumerate(sentences[:size])]
            repaired = repair_text("\n\n".join(document)).split("\n\n")
            for number in range(len(document)):
                if number in results:
                    tally.add(f"{size} alike", repaired[number] == seen(sentences[number]))
        for first in range(0, len(sentences) - 5, 6):
            six = sentences[first : first + 6]
            place = next((n for n in range(first, first + 6) if n in results), None)
            if place is not None:
                mixed = [results[n] if n == place else sentences[n] for n in range(first, first + 6)]
                tally.add("one in six", repair_text("\n\n".join(mixed)) == seen("\n\n".join(six)))


def _changed_unknown(language: str, sentences: list[str], size: int) -> int:
    """How many sentences are changed by a judge that does not know their language, in documents of `size`."""
    ignorant = Judge(judge().scorer, judge().tables, without=(language, *KIN.get(language, ())))
    documents = [sentences[first : first + size] for first in range(0, len(sentences), size)]
    verdicts = [verdict for document in documents for verdict in judge_paragraphs(document, ignorant)]
    return sum(verdict is not None and verdict.certain for verdict in verdicts)


def _speed(folder: Path) -> list[Row]:
    import ftfy

    corrupt = corruption(folder)
    clean: list[str] = []
    damaged: list[str] = []
    for language in languages_of(folder):
        sentences = [s for s in sentences_of(folder, language, "looked at") if short_id(s) not in reviewed()]
        clean += sentences[:SAMPLE]
        for sentence in sentences[:3]:
            cases = corrupt.cases(corrupt.legacyable(sentence), language)
            damaged += [case[3] for case in cases if case[0] in ("utf8>sb", "legacy>legacy")]
    rows = []
    for name, texts, floor, goal in (("clean", clean, 4, 2), ("damaged", damaged, 9, 6)):
        ours, theirs = _interleaved(repair_text, ftfy.fix_text, texts)
        note = f"{len(texts)} paragraphs, interleaved"
        rows.append(Row(f"CPU per {name} paragraph ÷ ftfy", ours / theirs, floor, goal, "lower", note))
    return rows


def _interleaved(
    first: Callable[[str], str], second: Callable[[str], str], texts: list[str]
) -> tuple[float, float]:
    """CPU seconds of both, text by text in turn, the first round not counted."""
    spent = [0.0, 0.0]
    for text in texts[:20]:
        first(text), second(text)
    for text in texts:
        for index, function in enumerate((first, second)):
            begin = time.process_time()
            function(text)
            spent[index] += time.process_time() - begin
    return spent[0], spent[1]


def _oddities() -> list[Row]:
    changed = [text for text in oddities() if _is_changed(text)]
    note = f"{len(oddities())} texts of our own: code, names, other languages"
    return [Row("oddities changed", len(changed), 0, 0, "lower", note)]


@cache
def oddities() -> list[str]:
    """Odd texts that must stay as they are."""
    table = tomllib.loads((_HERE.parent / "cases" / "repair" / "oddities" / "kept.toml").read_text("utf-8"))
    return [entry["text"] for entry in table["oddity"]]


def languages_of(folder: Path, group: str = "sentences") -> list[str]:
    """The languages that there are sentences of."""
    return sorted(path.stem for path in (folder / group).glob("*.txt"))


def sentences_of(folder: Path, language: str, part: str, group: str = "sentences") -> list[str]:
    """The sentences of a language that belong to a part of the data."""
    lines = (folder / group / f"{language}.txt").read_text(encoding="utf-8").split("\n")
    return [line for line in lines[HALVES[part] :: 2] if line]


@cache
def corruption(folder: Path) -> ModuleType:
    """The program of the benchmark that damages texts."""
    spec = importlib.util.spec_from_file_location("corrupt", folder / "corrupt.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "corrupt.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def changes_to_read(data: Path, part: str) -> Iterator[tuple[str, str, str, str]]:
    """Sentences given as clean that the repair changes or reports: language, digest, before, what was done."""
    for language in languages_of(data / "text"):
        for sentence in sentences_of(data / "text", language, part):
            if short_id(sentence) in reviewed():
                continue
            edits = explain_repairs(sentence)
            done = "; ".join(f"{e.before} → {e.after} ({e.cause} {e.confidence})" for e in edits[:6])
            told = "; ".join(f"{f.code}: {f.evidence} → {f.suggestion}" for f in detect(sentence))
            if _is_changed(sentence) or told:
                yield language, short_id(sentence), sentence, f"{done} | {told}"


def main() -> int:
    """Print what is to be read by a person."""
    for part in sys.argv[2:] or ["looked at"]:
        for language, digest, before, done in changes_to_read(Path(sys.argv[1]), part):
            print(f"{language} {digest} {before[:160]}\n    {done[:300]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
