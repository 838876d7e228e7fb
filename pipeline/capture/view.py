"""A capture as the eye meets it: sentences, each with the place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pipeline.capture.form import Form, text_patterns
from pipeline.capture.phrases import size_of, words_of
from pipeline.records import Block, Document

Place = Literal["title", "heading", "content", "furniture", "cookie", "noscript"]

_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?…:;])\s+|[\n\t]+| [|·•] ")
_TITLE_PARTS: Final = re.compile(r"\s[|·•–—>»:-]+\s|[|·•»]")
_MOSTLY_LINKS: Final = 0.6
_SHORT_LINE: Final = 90
"""Characters of a first line, or of a heading, up to which it is a title and says nothing of its own."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, its words, folded, and where it stands. `kind` where a pattern says what kind of error text it is."""

    place: Place
    text: str
    words: tuple[str, ...]
    kind: str | None = None

    @property
    def size(self) -> int:
        """Its length in characters."""
        return size_of(self.words)


@dataclass(frozen=True)
class View:
    """All sentences of a capture; the characters it shows in all; how many blocks are links; whether it is HTML."""

    sentences: tuple[Sentence, ...]
    shown: int
    links: int
    is_html: bool

    def at(self, *places: Place) -> list[Sentence]:
        """The sentences at these places."""
        return [sentence for sentence in self.sentences if sentence.place in places]


def view_of(document: Document, form: Form, overlay: Path | None) -> View:
    """The capture as the eye meets it; text that is hidden is not there."""
    blocks = [block for block in document.blocks if block.visibility != "hidden" and block.text.strip()]
    sentences = [*_titles(document, form)]
    links, first = 0, True
    for block in blocks:
        if _is_links(block):
            links += 1
            continue
        place = _place(block, first)
        first = first and place in ("furniture", "cookie")
        sentences += _sentences(place, block, overlay)
    noscript = [sentence for text in form.noscript for sentence in _split("noscript", text)]
    without = {sentence.words for sentence in noscript}
    sentences = [*(one for one in sentences if one.words not in without), *noscript]
    shown = sum(len(block.text) for block in blocks)
    return View(tuple(sentences), shown, links, document.source.media_type == "text/html")


def _is_links(block: Block) -> bool:
    linked = sum(link.end - link.start for link in block.links)
    return linked >= _MOSTLY_LINKS * len(block.raw)


def _titles(document: Document, form: Form) -> Iterator[Sentence]:
    """The parts of the page's titles: "Login | City of X" has two."""
    known = document.source.metadata.get("title")
    titles = {form.title, known.value if known and known.origin.startswith("html.") else ""}
    for title in sorted(titles):
        for part in {title, *_TITLE_PARTS.split(title)}:
            if words := words_of(part):
                yield Sentence("title", part.strip(), words)


def _place(block: Block, first: bool) -> Place:
    if block.role == "cookie":
        return "cookie"
    if block.kind == "furniture":
        return "furniture"
    heads = block.kind == "heading" or block.role in ("title", "tagline") or first
    return "heading" if heads and len(block.text) <= _SHORT_LINE else "content"


def _sentences(place: Place, block: Block, overlay: Path | None) -> Iterator[Sentence]:
    """The sentences of a block, what patterns explain taken out of it first."""
    text, explained = block.text, False
    for pattern, kind in text_patterns(overlay):
        for match in pattern.findall(text):
            explained = True
            yield Sentence(place, match, words_of(match), kind)
        text = pattern.sub(" . ", text)
    if explained:
        for link in block.links:
            text = text.replace(block.raw[link.start : link.end], " . ", 1)
    yield from _split(place, text)


def _split(place: Place, text: str) -> Iterator[Sentence]:
    for part in [text] if place == "heading" else _SENTENCE_ENDS.split(text):
        if words := words_of(part):
            yield Sentence(place, part.strip(), words)
