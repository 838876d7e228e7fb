"""HTML elements by what they mean for the flow of text; the lists are in `elements.toml`."""

from __future__ import annotations

from typing import Final

from pipeline.knowledge.files import load_toml

_LISTS = {
    name: frozenset(value.split()) for name, value in load_toml("extract/html/markup/elements.toml").items()
}

INLINE: Final = _LISTS["inline"]
SKIPPED: Final = _LISTS["skipped"]
MEDIA: Final = _LISTS["media"]
HIDDEN: Final = _LISTS["hidden"]
CONTROLS: Final = _LISTS["controls"]
SECTIONS: Final = _LISTS["sections"]
NEVER_FURNITURE: Final = _LISTS["never_furniture"]
VOID: Final = _LISTS["void"]
BREAK_OUT: Final = _LISTS["break_out"]
ENDS_PARAGRAPH: Final = _LISTS["ends_paragraph"]
HTML_INSIDE: Final = _LISTS["html_inside"]
MATH_TEXT: Final = _LISTS["math_text"]
DRAWN: Final = _LISTS["drawn"]
EMPHASIS: Final = _LISTS["emphasis"]
KEPT: Final = SECTIONS | _LISTS["kept"]
SILENT: Final = INLINE | SKIPPED | CONTROLS
"""These end no block where they hold no text."""
