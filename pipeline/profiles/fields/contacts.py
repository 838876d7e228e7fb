"""Contacts: whom to ask, from contact sections and addresses."""

from __future__ import annotations

import re

from pipeline.profiles.evidence import Found, content, in_sections
from pipeline.records import Block, Contact, Document, EvidenceSpan

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
PHONE = re.compile(
    r"(?<![\w.])(?:\+|00)\d[\d ()/\u00a0\u202f.-]{6,20}\d|(?<![\w.])\(?0\d{1,4}\)?[ /\u00a0-][\d /\u00a0-]{5,14}\d"
)
URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]{3,200}[^\s<>\"')\].,;:]")
_LABEL = re.compile(r"(?:^|[\s,;|·(])[^\W\d]{1,12}\.?(?:[- ][^\W\d]{1,8})?\s*+(?:[:.]\s*+)?$")
_EDGES = " \t\u00a0,;:|·–—-•("
_LONGEST_NAME = 160

Place = tuple[int, Block]
"""A block, with its index in the document."""


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
    blocks.sort(key=lambda item: item[0])
    for position, (index, block) in enumerate(blocks):
        addresses = list(EMAIL.finditer(block.text))
        if not addresses:
            continue
        before = blocks[position - 1] if position else None
        after = blocks[position + 1] if position + 1 < len(blocks) else None
        about = _about((index, block), before, after)
        for match in addresses:
            if match.group(0).lower() not in seen:
                seen.add(match.group(0).lower())
                own: EvidenceSpan = (index, match.start(), match.end(), 1.0)
                contact = about.value.model_copy(update={"email": match.group(0)})
                found.append(Found(contact, (own, *about.spans)))
    return found


def _about(here: Place, before: Place | None, after: Place | None) -> Found[Contact]:
    """What stands about the addresses of a block: the organisation before them, in the block or in the one before;
    phone and page beside them."""
    spans: list[EvidenceSpan] = []
    block = here[1]
    starts = [match.start() for pattern in (EMAIL, PHONE, URL) if (match := pattern.search(block.text))]
    organisation, at = _name(block.text[: min(starts)]), here
    if organisation is None and before and not EMAIL.search(before[1].text):
        organisation, at = _name(before[1].text), before
    if organisation is not None:
        start = at[1].text.index(organisation)
        spans.append((at[0], start, start + len(organisation), 0.8))
    phone = _beside(PHONE, here, after, before)
    url = _beside(URL, here, after, None)
    spans += [(place, match.start(), match.end(), 0.9) for place, match in (phone, url) if match]
    return Found(
        Contact(
            organisation=organisation,
            phone=phone[1].group(0) if phone[1] else None,
            url=url[1].group(0) if url[1] else None,
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
    pattern: re.Pattern[str], here: Place, *neighbours: Place | None
) -> tuple[int, re.Match[str] | None]:
    """The first match in the block itself, else in a neighbour that holds no electronic address."""
    for index, block in (here, *(place for place in neighbours if place)):
        if index != here[0] and EMAIL.search(block.text):
            continue
        if match := pattern.search(block.text):
            return index, match
    return here[0], None
