"""What cannot be read: found, counted and withheld.

U+FFFD, characters of a font that the file gives no meaning (`(cid:31)`, private use). A word with such a character is
withheld as a whole, because half a word is a wrong word; a text of which hardly anything is left is withheld whole.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, NamedTuple

from pipeline.knowledge.files import load_toml
from pipeline.records import OMISSION, REPLACEMENT
from pipeline.repair.text_changes import Change

PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
UNREADABLE = re.compile(rf"{REPLACEMENT}|[{PRIVATE}]|\(cid:\d{{1,6}}\)")
_RUN = re.compile(rf"(?:{REPLACEMENT}|[{PRIVATE}]|\(cid:\d{{1,6}}\))+")
_PRIVATE_RUN = re.compile(rf"[{PRIVATE}]+")
_WITHIN_WORD = re.compile(rf"(?<=\w)[{PRIVATE}]+(?=\w)")
_LETTER = "[^\\W\\d_\u1100-\u1dff\u2e80-\U0010ffff]"
"""A letter of a script that parts its words, as Hangul, kana and Chinese signs do not."""
_GLUE = rf"[\w{PRIVATE}{REPLACEMENT}]"
_GLUED = re.compile(rf"(?<={_LETTER}{{3}})[{PRIVATE}](?!{_GLUE})|(?<!{_GLUE})[{PRIVATE}](?={_LETTER}{{3}})")
"""One private-use character behind or before three letters, and nothing glued to its other side."""

_MARKS = re.compile(
    r"(?<!\S)[^\w\s?]{0,2}\?{2,}(?:[^\w\s]{0,3}[ \u00a0]+[^\w\s]{0,3}\?[^\w\s]{0,80}){2,}(?!\S)"
)
_MANY_MARKS = 8
_LONGEST_WORD = 80
_WHOLLY = 0.8
"""The share of lost characters from which a text is withheld whole."""
_PASSAGE = 4
"""So many unreadable characters in a row are a lost passage, fewer are lost letters."""
_GAP = 40

Kind = Literal["text", "passage", "word"]


class Loss(NamedTuple):
    """[start, end) of the text is withheld; `lost` characters of it are unreadable."""

    start: int
    end: int
    lost: int
    kind: Kind
    unmapped: bool

    def shown(self, text: str) -> str:
        """The place as a person may see it, without unreadable characters."""
        return _RUN.sub(OMISSION, text[self.start : self.end])[:200]


def losses(text: str, in_grid: bool = False) -> list[Loss]:
    """The places of `text` that are to be withheld, in order; in a table (`in_grid`) cell by cell."""
    spans = _damaged_words(text)
    found = [_loss(text, start, end) for start, end in _joined(text, spans)]
    found = sorted([*found, *_question_marks(text)])
    if not found:
        return []
    lost = sum(loss.lost for loss in found)
    kept = sum(c.isalnum() for c in text) - sum(
        c.isalnum() for loss in found for c in text[loss.start : loss.end]
    )
    if kept == 0 or (lost >= _WHOLLY * (lost + kept) and not in_grid):
        return [Loss(0, len(text), lost, "text", all(loss.unmapped for loss in found))]
    return found


def _question_marks(text: str) -> list[Loss]:
    """Passages of nothing but question marks: a charset had none of their letters."""
    if "??" not in text:
        return []
    return [
        Loss(match.start(), match.end(), match[0].count("?"), "passage", False)
        for match in _MARKS.finditer(text)
        if match[0].count("?") >= _MANY_MARKS
    ]


def withheld(found: list[Loss]) -> list[Change]:
    """The changes that withhold these places: an omission mark, or nothing for a whole text."""
    return [
        Change(loss.start, loss.end, "" if loss.kind == "text" else OMISSION, "withheld") for loss in found
    ]


def symbol_changes(text: str) -> list[Change]:
    """Private-use characters that stand alone: bullets of symbol fonts get their sign, icons go."""
    signs = _symbol_font()
    changes = []
    for match in _PRIVATE_RUN.finditer(text):
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        alone = len(match[0]) <= 2 and not before.isalnum() and not after.isalnum()
        if not alone or REPLACEMENT in (before, after):
            continue
        sign = "".join(signs.get(char, "") for char in match[0])
        changes.append(Change(match.start(), match.end(), sign, "symbol-font" if sign else "icon", 0.9))
    return changes


def icon_changes(text: str) -> list[Change]:
    """Icons that an icon font glues to a word (a private-use character before or behind it) go.

    For text of pages: on paper, such a character is a letter whose meaning the font does not say. Where one stands
    within a word, none of the text is taken for an icon.
    """
    if not _PRIVATE_RUN.search(text) or _WITHIN_WORD.search(text):
        return []
    return [Change(*match.span(), "", "icon", 0.9) for match in _GLUED.finditer(text)]


@cache
def _symbol_font() -> dict[str, str]:
    table: dict[str, str] = load_toml("repair/characters/characters.toml")["symbol_font"]
    return table


def _damaged_words(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in _RUN.finditer(text):
        floor = spans[-1][1] if spans else 0
        start = match.start()
        while start > max(floor, match.start() - _LONGEST_WORD) and _in_word(text, start - 1):
            start -= 1
        end = match.end()
        while end < min(len(text), match.end() + _LONGEST_WORD) and _in_word(text, end):
            end += 1
        if spans and start <= floor:
            spans[-1] = (spans[-1][0], max(end, floor))
        else:
            spans.append((start, end))
    return spans


def _in_word(text: str, at: int) -> bool:
    """Whether the character belongs to a word: a letter, digit or mark, or a hyphen or apostrophe between such."""
    char = text[at]
    if char.isalnum() or char == "_" or "\u0300" <= char <= "\u036f":
        return True
    if char not in "-'’\u2010\u2011" or at == 0 or at + 1 >= len(text):
        return False
    around = text[at - 1] + text[at + 1]
    return all(c.isalnum() or c == REPLACEMENT for c in around)


def _joined(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Damaged words with nothing but spaces between them, or wholly lost ones with no letter between, as one."""
    joined: list[tuple[int, int]] = []
    wordless = False
    for start, end in spans:
        bare = not _has_letters(text[start:end])
        if joined and start - joined[-1][1] <= _GAP:
            gap = text[joined[-1][1] : start]
            near = gap.isspace() or (wordless and bare and not _has_letters(gap))
            if near and not set(gap) & {"\t", "\n"}:
                joined[-1] = (joined[-1][0], end)
                wordless = wordless and bare
                continue
        joined.append((start, end))
        wordless = bare
    return joined


def _has_letters(piece: str) -> bool:
    return any(c.isalnum() for c in _RUN.sub("", piece))


def _loss(text: str, start: int, end: int) -> Loss:
    piece = text[start:end]
    marks = UNREADABLE.findall(piece)
    long_run = max(len(UNREADABLE.findall(run)) for run in _RUN.findall(piece)) >= _PASSAGE
    kind: Kind = "passage" if long_run or not _has_letters(piece) else "word"
    return Loss(start, end, len(marks), kind, REPLACEMENT not in marks)
