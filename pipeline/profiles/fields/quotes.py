"""Quotes: words of a person, with who said them."""

from __future__ import annotations

import re

from pipeline.profiles.evidence import Found, content
from pipeline.records import Block, Document, EvidenceSpan, Quote

_OPENING = "\"'“„«»‟‘‚‹›"
_CLOSING = "\"'”“»«’‘‹›"
_LONGEST = 500
"""A paragraph that ends in a speaker's name is a quote when it is no longer than this."""
_DASH = re.compile(r"^\s*[—–―-]+\s*")
_NAME = re.compile(r"[^\W\d_][^\d,;:!?]{0,60}")
_SPEAKER = re.compile(rf"(?P<speaker>{_NAME.pattern}?)(?:\s*[,(]\s*(?P<role>.{{2,120}}?)\)?)?\s{{0,9}}")
_ATTRIBUTED = re.compile(
    rf"(?P<words>.{{8,2000}}?[{_CLOSING}])\s*(?:[—–―-]+\s*)?(?P<by>[^\W\d_][^{_CLOSING}]{{1,140}})", re.DOTALL
)
"""Words in quotation marks, and behind them who said them."""
_DASHED = re.compile(
    r"(?P<words>.{8,2000}[.!?…\"'”“»«])\s+[—–―-]+\s*(?P<by>[^\W\d_][^.!?]{1,60}(?:\.[^.!?]{0,80})?)",
    re.DOTALL,
)
"""Words, and behind a dash who said them."""


def quotes(document: Document) -> list[Found[Quote]]:
    """All quotes of the document; the speaker stands behind the words, in the block itself or in the next one."""
    blocks = list(content(document))
    found = []
    for position, (index, block) in enumerate(blocks):
        if block.kind == "quote" and not _DASH.match(block.text):
            attributed = _ATTRIBUTED.fullmatch(block.text) or _DASHED.fullmatch(block.text)
        elif block.kind in ("paragraph", "heading") and len(block.text) <= _LONGEST:
            attributed = _DASHED.fullmatch(block.text)
            if attributed is None or not (block.text[0] in _OPENING or _split(attributed["by"])[1]):
                continue
        else:
            continue
        follower = blocks[position + 1] if position + 1 < len(blocks) else None
        quote = _quote(index, block, attributed, follower)
        if quote is not None:
            found.append(quote)
    return found


def _quote(
    index: int, block: Block, attributed: re.Match[str] | None, follower: tuple[int, Block] | None
) -> Found[Quote] | None:
    """The quote of a block, with its speaker where one is named."""
    speaker, role = _split(attributed["by"]) if attributed else _split(block.speaker or "")
    words_end = attributed.end("words") if attributed and speaker else len(block.text)
    start, end = _inside_marks(block.text, words_end)
    if end - start < 2:
        return None
    spans: list[EvidenceSpan] = [(index, start, end, 0.95)]
    if attributed and speaker:
        spans.append((index, attributed.start("by"), attributed.end("by"), 0.9))
    elif speaker is None and follower and _names_a_speaker(follower[1]):
        text = _DASH.sub("", follower[1].text)
        speaker, role = _split(text)
        if speaker is not None:
            length = len(follower[1].text)
            spans.append((follower[0], length - len(text), length, 0.9))
    return Found(Quote(text=block.text[start:end], speaker=speaker, role=role), tuple(spans))


def _inside_marks(text: str, end: int) -> tuple[int, int]:
    """[start, end) of a quote, which ends before `end`, without the quotation marks around it."""
    start = 0
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
    if match is None or not match["speaker"][:1].isupper() or len(match["speaker"].split()) > 6:
        return None, None
    return match["speaker"].strip(), (match["role"] or "").strip(" .") or None
