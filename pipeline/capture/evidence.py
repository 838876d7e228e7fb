"""What speaks for a capture's being a wall of one kind, and the content that it has beside that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.capture.form import Form, Weight
from pipeline.capture.phrases import lexicon, size_of, stem_of, vocabulary
from pipeline.capture.view import Sentence, View
from pipeline.records import REPLACEMENT

NOTHING_BESIDE: Final = 40
"""Characters of content up to which what stands around it (furniture, `noscript`) speaks for the capture."""

_LONG_PHRASE: Final = 3
"""Words of a phrase from which on it may be the statement of a longer sentence."""

_STATING: Final = 0.25
"""The share of such a sentence's words that must be of the kind's wording."""

_LONGEST_EXPLAINED: Final = 250
"""Characters of a sentence that one statement explains; the rest of a longer one is content."""

_EXPLAINING: Final = 0.2
"""The share of a sentence's words that must be of a kind's wording for it to be no content."""

_QUOTED: Final = 80
"""Characters of a statement that are shown as evidence."""

_MANY_LINKS: Final = 5
"""Blocks of links from which on a page has a navigation, and so is more than a banner."""

_FREE_HEADINGS: Final = 2
"""Headings of its own that a wall may have: the site's name, the address asked for."""

_COMMON: Final = 6
_OWN: Final = 2
"""Kinds that use a word for it to be everybody's ("this", "with"), and at most for it to be a kind's own."""

_WEIGHTS: Final[tuple[Weight, ...]] = ("decisive", "own", "support")


@dataclass(frozen=True)
class Evidence:
    """What speaks for one kind, in characters where it is text, and the content beside it."""

    kind: str
    titled: int
    """Characters of the title that state it, or of a heading that stands over nothing else."""
    stated: int
    """Characters of other sentences that state it."""
    named: bool
    around: bool
    quoted: str
    form: str
    weight: Weight | None
    explained: int
    """Characters of content that is made of the kind's wording, whether it states it or not."""
    beside: int


class Words(NamedTuple):
    """How many words (of some length) there are, how many of them walls use, how many those of one `kind` use, and how
    many different ones hardly any other kind uses."""

    kind: str
    all: int
    known: int
    of_kind: int
    own: int
    quoted: str


class Reading:
    """A capture read for the wordings of all kinds at once: each sentence is looked up one time."""

    def __init__(self, view: View, overlay: Path | None) -> None:
        self.view, self._overlay = view, overlay
        phrases = lexicon(overlay)
        self._found = {sentence.words: list(phrases.find(sentence.words)) for sentence in view.sentences}
        self._stating = {sentence: self._kinds_stated(sentence) for sentence in view.sentences}

    def weigh(self, kind: str, form: Form) -> Evidence:
        """What speaks for one kind."""
        view = self.view
        titles, headings, body = view.at("title"), view.at("heading"), view.at("content")
        in_title = [one for one in titles if self._states(kind, one)]
        in_heading = [one for one in headings if self._states(kind, one)]
        said = [one for one in body if self._states(kind, one)]
        beside = self.beside(kind)
        if beside <= NOTHING_BESIDE:
            said += [one for one in view.at("furniture", "noscript") if self._states(kind, one)]
            if kind == "consent" and view.links < _MANY_LINKS:
                said += [one for one in view.at("cookie") if self._states(kind, one)]
        if all(
            self._is_explained(kind, one) for one in headings
        ):  # else what a heading says is a notice on a page
            in_title += in_heading
        signals = sorted((s for s in form.signals if s.kind == kind), key=lambda s: _WEIGHTS.index(s.weight))
        names = [one for one in [*titles, *headings] if self._is_named(kind, one)]
        quoted = next(iter([*in_title, *in_heading, *said, *names]), None)
        return Evidence(
            kind=kind,
            titled=max((one.size for one in in_title), default=0),
            stated=_sum([*said, *(one for one in in_heading if one not in in_title)]),
            named=bool(names),
            around=any(self._spans(kind, one, "around") for one in [*body, *view.at("furniture")]),
            quoted=quoted.text[:_QUOTED].replace(REPLACEMENT, "?") if quoted else "",
            form=signals[0].name if signals else "",
            weight=signals[0].weight if signals else None,
            explained=_sum([one for one in body if self._is_explained(kind, one)]),
            beside=beside,
        )

    def beside(self, kind: str) -> int:
        """Characters of content that no words of walls explain; the first few headings are none."""
        headings = [one for one in self.view.at("heading") if not self._is_explained(kind, one)]
        return sum(
            self._unexplained(kind, one) for one in [*self.view.at("content"), *headings[_FREE_HEADINGS:]]
        )

    def words(self) -> Words:
        """How far the words of the capture's content are those of walls, and of which kind most."""
        kinds = vocabulary(self._overlay)
        sentences = self.view.at("heading", "content")
        stems = [stem for one in sentences for word in one.words if (stem := stem_of(word))]
        stems = [stem for stem in stems if len(kinds.get(stem, ())) < _COMMON]
        counts = Counter(kind for stem in stems for kind in kinds.get(stem, ()))
        kind, most = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        known = sum(stem in kinds for stem in stems)
        quoted = next((one.text[:_QUOTED].replace(REPLACEMENT, "?") for one in self.view.at("content")), "")
        own = {stem for stem in stems if kind in kinds.get(stem, ()) and len(kinds[stem]) <= _OWN}
        return Words(kind, len(stems), known, most, len(own), quoted)

    def is_about_words(self) -> bool:
        """Whether the title is that of a real page that is made of such words: a policy on cookies, on privacy."""
        return any(self._is_named("pages", one, "pages") for one in self.view.at("title", "heading"))

    def _spans(self, kind: str, sentence: Sentence, *parts: str) -> list[tuple[int, int]]:
        return [
            (start, end)
            for start, end, (found, part) in self._found[sentence.words]
            if found == kind and part in parts
        ]

    def _is_named(self, kind: str, sentence: Sentence, part: str = "names") -> bool:
        whole = (0, len(sentence.words))
        return sentence.kind is None and whole in self._spans(kind, sentence, part)

    def _states(self, kind: str, sentence: Sentence) -> bool:
        return kind in self._stating[sentence]

    def _kinds_stated(self, sentence: Sentence) -> frozenset[str]:
        """The kinds that the sentence is a statement of: phrases of one that are half of it, together with what stands
        around them, or a long one and a good part of it."""
        if sentence.kind is not None:
            return frozenset({sentence.kind})
        kinds = {kind for _, _, (kind, part) in self._found[sentence.words] if part == "says"}
        return frozenset(kind for kind in kinds if self._is_statement(kind, sentence))

    def _is_statement(self, kind: str, sentence: Sentence) -> bool:
        said = self._spans(kind, sentence, "says")
        covered = len(_covered(self._spans(kind, sentence, "says", "around")))
        if 2 * covered >= len(sentence.words):
            return True
        if kind == "shell":  # any short sentence about JavaScript, where there is nothing else
            return sentence.size <= _LONGEST_EXPLAINED
        longest = max(end - start for start, end in said)
        return longest >= _LONG_PHRASE and covered >= _STATING * len(sentence.words)

    def _is_explained(self, kind: str, sentence: Sentence) -> bool:
        return self._unexplained(kind, sentence) < sentence.size

    def _unexplained(self, kind: str, sentence: Sentence) -> int:
        """Characters of the sentence that are content, where the capture is a wall of this kind."""
        if sentence.kind is not None:
            return 0
        covered = _covered(self._spans(kind, sentence, "says", "around"))
        if self._stating[sentence] or (covered and len(covered) >= _EXPLAINING * len(sentence.words)):
            return max(0, sentence.size - _LONGEST_EXPLAINED)
        return sentence.size - size_of(sentence.words[place] for place in covered)


def _sum(sentences: Sequence[Sentence]) -> int:
    return sum(min(one.size, _LONGEST_EXPLAINED) for one in sentences)


def _covered(spans: Iterable[tuple[int, int]]) -> set[int]:
    return {place for start, end in spans for place in range(start, end)}
