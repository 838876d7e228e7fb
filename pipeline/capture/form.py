"""What the markup of a page shows beside its text: challenge scripts, a refresh, an empty root element …"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pipeline.decode import decode_source
from pipeline.knowledge.files import load_toml
from pipeline.records import Document

LONGEST_WALL: Final = 4_000
"""Characters of content up to which a capture may be no page. The longest of the test cases has 694; real consent pages
have some thousands."""

_SEARCHED: Final = 500_000
"""Characters of markup that are searched: challenges and shells show themselves early."""

_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{1,1000})", re.IGNORECASE)
_NOSCRIPT: Final = re.compile(
    r"<noscript[^>]{0,200}>((?:[^<]|<(?!/?noscript)){1,3000})</noscript", re.IGNORECASE
)
_SCRIPT: Final = re.compile(r"<script\b", re.IGNORECASE)
_PICTURE: Final = re.compile(
    r"<(?:img|picture|video|object|embed|frame|iframe|map|canvas|svg)\b", re.IGNORECASE
)
_TAG: Final = re.compile(r"<[^>]{0,2000}>")


Weight = Literal["decisive", "own", "support"]


@dataclass(frozen=True)
class Signal:
    """A sign in the markup: the kind that it speaks for, its name, and how much it says (`forms.toml`)."""

    kind: str
    name: str
    weight: Weight


@dataclass(frozen=True)
class Form:
    """What the markup shows: its title, the texts for readers without scripts, and signals; whether it has scripts, and
    whether it has pictures or frames."""

    title: str = ""
    noscript: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()
    scripts: bool = False
    pictures: bool = False


def form_of(data: bytes, document: Document, overlay: Path | None = None) -> Form:
    """The form of the page whose bytes are `data`; empty for text, and where there is too much content to ask."""
    content = sum(len(block.text) for block in document.blocks if block.is_content)
    if document.source.media_type != "text/html" or content > LONGEST_WALL:
        return Form()
    source = decode_source(data, document.source).text[:_SEARCHED]
    title = _TITLE.search(source)
    return Form(
        title=html.unescape(title.group(1)) if title else "",
        noscript=tuple(html.unescape(_TAG.sub(" ", text)) for text in _NOSCRIPT.findall(source)),
        signals=tuple(signal for pattern, signal in _patterns(overlay) if pattern.search(source)),
        scripts=_SCRIPT.search(source) is not None,
        pictures=_PICTURE.search(source) is not None,
    )


@cache
def _patterns(overlay: Path | None) -> tuple[tuple[re.Pattern[str], Signal], ...]:
    return tuple(
        (
            re.compile(entry["pattern"], re.IGNORECASE | re.DOTALL),
            Signal(entry["kind"], entry["name"], entry.get("weight", "support")),
        )
        for entry in load_toml("capture/forms.toml", overlay)["markup"]
    )


@cache
def text_patterns(overlay: Path | None) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns in the text with the kind that each speaks for."""
    entries = load_toml("capture/forms.toml", overlay)["text"]
    return tuple((re.compile(entry["pattern"], re.DOTALL), entry["kind"]) for entry in entries)
