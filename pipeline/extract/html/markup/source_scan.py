"""Where the text of a page stands in its source: a scanner before the parser.

A parser gives text nodes without places, with entities decoded and newlines normalised. So the places are taken
first: the scanner walks over the markup as the WHATWG tokenizer does (tags with quoted attributes, comments,
raw text elements), puts a short marker where each run of text stands, and the parser then builds its tree from
markup whose only text is markers. Wherever the tree carries a marker (out of a table, into a reopened `<b>`),
the run's range in the source is known exactly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.extract.accounting import LeftOut
from pipeline.extract.html.markup.elements import DRAWN
from pipeline.extract.html.markup.foreign_content import OpenElements

MARK: Final = "\ue000"
"""Begins a marker in the markup; the number of a run follows."""

RAW_TEXT: Final = (
    "script",
    "style",
    "iframe",
    "noembed",
    "noframes",
    "xmp",
    "plaintext",
    "title",
    "textarea",
)
_LITERAL: Final = frozenset({"xmp", "plaintext"})
_SHOWN: Final = frozenset({"xmp", "plaintext", "title", "textarea"})
LONG_ATTRIBUTE: Final = 1 << 20
"""An attribute value longer than this many characters (an image in a data: URI) is emptied before parsing."""

_WS = r"[ \t\n\f\r]"
_NAME = r"[a-zA-Z][^ \t\n\f\r/>]*+"
# Attributes as nearly all pages write them, and as the standard allows them; the first is there for speed only.
_PLAIN_ATTRIBUTES = r"(?:[ \t\n\f\r/]++[^ \t\n\f\r/>=\"']++(?:=\"[^\"]*+\"|='[^']*+')?+)*+[ \t\n\f\r/]*+>"
_ATTRIBUTES = (
    rf"(?:(?:{_WS}|/)++|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"
    rf"(?:{_WS}*+={_WS}*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|(?![\"'>])[^ \t\n\f\r>]*+)?)?)*+(?:>|\Z)"
)
_COMMENT = r"<!--(?:-?>|(?s:.*?)(?:--!?>|\Z))"
_BOGUS = r"<(?:!(?!\[CDATA\[)|\?|/(?![a-zA-Z]))[^>]*+(?:>|\Z)"
_ANY_CASE = {name: "".join(f"[{letter}{letter.upper()}]" for letter in name) for name in RAW_TEXT}
_ANY_RAW = "|".join(_ANY_CASE.values())
_ISLAND_NAME = "[sS][vV][gG]|[mM][aA][tT][hH]"
_NOT_RAW = rf"(?:(?![sStTiInNxXpPmM])|(?!(?:{_ANY_RAW}|{_ISLAND_NAME})(?:[ \t\n\f\r/>]|\Z)))"
_TAG = rf"(?:</|<{_NOT_RAW}){_NAME}(?:{_PLAIN_ATTRIBUTES}|{_ATTRIBUTES})"

_MARKUP = re.compile(rf"(?:{_TAG}|{_WS}++(?=<)|{_COMMENT}|{_BOGUS}|{_WS}++\Z){{1,4096}}+")
_TEXT = re.compile(r"(?:[^<]++|<(?![a-zA-Z/!?])|</\Z)++")
_RAW_ELEMENT = re.compile(rf"<(?P<name>{_ANY_RAW})(?=[ \t\n\f\r/>]|\Z){_ATTRIBUTES}")
_CDATA = re.compile(r"<!\[CDATA\[([^>]*+)(?:>|\Z)")
_SECTION = re.compile(r"<!\[CDATA\[(?s:(.*?))(?:\]\]>|\Z)")
_ONE_TAG = re.compile(rf"{_COMMENT}|<{_NAME}{_ATTRIBUTES}")
_ANY_TAG = re.compile(rf"<(?P<slash>/?)(?P<name>{_NAME}){_ATTRIBUTES}")
_ISLAND = re.compile(rf"<(?:{_ISLAND_NAME})(?=[ \t\n\f\r/>]|\Z)")
_NO_TEXT = re.compile(rf"{_COMMENT}|{_BOGUS}")
_TOKEN = re.compile(rf"{_COMMENT}|{_BOGUS}|</?{_NAME}{_ATTRIBUTES}")
_DRAWING = re.compile(
    rf"<svg(?:{_WS}[^<>]*)?(?<!/)>(?:{_WS}*+</?(?:{'|'.join(sorted(DRAWN))})(?=[ \t\n\f\r/>])[^<>]*>)*+{_WS}*+</svg>",
    re.IGNORECASE,
)
"""A drawing without text, as most icons are."""
_SRCDOC = re.compile(r"\ssrcdoc\s*=\s*[\"']?((?<=\")[^\"]*+|(?<=')[^']*+|(?<![\"'])[^\s>]*+)", re.IGNORECASE)
_QUOTED = re.compile(rf"\"[^\"]{{{LONG_ATTRIBUTE},}}\"|'[^']{{{LONG_ATTRIBUTE},}}'")
_JSON_TYPE = re.compile(r"\btype\s*=\s*[\"']?[\w./+-]*json", re.IGNORECASE)
_SCRIPT_STEP = re.compile(r"<!--|-->|<script(?=[ \t\n\f\r/>])|</script(?=[ \t\n\f\r/>])", re.IGNORECASE)
_MARKUP_BEGINS = "< \t\n\f\r"
_END_TAGS = {name: re.compile(rf"</{letters}(?=[ \t\n\f\r/>])") for name, letters in _ANY_CASE.items()}
_SPACE = " \t\n\f\r\v"


@dataclass(frozen=True, slots=True)
class Scanned:
    """`markup` with a marker for each run of text; `starts` and `ends` are their places in the source, without the
    white space around them; `literal` are the runs whose entities stand for themselves (`<xmp>`); `scripts`
    are the [start, end) of JSON data; the source from `stopped` on was not read (None where all was);
    `emptied` are the [start, end) of tags with attribute values too long to keep; `left_out` is the content of
    scripts, styles and the like; `sections` are the runs of CDATA sections, which are comments in HTML; `unclosed` is
    the last of the page where it stands in a comment, tag or script that does not end."""

    markup: str
    starts: list[int]
    ends: list[int]
    literal: frozenset[int]
    scripts: list[tuple[int, int]]
    stopped: int | None
    emptied: list[tuple[int, int]]
    left_out: list[LeftOut]
    sections: frozenset[int]
    unclosed: LeftOut | None


class _Scanner:
    def __init__(self, source: str, budget: int) -> None:
        self.source = source
        self.left = budget
        self.parts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.literal: set[int] = set()
        self.scripts: list[tuple[int, int]] = []
        self.emptied: list[tuple[int, int]] = []
        self.left_out: list[LeftOut] = []
        self.sections: set[int] = set()
        self.unclosed: LeftOut | None = None

    def scan(self) -> Scanned:
        position, length, source = 0, len(self.source), self.source
        parts = self.parts
        while position < length and self.left > 0:
            markup = _MARKUP.match(source, position) if source[position] in _MARKUP_BEGINS else None
            if markup:
                end = markup.end()
                chunk = source[position:end]
                if end == length:
                    self._note_unclosed(chunk, position)
                if len(chunk) > LONG_ATTRIBUTE:
                    chunk = self._shortened(chunk, position)
                parts.append(chunk)
                self.left -= len(chunk)
            elif text := _TEXT.match(source, position):
                end = text.end()
                self._mark(position, end)
                self.left -= end - position
            elif drawing := _DRAWING.match(source, position):
                end = drawing.end()
            elif _ISLAND.match(source, position):
                end = self._island(position)
            elif raw := _RAW_ELEMENT.match(source, position):
                end = self._raw_element(raw)
            elif cdata := _CDATA.match(source, position):
                end = self._cdata(cdata)
            else:  # a "<" at the very end
                end = position + 1
            position = end
        return Scanned(
            "".join(parts),
            self.starts,
            self.ends,
            frozenset(self.literal),
            self.scripts,
            position if position < length else None,
            self.emptied,
            self.left_out,
            frozenset(self.sections),
            self.unclosed,
        )

    def _mark(self, start: int, end: int, literal: bool = False) -> None:
        """Put a marker for the text at [start, end), with a space where it has white space around it."""
        text = self.source[start:end]
        right = text.rstrip(_SPACE)
        core = right.lstrip(_SPACE)
        if not core:
            self.parts.append(" " if text else "")
            return
        number, last = len(self.starts), start + len(right)
        first = last - len(core)
        if literal:
            self.literal.add(number)
        before, after = " " if first > start else "", " " if last < end else ""
        self.parts.append(f"{before}{MARK}{number}{after}")
        self.starts.append(first)
        self.ends.append(last)

    def _cdata(self, match: re.Match[str]) -> int:
        """A CDATA section: a comment to HTML, text inside of SVG and MathML; which one, the parser decides."""
        end = match.end(1) - 2 if match.group(1).endswith("]]") else match.end(1)
        self.sections.add(len(self.starts))
        self.parts.append("<![CDATA[")
        self._mark(match.start(1), end, literal=True)
        self.parts.append("]]>")
        self.left -= match.end() - match.start()
        return match.end()

    def _island(self, position: int) -> int:
        """A drawing or formula (`<svg>`, `<math>`), tag by tag; returns where HTML goes on. Its styles and scripts are
        left out of the markup, so that the parser cannot take them for those of the page."""
        source, length, inside = self.source, len(self.source), OpenElements()
        while position < length and self.left > 0:
            start = position
            if text := _TEXT.match(source, start):
                position = text.end()
                self._island_text(start, position, inside)
            elif inside.holds_sections and (section := _SECTION.match(source, start)):
                position = section.end()
                self._island_text(*section.span(1), inside, literal=True)
            elif cdata := _CDATA.match(source, start):
                position = self._cdata(cdata)
            elif inside and inside.holds_html and (raw := _RAW_ELEMENT.match(source, start)):
                position = self._raw_element(raw)
            elif tag := _ANY_TAG.match(source, start):
                name, ends = tag["name"].lower(), bool(tag["slash"])
                if not ends and not inside.start(name, tag.group()):
                    break  # a tag of the page, to be read as one
                position = tag.end()
                if name not in ("style", "script"):
                    self._copy(start, position)
                if (ends and not inside.end(name)) or not inside:
                    break
            elif other := _NO_TEXT.match(source, start):
                position = other.end()
                self._copy(start, position)
            else:
                break
            self.left -= position - start
        return position

    def _island_text(self, start: int, end: int, inside: OpenElements, literal: bool = False) -> None:
        if code := inside.code:
            self.left_out.append(LeftOut(start, end, code))
        else:
            self._mark(start, end, literal)

    def _copy(self, start: int, end: int) -> None:
        tag = self.source[start:end]
        self.parts.append(self._shortened(tag, start) if len(tag) > LONG_ATTRIBUTE else tag)

    def _note_unclosed(self, chunk: str, offset: int) -> None:
        """Note the last comment or tag of the page where it does not end, so that it holds what may be text."""
        last: re.Match[str] | None = None
        for token in _TOKEN.finditer(chunk):
            last = token
        if last is None or last.end() < len(chunk):
            return
        text = last.group()
        again = _TOKEN.match(text + " ")
        if again and again.end() > len(text):  # it ended only because the page did
            reason = "comment" if text.startswith("<!--") else "tag"
            self.unclosed = LeftOut(offset + last.start(), offset + last.end(), reason)
            self.left_out.append(self.unclosed)

    def _raw_element(self, match: re.Match[str]) -> int:
        """A script, style, title …: its content up to its own end tag, which is left to be read next; elements
        without text for readers are left out of the markup. Returns where reading goes on."""
        name, start, source = match["name"].lower(), match.end(), self.source
        end = len(source) if name == "plaintext" else self._raw_end(name, start)
        if end == len(source) and name != "plaintext" and source[start:end].strip():
            self.unclosed = LeftOut(start, end, name)
        tag = match.group()
        data = name == "script" and _JSON_TYPE.search(tag) is not None
        if name not in _SHOWN:
            self.left_out.append(LeftOut(start, end, name))
        if name == "iframe" and (page := _SRCDOC.search(tag)):
            self.left_out.append(LeftOut(match.start() + page.start(1), match.start() + page.end(1), name))
        if not data and name not in _SHOWN:
            close = source.find(">", end)
            return close + 1 if close >= 0 else len(source)
        self.parts.append(self._shortened(tag, match.start()) if len(tag) > LONG_ATTRIBUTE else tag)
        self.left -= len(self.parts[-1])
        if data:
            self.parts.append(str(len(self.scripts)))
            self.scripts.append((start, end))
        else:
            self._mark(start, end, name in _LITERAL)
            self.left -= end - start
        return end

    def _raw_end(self, name: str, start: int) -> int:
        found = _END_TAGS[name].search(self.source, start)
        end = found.start() if found else len(self.source)
        if name == "script" and self.source.find("<!--", start, end) >= 0:
            return self._script_end(start)
        return end

    def _script_end(self, start: int) -> int:
        """The end of a script by the states of the WHATWG tokenizer (script data, escaped, double escaped)."""
        escaped = double = False
        for step in _SCRIPT_STEP.finditer(self.source, start):
            what = step.group().lower()
            if what == "<!--":
                escaped = True
            elif what == "-->":
                escaped = double = False
            elif what == "<script":
                double = escaped
            elif double:
                double = False
            else:
                return step.start()
        found = _END_TAGS["script"].search(self.source, start)
        return found.start() if found and escaped else len(self.source)

    def _shortened(self, chunk: str, offset: int) -> str:
        """`chunk` of markup with over-long attribute values emptied."""

        def shorten(match: re.Match[str]) -> str:
            tag = match.group()
            if len(tag) <= LONG_ATTRIBUTE or tag.startswith("<!--"):
                return tag if len(tag) <= LONG_ATTRIBUTE else ""
            self.emptied.append((offset + match.start(), offset + match.end()))
            return _QUOTED.sub('""', tag)

        return _ONE_TAG.sub(shorten, chunk)


def scan(source: str, budget: int) -> Scanned:
    """Take the places of all text in the HTML `source`; reads at most about `budget` characters of markup and text
    (content of scripts, styles and over-long attributes is skipped and does not count). Linear in the source."""
    return _Scanner(source, budget).scan()
