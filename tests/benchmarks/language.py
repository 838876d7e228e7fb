"""How well the language of texts is told: of sentences, beginnings, capitals, single words, and other languages.

The data is a folder `text/` with `sentences/LANG.txt`, `others/LANG.txt` and `short/`. Lines with an odd number were
set aside before the work began ("held out"); only the others were looked at.
`python -m tests.benchmarks.language FOLDER` lists the sentences looked at that are told wrongly.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

from pipeline.language import detect
from pipeline.records import digest
from tests.benchmarks.report import Row
from tests.benchmarks.text import HALVES

CODES = {"nb": "no"}
"""Codes of ours for those of the data."""
SAME = {("bs", "hr"), ("nn", "no"), ("ms", "id")}
"""Answers that count as right: of bs one told as hr."""
_TABLE = tomllib.loads((Path(__file__).parent / "language.toml").read_text(encoding="utf-8"))
EUROPE, OF_LATIN_SCRIPT, OF_CYRILLIC_SCRIPT = (
    frozenset(_TABLE[name].split()) for name in ("europe", "latin", "cyrillic")
)
MENU = "Home News About Contact Search Login Services Events Privacy Sitemap"
BLOCK = 3
"""Sentences in the block that follows the menu."""
_BEGINNING = 40

Told = tuple[str, str, str | None]
"""A text's language, the text, and what was told."""


def measure(data: Path) -> list[Row]:
    """Every figure that the language of texts is held to, on both parts of the data."""
    rows: list[Row] = []
    for part in HALVES:
        rows += measure_part(data / "text", part)
    return [*rows, _speed(data / "text")]


def measure_part(folder: Path, part: str) -> list[Row]:
    """The figures on one part of the data."""
    known = [path.stem for path in sorted((folder / "sentences").glob("*.txt"))]
    asked = [CODES.get(language, language) for language in known]
    sentences = _lines(folder / "sentences", known, part)

    def forced(texts: Iterable[tuple[str, str]]) -> float:
        return share([(language, text, detect(text, asked)) for language, text in texts])

    note = f"{part}, {len(known)} languages, one of these"
    single = _lines(folder / "short" / "single-words", known, part)
    pairs = _lines(folder / "short" / "word-pairs", known, part)
    free = [(language, text, detect(text)) for language, text in sentences]
    return [
        Row("sentence, forced, right %", forced(sentences), 98.5, 99.5, note=note),
        Row("first 40 characters, forced, right %", forced(_each(sentences, _begun)), 96, 98.5, note=note),
        Row("in capitals, forced, right %", forced(_each(sentences, str.upper)), 98.5, 99.5, note=note),
        Row("word, forced, right %", forced(single), 66, 75, note=note),
        Row("pair of words, forced, right %", forced(pairs), 87, 92, note=note),
        Row(
            "ten English menu words, then a block, forced, right %", forced(_blocks(sentences)), 97, 99.5,
            note=f"{note}, blocks of {BLOCK} sentences",
        ),
        Row("sentence, right %", share(free), 97.5, 98.5, note=f"{part}, {len(known)} languages, any"),
        *_others(folder, part),
    ]  # fmt: skip


def data_digest(folder: Path) -> str:
    """The digest of the sentences and words that are measured on."""
    files = sorted(
        path for name in ("sentences", "others", "short") for path in (folder / name).rglob("*.txt")
    )
    return digest(*(part for path in files for part in (path.name, path.read_bytes())))


def _others(folder: Path, part: str) -> list[Row]:
    told = others(folder, part)
    same = [entry for entry in told if entry[0] in OF_LATIN_SCRIPT | OF_CYRILLIC_SCRIPT]
    other = [entry for entry in told if entry not in same]
    note = f"{part}, {len({language for language, *_ in same})} languages of Latin or Cyrillic script"
    wrong = 100.0 * len(wrongly_european(same)) / len(same)
    return [
        Row("others told as a wrong European language %", wrong, 5, 1, "lower", note),
        Row("others told right %", share(same), note=note),
        Row(
            "other scripts told as a European language", len(wrongly_european(other)), 0, 0, "lower",
            f"{part}, {len(other)} sentences in {len({language for language, *_ in other})} languages",
        ),
        Row("other scripts told right %", share(other), note=part),
    ]  # fmt: skip


def others(folder: Path, part: str) -> list[Told]:
    """What is told of sentences in languages that are mostly outside the model."""
    known = [path.stem for path in sorted((folder / "others").glob("*.txt"))]
    return [(language, text, detect(text)) for language, text in _lines(folder / "others", known, part)]


def wrongly_european(told: Iterable[Told]) -> list[Told]:
    """What is told as a language of Europe though it is in another.

    Sentences in Latin letters among those of another script are in another language than they are listed under.
    """
    return [
        (language, text, answer)
        for language, text, answer in told
        if answer in EUROPE and not _is_right(language, answer) and not _is_guest(language, text)
    ]


def _is_guest(language: str, text: str) -> bool:
    """Whether the text is in Latin letters, most of it, though the language is not."""
    latin = sum(char.isascii() and char.isalpha() for char in text)
    return language not in OF_LATIN_SCRIPT and 2 * latin > sum(map(str.isalpha, text))


def share(told: list[Told]) -> float:
    """How many are told right, in percent."""
    return 100.0 * sum(_is_right(language, answer) for language, _, answer in told) / len(told)


def _is_right(language: str, answer: str | None) -> bool:
    code = CODES.get(language, language)
    return answer == code or (code, answer) in SAME


def _lines(folder: Path, languages: Iterable[str], part: str) -> list[tuple[str, str]]:
    return [
        (language, line)
        for language in languages
        for line in (folder / f"{language}.txt").read_text(encoding="utf-8").split("\n")[HALVES[part] :: 2]
        if line
    ]


def _each(texts: Iterable[tuple[str, str]], change: Callable[[str], str]) -> list[tuple[str, str]]:
    return [(language, change(text)) for language, text in texts]


def _begun(text: str) -> str:
    return text[:_BEGINNING]


def _blocks(sentences: list[tuple[str, str]]) -> list[tuple[str, str]]:
    blocks = []
    for first in range(0, len(sentences) - BLOCK + 1, BLOCK):
        (language, _), *_ = some = sentences[first : first + BLOCK]
        if all(other == language for other, _ in some):
            blocks.append((language, f"{MENU}\n{' '.join(text for _, text in some)}"))
    return blocks


def _speed(folder: Path) -> Row:
    known = [path.stem for path in sorted((folder / "sentences").glob("*.txt"))]
    texts = [text for _, text in _lines(folder / "sentences", known, "looked at")][::4]
    detect(texts[0])
    begin = time.process_time()
    for text in texts:
        detect(text)
    spent = 1000 * (time.process_time() - begin) / len(texts)
    return Row("CPU milliseconds a sentence", spent, None, 1, "lower", f"{len(texts)} sentences")


def main() -> int:
    """Print what is told wrongly of the part that may be looked at."""
    folder = Path(sys.argv[1]) / "text"
    known = [path.stem for path in sorted((folder / "sentences").glob("*.txt"))]
    told = [
        (language, text, detect(text)) for language, text in _lines(folder / "sentences", known, "looked at")
    ]
    wrong = [entry for entry in told if not _is_right(entry[0], entry[2])]
    for language, text, answer in [*wrong, *wrongly_european(others(folder, "looked at"))]:
        print(f"{language} told as {answer}: {text[:150]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
