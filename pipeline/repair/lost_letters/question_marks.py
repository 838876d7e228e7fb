"""Question marks that stand in the place of letters: where one may, and a text with them marked as lost."""

from __future__ import annotations

import re

from pipeline.records import REPLACEMENT

MARK = re.compile(r"(?<=[^\W\d_])\?(?=[^\W\d_]| [^\W\d_A-Z]|[.,;:])|(?<!\S)\?(?=[^\W\d_A-Z]{2})")
"""A question mark between letters, before small ones, or after which a sentence goes on: perhaps a letter that a
charset lacked."""

_CHUNK = re.compile(r"(\s+)")
_MARKED = re.compile(r"[^\w?]*+[^\W\d_?]*+(?:[?'’-]++[^\W\d_?]++)++\??[^\w]*+")
_MARKS_IN_WORD = re.compile(r"(?<!\?)\?++(?=[^\W\d_A-Z])")
_MARK_AT_END = re.compile(r"(?<![^\W_])(?<!\ufffd)((?:[^\W\d_]|\ufffd)+)\?(?= [^\W\d_A-Z]|[.,;:])")


def with_marks_lost(text: str) -> str:
    """`text` with U+FFFD for each question mark that stands in the place of a letter.

    That is one between letters, the second of them small, or at the beginning of a word; and, where no letter is lost
    otherwise, at the end of one after which the sentence goes on. Addresses are left alone.
    """
    if not MARK.search(text):
        return text
    chunks = []
    for chunk in _CHUNK.split(text):
        lost = _MARKED.fullmatch(chunk) is not None
        chunks.append(_MARKS_IN_WORD.sub(lambda marks: REPLACEMENT * len(marks[0]), chunk) if lost else chunk)
    marked = "".join(chunks)
    return marked if REPLACEMENT in text else _MARK_AT_END.sub(rf"\g<1>{REPLACEMENT}", marked)
