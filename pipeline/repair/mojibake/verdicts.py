"""Verdicts on the paragraphs of a document: what one paragraph cannot prove, many that are damaged alike can."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.lexicon.arrays import Array
from pipeline.repair.mojibake.candidates import (
    Candidate,
    Chain,
    beyond_ascii,
    can_have_happened,
    chain_candidate,
)
from pipeline.repair.mojibake.evidence import FEWEST_LETTERS, NOTHING, SHORTEST, Evidence, letters_of
from pipeline.repair.mojibake.judge import Judge, Option, Reading
from pipeline.repair.mojibake.paragraph import Draft, doubt, draft, is_certain_of, option_evidence
from pipeline.repair.mojibake.verdict import (
    MOST_POOLED,
    STRANGE,
    SUSPICIOUS,
    UNFAMILIAR,
    Verdict,
    is_certain,
)

POOLED = 400
"""Paragraphs of a document in which each of the likeliest chains is tried, found there or not."""
SHARE = 0.3
"""The part of the gain of other paragraphs that counts for this one."""
PROVEN_PAGE = 6.0
"""What a code page that is proven for the site adds to a gain that is suspicious by itself, to no other: the proof
tells how a damaged text came about, never that a text is damaged."""
KNOWN_TOGETHER = 2
"""Words that must become known in a document of which no paragraph shows enough by itself."""
_ENOUGH = 100
_LANGUAGE_SAMPLE = 4000
_LANGUAGE_WEIGHT = 10.0
_LANGUAGE_MOST = 5.0
_CAP = (-12.0, 25.0)
_CHAINS_TRIED = 8


def judge_paragraphs(
    texts: Sequence[str], judge: Judge, others: Sequence[str] = (), proven: frozenset[Chain] = frozenset()
) -> list[Verdict | None]:
    """A verdict for each paragraph of a document; None where there is nothing to say about it.

    `others` are paragraphs that need none: they tell the document's language. `proven` are the chains that other
    documents of the site prove.
    """
    sample = _sample([*texts, *others])
    document = _languages(sample, judge)
    drafts = [draft(text, judge, document) for text in texts]
    if proven:
        drafts = [_with_proven(drawn, proven, judge) for drawn in drafts]
    suspects = [drawn for drawn in drafts if drawn.reading and _suspects(drawn.reading)]
    foreign = bool(suspects) and judge.is_foreign(sample)
    shown = _shown(suspects, judge, foreign) if len(texts) > 1 else []
    pooled: dict[Chain, list[float]] = {}
    if shown:
        drafts, pooled = _pool(drafts, shown, judge, foreign)
    together = {chain: sum(gains) for chain, gains in pooled.items()}
    verdicts = (
        _verdict(drawn, judge, _support(pooled, together, number), frozenset(shown), proven, foreign)
        for number, drawn in enumerate(drafts)
    )
    return [verdict or doubt(text, judge) for verdict, text in zip(verdicts, texts, strict=True)]


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
    letters = letters_of(sample)
    if letters < _ENOUGH:
        return None
    cost = judge.scorer.many([sample])[0] / letters
    against: Array = np.clip((cost - cost.min()) * _LANGUAGE_WEIGHT, 0.0, _LANGUAGE_MOST)
    return against


def _suspects(reading: Reading) -> bool:
    return bool(reading.options) and reading.options[0].gain >= SUSPICIOUS


def is_legacy(option: Option, judge: Judge) -> bool:
    return len(option.candidate.steps) == 1 and option.candidate.steps[0][0] in judge.tables.true


def _shown(suspects: Sequence[Draft], judge: Judge, foreign: bool) -> list[Chain]:
    """The legacy chains for which the paragraphs of the document together show enough, those of most gain first."""
    gains: defaultdict[Chain, float] = defaultdict(float)
    known: defaultdict[Chain, Evidence] = defaultdict(lambda: NOTHING)
    by_itself: defaultdict[Chain, bool] = defaultdict(bool)
    for drawn in suspects:
        assert drawn.reading is not None
        best = drawn.reading.options[0].gain
        seen: set[Chain] = set()
        for option in drawn.reading.options:
            if option.gain < max(SUSPICIOUS, best - 3.0) or not is_legacy(option, judge):
                continue
            chains = option.candidate.chains - seen
            seen |= chains
            if not chains or not is_certain(
                option, MOST_POOLED, judge.unfamiliarity(drawn.reading, option, foreign)
            ):
                continue
            found = option_evidence(drawn.reading, option, judge)
            if letters_of(drawn.base) < FEWEST_LETTERS and max(map(len, found.known), default=0) < SHORTEST:
                continue
            for chain in chains:
                gains[chain] += min(_CAP[1], option.gain)
                known[chain] = known[chain].with_(found)
                by_itself[chain] = by_itself[chain] or found.is_enough
    enough = [
        chain
        for chain, found in known.items()
        if found.is_enough and (by_itself[chain] or len(found.known) >= KNOWN_TOGETHER)
    ]
    return sorted(enough, key=lambda chain: (-gains[chain], chain))[: 3 * _CHAINS_TRIED]


def _pool(
    drafts: Sequence[Draft], chains: Sequence[Chain], judge: Judge, foreign: bool
) -> tuple[list[Draft], dict[Chain, list[float]]]:
    """What each of the chains gains in each paragraph, the paragraphs read with these options."""
    pooled: dict[Chain, list[float]] = {chain: [] for chain in chains}
    seen: list[Draft] = []
    for number, drawn in enumerate(drafts):
        reading = drawn.reading
        if reading is None:
            against = _against(drawn, chains, judge) if number < POOLED else dict.fromkeys(chains, 0.0)
            for chain in chains:
                pooled[chain].append(against[chain])
            seen.append(drawn)
            continue
        tried = _not_tried(reading, chains, judge) if number < POOLED else []
        options = (*reading.options, *judge.weigh(reading, tried, each_alone=True))
        for chain in chains:
            known = next((o for o in options if chain in o.candidate.chains), None)
            pooled[chain].append(_evidence(reading, known, judge, foreign) if known else 0.0)
        seen.append(replace(drawn, reading=replace(reading, options=options)))
    return seen, pooled


def _not_tried(reading: Reading, chains: Sequence[Chain], judge: Judge) -> list[Candidate]:
    """The candidates of chains that a paragraph has no option of."""
    known = {chain for option in reading.options for chain in option.candidate.chains}
    texts = {option.candidate.text for option in reading.options}
    found = []
    for chain in chains:
        candidate = chain_candidate(reading.touched, chain, judge.tables) if chain not in known else None
        if candidate and candidate.text not in texts:
            texts.add(candidate.text)
            found.append(candidate)
    return found


def _evidence(reading: Reading, option: Option, judge: Judge, foreign: bool) -> float:
    """What an option of one paragraph says to the others: little, where it is a language that nobody knows."""
    gain = option.gain
    if gain > 0.0:
        gain -= STRANGE * (option.strangeness + judge.unfamiliarity(reading, option, foreign))
    return max(_CAP[0], min(_CAP[1], gain))


def _against(drawn: Draft, chains: Sequence[Chain], judge: Judge) -> dict[Chain, float]:
    """What a paragraph says against the chains that would change its words, which are all words of one language."""
    characters = beyond_ascii(drawn.at_home)
    return {chain: _CAP[0] if can_have_happened(characters, chain, judge.tables) else 0.0 for chain in chains}


def _hints(reading: Reading, option: Option, judge: Judge) -> bool:
    """Whether a paragraph shows enough for a suspicion: one letter that no language beside it has."""
    letters = letters_of(option.candidate.text) + reading.context_letters
    return letters >= FEWEST_LETTERS and option_evidence(reading, option, judge).foreign > 0


def _with_proven(drawn: Draft, proven: frozenset[Chain], judge: Judge) -> Draft:
    """The draft with the proven chains among its options, where it has any."""
    reading = drawn.reading
    if reading is None or not reading.options:
        return drawn
    known = {chain for option in reading.options for chain in option.candidate.chains}
    texts = {option.candidate.text for option in reading.options}
    candidates = []
    for chain in sorted(proven - known):
        candidate = (
            chain_candidate(reading.touched, chain, judge.tables) if chain[0] in judge.tables.true else None
        )
        if candidate and candidate.text not in texts:
            texts.add(candidate.text)
            candidates.append(candidate)
    options = (*reading.options, *judge.weigh(reading, candidates))
    return replace(drawn, reading=replace(reading, options=options))


def _support(
    pooled: dict[Chain, list[float]], together: dict[Chain, float], number: int
) -> dict[Chain, float]:
    """What the paragraphs but for one say for each chain; `together` is what all say."""
    support = {}
    for chain, gains in pooled.items():
        others = together[chain] - gains[number]
        support[chain] = max(0.0, min(MOST_POOLED, SHARE * others))
    return support


def _verdict(
    drawn: Draft,
    judge: Judge,
    support: dict[Chain, float],
    shown: frozenset[Chain],
    proven: frozenset[Chain],
    foreign: bool,
) -> Verdict | None:
    reading = drawn.reading
    best: tuple[float, float, float, Option] | None = None
    for option in reading.options if reading else ():
        chains = option.candidate.chains
        pooled = max((support.get(chain, 0.0) for chain in chains), default=0.0)
        of_site = PROVEN_PAGE if option.gain >= SUSPICIOUS and chains & proven else 0.0
        backed = min(MOST_POOLED, pooled + of_site)
        if best is None or option.gain + backed > best[0]:
            best = (option.gain + backed, backed, pooled, option)
    if best is None or reading is None or best[0] < SUSPICIOUS:
        return drawn.as_verdict()
    gain, backed, pooled, option = best
    if option is drawn.sure and not foreign:
        return drawn.as_verdict(option, judge, gain)
    unfamiliar = judge.unfamiliarity(reading, option, foreign)
    alone = drawn.shows(option, judge)
    elsewhere = is_legacy(option, judge) and bool(option.candidate.chains & (shown | proven)) and backed > 0.0
    certain = (alone or elsewhere) and is_certain_of(reading, option, judge, backed, unfamiliar)
    utf8 = option.candidate.whole and option.candidate.sequences > 0
    known = utf8 or unfamiliar <= UNFAMILIAR
    if not certain and not (known and (alone or _hints(reading, option, judge))):
        return drawn.as_verdict()
    by_site = certain and not is_certain_of(reading, option, judge, pooled, unfamiliar)
    own = option.gain + pooled if by_site else gain
    return drawn.as_verdict(option, judge, own, certain, by_site)
