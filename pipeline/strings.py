"""Strings of foreign make, made whole where they enter: half a character never gets into a record.

A character beyond U+FFFF is two units in UTF-16, in JSON escapes and in PDF strings. What cuts text there by units
(a CMS that shortens a title) leaves half of an emoji: a lone surrogate, which no file can hold as UTF-8. Every reader
of metadata, JSON and the strings of PDFs passes them through one `Foreign` for each document: two halves that belong
together become the one character, a lone half becomes U+FFFD, and a finding says so. Records refuse what did not pass
here (pydantic takes no string that is not valid Unicode).
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson

from pipeline.knowledge.findings import finding
from pipeline.records import REPLACEMENT, Finding, fold_space

_HALF: Final = re.compile("[\ud800-\udfff]")
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""An escape in JSON, a pair of halves as one."""
_REFERENCE: Final = re.compile(
    r"&#(?:[xX]0{0,9}([dD][89a-fA-F][0-9a-fA-F]{2})|0{0,9}(5[5-7][0-9]{3}))(?![0-9a-fA-F]);?"
)
"""A numeric reference to what may be a surrogate."""
_REFERENCES: Final = re.compile(rf"(?:{_REFERENCE.pattern})+")
_PRIVATE: Final = re.compile(r"[\ue000-\uf8ff]\d*")
_EXCERPT: Final = 60
_SHOWN: Final = 3


class Foreign:
    """The strings of one document as they come in; remembers where halves of characters stood, and quotes what is
    around them in the finding unless told not to."""

    def __init__(self, *, quoting: bool = True) -> None:
        self._quoting = quoting
        self._broken: dict[tuple[str, str], int] = {}

    def text(self, text: str, where: str) -> str:
        """`text` without lone surrogates; `where` names the value for the finding ("pdf.title")."""
        if text.isascii() or not _HALF.search(text):
            return text
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return self._noted(*_HALF.subn(REPLACEMENT, joined), where)

    def utf16(self, data: bytes, where: str) -> str:
        """The text of UTF-16 (little endian) without a mark; a last byte that is half a unit is left out."""
        return self.text(data[: len(data) & ~1].decode("utf-16-le", "surrogatepass"), where)

    def utf8(self, data: bytes, where: str) -> str:
        """The text of UTF-8, with or without a mark; surrogates that were encoded one by one are forgiven.

        Raises UnicodeDecodeError for other bytes that are no UTF-8.
        """
        return self.text(data.decode("utf-8", "surrogatepass").removeprefix("\ufeff"), where)

    def json(self, text: str, where: str, *, strict: bool = True) -> Any:
        """The value of a JSON text. Not `strict`: control characters in strings are forgiven.

        Raises ValueError where it is no JSON, or nested too deep.
        """
        try:
            return orjson.loads(text)
        except ValueError:
            if not strict:
                return _lenient(self._mended(text, where))
            mended = self._mended(text, where)
            if mended == text:
                raise
            return orjson.loads(mended)

    def findings(self) -> list[Finding]:
        """A finding where there were halves of characters."""
        if not self._broken:
            return []
        shown = [
            f"{where}: {text}" if self._quoting else where for where, text in list(self._broken)[:_SHOWN]
        ]
        evidence = " · ".join(shown).replace(REPLACEMENT, "·")
        return [finding("broken-characters", evidence=evidence, count=sum(self._broken.values()))]

    def references(self, text: str) -> str:
        """HTML with pairs of references to surrogates (`&#xD83D;&#xDE00;`) as the one that was meant. Lone ones are
        left to the parser, which reads them as U+FFFD."""
        return _REFERENCES.sub(self._reference, text) if "&#" in text else text

    def _reference(self, match: re.Match[str]) -> str:
        """A row of references with the pairs in it joined."""
        written: list[str] = []
        high = halves = 0
        for reference in _REFERENCE.finditer(match.group()):
            code = int(reference[1], 16) if reference[1] else int(reference[2])
            written.append(reference.group())
            if high and 0xDC00 <= code < 0xE000:
                written[-2:] = [f"&#{0x10000 + (high - 0xD800) * 0x400 + code - 0xDC00};"]
                high, halves = 0, halves - 1
            else:
                high = code if 0xD800 <= code < 0xDC00 else 0
                halves += 0xD800 <= code < 0xE000
        if halves:
            around = match.string[max(0, match.start() - _EXCERPT // 2) : match.end() + _EXCERPT // 2]
            self._broken["html", _PRIVATE.sub("", around)] = halves
        return "".join(written)

    def _mended(self, text: str, where: str) -> str:
        count = 0

        def mend(match: re.Match[str]) -> str:
            nonlocal count
            if match["half"] is None:
                return match.group()
            count += 1
            return r"\ufffd"

        mended = _ESCAPE.sub(mend, self.text(text, where))
        return self._noted(mended, count, where) if count else mended

    def _noted(self, text: str, count: int, where: str) -> str:
        if count:
            place = max(0, text.find(REPLACEMENT) - _EXCERPT // 2)
            self._broken[where, text[place : place + _EXCERPT]] = count
        return text


def _lenient(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


_LOST: Final = re.compile(rf"(?:^|(?<=\s)){REPLACEMENT}+(?=\s|$)")


def unbroken(value: str) -> str | None:
    """A value of metadata without U+FFFD that stand by themselves; None where one is left, so that a letter is lost:
    a title with a hole is no title."""
    if REPLACEMENT not in value:
        return value
    value = fold_space(_LOST.sub("", value))
    return value if value and REPLACEMENT not in value else None
