"""City networks, from the section that names them, else from mentions in the text."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.folding import fold
from pipeline.profiles.evidence import Found, content, in_sections, whole
from pipeline.profiles.phrase_matcher import Phrases
from pipeline.records import Block, Document, Network

_LONGEST_NAME = 90


def networks(document: Document, overlay: Path | None) -> list[Found[Network]]:
    """Each network once, in the order of the document.

    In the section of networks every list item counts, known or not (an unknown one gets its folded name as id);
    where no such section has text, known names in the whole document count.
    """
    phrases, names = _known(overlay)
    members = in_sections(document, "networks")
    found: dict[str, Found[Network]] = {}
    for index, block in members or content(document):
        matches = list(phrases.find(block.text))
        for match in matches:
            network = Network(id=match.id, name=names[match.id])
            confidence = 0.95 if members else 0.7
            found.setdefault(match.id, Found(network, ((index, match.start, match.end, confidence),)))
        if members and not matches and _is_a_name(block):
            identity = fold(block.text).replace(" ", "-")
            network = Network(id=identity, name=block.text)
            found.setdefault(identity, Found(network, (whole(index, block, 0.6),)))
    return list(found.values())


def _is_a_name(block: Block) -> bool:
    return (
        block.kind == "list_item"
        and len(block.text) <= _LONGEST_NAME
        and not block.text.endswith((".", "?", "!"))
    )


@lru_cache(maxsize=4)
def _known(overlay: Path | None) -> tuple[Phrases, dict[str, str]]:
    entries = load_toml("knowledge/networks.toml", overlay)
    names = {identity: entry.get("name", identity) for identity, entry in entries.items()}
    phrases = Phrases(
        {identity: [names[identity], *entry.get("also", [])] for identity, entry in entries.items()}
    )
    return phrases, names
