"""Text of a PDF that other readers read and we do not: changed or withheld characters, to be read by eye.

For each file: the words and characters that PDFium and pdfplumber give, compared with ours as extracted and as
repaired. Run with `python -m tests.benchmarks.pdf_harm DATA [NAME ...]`.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pypdfium2

from pipeline.errors import DocumentError
from pipeline.extract.pdf import read_pdf
from pipeline.extract.pdf.page_content import pdfium
from pipeline.lexicon.ngrams import ngrams
from pipeline.records import REPLACEMENT, Answers, Document
from pipeline.repair import repair
from pipeline.settings import Settings

JUDGED = Path(__file__).with_name("judged_pdf.toml")
"""Differences that a person has looked at and found right, by file, with the reason."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_READABLE = 3.6
_READ_LETTERS = 5
"""Letters from which the cost of a word alone tells whether it can be read."""
_LISTED = 20
READING = ("dehyphenate", "leaders")
"""Causes of edits that take out what the page shows and a text has not."""
_NOT_READ = re.compile(r"\(cid:\d+\)")
"""What pdfplumber writes for a character that it cannot read."""


@dataclass(frozen=True)
class Harm:
    """What a file lacks at a stage: characters that both peers give, and readable words that one of them gives."""

    path: str
    stage: str
    chars: Counter[str]
    words: Counter[str]

    def __str__(self) -> str:
        chars = " ".join(f"{char}×{count}" for char, count in self.chars.most_common(_LISTED))
        words = " ".join(f"{word}×{count}" for word, count in self.words.most_common(_LISTED))
        return f"{self.path}, {self.stage}: {self.chars.total()} characters [{chars}] words [{words}]"


def harms(folder: Path, paths: Iterable[Path]) -> Iterator[Harm]:
    """What the files lack, the differences that were judged left out."""
    judged = judgements()
    for path in paths:
        name = path.relative_to(folder).as_posix()
        excused = Counter(judged.get(name, {}))
        for harm in harms_of(path, name):
            chars, words = harm.chars - excused, harm.words - excused
            if chars or words:
                yield Harm(name, harm.stage, chars, words)


def judgements() -> dict[str, dict[str, int]]:
    """How often each character or word of a file may be lacking, as a person has judged."""
    entries = load_toml_file(JUDGED)
    return {name: entry["lacking"] for name, entry in entries.items()}


def load_toml_file(path: Path) -> dict[str, dict[str, dict[str, int]]]:
    """A data file of the benchmarks."""
    import tomllib

    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def harms_of(path: Path, name: str) -> Iterator[Harm]:
    """What a file lacks as extracted and as repaired; nothing where it cannot be read."""
    try:
        extracted = read_pdf(path)
    except DocumentError:
        return
    peers = (pdfium_text(path), pdfplumber_text(path))
    for stage, document in (
        ("extracted", extracted),
        ("repaired", repair(extracted, Answers(), Settings())),
    ):
        ours = our_text(document)
        yield Harm(name, stage, lacking_chars(peers, ours), lacking_words(peers, ours))


def our_text(document: Document) -> str:
    """All text of a document, shown or not, with the markers of its lists and the hyphens and leaders read over."""
    read_over = " ".join(
        edit.before for block in document.blocks for edit in block.edits if edit.cause in READING
    )
    return "\n".join(f"{block.marker or ''} {block.text}" for block in document.blocks) + "\n" + read_over


def pdfium_text(path: Path) -> str:
    """The text that PDFium gives; "" where it cannot open the file."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return ""
    pages = []
    for page in document:
        text_page = page.get_textpage()
        pages.append(pdfium.whole(pdfium.text_of(pdfium.handle(text_page.raw))))
        text_page.close()
        page.close()
    document.close()
    return "\n".join(pages).replace(pdfium.HYPHEN, "-\n")


def pdfplumber_text(path: Path) -> str:
    """The text that pdfplumber gives; "" where it cannot read the file."""
    import pdfplumber

    pages = []
    try:
        with pdfplumber.open(path) as pdf:
            for page in pdf.pages:
                pages.append(page.extract_text())
                page.close()
    except Exception as error:  # noqa: BLE001 - whatever another reader raises, there is nothing to compare with
        print(f"{path.name}: pdfplumber: {error!r}", file=sys.stderr)
    return "\n".join(pages)


def lacking_chars(peers: tuple[str, str], ours: str) -> Counter[str]:
    """The letters, figures and signs that both peers give and we lack."""
    first, second = (_counted(text) for text in peers)
    return (first & second) - _counted(ours)


def _counted(text: str) -> Counter[str]:
    return Counter(
        char
        for char in unicodedata.normalize("NFKC", text)
        if char != REPLACEMENT and unicodedata.category(char)[0] in "LNPS"
    )


def lacking_words(peers: tuple[str, str], ours: str) -> Counter[str]:
    """The readable words that one of the peers gives and we lack, even with spaces and hyphens taken out."""
    squashed = _squashed(ours)
    lacking: Counter[str] = Counter()
    for text in peers:
        words = Counter(_WORD.findall(unicodedata.normalize("NFKC", _NOT_READ.sub("", text))))
        for word, count in words.items():
            if word.casefold()[::-1] in squashed:
                continue  # pdfplumber reads letters that run upwards from the top
            missing = count - squashed.count(word.casefold())
            if missing > lacking[word] and is_word(word):
                lacking[word] = missing
    return +lacking


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


@cache
def is_word(word: str) -> bool:
    """Whether a word can be read: short words only where a word list has them, longer ones by their letters."""
    from wordfreq import zipf_frequency

    if any(zipf_frequency(word, language) >= 3 for language in ("en", "de", "fr", "es", "it", "pl", "pt")):
        return True
    ranking = ngrams().ranking(word) if len(word) >= _READ_LETTERS else []
    return bool(ranking) and ranking[0][1] <= _READABLE


def main() -> int:
    """List the harm; 0 none, 1 some, 2 usage."""
    if len(sys.argv) < 2:
        print("Name the folder of benchmark data, and files of its folder pdf if not all are meant.")
        return 2
    folder = Path(sys.argv[1]) / "pdf"
    paths = [folder / name for name in sys.argv[2:]] or sorted(folder.rglob("*.pdf"))
    found = 0
    for harm in harms(folder, paths):
        print(harm, flush=True)
        found += 1
    print(f"{found} differences in {len(paths)} files.")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
