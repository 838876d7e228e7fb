"""Code pages as tables, for trying what a text would be had it been decoded otherwise."""

from __future__ import annotations

import codecs
from functools import cache

import numpy as np

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.alphabet import PLANE, near
from pipeline.lexicon.arrays import Array
from pipeline.lexicon.languages import languages

EXEMPT = frozenset("‐‑‒–—―‘’‚“”„†•…‹›€™\ufffd")
"""What may stay as it is: typography that came into the text by another way (an entity), and what is lost."""

STRANGE = 10.0
"""The cost (in nats) of a code page in which texts of a language were hardly ever written."""
_RANK = 0.7


def page_table(page: str) -> str:
    """The 256 characters of a page; an undefined byte is the C1 control of its value, as in browsers."""
    if page == "latin-1":
        return bytes(range(256)).decode("latin-1")
    characters = []
    for byte in range(256):
        try:
            characters.append(bytes([byte]).decode(page))
        except UnicodeDecodeError:
            characters.append(chr(byte))
    return "".join(characters)


class Pages:
    """All code pages of `codepages.toml` and `languages.toml`, in arrays."""

    def __init__(self) -> None:
        cost: dict[str, float] = load_toml("repair/mojibake/code_pages.toml")["read_as"]
        self.read_as = tuple(cost)
        self.true = tuple(dict.fromkeys(page for language in languages() for page in language.pages))
        self.read_cost = np.array([cost[page] for page in self.read_as], dtype=np.float32)
        names = dict.fromkeys((*self.read_as, *self.true))
        self.tables = {page: page_table(page) for page in names}
        self.encoders = {page: codecs.charmap_build(table) for page, table in self.tables.items()}
        self.decode = np.array(
            [[near(char) for char in self.tables[page]] for page in self.true], dtype=np.int64
        )
        self.encode = np.full((len(self.read_as), PLANE), -1, dtype=np.int16)
        for row, page in enumerate(self.read_as):
            for byte in range(255, 127, -1):
                code = near(self.tables[page][byte])
                if code < PLANE - 1:
                    self.encode[row, code] = byte
        numbers = np.arange(len(self.read_as), dtype=np.uint32)[:, None]
        in_pages = np.uint32(1) << numbers
        self.leads = _united(in_pages * ((self.encode >= 0xC2) & (self.encode <= 0xF4)))
        """For each code point the pages, with a bit for each, in which it may begin a UTF-8 sequence …"""
        self.trails = _united(in_pages * ((self.encode >= 0x80) & (self.encode < 0xC0)))
        """… and those in which it may go on with one."""
        self.bytes_of = {
            page: {table[byte]: byte for byte in range(255, 127, -1)} for page, table in self.tables.items()
        }
        self.language_cost = np.full((len(self.true), len(languages())), STRANGE, dtype=np.float32)
        for column, language in enumerate(languages()):
            for rank, page in enumerate(language.pages):
                self.language_cost[self.true.index(page), column] = rank * _RANK

    def to_bytes(self, text: str, page: str) -> bytes | None:
        """`text` in `page`, or None where it has characters the page lacks."""
        try:
            return codecs.charmap_encode(text, "strict", self.encoders[page])[0]
        except UnicodeEncodeError:
            return None


def _united(bits: Array) -> Array:
    united: Array = np.bitwise_or.reduce(bits, axis=0)
    return united


@cache
def pages() -> Pages:
    """The tables, made once."""
    return Pages()
