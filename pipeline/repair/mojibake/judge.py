"""Was this text decoded with the wrong charset, and what was it before? A language model judges the candidates.

Only words with non-ASCII characters differ between candidates; the other words tell the language. A candidate is
believed when it costs much less than the text as it is, and when it reads like a language in what was changed and
beside it: a text in a language without a model reads like none, and stays.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from pipeline.lexicon.alphabet import code_points
from pipeline.lexicon.arrays import Array
from pipeline.lexicon.scoring import Scorer, scorer, summed
from pipeline.lexicon.words import word_list
from pipeline.repair.mojibake.candidates import (
    ENTITY_IN_WORD,
    Candidate,
    Chain,
    ftfy_candidates,
    lossy_candidates,
    utf8_candidates,
)
from pipeline.repair.mojibake.code_page_tables import Pages, pages
from pipeline.repair.mojibake.known_language import Vocabulary, bare, is_foreign, malformed, unfamiliar
from pipeline.repair.mojibake.legacy_candidates import legacy_candidates
from pipeline.repair.mojibake.utf8_structure import runs_of, structural_changes

SAMPLE = 2000
"""Characters of a paragraph's words that the judge reads, with and without damage."""
LAYERS = 3
"""How often a text is taken to have been decoded wrongly, at most."""
DEEPER = 0.3
"""The part of the sequences of one layer that the layer below must have: text that was read wrongly twice has half of
them, text that was read wrongly once a few by chance."""
SURPRISING = 7.0
"""A non-ASCII character that costs more (in nats) than this makes a second look worthwhile."""
OWN_LETTER = 7.0
"""A letter that costs so much by itself at most (in nats: one of 1,100 letters) is one of a language's own …"""
OWN_WORDS = 4.5
"""… and is no surprise in words that cost so much a letter at most (in nats). None of 1,935 damaged sentences was
repaired less for it; a third of the clean sentences that were looked at twice are looked at once."""
PLAUSIBLE = 12.0
"""How much more (in nats) the undamaged words may cost in a language than in the likeliest, if they may be in it."""

FAMILIAR = 3.3
"""What a letter costs at most (in nats) in a text that reads like its language."""
FEWEST = 4
"""A shorter text is weighed as if it had so many letters."""
NO_TEXT = 10.0
"""The strangeness of what has no letter at all."""
FEW_LETTERS = 12
"""With fewer letters beside the damage, they say nothing about the language."""

PROVEN = (1.0, 0.8, 0.5, 0.2)
"""What part of the strangeness counts where there are so many UTF-8 sequences, and nothing else: they prove it."""
MALFORMED = 3.0
"""The strangeness of changed words that are none after the repair, by their share."""
WORD_GAIN = 5.0
"""The most (in nats) that a word says by becoming known, …"""
WORDS_GAIN = 10.0
"""… and all words of a paragraph."""
WORDS_LOOKED_UP = 60
SHORTEST = 4
"""Shorter words stand in lists that are damaged themselves."""
WORTHLESS = -12.0
"""The gain below which nothing can make a candidate worth believing."""
UNLISTED = 1e-8
"""The share that a word counts with which is in no list."""

_ODD_TYPOGRAPHY = re.compile(r"[…‡ˆ‰†•ˇ˘](?=[^\W\d_])|„[^“”\"„]*+\Z|‚[^‘’‚]*+\Z")
"""Typography that stands where letters do, or that is opened and never closed."""
_CHUNK = re.compile(r"[^ \t\n\r]+")


@dataclass(frozen=True)
class Option:
    """A candidate with its gain over the text as it is (nats), in the language that it reads like best.

    `strangeness` is how far it and the words beside it are from reading like that language (nats a letter).
    """

    candidate: Candidate
    gain: float
    language: str
    strangeness: float


@dataclass(frozen=True)
class Reading:
    """A paragraph as the judge sees it: its words with non-ASCII characters, and what the others cost."""

    touched: str
    context: Array
    context_letters: int
    identity: Array
    surprising: bool
    options: tuple[Option, ...]
    vocabulary: Vocabulary


class Judge:
    """Reads paragraphs; `without` names languages that it is to know nothing of."""

    def __init__(self, scorer: Scorer, tables: Pages, without: tuple[str, ...] = ()) -> None:
        self.scorer = scorer
        self.tables = tables
        self._unknown = np.array(
            [1e6 if code in without else 0.0 for code in scorer.model.codes], dtype=np.float32
        )

    def read(
        self, text: str, document: Array | None = None, sound: frozenset[str] = frozenset()
    ) -> Reading | None:
        """The paragraph as the judge sees it; None where there is nothing to see in it.

        Options are made where something is surprising; best first. `document` is what speaks against each language in
        the document as a whole; `sound` are words that are beyond doubt: they tell the language.
        """
        touched, context = parts(text, sound)
        return self.read_words(touched, context, document) if touched else None

    def read_words(self, touched: str, context: str, document: Array | None = None) -> Reading:
        """The paragraph of these words: those that may be damaged, of which there is one at least, and the others."""
        codes = code_points(f"{context} {touched}")
        rows = self.scorer.letters(codes)
        border = len(context) + 1
        beside = summed(rows[:border]) + self._unknown
        if document is not None:
            beside = beside + document
        identity, surprising = self._as_is(touched, codes[border:], rows[border:], beside)
        letters = sum(map(str.isalpha, context))
        reading = Reading(touched, beside, letters, identity, surprising, (), Vocabulary(context))
        if not surprising:
            return reading
        options = self.weigh(reading, self._candidates(touched, beside, ()))
        return replace(reading, options=tuple(sorted(options, key=lambda option: -option.gain)))

    def weigh(
        self, reading: Reading, candidates: Sequence[Candidate], each_alone: bool = False
    ) -> list[Option]:
        """What each candidate gains; the words are looked up of those only that may be the best of all.

        With `each_alone` these are all.
        """
        if not candidates:
            return []
        as_is = reading.identity + reading.context
        now = float(as_is.min())
        spoken = self.scorer.model.codes[int(as_is.argmin())]
        texts = [candidate.text for candidate in candidates]
        costs = self.scorer.many(texts)
        whole = costs + np.stack([candidate.prior for candidate in candidates]) + reading.context
        likeliest = whole.argmin(axis=1).tolist()
        gains = (now - whole.min(axis=1)).tolist()
        demoted = self.scorer.demoted(reading.touched, texts)
        options = []
        for candidate, cost, best, gain, less in zip(
            candidates, costs, likeliest, gains, demoted, strict=True
        ):
            strange = NO_TEXT
            if gain > WORTHLESS:
                gain -= less
                strange = self._strangeness(reading, candidate, float(cost[best]), best)
            options.append(Option(candidate, gain, self.scorer.model.codes[best], strange))
        most = max(option.gain for option in options) if not each_alone else -math.inf
        return [
            replace(option, gain=option.gain + known_words(reading.touched, spoken, option))
            if option.gain > max(-WORDS_GAIN, most - WORDS_GAIN)
            else option
            for option in options
        ]

    def _strangeness(self, reading: Reading, candidate: Candidate, cost: float, column: int) -> float:
        """How far a candidate and the words beside it are from reading like a language (nats a letter).

        `cost` is what the candidate costs in the language of that column.
        """
        letters = sum(map(str.isalpha, candidate.text))
        strange = max(0.0, cost / max(FEWEST, letters) - FAMILIAR)
        if not letters and candidate.steps[-1][0] != "entities":
            strange = NO_TEXT
        if reading.context_letters >= FEW_LETTERS and not self.scorer.is_other_script[column]:
            beside = float(reading.context[column]) / reading.context_letters
            strange += max(0.0, beside - FAMILIAR)
        if candidate.steps[-1][0] == "entities":  # whatever the language, its words are the same
            return strange * PROVEN[-1]
        if candidate.whole:
            strange *= PROVEN[min(candidate.sequences, len(PROVEN) - 1)]
        return strange

    def goes_deeper(self, text: str, step: Chain) -> bool:
        """Whether what came of a step may be UTF-8 that was read in a page before."""
        return bool(utf8_candidates(text, self.tables, self.scorer, (step,)))

    def is_foreign(self, sample: str) -> bool:
        """Whether a document is in none of the languages, by its words without damage."""
        letters = sum(map(str.isalpha, sample))
        if not letters:
            return False
        costs = self.scorer.many([sample])[0] / letters + self._unknown
        codes = self.scorer.model.codes
        return is_foreign(sample, [(codes[at], float(costs[at])) for at in np.argsort(costs, kind="stable")])

    def unfamiliarity(self, reading: Reading, option: Option, foreign: bool = False) -> float:
        """How far the words of the paragraph are from being words of the option's language (nats a letter).

        `foreign` says that the document is in none of the languages.
        """
        candidate = option.candidate
        column = self.scorer.model.codes.index(option.language)
        proven = candidate.whole and candidate.sequences >= len(PROVEN) - 1
        if proven or candidate.steps[-1][0] == "entities":
            return 0.0
        letters = float(reading.context[column]) / max(1, reading.context_letters)
        told = reading.context_letters >= FEW_LETTERS and not self.scorer.is_other_script[column]
        strange = unfamiliar(
            reading.vocabulary.share(candidate.text, option.language, foreign), letters * told
        )
        strange += MALFORMED * malformed(reading.touched, candidate.text)
        return strange * PROVEN[min(candidate.sequences, len(PROVEN) - 1)] if candidate.whole else strange

    def _as_is(self, touched: str, codes: Array, rows: Array, beside: Array) -> tuple[Array, bool]:
        """What the words cost as they are, and whether a non-ASCII character among them is surprising."""
        marks = self.scorer.marks(codes)
        identity: Array = summed(rows) + marks.sum()
        language = int((identity + beside).argmin())
        costs = np.maximum(rows[:-1, language] + marks, rows[1:, language])
        odd = ((codes >= 128) & (costs > SURPRISING)).nonzero()[0]
        entities = sum(1 for _ in ENTITY_IN_WORD.finditer(touched)) if "&" in touched else 0
        surprising = entities > 0 or _ODD_TYPOGRAPHY.search(touched) is not None
        if len(odd) and not surprising:
            odd = odd[~self._are_own(touched, codes[odd], marks[odd], identity, beside)]
            surprising = len(odd) > 0 and not self._are_words(touched, odd, language)
        return identity + entities * self.scorer.entity, surprising

    def _are_own(self, touched: str, codes: Array, marks: Array, identity: Array, beside: Array) -> Array:
        """Whether each of these characters is a letter that every language often has that the words may be in.

        None is where the words read like no language: text of one script that was read in another page of that script
        consists of its letters.
        """
        language = int((identity + beside).argmin())
        if float(identity[language]) > OWN_WORDS * max(FEWEST, sum(map(str.isalpha, touched))):
            return np.zeros(len(codes), dtype=bool)
        plausible = beside <= beside.min() + PLAUSIBLE
        plausible[language] = True
        dearest = self.scorer.by_letter[codes][:, plausible].max(axis=1)
        is_letter = self.scorer.is_letter(codes) & (marks < self.scorer.odd_case)
        own: Array = is_letter & (dearest <= OWN_LETTER)
        return own

    def _are_words(self, touched: str, places: Array, language: int) -> bool:
        """Whether all letters at these places stand in words that the language's list knows."""
        words = word_list(self.scorer.model.codes[language])
        if words is None or len(places) > WORDS_LOOKED_UP:
            return False
        found: dict[tuple[int, int], str] = {}
        for place in places.tolist():
            if not touched[place].isalpha():
                return False
            start, end = place, place + 1
            while start and touched[start - 1].isalpha():
                start -= 1
            while end < len(touched) and touched[end].isalpha():
                end += 1
            found[start, end] = touched[start:end]
        if min(map(len, found.values())) < SHORTEST:
            return False
        return bool((words.frequencies(list(found.values())) > 0.0).all())

    def _candidates(self, text: str, beside: Array, before: tuple[Chain, ...]) -> list[Candidate]:
        found: list[Candidate] = []
        if ENTITY_IN_WORD.search(text):
            plain = html.unescape(text)
            if plain != text:
                step = (*before, ("entities", "entities"))
                found.append(Candidate(plain, step, frozenset({step[-1]}), np.zeros(len(beside))))
                found += self._candidates(plain, beside, step)
                return found
        layer = utf8_candidates(text, self.tables, self.scorer, before)
        found += layer
        proven = bool(layer) and layer[0].whole and _is_proven(text, self.tables)
        if not layer or not layer[0].whole:
            found += ftfy_candidates(text, self.scorer, before)
            found += lossy_candidates(text, self.tables, self.scorer, before)
        for depth in range(1, LAYERS):
            layer = [
                _after(candidate, deeper)
                for candidate in layer[:2]
                for deeper in utf8_candidates(candidate.text, self.tables, self.scorer, candidate.steps)
                if deeper.whole or deeper.sequences >= DEEPER * candidate.sequences
            ]
            found += layer
            if not layer or depth == LAYERS:
                break
        proven = proven or any(
            candidate.whole and candidate.sequences >= len(PROVEN) - 1 for candidate in found
        )
        if not proven:
            found += legacy_candidates(text, self.tables, self.scorer, beside, before)
        return found


def _is_proven(text: str, tables: Pages) -> bool:
    """Whether each run of characters beyond ASCII is UTF-8 by its structure, whatever the page."""
    return len(structural_changes(text, tables)) == runs_of(text)


def _after(first: Candidate, second: Candidate) -> Candidate:
    """The second candidate, made from the first, with the costs of both, and no better founded than either."""
    return replace(
        second,
        prior=first.prior + second.prior,
        whole=first.whole and second.whole,
        sequences=min(first.sequences, second.sequences),
    )


def known_words(before: str, spoken: str, option: Option) -> float:
    """What (in nats) the word lists say: are the words after the repair better known than those before it?"""
    pairs = list(zip(before.split(" "), option.candidate.text.split(" "), strict=False))[:WORDS_LOOKED_UP]
    changed = [(bare(a), bare(b)) for a, b in pairs if a != b]
    changed = [(a, b) for a, b in changed if a and b]
    old, new = word_list(spoken), word_list(option.language)
    if not changed or new is None:
        return 0.0
    after = np.log(new.frequencies([b for _, b in changed]) + UNLISTED)
    listed = old.frequencies([a for a, _ in changed]) if old else np.zeros(len(changed))
    gains = np.minimum(np.maximum(after - np.log(listed + UNLISTED), -WORD_GAIN), WORD_GAIN)
    return max(-WORDS_GAIN, min(WORDS_GAIN, float(gains.sum())))


def parts(text: str, sound: frozenset[str] = frozenset()) -> tuple[str, str]:
    """The words of `text` with non-ASCII characters or entities, and those without or `sound`, each joined by spaces.

    A word counts once: said again it proves nothing more.
    """
    if len(text) < SAMPLE:
        chunks = dict.fromkeys(_CHUNK.findall(text))
        plain = {chunk: None for chunk in chunks if _is_plain(chunk) or chunk in sound}
        return " ".join(chunk for chunk in chunks if chunk not in plain), " ".join(plain)
    found: tuple[dict[str, None], dict[str, None]] = ({}, {})
    sizes = [0, 0]
    for match in _CHUNK.finditer(text):
        chunk = match[0]
        kind = _is_plain(chunk) or chunk in sound
        if sizes[kind] < SAMPLE and chunk not in found[kind]:
            found[kind][chunk[:SAMPLE]] = None
            sizes[kind] += len(chunk) + 1
        elif min(sizes) >= SAMPLE:
            break
    return " ".join(found[0]), " ".join(found[1])


def _is_plain(chunk: str) -> bool:
    return chunk.isascii() and "&" not in chunk


@cache
def judge() -> Judge:
    """The judge of all languages there is a model of, made once."""
    return Judge(scorer(), pages())
