"""The catalogue of causes: why a text was changed, and what that makes of the text.

The entries are data (`knowledge/causes.toml`). A cause is a word, behind which a colon and more may stand
(`mojibake:utf-8→cp1252`); it is listed by the word. A section's status and all counts follow from the class.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field

from pipeline.records import Record

CauseClass = Literal["reading", "repair", "guess", "loss", "human"]

RESTORING: frozenset[CauseClass] = frozenset({"repair", "guess", "human"})
"""Classes of edits that put damaged text right: a section with one is not clean."""


class Cause(Record):
    """One cause of the catalogue. `meaning` is one line; `action` says what a person should do."""

    kind: CauseClass = Field(alias="class")
    meaning: str
    action: str


@cache
def catalogue() -> dict[str, Cause]:
    """All causes of edits that this program can make, by their word."""
    text = resources.files("pipeline").joinpath("knowledge/causes.toml").read_text(encoding="utf-8")
    return {name: Cause.model_validate(fields) for name, fields in tomllib.loads(text).items()}


def word_of(cause: str) -> str:
    """The word under which a cause is listed: what stands before its first colon."""
    return cause.partition(":")[0]


def class_of(cause: str) -> CauseClass:
    """The class of an edit's cause. Raises KeyError for one that is not in the catalogue."""
    return catalogue()[word_of(cause)].kind
