"""Characters that command a program instead of saying something.

Scraped text may hold control characters, signs that turn the direction of what follows, and line separators that only
some programs know. JSON outputs keep them; whatever shows text to a person goes through this module.

Zero-width joiner and non-joiner stay everywhere: Persian, Indic scripts and emoji are written with them.
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"

_VISIBLE_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
"""Format characters that have a shape of their own (signs of Arabic and Syriac numbers)."""

_LINE_ENDS = re.compile(r"\r\n?")

_SEPARATORS = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
"""Line ends of old devices and of Unicode, which programs disagree on: white space in every rendering."""

_COMMANDS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters (C0 without white space, C1 without next line)
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction: marks, embeddings, overrides, isolates
    "\u206a-\u206f\ufff9-\ufffb\ufeff\U000e0001]"  # deprecated format characters, annotations, byte order mark
)


def removed(text: str) -> str:
    """`text` for Markdown and CSV: commands are taken out, separators are spaces, every line end is a line feed.

    Letters of right-to-left scripts stay in their logical order, which is what every program displays.
    """
    return _COMMANDS.sub("", _SEPARATORS.sub(" ", _LINE_ENDS.sub("\n", text)))


def escaped(text: str, *, lines: bool = False) -> str:
    """`text` for a terminal: each command and separator as a visible escape (`\\u202e`).

    `lines` lets line feeds and tabs through, for texts of many lines; a name or address must not begin a new line.
    """
    return "".join(_escape(char) if _commands(char, lines) else char for char in text)


def _commands(char: str, lines: bool) -> bool:
    if char.isprintable() or char in _JOINERS or char in _VISIBLE_FORMATS:
        return False
    if char in "\n\t":
        return not lines
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escape(char: str) -> str:
    code = ord(char)
    if char in "\n\t\r":
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}[char]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
