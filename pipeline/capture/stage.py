"""Whether a capture is the page: words, form and HTTP status of a wall, against the content it has beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.capture.form import LONGEST_WALL, Form
from pipeline.capture.kinds import DECLARED, KINDS
from pipeline.capture.phrases import Wording, size_of, titles_of_pages, wordings
from pipeline.capture.view import Sentence, View, view_of
from pipeline.model import REPLACEMENT, Document
from pipeline.settings import Settings

# How many characters of content a capture may have beside the words of walls, by what speaks for its being one.
_BESIDE_STATUS_AND_WORDS: Final = 800
_BESIDE_STATUS: Final = 400
_BESIDE_OWN_FORM: Final = 300
_BESIDE_STRONG: Final = 120
_BESIDE_FORM: Final = 100
_BESIDE_CONSENT: Final = 90
_BESIDE_WORDS: Final = 60
_BESIDE_SHELL: Final = 40
_BESIDE_NAME: Final = 30

_SHOWN_BY_SHELL: Final = 200
"""Characters that an empty shell, or a page that sends its reader elsewhere, shows in all."""

_LONG_PHRASE: Final = 3
"""Words of a phrase from which on it may be the statement of a longer sentence."""

_LONGEST_EXPLAINED: Final = 250
"""Characters of a sentence that one statement explains; the rest of a longer one is content."""

_EXPLAINING: Final = 0.2
"""The share of a sentence's words that must be of a kind's wording for it to be no content."""

_QUOTED: Final = 80
"""Characters of a statement that are shown as evidence."""

_WEIGHTS: Final = ("decisive", "own", "support")

_MANY_LINKS: Final = 5
"""Blocks of links from which on a page has a navigation, and so is more than a banner."""

_ERRORS: Final = {401: "login", 403: "bot-wall", 404: "not-found", 407: "login", 410: "not-found", 429: "bot-wall",
                  451: "bot-wall", 503: "maintenance"}  # fmt: skip
"""Kinds by HTTP status, where words say nothing; other statuses from 500 on are errors of a server."""


@dataclass(frozen=True)
class Wall:
    """A capture that is not the page: its kind, and what shows it."""

    kind: str
    evidence: str


@dataclass(frozen=True)
class _Evidence:
    """What speaks for one kind, and the content beside it in characters."""

    kind: str
    titled: int
    """Characters of the title, or of a heading that stands over nothing else, that state it."""
    stated: int
    """Characters of other sentences that state it."""
    named: bool
    around: bool
    quoted: str
    form: str
    weight: str | None
    beside: int


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
    walls = [wall for kind in KINDS if (wall := _consider(kind, view, form, status, settings.data))]
    if walls:
        return max(walls, key=lambda found: found[0])[1]
    if view.shown == 0 and form.scripts and not form.pictures:
        return Wall("shell", "scripts, and no text")
    return _by_status(view, status, settings.data)


def _consider(
    kind: str, view: View, form: Form, status: int, overlay: Path | None
) -> tuple[tuple[int, int], Wall] | None:
    """The wall of this kind that the capture is, with a measure of how much speaks for it."""
    wording = wordings(overlay).get(kind)
    if wording is None or (kind == "consent" and _is_about_words(view, overlay)):
        return None
    evidence = _weigh(kind, wording, view, form, overlay)
    level = _level(evidence, view, status)
    if level == 0:
        return None
    marks = [f"“{evidence.quoted}”" if evidence.quoted else "", evidence.form]
    marks.append(f"HTTP status {status}" if status >= 300 else "")
    return (level, evidence.stated), Wall(kind, ", ".join(mark for mark in marks if mark))


def _level(found: _Evidence, view: View, status: int) -> int:
    """How much speaks for the kind, from 1 to 4; 0 where it does not fit the content beside it."""
    if found.kind == "shell":
        return _level_of_shell(found, view)
    beside, said = found.beside, found.titled + found.stated
    if found.kind == "consent":
        return 2 if found.stated and beside <= min(_BESIDE_CONSENT, said // 2) else 0
    decisive = found.weight == "decisive"
    if found.kind == "moved" and decisive:
        decisive = view.shown <= _SHOWN_BY_SHELL  # real pages have such scripts too
    if _fits_status(found.kind, status) and (said or found.named) and beside <= _BESIDE_STATUS_AND_WORDS:
        return 4
    strong = (found.titled and (found.stated or found.around)) or (found.named and found.stated)
    if (strong and found.weight == "own") or (decisive and (said or found.named)):
        return 3 if beside <= _BESIDE_OWN_FORM else 0
    if strong and beside <= min(_BESIDE_STRONG, said):
        return 3
    if (decisive and beside <= _BESIDE_FORM) or (said and beside <= min(_BESIDE_WORDS, said)):
        return 2
    if found.named and found.weight is not None and beside <= _BESIDE_WORDS:
        return 2
    return 1 if found.named and found.around and beside <= _BESIDE_NAME else 0


def _level_of_shell(found: _Evidence, view: View) -> int:
    if found.beside > _BESIDE_SHELL or view.shown > _SHOWN_BY_SHELL:
        return 0
    if not view.is_html:
        return 1 if found.stated > found.beside else 0
    return 2 if found.weight == "decisive" or found.stated or (found.weight and not view.links) else 0


def _fits_status(kind: str, status: int) -> bool:
    if 300 <= status < 400:
        return kind == "moved"
    return status >= 400


def _by_status(view: View, status: int, overlay: Path | None) -> Wall | None:
    """The wall that the HTTP status alone shows, where there is little content."""
    kind = _ERRORS.get(status) or (
        "server-error" if status >= 500 else "not-found" if status >= 400 else None
    )
    if kind is None or _beside(wordings(overlay)[kind], view, overlay) > _BESIDE_STATUS:
        return None
    return Wall(kind, f"HTTP status {status} and little text")


def _is_about_words(view: View, overlay: Path | None) -> bool:
    """Whether the page is a real one about consent: a policy, a notice of data protection."""
    titles = titles_of_pages(overlay)
    return any(titles.is_whole(sentence.words) for sentence in view.at("title", "heading"))


# --- the evidence ------------------------------------------------------------------------------------------


def _weigh(kind: str, wording: Wording, view: View, form: Form, overlay: Path | None) -> _Evidence:
    titles, headings, body = view.at("title"), view.at("heading"), view.at("content")
    said_in_title = [one for one in titles if _states(wording, one, kind)]
    said_in_heading = [one for one in headings if _states(wording, one, kind)]
    said = [one for one in body if _states(wording, one, kind)]
    beside = _beside(wording, view, overlay)
    if beside <= _BESIDE_SHELL:  # where there is no content, what stands around it speaks
        said += [one for one in view.at("furniture", "noscript") if _states(wording, one, kind)]
        if kind == "consent" and view.links < _MANY_LINKS:
            said += [one for one in view.at("cookie") if _states(wording, one, kind)]
    own = [one for one in headings if not _explained(wording, one, overlay)]
    if not own:  # else what a heading says is a notice on a page
        said_in_title += said_in_heading
    signals = sorted((s for s in form.signals if s.kind == kind), key=lambda s: _WEIGHTS.index(s.weight))
    quoted = next(iter([*said_in_title, *said_in_heading, *said]), None)
    return _Evidence(
        kind=kind,
        titled=max((one.size for one in said_in_title), default=0),
        stated=_sum([*said, *(one for one in said_in_heading if one not in said_in_title)]),
        named=any(_is_named(wording, one) for one in [*titles, *headings]),
        around=any(True for one in [*body, *view.at("furniture")] for _ in wording.around.find(one.words)),
        quoted=quoted.text[:_QUOTED].replace(REPLACEMENT, "?") if quoted else "",
        form=signals[0].name if signals else "",
        weight=signals[0].weight if signals else None,
        beside=beside,
    )


def _sum(sentences: Sequence[Sentence]) -> int:
    return sum(min(one.size, _LONGEST_EXPLAINED) for one in sentences)


def _states(wording: Wording, sentence: Sentence, kind: str) -> bool:
    """Whether the sentence is a statement of the kind: short phrases of it that are half of it, or a long one that is a
    third of it together with what stands around it."""
    if sentence.kind is not None:
        return sentence.kind == kind
    found = list(wording.says.find(sentence.words))
    if not found or 2 * len(_covered(found)) >= len(sentence.words):
        return bool(found)
    if kind == "shell":  # a sentence about JavaScript, where there is nothing else
        return sentence.size <= _LONGEST_EXPLAINED
    if all(end - start < _LONG_PHRASE for start, end in found):
        return False
    return 3 * len(_covered([*found, *wording.around.find(sentence.words)])) >= len(sentence.words)


def _is_named(wording: Wording, sentence: Sentence) -> bool:
    return sentence.kind is None and wording.names.is_whole(sentence.words)


def _covered(spans: Sequence[tuple[int, int]]) -> set[int]:
    return {place for start, end in spans for place in range(start, end)}


# --- the content beside it ---------------------------------------------------------------------------------


def _beside(wording: Wording, view: View, overlay: Path | None) -> int:
    """Characters of content that no words of walls explain. Headings count from the third on: pages have them too."""
    headings = [one for one in view.at("heading") if not _explained(wording, one, overlay)]
    return sum(_unexplained(wording, one, overlay) for one in [*view.at("content"), *headings[2:]])


def _explained(wording: Wording, sentence: Sentence, overlay: Path | None) -> bool:
    return _unexplained(wording, sentence, overlay) < sentence.size


def _unexplained(wording: Wording, sentence: Sentence, overlay: Path | None) -> int:
    """Characters of the sentence that are content."""
    if sentence.kind is not None:
        return 0
    if any(_states(other, sentence, kind) for kind, other in wordings(overlay).items()):
        return max(0, sentence.size - _LONGEST_EXPLAINED)
    covered = _covered([*wording.around.find(sentence.words), *wording.says.find(sentence.words)])
    if covered and len(covered) >= _EXPLAINING * len(sentence.words):
        return max(0, sentence.size - _LONGEST_EXPLAINED)
    return sentence.size - size_of(sentence.words[place] for place in covered)
