"""Whether a capture is the page: words, form and HTTP status of a wall, against the content it has beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.capture.evidence import NOTHING_BESIDE, Evidence, Reading
from pipeline.capture.form import LONGEST_WALL, Form
from pipeline.capture.kinds import DECLARED, KINDS
from pipeline.capture.view import View, view_of
from pipeline.records import Document
from pipeline.settings import Settings

# How many characters of content a capture may have beside the words of walls, by what speaks for its being one. Of
# the test cases, the 108 walls have up to 178 where a sign in the markup speaks and up to 74 where phrases alone do;
# the short pages of one and two sentences have 63 and more.
_BESIDE_STATUS_AND_WORDS: Final = 800
_BESIDE_STATUS: Final = 400
_BESIDE_OWN_FORM: Final = 300
_BESIDE_STRONG: Final = 120
_BESIDE_FORM: Final = 100
_BESIDE_CONSENT: Final = 90
_BESIDE_WORDS: Final = 60
_BESIDE_NAME: Final = 30

_SHOWN_BY_SHELL: Final = 200
"""Characters that an empty shell, or a page that sends its reader elsewhere, shows in all."""

# A capture of a few sentences is a wall where most of its words (of four letters and more) are those of walls.
# Of 12,151 texts of one and two sentences in 27 languages, taken for pages, 6 are called a wall with these figures (3
# of them are walls), and 26 with 5, 0.62 and 0.35, without a kind's own words.
_FEWEST_WORDS: Final = 6
_FEWEST_OWN_WORDS: Final = 2
_MOST_OTHER_WORDS: Final = 8
_SHARE_OF_WORDS: Final = 0.6
_SHARE_OF_KIND: Final = 0.45

_ERRORS: Final = {401: "login", 403: "bot-wall", 404: "not-found", 407: "login", 410: "not-found", 429: "bot-wall",
                  451: "bot-wall", 503: "maintenance"}  # fmt: skip
"""Kinds by HTTP status, where words say nothing; other statuses from 500 on are errors of a server."""


@dataclass(frozen=True)
class Wall:
    """A capture that is not the page: its kind, and what shows it."""

    kind: str
    evidence: str


def judge(document: Document, form: Form, settings: Settings) -> Wall | None:
    """What the capture is instead of the page, or None for a page.

    The metadata `is_page` (yes, no) decides before anything else.
    """
    declared = document.source.get("is_page")
    if declared is not None:
        return Wall(DECLARED, "") if declared == "no" else None
    if document.source.media_type == "application/pdf":
        return None
    view = view_of(document, form, settings.data)
    if sum(sentence.size for sentence in view.at("content")) > LONGEST_WALL:
        return None
    status = int(document.source.get("status") or 0)
    reading = Reading(view, settings.data)
    walls = [wall for kind in KINDS if (wall := _consider(kind, reading, form, status))]
    if walls:
        return max(walls, key=lambda found: found[0])[1]
    if view.shown == 0 and form.scripts and not form.pictures:
        return Wall("shell", "scripts, and no text")
    return _by_status(reading, status) or _by_words(reading)


def _consider(kind: str, reading: Reading, form: Form, status: int) -> tuple[tuple[int, int], Wall] | None:
    """The wall of this kind that the capture is, with a measure of how much speaks for it."""
    if kind == "consent" and reading.is_about_words():
        return None
    evidence = reading.weigh(kind, form)
    level = _level(evidence, reading.view, status)
    if level == 0:
        return None
    marks = [f"“{evidence.quoted}”" if evidence.quoted else "", evidence.form]
    marks.append(f"HTTP status {status}" if status >= 300 else "")
    return (level, evidence.stated), Wall(kind, ", ".join(mark for mark in marks if mark))


def _level(found: Evidence, view: View, status: int) -> int:
    """How much speaks for the kind, from 1 to 4; 0 where it does not fit the content beside it."""
    if found.kind == "shell":
        return _level_of_shell(found, view)
    beside, said = found.beside, found.titled + found.stated
    if found.kind == "consent":
        return 2 if found.stated and beside <= min(_BESIDE_CONSENT, max(said, found.explained) // 2) else 0
    decisive = found.weight == "decisive"
    if found.kind == "moved" and decisive:
        decisive = view.shown <= _SHOWN_BY_SHELL  # real pages have such scripts too
    if _fits_status(found.kind, status) and (said or found.named) and beside <= _BESIDE_STATUS_AND_WORDS:
        return 4
    strong = (found.titled and (found.stated or found.around)) or (found.named and found.stated)
    if ((strong or found.titled) and found.weight == "own") or (decisive and (said or found.named)):
        return 3 if beside <= _BESIDE_OWN_FORM else 0
    if strong and beside <= min(_BESIDE_STRONG, said):
        return 3
    if (decisive and beside <= _BESIDE_FORM) or (said and beside <= min(_BESIDE_WORDS, said)):
        return 2
    if found.named and found.weight is not None and beside <= _BESIDE_WORDS:
        return 2
    return 1 if found.named and found.around and beside <= _BESIDE_NAME else 0


def _level_of_shell(found: Evidence, view: View) -> int:
    if found.beside > NOTHING_BESIDE or view.shown > _SHOWN_BY_SHELL:
        return 0
    if not view.is_html:
        return 1 if found.stated > found.beside else 0
    return (
        2
        if found.weight == "decisive" or found.stated or found.named or (found.weight and not view.links)
        else 0
    )


def _fits_status(kind: str, status: int) -> bool:
    if 300 <= status < 400:
        return kind == "moved"
    return status >= 400


def _by_status(reading: Reading, status: int) -> Wall | None:
    """The wall that the HTTP status alone shows, where there is little content."""
    kind = _ERRORS.get(status) or (
        "server-error" if status >= 500 else "not-found" if status >= 400 else None
    )
    if kind is None or reading.beside(kind) > _BESIDE_STATUS:
        return None
    return Wall(kind, f"HTTP status {status} and little text")


def _by_words(reading: Reading) -> Wall | None:
    """The wall that a capture is which is made of the words of walls, though it says them in another way."""
    found = reading.words()
    if found.known < _FEWEST_WORDS or reading.is_about_words():
        return None
    if found.all - found.known > _MOST_OTHER_WORDS or found.known < _SHARE_OF_WORDS * found.all:
        return None
    if found.of_kind < _SHARE_OF_KIND * found.all or found.own < _FEWEST_OWN_WORDS:
        return None
    return Wall(found.kind, f"“{found.quoted}”, in the words of such captures")
