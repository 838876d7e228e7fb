"""What the shape of a line says: a list marker, a rule, a heading, a quotation, the name of a speaker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipeline.knowledge.files import load_toml

MAX_LENGTH = 110
MAX_WORDS = 16
MAX_SPEAKER_WORDS = 14
LONG = 20_000
"""A line longer than this is prose, whatever stands in it."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A list marker at the beginning of a line: `length` characters with the white space after it; `certain`
    where it stands in no sentence; `number` of an ordered item."""

    text: str
    length: int
    certain: bool
    number: int | None = None


@dataclass(frozen=True, slots=True)
class _Signs:
    marker: re.Pattern[str]
    lone: re.Pattern[str]
    rule: re.Pattern[str]
    attribution: re.Pattern[str]
    inline: re.Pattern[str]
    underline_1: str
    underline_2: str
    quotes: dict[str, str]


@cache
def _signs() -> _Signs:
    data = load_toml("extract/text/line_shape.toml")
    bullets = "|".join(
        re.escape(sign) for sign in [*data["bullets"], *_garbled(data["bullets"] + data["dashes"])]
    )
    dashes = re.escape(data["dashes"])
    attribution, rules = re.escape(data["attribution"]), re.escape(data["rules"])
    closing = re.escape("".join(sorted(set("".join(data["quotes"].values())))))
    return _Signs(
        marker=re.compile(
            rf"(?:(?P<bullet>{bullets})[ \t\u00a0]*"
            rf"|(?P<dash>[{dashes}])[ \t\u00a0]+"
            r"|(?P<round>\((?:\d{1,3}|[a-z]|[ivx]{1,5})\)|(?:[a-z]|[ivx]{1,5})\))[ \t\u00a0]+"
            r"|(?P<number>\d{1,3})[.)][ \t\u00a0]+)(?=\S)"
        ),
        lone=re.compile(rf"(?:(?:{bullets}|[{dashes}])(?:[ \t\u00a0]*\d{{1,3}}[.)]?)?|\(?\d{{1,2}}[.)])$"),
        rule=re.compile(rf"(?:([{rules}])[ \t]?)(?:\1[ \t]?){{2,}}$"),
        attribution=re.compile(rf"[{attribution}]{{1,2}}[ \t\u00a0]*(?=\w)"),
        inline=re.compile(
            rf"(?P<closing>[{closing}][.,]?)[ \t\u00a0]*[{attribution}]{{1,2}}[ \t\u00a0]*(?=[^\W\d_])"
        ),
        underline_1=data["underline_1"],
        underline_2=data["underline_2"],
        quotes=data["quotes"],
    )


def _garbled(signs: str) -> list[str]:
    """The signs as they look where UTF-8 was read as Windows-1252 ("•" → "â€¢"): repair comes after reading."""
    found = (sign.encode("utf-8").decode("cp1252", "ignore") for sign in signs if not sign.isascii())
    return sorted(
        {garbled for garbled in found if len(garbled) > 1}, key=lambda garbled: (-len(garbled), garbled)
    )


def marker_of(line: str) -> Marker | None:
    """The list marker at the beginning of the line, with text after it."""
    match = _signs().marker.match(line)
    if not match:
        return None
    text = match.group().strip()
    number = int(match["number"]) if match["number"] else None
    return Marker(text, match.end(), bool(match["bullet"] or match["round"]), number)


def lone_marker(line: str) -> str | None:
    """The line, where it is a list marker and nothing else ("•", "• 1", "2.")."""
    if len(line) > 8 or not _signs().lone.match(line):
        return None
    return " ".join(line.split())


def is_rule(line: str) -> bool:
    """Whether the line is a drawn rule."""
    return len(line) >= 3 and not line[0].isalnum() and bool(_signs().rule.match(line[:LONG]))


def underline_level(line: str) -> int | None:
    """The heading level that the line gives the line above it, where it underlines it."""
    if len(line) < 3 or not is_rule(line) or " " in line:
        return None
    if line[0] in _signs().underline_1:
        return 1
    return 2 if line[0] in _signs().underline_2 else None


_SENTENCES = re.compile(r"[^\W\d_]{3}[.!?] ++[^\W\d_a-z]")
_NUMBERING = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})[.)]?[ \t\u00a0]+(?=[^\W\d_])")
_ADDRESS = re.compile(r"://|www\.|@|\d[\d ()/.-]{7,}")


def heads(text: str) -> bool:
    """Whether the text has the shape of a heading: short, begun with a capital, not ended like a sentence."""
    if not 2 <= len(text) <= MAX_LENGTH or len(text.split()) > MAX_WORDS:
        return False
    if text[-1] in ".,;…!" or (text[-1] == ":" and len(text.split()) > 6):
        return False
    numbered = _NUMBERING.match(text)
    first = text[numbered.end() if numbered else 0 :].lstrip("¿¡„“\"«»'(")[:1]
    if not first.isalpha() or first.islower():
        return False
    letters = sum(c.isalpha() for c in text)
    return letters >= 0.5 * len(text) and not _SENTENCES.search(text) and not _ADDRESS.search(text)


_FIGURE = re.compile(
    r"[-–+±~<>≈(]? ?\d[\d., \u00a0\u202f'’/–-]*"  # the number
    r"(?: ?[^\W\d]{1,12}[²³23]?\.?| ?[%‰€$£°]){0,3} ?(?:\(\d{4}\))?$"  # its unit and year
)
_ONLY_ADDRESS = re.compile(
    r"(?:[\w.%+-]{1,64}@[\w.-]{3,80}|(?:https?://|www\.)\S{3,500}|\+?[\d(][\d ()/.-]{6,24})$"
)


def is_address(text: str) -> bool:
    """Whether the line is an e-mail address, a web address or a telephone number and nothing else."""
    return bool(_ONLY_ADDRESS.match(text))


def is_figure(text: str) -> bool:
    """Whether the text is a number, with a unit or a year at most ("297,8 km²", "260.341 (2018)", "–")."""
    return text in ("–", "-", "—", "…", "n/a") or (len(text) <= 40 and bool(_FIGURE.match(text)))


def heading_level(text: str) -> int:
    """The level of a heading that nothing but its shape marks: by its number ("2.1" is below "2"), else 2."""
    numbered = _NUMBERING.match(text)
    return min(6, 2 + numbered.group(1).count(".")) if numbered else 2


def is_quotation(text: str) -> bool:
    """Whether the text is one quotation from end to end, but for the name of its speaker."""
    closing = _signs().quotes.get(text[:1])
    if not closing or len(text) < 12 or len(text) > LONG:
        return False
    attribution = _attribution(text)
    said = text[: attribution.start() + 1] if attribution else text.rstrip(" .,")
    return said[-1] in closing and len(said.split()) >= 4 and not _closes_early(said[1:-1], text[0], closing)


def _closes_early(inside: str, opening: str, closing: str) -> bool:
    """Whether the quotation ends before its end: prose that begins and ends with quoted words."""
    if opening in closing:
        return opening in inside
    depth = 1
    for char in inside:
        depth += 1 if char == opening else -1 if char in closing else 0
        if depth == 0:
            return True
    return False


def quotation_length(text: str) -> int | None:
    """How many characters are the quotation in a text that ends with its speaker ("… zmiany” – Paweł Adamowicz")."""
    attribution = _attribution(text)
    return attribution.start() + len(attribution["closing"]) if attribution else None


def _attribution(text: str) -> re.Match[str] | None:
    found = None
    for match in _signs().inline.finditer(text[:LONG]):
        found = match
    if not found or len(text[found.end() :].split()) > MAX_SPEAKER_WORDS or text.endswith((".", "!", "?")):
        return None
    return found


def names_speaker(line: str) -> bool:
    """Whether the line, below a quotation, names who said it ("– Paweł Adamowicz, prezydent Gdańska")."""
    match = _signs().attribution.match(line)
    if not match or len(line.split()) > MAX_SPEAKER_WORDS or line[-1] in ".!?:;":
        return False
    return line[match.end()].isupper()


def ends_quotation(line: str) -> bool:
    """Whether the line ends with a sign that closes a quotation."""
    last = line.rstrip(" .,")[-1:]
    return bool(last) and any(last in closing for closing in _signs().quotes.values())


def attribution_length(line: str) -> int:
    """How many characters of the line lead to the speaker's name."""
    match = _signs().attribution.match(line)
    return match.end() if match else 0
