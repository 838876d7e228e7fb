"""UTF-8 that was read as a single-byte page, proven by its structure alone, run by run.

A run of non-ASCII characters is believed to be misread UTF-8 where all of its bytes decode, where what comes out is
what people write (signs, pictures, letters of the script around them), and where what stands there is nothing that
anybody writes. Clean text forms valid UTF-8 by chance (`’è` in Mac Roman, `дії` in windows-1251), hence the last two
conditions. No language model takes part: this is what repairs a lone sign, and texts of languages without a model.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.alphabet import script
from pipeline.lexicon.identification.alphabets import in_one_alphabet, is_counted
from pipeline.lexicon.identification.word_evidence import evidence
from pipeline.records import REPLACEMENT
from pipeline.repair.mojibake.candidates import ENTITY
from pipeline.repair.mojibake.code_page_tables import Pages
from pipeline.repair.mojibake.evidence import CLOSING, FEWEST_LETTERS, JOINING, letters_of
from pipeline.repair.text_changes import Change

LAYERS = 3
"""How often a run may have been misread."""
CONFIDENCE = 0.99
"""The confidence of a proven run."""
FEWEST_FOREIGN = 2
"""So many letters of a script that does not stand beside them prove it: one may be there by chance."""
AGREED = 2
"""So many proven runs of a paragraph that were read in one page make others believed that were misread alike, and
would not be by themselves."""
_RUN = re.compile(r"[^\x00-\x7f\ufffd]{2,}")
_LONE = re.compile(r"(?<![^\x00-\x7f])[^\x00-\x7f](?![^\x00-\x7f])")
_LETTER_AND_SPACE = re.compile(r"(?<![^\W_])([^\W\d_a-zA-Z]\u00a0)([^\W\d_]{2,})")
_ENTITIES = re.compile(rf"(?:{ENTITY}){{2,}}")
_NO_RADICAND = frozenset({"So", "Po", "Sc", "Sk"})
"""Categories of signs that no root is taken of: `√™`, `√®`, `√©`, `√¢`."""
_CLOSERS = CLOSING - {"¶"} | {"·"}
"""What may directly follow the last letter of a word; a paragraph mark is the second half of many a misread letter."""


def structural_changes(text: str, tables: Pages, pages: Sequence[str] = ()) -> list[Change]:
    """The runs of `text` that are misread UTF-8 beyond doubt, as changes with the cause of each, in order.

    `pages` are those tried, the first whose result is believed counts; by default all, the most usual first.
    """
    pages = pages or tables.read_as
    matches = [run for run in _RUN.finditer(text) if _begun_in(run[0][0], run[0][1], tables)]
    if not matches:
        return []
    in_text = letters_of(text) >= FEWEST_LETTERS  # fewer may be the heading of an index
    found: list[tuple[str, list[str]] | None] = []
    for match in matches:
        place = _Place(text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1], in_text)
        found.append(_undone(match[0], place, tables, pages))
    agreed = _agreed(found)
    changes = []
    for match, undone in zip(matches, found, strict=True):
        after, steps = undone or _as_others(match[0], agreed, tables)
        if steps:
            cause = "mojibake:" + "+".join(f"utf-8→{page}" for page in steps)
            changes.append(Change(match.start(), match.end(), after, cause, CONFIDENCE))
    return changes


def entity_changes(text: str, tables: Pages) -> list[Change]:
    """Rows of character entities that are one or several UTF-8 sequences, which nobody writes: `&Atilde;&copy;`.

    Entities name characters of windows-1252, as browsers read them.
    """
    changes = []
    for row in _ENTITIES.finditer(text):
        after = _read(html.unescape(row[0]), "cp1252", tables) or ""
        if not after.isascii() and is_written(
            after, text[row.start() - 1 : row.start()], text[row.end() : row.end() + 1]
        ):
            cause = "mojibake:entities+utf-8→cp1252"
            changes.append(Change(row.start(), row.end(), after, cause, CONFIDENCE))
    return changes


def as_a_whole(words: str, tables: Pages) -> tuple[str, str] | None:
    """What words were if all that is not ASCII in them is UTF-8 read in one page; and that page, the most usual one.

    None where it is not, where pages read it differently, or where something else comes out than letters and signs.
    """
    first = _RUN.search(words)
    if first is None or _LONE.search(words):
        return None
    found: dict[str, str] = {}
    for page in _begun_in(first[0][0], first[0][1], tables):
        after = _read(words, page, tables)
        if after is not None:
            found.setdefault(after, page)
    if len(found) != 1:
        return None
    ((after, page),) = found.items()
    came = {char for char in after if not char.isascii()}
    return (after, page) if all(char in signs() or is_counted(char) for char in came) else None


def doubtful_change(text: str, tables: Pages) -> Change | None:
    """A letter and a no-break space that may be one letter: with what follows it makes a word (`Å koda`, Škoda)."""
    for match in _LETTER_AND_SPACE.finditer(text):
        for page in _begun_in(match[1][0], match[1][1], tables):
            after = _read(match[1], page, tables)
            if after and is_written(after, "", match[2][0]) and evidence().is_listed(after + match[2]):
                return Change(match.start(), match.start() + 2, after, f"mojibake:utf-8→{page}")
    return None


def runs_of(text: str) -> int:
    """How many runs of several characters beyond ASCII a text has."""
    return sum(1 for _ in _RUN.finditer(text))


@dataclass(frozen=True)
class _Place:
    """What stands beside a run, and whether it stands in a text of some letters."""

    left: str
    right: str
    in_text: bool


def _undone(
    run: str, place: _Place, tables: Pages, pages: Sequence[str], layers: int = LAYERS
) -> tuple[str, list[str]] | None:
    """What a run was, and the pages it was read as, the last first; None where that is not proven."""
    if not layers or len(run) < 2:
        return None
    for page in _begun_in(run[0], run[1], tables):
        after = _read(run, page, tables) if page in pages else None
        if after is None or not _is_not_written(run, after, place):
            continue
        deeper = _undone(after, place, tables, pages, layers - 1)
        if deeper:
            return deeper[0], [page, *deeper[1]]
        twice = _read(after, page, tables) if layers > 1 and not after[0].isalpha() else None
        if twice and twice.isalpha() and is_written(twice, place.left, place.right):
            return twice, [page, page]  # a sign and what follows it are one letter in this page
        if is_written(after, place.left, place.right):
            return after, [page]
    return None


@lru_cache(maxsize=65536)
def _begun_in(first: str, second: str, tables: Pages) -> tuple[str, ...]:
    """The pages in which two characters begin a UTF-8 sequence, the most usual first."""
    return tuple(
        page
        for page in tables.read_as
        if 0xC2 <= tables.bytes_of[page].get(first, 0) <= 0xF4
        and 0x80 <= tables.bytes_of[page].get(second, 0) < 0xC0
    )


def _agreed(found: Sequence[tuple[str, list[str]] | None]) -> list[list[str]]:
    """The pages (in their order, for runs misread several times) that enough runs prove, the most frequent first."""
    counts = Counter(tuple(undone[1]) for undone in found if undone)
    return [list(steps) for steps, count in counts.most_common() if count >= AGREED]


def _as_others(run: str, agreed: Sequence[list[str]], tables: Pages) -> tuple[str, list[str]]:
    """A run that is UTF-8 misread as the proven ones of its paragraph were; the run and nothing where it is not."""
    for steps in agreed:
        after: str | None = run
        for page in steps:
            after = _read(after, page, tables) if after else None
        if after and all(char in signs() or unicodedata.category(char)[0] in "LMNP" for char in after):
            return after, steps
    return run, []


def _read(run: str, page: str, tables: Pages) -> str | None:
    """The run as UTF-8, or None where it is not that in this page."""
    data = tables.to_bytes(run, page)
    if data is None or 0x80 <= data[0] < 0xC2:  # the second half of a sequence
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def is_written(after: str, left: str, right: str) -> bool:
    """Whether people write this: signs, Latin letters beside no others, enough letters of one other script."""
    scripts: dict[str, int] = {}
    for char in after:
        if char in signs() or char == REPLACEMENT:  # a letter that was lost before
            continue
        category = unicodedata.category(char)[0]
        if category not in "LMNP":
            return False
        if category == "P":
            continue
        scripts[script(char)] = scripts.get(script(char), 0) + 1
    beside = {script(char) for char in (left, right) if char.isalpha()}
    if not scripts:
        return all(char in signs() or char == REPLACEMENT for char in after)
    kinds = _kinds(scripts)
    if len(kinds) > 1:
        return False
    (kind,) = kinds
    if kind == "LATIN":
        if after[0].isupper() and _is_within_small(left, right):
            return False
        return beside <= {"LATIN"} and all(_is_common_latin(char) for char in after if char not in signs())
    if beside and beside != {kind} and "LATIN" in beside and kind in ("GREEK", "CYRILLIC"):
        return False
    return sum(scripts.values()) >= FEWEST_FOREIGN or kind in beside


def _is_within_small(left: str, right: str) -> bool:
    """Whether a capital would stand in or behind a word's small letters, or between a letter and small ones."""
    return (left.islower() and not right.isupper()) or (left.isalpha() and right.islower())


def _kinds(scripts: dict[str, int]) -> set[str]:
    kinds = {"EAST ASIA" if name in _EAST_ASIAN else name for name in scripts}
    return kinds - {"COMBINING", "MODIFIER"} or kinds


_EAST_ASIAN = frozenset(
    {"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "KATAKANA-HIRAGANA", "BOPOMOFO"}
)


def _is_common_latin(char: str) -> bool:
    """Whether a Latin letter is one of a living orthography, not of phonetic or historical notation."""
    return (
        char <= "\u017f"
        or char in "ƒơưƏəǍǎǐǒǔȘșȚțỲỳ"
        or "\u1e80" <= char <= "\u1e85"
        or "\u1ea0" <= char <= "\u1ef9"
    )


def _is_not_written(run: str, after: str, place: _Place) -> bool:
    """Whether nobody writes `run` there: controls, signs in or behind words where no sign stands, odd letters."""
    if any("\x80" <= char < "\xa0" for char in run):
        return True
    if place.in_text and after[0] >= "\u2000" and after[0] in signs():
        return True  # three characters that are one sign are not there by chance
    if run.isalpha() and len(after) < FEWEST_FOREIGN and script(run[0]) != "LATIN":
        return _has_odd_letters(run, place)  # a pair of letters that few pages have is no proof
    around = (place.left or " ") + run + (place.right or " ")
    letters = [char.isalpha() for char in around]
    for at in range(1, len(around) - 1):
        char = around[at]
        if letters[at]:
            if letters[at - 1] and char.isupper() and around[at - 1].islower():
                return True
        elif letters[at - 1] and (char not in _CLOSERS or (letters[at + 1] and char not in JOINING)):
            return True
    return _has_odd_letters(run, place) or _starts_alone(run, after, place)


def _has_odd_letters(run: str, place: _Place) -> bool:
    """Whether the letters of a run stand in no language together, or beside letters of another script."""
    letters = [char for char in run if char.isalpha()]
    beside = [char for char in (place.left, place.right) if char.isalpha()]
    if len({script(char) for char in (*letters, *beside)} - {"MICRO", "OHM", "MASCULINE", "FEMININE"}) > 1:
        return True
    if len(letters) > 1 and len(letters) == len(run) and run.isupper() and place.right.islower():
        return True
    return len(letters) > 1 and not in_one_alphabet("".join(letters))


def _starts_alone(run: str, after: str, place: _Place) -> bool:
    """Whether a letter that is no word stands alone before a sign: `Â°`, `Ã—`, `â–º`, `ÂŁ` before a number."""
    if place.left.isalpha() or not place.in_text:
        return False
    if "\u2500" <= run[0] < "\u2580":  # a border of a box stands beside others, or alone
        return not "\u2500" <= run[1] < "\u2580" or (run[0] == "├" and place.right.isalpha())
    if run[0] == "√":  # a root has a number, a letter or a bracket behind it, seldom a sign of mathematics
        return after[0].isalpha() and unicodedata.category(run[1]) in _NO_RADICAND
    if run[0] not in "ÂÃĂĹâ":
        return False
    if run == "Â\u00a0":
        return not place.right.isalpha()
    if run[0] == "Â" and len(run) == 2 and run[1].isalpha():
        return after in signs() and not place.right.isalpha()
    return not run[1].isalpha() and run[1] != "\u00a0"


@cache
def signs() -> frozenset[str]:
    """The signs that damaged runs may have been."""
    table = load_toml("repair/mojibake/signs.toml")
    return frozenset(
        char for group in table.values() for item in group["characters"] for char in _range(item)
    )


def _range(item: str) -> list[str]:
    first, _, last = item.partition("-") if len(item) > 1 else (item, "", item)
    return [chr(code) for code in range(ord(first), ord(last or first) + 1)]
