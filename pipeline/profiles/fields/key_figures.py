"""Key figures: rows of tables, and short lines of the form "label: number unit (year)"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.knowledge.files import load_toml
from pipeline.profiles.evidence import Found, content
from pipeline.profiles.numbers import NUMBER, YEAR, parse_number
from pipeline.records import Block, Cell, Document, EvidenceSpan, KeyFigure
from pipeline.records.spans import Spans

_LONGEST_LABEL = 60
_LONGEST_LINE = 90
_LINE = re.compile(r"(?P<label>[^\d:–—]{3,60}?(?:\([^)]{2,30}\))?)\s*(?::|–|—|\s-\s)\s*(?P<rest>[-−]?\d.*)")
_YEAR_IN_BRACKETS = re.compile(
    r"\s*+(?:[(\[]\s*+)?(?:[^\W\d]++\.?\s++){0,3}((?:1[89]|20)\d\d)\.?\s*+(?:[)\]]\s*+)?\.?$"
)

_YEAR_OF_LABEL = re.compile(r"(?<!\s)\s*+[(\[]((?:1[89]|20)\d\d)[)\]]$")
_LABEL_YEAR = re.compile(r"(?<!\s)\s*+[(\[]\s*+((?:1[89]|20)\d\d)\s*+[)\]]$")


def key_figures(document: Document, overlay: Path | None) -> list[Found[KeyFigure]]:
    """All key figures of the document, in its order; a row that is not a number with a label is none."""
    units = Units(overlay)
    found: list[Found[KeyFigure]] = []
    above: tuple[int, Block] | None = None
    for index, block in content(document):
        if block.kind == "table":
            found += _of_table(index, block, document.language, units)
        elif len(block.text) <= _LONGEST_LINE:
            found += _of_line(index, block, document.language, units)
            if above is not None:
                found += _of_pair(above, (index, block), document.language, units)
        above = (index, block) if _is_label(block) else None
    return _once(found)


def _once(found: list[Found[KeyFigure]]) -> list[Found[KeyFigure]]:
    """Each figure once, where it stands first: reports repeat their tables."""
    first = {found.value: found for found in reversed(found)}
    return [figure for figure in found if first[figure.value] is figure]


class Units:
    """The units of the data file, longest first, as one pattern."""

    def __init__(self, overlay: Path | None) -> None:
        names = load_toml("knowledge/units.toml", overlay)["units"]
        alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self.after_number = re.compile(rf"\s*+({alternatives})(?![\w²³])", re.IGNORECASE)
        self.in_brackets = re.compile(
            rf"(?:(?<!\s)\s*+[(\[]\s*+(?:in\s++)?|,\s*+)({alternatives})\s*+(?:[)\]]\s*+)?$", re.IGNORECASE
        )


def _of_line(index: int, block: Block, language: str | None, units: Units) -> Iterator[Found[KeyFigure]]:
    match = _LINE.fullmatch(block.text)
    if match is None:
        return
    value = _value(match["rest"], language, units)
    if value is not None:
        number, unit, year = value
        label, named_year = _without_year(match["label"].strip())
        year = year or named_year
        yield Found(
            KeyFigure(label=label, value=number, unit=unit, year=year), ((index, 0, len(block.text), 0.8),)
        )


def _is_label(block: Block) -> bool:
    """Whether a block may be the label of the number under it: a term, a small heading, a short line."""
    text = _without_year(block.text)[0]
    short = 2 < len(text) <= _LONGEST_LABEL and text[-1] not in ".!?:;,"
    return short and not any(char.isdigit() for char in text) and block.kind in ("heading", "paragraph")


def _without_year(label: str) -> tuple[str, int | None]:
    """A label without a year in brackets behind it ("Habitants (2020)"), and that year."""
    match = _LABEL_YEAR.search(label)
    return (label[: match.start()].rstrip(), int(match.group(1))) if match else (label, None)


def _of_pair(
    label: tuple[int, Block], number: tuple[int, Block], language: str | None, units: Units
) -> Iterator[Found[KeyFigure]]:
    """A label on a line of its own, and under it nothing but a number with its unit."""
    value = _value(number[1].text, language, units) if number[1].kind == "paragraph" else None
    if value is not None:
        name, named_year = _without_year(label[1].text)
        figure = KeyFigure(label=name, value=value[0], unit=value[1], year=value[2] or named_year)
        yield Found(
            figure, ((label[0], 0, len(label[1].text), 0.8), (number[0], 0, len(number[1].text), 0.8))
        )


def _value(text: str, language: str | None, units: Units) -> tuple[float, str | None, int | None] | None:
    """Number, unit and year of a text that holds nothing else; None otherwise."""
    match = NUMBER.match(text.strip())
    if match is None:
        return None
    number, rest = parse_number(match.group(0), language), text.strip()[match.end() :]
    if number is None:
        return None
    unit, year = None, None
    if found := units.after_number.match(rest):
        unit, rest = found.group(1), rest[found.end() :]
    if found := _YEAR_IN_BRACKETS.fullmatch(rest):
        year, rest = int(found.group(1)), ""
    return None if rest.strip(" .;") else (number, unit, year)


def _of_table(index: int, block: Block, language: str | None, units: Units) -> Iterator[Found[KeyFigure]]:
    """Rows of a label, a number, and perhaps a unit and a year; columns are told by their heads and contents."""
    rows: dict[int, list[Cell]] = {}
    for cell in block.cells:
        rows.setdefault(cell.row, []).append(cell)
    now = Spans(block.edits)
    for row in sorted(rows):
        cells = sorted(rows[row], key=lambda cell: cell.column)
        places = [now.in_text(cell.start, cell.end) for cell in cells]
        figure = _of_row([block.text[start:end].strip() for start, end in places], language, units)
        if figure is not None:
            spans: list[EvidenceSpan] = [(index, start, end, 0.9) for start, end in places if start < end]
            yield Found(figure, tuple(spans))


def _of_row(texts: list[str], language: str | None, units: Units) -> KeyFigure | None:
    if len(texts) < 2 or not texts[0] or NUMBER.fullmatch(texts[0]) or len(texts[0]) > _LONGEST_LABEL:
        return None
    label, values = texts[0], [text for text in texts[1:] if text]
    year = next((int(text) for text in values[1:] if YEAR.fullmatch(text)), None)
    numbers = [
        text for text in values if not (year is not None and text == str(year) and text is not values[0])
    ]
    if not numbers:
        return None
    value = _value(numbers[0], language, units)
    if value is None or any(_value(text, language, units) for text in numbers[1:]):
        return None  # several numbers: a table of data, whose columns have names of their own
    number, unit, own_year = value
    if own_year is None and (dated := _YEAR_OF_LABEL.search(label)):
        label, own_year = label[: dated.start()], int(dated.group(1))
    named = next((text for text in numbers[1:] if units.after_number.fullmatch(text)), None)
    if unit is None and (found := units.in_brackets.search(label)) and found.start() > 0:
        unit, label = found.group(1), label[: found.start()].rstrip()
    label, named_year = _without_year(label)
    return KeyFigure(label=label, value=number, unit=unit or named, year=own_year or year or named_year)
