"""Quotes: words of a person, with who said them."""

from __future__ import annotations

import re

from pipeline.model import Block, Document, EvidenceSpan, Quote
from pipeline.profile.evidence import Found, content

_OPENING = "\"'“„«»‟‘‚‹›"
_CLOSING = "\"'”“»«’‘‹›"
_DASH = re.compile(r"^\s*[—–―-]+\s*")
_NAME = re.compile(r"[^\W\d_][^\d,;:!?]{0,60}")
_SPEAKER = re.compile(rf"(?P<speaker>{_NAME.pattern}?)(?:\s*[,(]\s*(?P<role>.{{2,120}}?)\)?)?\s*")


def quotes(document: Document) -> list[Found[Quote]]:
    """All quotes of the document; the speaker stands in the block itself, or in the caption or dash line behind it."""
    blocks = list(content(document))
    found = []
    for position, (index, block) in enumerate(blocks):
        if block.kind != "quote":
            continue
        start, end = _inside_marks(block.text)
        if end - start < 2:
            continue
        spans: list[EvidenceSpan] = [(index, start, end, 0.95)]
        speaker, role = _split(block.speaker or "")
        follower = blocks[position + 1] if position + 1 < len(blocks) else None
        if speaker is None and follower and _names_a_speaker(follower[1]):
            text = _DASH.sub("", follower[1].text)
            speaker, role = _split(text)
            if speaker is not None:
                at = len(follower[1].text) - len(text)
                spans.append((follower[0], at, len(follower[1].text), 0.9))
        found.append(Found(Quote(text=block.text[start:end], speaker=speaker, role=role), tuple(spans)))
    return found


def _inside_marks(text: str) -> tuple[int, int]:
    """[start, end) of a quote without the quotation marks around it."""
    start, end = 0, len(text)
    while start < end and (text[start] in _OPENING or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in _CLOSING or text[end - 1].isspace()):
        end -= 1
    return start, end


def _names_a_speaker(block: Block) -> bool:
    return block.kind == "caption" or bool(_DASH.match(block.text) and len(block.text) < 160)


def _split(text: str) -> tuple[str | None, str | None]:
    """ "Els D., coordinator" → speaker and role; (None, None) for what is not a name."""
    match = _SPEAKER.fullmatch(_DASH.sub("", text).strip())
    if match is None or not match["speaker"].strip() or len(match["speaker"].split()) > 6:
        return None, None
    return match["speaker"].strip(), (match["role"] or "").strip(" .") or None
