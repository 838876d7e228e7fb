"""Contacts: whom to ask, from contact sections and addresses."""

from __future__ import annotations

import re

from pipeline.model import Block, Contact, Document, EvidenceSpan
from pipeline.profile.evidence import Found, content, in_sections

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
PHONE = re.compile(
    r"(?<![\w.])(?:\+|00)\d[\d ()/\u00a0\u202f.-]{6,20}\d|(?<![\w.])\(?0\d{1,4}\)?[ /\u00a0-][\d /\u00a0-]{5,14}\d"
)
URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]{3,200}[^\s<>\"')\].,;:]")
_LABEL = re.compile(r"(?:^|[\s,;|·(])[^\W\d]{1,12}\.?(?:[- ][^\W\d]{1,8})?\s*[:.]?\s*$")
_EDGES = " \t\u00a0,;:|·–—-•("
_LONGEST_NAME = 160


def contacts(document: Document) -> list[Found[Contact]]:
    """Each electronic address of a contact section or an address block, with what stands about it; each once."""
    found: list[Found[Contact]] = []
    seen: set[str] = set()
    blocks = in_sections(document, "contact")
    inside = {index for index, _ in blocks}
    blocks += [
        (index, block)
        for index, block in content(document)
        if block.role == "address" and index not in inside
    ]
    for position, (index, block) in enumerate(sorted(blocks)):
        for match in EMAIL.finditer(block.text):
            if match.group(0).lower() not in seen:
                seen.add(match.group(0).lower())
                found.append(
                    _contact(match, index, block, sorted(blocks)[:position], sorted(blocks)[position + 1 :])
                )
    return found


def _contact(
    match: re.Match[str],
    index: int,
    block: Block,
    before: list[tuple[int, Block]],
    after: list[tuple[int, Block]],
) -> Found[Contact]:
    """The organisation stands before the address, in its block or in the one before; phone and page beside it."""
    spans: list[EvidenceSpan] = [(index, match.start(), match.end(), 1.0)]
    first = min(
        (m.start() for p in (EMAIL, PHONE, URL) for m in p.finditer(block.text)), default=match.start()
    )
    organisation, at = _name(block.text[:first]), (index, 0)
    if organisation is None and before and not EMAIL.search(before[-1][1].text):
        previous = before[-1]
        organisation, at = _name(previous[1].text), (previous[0], 0)
    if organisation is not None:
        text = block.text if at[0] == index else before[-1][1].text
        start = text.index(organisation)
        spans.append((at[0], start, start + len(organisation), 0.8))
    phone = _beside(PHONE, index, block, before, after)
    url = _beside(URL, index, block, [], after)
    spans += [span for span in (phone, url) if span is not None]
    return Found(
        Contact(
            organisation=organisation,
            email=match.group(0),
            phone=_text(phone, block, before, after),
            url=_text(url, block, before, after),
        ),
        tuple(spans),
    )


def _name(text: str) -> str | None:
    """A text before an address as the name of an organisation, without the label of the address ("E-mail:")."""
    text = text.rstrip()
    if text.endswith(":"):
        text = _LABEL.sub("", text)
    text = text.strip(_EDGES)
    is_sentence = text.endswith((".", "!", "?")) and len(text.split()) > 6
    return text if 2 < len(text) <= _LONGEST_NAME and not is_sentence else None


def _beside(
    pattern: re.Pattern[str],
    index: int,
    block: Block,
    before: list[tuple[int, Block]],
    after: list[tuple[int, Block]],
) -> EvidenceSpan | None:
    """The first match in the block itself, else in a neighbour that holds no other electronic address."""
    near = [(index, block), *after[:1], *before[-1:]]
    for position, candidate in near:
        if position != index and EMAIL.search(candidate.text):
            continue
        if match := pattern.search(candidate.text):
            return (position, match.start(), match.end(), 0.9)
    return None


def _text(
    span: EvidenceSpan | None, block: Block, before: list[tuple[int, Block]], after: list[tuple[int, Block]]
) -> str | None:
    if span is None:
        return None
    texts = {position: candidate.text for position, candidate in [*before[-1:], *after[:1]]}
    return texts.get(span[0], block.text)[span[1] : span[2]]
