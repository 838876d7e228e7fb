"""Foreign content: whether a tag inside of `<svg>` or `<math>` means what it means in XML or what it means in HTML.

`<style/>` is closed in a drawing and open in a page; `<title>` holds text in a page and markup in a drawing. The
standard decides by the stack of open elements (13.2.6.5, the rules for parsing tokens in foreign content); here is as
much of that stack as the scanner needs, from an `<svg>` or `<math>` until it is closed or a tag of HTML breaks out
of it. The lists are in `elements.toml`.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from pipeline.extract.html.markup.elements import BREAK_OUT, ENDS_PARAGRAPH, HTML_INSIDE, MATH_TEXT, VOID

Space = Literal["svg", "math", "html"]

_FONT: Final = re.compile(r"[\s/\"'](?:color|face|size)\s*(?:=|[\s/>])", re.IGNORECASE)
_ENCODING: Final = re.compile(
    r"\sencoding\s*=\s*[\"']?(?:text/html|application/xhtml\+xml)(?=[\"'\s/>])", re.IGNORECASE
)
_NEVER_AROUND: Final = frozenset(
    ("script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp")
)
"""Elements of text only: their end tag in a drawing ends none around it."""
_MAX_DEPTH: Final = 100
"""Elements nested deeper than this are only counted, so that each tag costs the same."""
_BREAK_OUT_AT_END: Final = frozenset(("p", "br"))


class _Open(NamedTuple):
    name: str
    space: Space
    holds_html: bool


class OpenElements:
    """The elements open since a drawing or formula began."""

    def __init__(self) -> None:
        self._stack: list[_Open] = []
        self._deeper = 0

    def __bool__(self) -> bool:
        return bool(self._stack)

    @property
    def holds_sections(self) -> bool:
        """Whether a CDATA section is text here."""
        return bool(self._stack) and self._stack[-1].space != "html"

    @property
    def holds_html(self) -> bool:
        """Whether the next tag has the meaning that it has in HTML."""
        return not self._stack or self._stack[-1].space == "html" or self._stack[-1].holds_html

    @property
    def code(self) -> str | None:
        """The `style` or `script` of the drawing that the next text stands in."""
        for name, space, holds_html in reversed(self._stack):
            if space == "html" or holds_html:
                return None
            if name in ("style", "script"):
                return name
        return None

    def start(self, name: str, tag: str) -> bool:
        """A start tag; False where it breaks out of all that is foreign, so that it is not in it any more."""
        empty = tag.endswith("/>")
        stack = self._stack
        if len(stack) >= _MAX_DEPTH and name not in BREAK_OUT:
            self._deeper += not empty
            return True
        if not self.holds_html or (name in ("mglyph", "malignmark") and stack and stack[-1].space == "math"):
            if name in BREAK_OUT or (name == "font" and _FONT.search(tag)):
                self._break_out()
                return bool(stack) and self.start(name, tag)
            if not empty:
                space = stack[-1].space
                stack.append(_Open(name, space, _holds_html(name, space, tag)))
        elif name == "svg" or name == "math":
            if not empty:
                stack.append(_Open(name, name, False))  # type: ignore[arg-type]
        elif name not in VOID:
            if name in ENDS_PARAGRAPH and "p" in self._page():
                self.end("p")
            stack.append(_Open(name, "html", True))
        return True

    def end(self, name: str) -> bool:
        """An end tag; False where it breaks out of all that is foreign, or ends an element around it."""
        stack = self._stack
        if self._deeper:
            self._deeper -= 1
            return True
        if stack[-1].space != "html" and name in _BREAK_OUT_AT_END:
            self._break_out()
            return bool(stack)
        place = len(stack) - 1
        inside = (
            stack[-1].space == "html"
        )  # an element of HTML in a drawing; it ends within its part of the drawing
        while place >= 0 and (not inside or stack[place].space == "html"):
            if stack[place].name == name:
                del stack[place:]
                return bool(stack)
            if not inside and stack[place].space == "html":
                return True
            place -= 1
        if not inside and name not in _NEVER_AROUND:  # of an element around the drawing, which ends with it
            stack.clear()
        return bool(stack)

    def _page(self) -> list[str]:
        """The names of the last elements that are of the page."""
        names: list[str] = []
        for name, space, _ in reversed(self._stack):
            if space != "html":
                break
            names.append(name)
        return names

    def _break_out(self) -> None:
        while self._stack and not self.holds_html:
            self._stack.pop()


def _holds_html(name: str, space: Space, tag: str) -> bool:
    if space == "svg":
        return name in HTML_INSIDE
    return name in MATH_TEXT or (name == "annotation-xml" and _ENCODING.search(tag) is not None)
