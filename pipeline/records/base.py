"""Base class of all records, and the digests and white-space rule they share."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

REPLACEMENT = "\ufffd"
"""U+FFFD, what a decoder writes where bytes made no sense."""

OMISSION = "[…]"
"""What stands in a text where something unreadable was withheld from the middle of it."""


def _whole(text: str) -> str:
    if not text.isascii():
        text.encode()
    return text


Text = Annotated[str, AfterValidator(_whole)]
"""A string of foreign make in a record: never with half a character (a lone surrogate), which no file could hold.
`pipeline.strings` makes such strings whole where they enter; what did not pass there is refused here."""


class Record(BaseModel):
    """Base of all records: frozen, and closed to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def fold_space(text: str) -> str:
    """`text` with each run of ASCII white space as one space, none at the ends. No-break spaces stay."""
    return " ".join(part for part in _split_space(text) if part)


def _split_space(text: str) -> list[str]:
    for char in "\t\n\r\f\v":
        text = text.replace(char, " ")
    return text.split(" ")


def digest(*parts: str | bytes) -> str:
    """SHA-256 of the parts, each preceded by its length so that no two lists of parts collide, in hex."""
    hasher = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.hexdigest()


def short_id(*parts: str | bytes) -> str:
    """An identifier of 16 hex digits for the parts."""
    return digest(*parts)[:16]


def block_digest(text: str) -> str:
    """The hash under which equal blocks of different documents are recognised: case and white space folded."""
    return short_id(fold_space(text).casefold())
