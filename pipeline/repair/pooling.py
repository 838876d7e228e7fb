"""Verdicts on the paragraphs of a document: what one paragraph cannot prove, many that are damaged alike can."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.lexis.arrays import Array
from pipeline.repair.candidates import Candidate, Chain, chain_candidate, undo_step
from pipeline.repair.judge import Judge, Option, Reading

REQUIRED = 5.0
"""The gain (in nats) from which a repair is believed on its own evidence."""
STRANGE = 7.0
"""How much more gain each nat of strangeness asks for."""
TOO_STRANGE = 1.5
"""The strangeness (nats a letter) beyond which nothing is believed that the document does not support."""
SUSPICIOUS = 4.5
"""The gain from which a text is called suspicious although it stays."""
UNFAMILIAR = 1.0
"""The strangeness of words (nats a letter) beyond which a text is not even suspected: nobody knows its language."""
MOST_POOLED = 12.0
"""The most that a document's other paragraphs can add to the gain of a paragraph."""
POOLED = 400
"""Paragraphs of a document in which each of the likeliest chains is tried, found there or not."""
SHARE = 0.3
"""The part of the gain of other paragraphs that counts for this one."""
PROVEN_PAGE = 6.0
"""What a code page that is proven for the site adds to a gain that is suspicious by itself, to no other: the proof
tells how a damaged text came about, never that a text is damaged."""
_ENOUGH = 100
_LANGUAGE_SAMPLE = 4000
_LANGUAGE_WEIGHT = 10.0
_LANGUAGE_MOST = 5.0
_CAP = (-12.0, 25.0)
_CHAINS_TRIED = 6


@dataclass(frozen=True)
class Verdict:
    """What was decided about a paragraph: `text` after the repair, or a suggestion where `certain` is not.

    `by_site` says that the repair is certain only because its code page is proven for the site; `gain` is what it had
    without that.
    """

    text: str
    steps: tuple[Chain, ...]
    language: str
    gain: float
    certain: bool
    by_site: bool = False

    @property
    def cause(self) -> str:
        """The word of the repair vocabulary: true charset → charset it was read as."""
        names = [true if true == read_as else f"{true}→{read_as}" for true, read_as in self.steps]
        return ("mojibake-by-site:" if self.by_site else "mojibake:") + "+".join(names)

    @property
    def confidence(self) -> float:
        """A probability from the gain."""
        return round(1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, self.gain)))), 4)


def judge_paragraphs(
    texts: Sequence[str], judge: Judge, others: Sequence[str] = (), proven: frozenset[Chain] = frozenset()
) -> list[Verdict | None]:
    """A verdict for each paragraph of a document; None where there is nothing to say about it.

    `others` are paragraphs that need none: they tell the document's language. `proven` are the chains that other
    documents of the site prove.
    """
    sample = _sample([*texts, *others])
    document = _languages(sample, judge)
    readings = [judge.read(text, document=document) for text in texts]
    if proven:
        readings = [reading and _with_proven(reading, proven, judge) for reading in readings]
    pooled: dict[Chain, list[float]] = {}
    suspects = [reading for reading in readings if reading and _believed(reading.options[:1])]
    foreign = bool(suspects) and judge.is_foreign(sample)
    if len(suspects) >= 2:
        readings, pooled = _pool(texts, readings, judge, foreign)
    verdicts = []
    for number, (text, reading) in enumerate(zip(texts, readings, strict=True)):
        support = _support(pooled, number)
        verdicts.append(_verdict(text, reading, judge, support, proven, foreign) if reading else None)
    return verdicts


def _sample(texts: Sequence[str]) -> str:
    """The first ASCII words of a document of several paragraphs; nothing of a smaller one."""
    words: list[str] = []
    size = 0
    for text in texts if len(texts) >= 3 else ():
        words += [chunk for chunk in text[:_LANGUAGE_SAMPLE].split() if chunk.isascii()]
        size += len(text)
        if size > _LANGUAGE_SAMPLE:
            break
    return " ".join(words)[:_LANGUAGE_SAMPLE]


def _languages(sample: str, judge: Judge) -> Array | None:
    """What speaks against each language in a document (nats), told by its ASCII words."""
    letters = sum(map(str.isalpha, sample))
    if letters < _ENOUGH:
        return None
    cost = judge.scorer.many([sample])[0] / letters
    against: Array = np.clip((cost - cost.min()) * _LANGUAGE_WEIGHT, 0.0, _LANGUAGE_MOST)
    return against


def _believed(options: Sequence[Option]) -> bool:
    return any(option.gain >= REQUIRED + STRANGE * option.strangeness for option in options)


def _pool(
    texts: Sequence[str], readings: Sequence[Reading | None], judge: Judge, foreign: bool
) -> tuple[list[Reading | None], dict[Chain, list[float]]]:
    """What each of the likeliest legacy chains gains in each paragraph, the paragraphs read with these options."""
    evidence: defaultdict[Chain, float] = defaultdict(float)
    for reading in readings:
        gains: dict[Chain, float] = {}
        for option in reading.options if reading else ():
            if len(option.candidate.steps) == 1 and option.candidate.steps[0][0] in judge.tables.true:
                for chain in option.candidate.chains:
                    gains[chain] = max(gains.get(chain, 0.0), min(_CAP[1], option.gain))
        for chain, gain in gains.items():
            evidence[chain] += gain
    order = sorted(evidence, key=lambda chain: (-evidence[chain], chain))[: _CHAINS_TRIED * 4]
    pooled: dict[Chain, list[float]] = {chain: [] for chain in order}
    seen: list[Reading | None] = []
    for number, reading in enumerate(readings):
        options = list(reading.options) if reading else []
        for chain in order:
            known = next((o for o in options if o.candidate.steps and chain in o.candidate.chains), None)
            if known is None and reading is not None and number < POOLED:
                candidate = chain_candidate(reading.touched, chain, judge.tables)
                same = candidate and next((o for o in options if o.candidate.text == candidate.text), None)
                if candidate and not same:
                    (known,) = judge.weigh(reading, [candidate])
                    options.append(known)
            pooled[chain].append(_evidence(reading, known, judge, foreign) if reading and known else 0.0)
        seen.append(reading and _with(reading, options))
    return seen, pooled


def _evidence(reading: Reading, option: Option, judge: Judge, foreign: bool) -> float:
    """What an option of one paragraph says to the others: little, where it is a language that nobody knows."""
    gain = option.gain
    if gain > 0.0:
        gain -= STRANGE * (option.strangeness + judge.unfamiliarity(reading, option, foreign))
    return max(_CAP[0], min(_CAP[1], gain))


def _with_proven(reading: Reading, proven: frozenset[Chain], judge: Judge) -> Reading:
    """The reading with the proven chains among its options, where it has any."""
    known = {chain for option in reading.options for chain in option.candidate.chains}
    texts = {option.candidate.text for option in reading.options}
    candidates = []
    for chain in sorted(proven - known) if reading.options else ():
        candidate = (
            chain_candidate(reading.touched, chain, judge.tables) if chain[0] in judge.tables.true else None
        )
        if candidate and candidate.text not in texts:
            texts.add(candidate.text)
            candidates.append(candidate)
    return _with(reading, [*reading.options, *judge.weigh(reading, candidates)])


def _with(reading: Reading, options: list[Option]) -> Reading:
    return replace(reading, options=tuple(options))


def _support(pooled: dict[Chain, list[float]], number: int) -> dict[Chain, float]:
    """What the other paragraphs say for each chain."""
    support = {}
    for chain, gains in pooled.items():
        others = sum(gains) - gains[number]
        support[chain] = max(0.0, min(MOST_POOLED, SHARE * others))
    return support


def _verdict(
    text: str,
    reading: Reading,
    judge: Judge,
    support: dict[Chain, float],
    proven: frozenset[Chain],
    foreign: bool,
) -> Verdict | None:
    best: tuple[float, float, float, Option] | None = None
    for option in reading.options:
        chains = option.candidate.chains
        pooled = max((support.get(chain, 0.0) for chain in chains), default=0.0)
        of_site = PROVEN_PAGE if option.gain >= SUSPICIOUS and chains & proven else 0.0
        backed = min(MOST_POOLED, pooled + of_site)
        if best is None or option.gain + backed > best[0]:
            best = (option.gain + backed, backed, pooled, option)
    if best is None or best[0] < SUSPICIOUS:
        return None
    gain, backed, pooled, option = best
    repaired = _whole(text, option.candidate, judge)
    if repaired == text:
        return None
    unfamiliar = judge.unfamiliarity(reading, option, foreign)
    certain = _is_certain(option, backed, unfamiliar)
    utf8 = option.candidate.whole and option.candidate.sequences > 0
    known = utf8 or unfamiliar <= UNFAMILIAR
    suspicious = known and _gives_letters(reading.touched, option.candidate.text)
    if not (certain or suspicious):
        return None
    by_site = certain and not _is_certain(option, pooled, unfamiliar)
    own = option.gain + pooled if by_site else gain
    return Verdict(repaired, option.candidate.steps, option.language, own, certain, by_site)


def _is_certain(option: Option, backed: float, unfamiliar: float) -> bool:
    """Whether the gain is enough for so strange a text, with what backs it; what is unfamiliar nothing makes up for."""
    strangeness = option.strangeness * (1.0 - backed / MOST_POOLED) + unfamiliar
    return strangeness <= TOO_STRANGE and option.gain + backed >= REQUIRED + STRANGE * strangeness


def _gives_letters(before: str, after: str) -> bool:
    """Whether letters come out that were not there: without such, there is nothing to suspect."""
    return any(char.isalpha() and not char.isascii() and char not in before for char in after)


def _whole(text: str, candidate: Candidate, judge: Judge) -> str:
    for step in candidate.steps:
        text = undo_step(text, step, judge.tables)
    return text
