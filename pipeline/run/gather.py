"""Gather: folds the summaries of all documents into answers for each of them.

Answers are decisions, never counts: one more page changes a neighbour's Answers only where it changes what the
neighbour can know.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pipeline.capture import SAME_BODY
from pipeline.records import Answers, DonorBlock, Passage, Restoration, Summary
from pipeline.settings import Settings

_PROVERS = 2
"""Pages that must prove a code page before it counts as proven for their site."""

_SAME_BODY_PAGES = 3
"""Pages of a site under whose addresses one short text must stand before it is taken for none of them."""

_Group = tuple[str | None, str | None]


class _Offer(NamedTuple):
    """A passage and the document that offers it."""

    summary: Summary
    passage: Passage


class _Span(NamedTuple):
    """Blocks of a donor that stand where the lost ones stood, and what they say."""

    summary: Summary
    blocks: tuple[int, ...]
    digests: tuple[str, ...]


def gather(summaries: Iterable[Summary], settings: Settings) -> dict[str, Answers]:
    """Answers by document id. The order of the summaries makes no difference.

    Restorations name the donor's blocks; their texts are put in by the run, which keeps them.
    """
    by_document = {summary.document: summary for summary in summaries}
    everything = [by_document[document] for document in sorted(by_document)]
    alike = _same_bodies(everything)
    ordered = [summary for summary in everything if summary.document not in alike]
    repeated = _repeated_blocks(ordered, settings)
    offers = _offers_by_key(ordered)
    proven = _proven_pages(ordered)
    answers = {document: Answers(not_the_page=SAME_BODY) for document in alike}
    return answers | {
        summary.document: Answers(
            repeated=tuple(digest for digest in summary.blocks if digest in repeated[_group(summary)]),
            restorations=tuple(_restorations(summary, offers)),
            code_pages=proven.get(summary.site or "", ()) if summary.doubtful else (),
        )
        for summary in ordered
    }


# --- which pages are none ------------------------------------------------------------------------------------


def _same_bodies(summaries: Sequence[Summary]) -> list[str]:
    """The documents whose short text stands under enough addresses of their site (captures of a page count as one)."""
    groups: dict[tuple[str, str], list[Summary]] = defaultdict(list)
    for summary in summaries:
        if summary.site is not None and summary.body:
            groups[summary.site, summary.body].append(summary)
    return [
        summary.document
        for group in groups.values()
        if len({profile for one in group for profile in (one.profile, *one.twins)}) >= _SAME_BODY_PAGES
        for summary in group
    ]


# --- what repeats on a site --------------------------------------------------------------------------------


def _group(summary: Summary) -> _Group:
    return summary.site, summary.language


def _repeated_blocks(summaries: Sequence[Summary], settings: Settings) -> dict[_Group, set[str]]:
    """For each site and language, the blocks on enough of its pages (captures of a page count as one)."""
    pages: dict[_Group, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for summary in summaries:
        pages[_group(summary)][summary.profile].update(summary.blocks)
    repeated: dict[_Group, set[str]] = {}
    for group, blocks_of_page in pages.items():
        counts = Counter(digest for blocks in blocks_of_page.values() for digest in blocks)
        enough = max(settings.repeated_pages, settings.repeated_share * len(blocks_of_page))
        known_site = group[0] is not None
        repeated[group] = {digest for digest, count in counts.items() if known_site and count >= enough}
    return repeated


# --- which code pages are proven on a site --------------------------------------------------------------------


def _proven_pages(summaries: Sequence[Summary]) -> dict[str, tuple[str, ...]]:
    """For each site, the code pages that enough of its pages prove (captures of a page count as one)."""
    provers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for summary in summaries:
        for code_page in summary.proven:
            provers[summary.site or ""][code_page].add(summary.profile)
    return {
        site: tuple(sorted(name for name, profiles in by_name.items() if len(profiles) >= _PROVERS))
        for site, by_name in provers.items()
        if site
    }


# --- who holds a lost passage ------------------------------------------------------------------------------


def _offers_by_key(summaries: Sequence[Summary]) -> Mapping[str, list[_Offer]]:
    found: dict[str, list[_Offer]] = defaultdict(list)
    for summary in summaries:
        for passage in summary.offers:
            for key in (passage.capture_key, passage.shared_key):
                if key is not None:
                    found[key].append(_Offer(summary, passage))
    return found


def _restorations(summary: Summary, offers: Mapping[str, list[_Offer]]) -> Iterator[Restoration]:
    """What is decided about each run of lost blocks of a document."""
    for ask in summary.asks:
        captures = [
            offer for offer in offers.get(ask.capture_key, []) if offer.summary.document != summary.document
        ]
        others = [
            offer
            for offer in offers.get(ask.shared_key or "", [])
            if offer.summary.profile != summary.profile
        ]
        for first, last in _lost_runs(ask.digests):
            lost = ask.blocks[first:last]
            decided = _from_captures(ask, first, last, captures) or _from_others(ask, first, last, others)
            if decided is not None:
                yield decided.model_copy(update={"blocks": lost})


def _lost_runs(digests: Sequence[str]) -> Iterator[tuple[int, int]]:
    """[first, last) of each run of blocks with lost text."""
    first = None
    for position, digest in enumerate([*digests, "end"]):
        if not digest and first is None:
            first = position
        elif digest and first is not None:
            yield first, position
            first = None


def _from_captures(ask: Passage, first: int, last: int, offers: Sequence[_Offer]) -> Restoration | None:
    """The newest capture of the same page that holds the passage; of several of one time, the smallest path."""
    spans = [span for offer in offers if (span := _span(ask, first, last, offer)) is not None]
    if not spans:
        return None
    spans.sort(key=lambda span: span.summary.path)
    spans.sort(key=lambda span: span.summary.fetched_at or "", reverse=True)
    return _decided("restored", spans[:1])


def _from_others(ask: Passage, first: int, last: int, offers: Sequence[_Offer]) -> Restoration | None:
    """Other cities' pages: restored where at least two agree and more than on any other wording."""
    by_text: dict[tuple[str, ...], dict[str, _Span]] = defaultdict(dict)
    for offer in sorted(offers, key=lambda offer: (offer.summary.path, offer.summary.document)):
        span = _span(ask, first, last, offer)
        if span is not None:
            by_text[span.digests].setdefault(offer.summary.profile, span)
    if not by_text:
        return None
    ranked = sorted(by_text.values(), key=lambda spans: (-len(spans), sorted(spans)))
    best = list(ranked[0].values())
    if len(best) >= 2 and (len(ranked) == 1 or len(best) > len(ranked[1])):
        return _decided("restored", best)
    if len(ranked) == 1:
        return _decided("candidate", best)
    everyone = [span for spans in ranked for span in spans.values()]
    return _decided("disagreement", everyone)


def _decided(status: str, spans: Sequence[_Span]) -> Restoration:
    """A decision with its donors; the passage is the first donor's."""
    passage = spans[0] if status != "disagreement" else None
    blocks = (
        [DonorBlock(document=passage.summary.document, block=index) for index in passage.blocks]
        if passage
        else []
    )
    donors = tuple(sorted(span.summary.document for span in spans))
    return Restoration.model_validate(
        {"blocks": (), "status": status, "donors": donors, "passage": tuple(blocks)}
    )


def _span(ask: Passage, first: int, last: int, offer: _Offer) -> _Span | None:
    """The donor's blocks between those that stand before and behind the lost ones; None where they do not."""
    digests = offer.passage.digests
    before = ask.digests[first - 1] if first else None
    behind = ask.digests[last] if last < len(ask.digests) else None
    start = 0
    if before is not None:
        if digests.count(before) != 1:
            return None
        start = digests.index(before) + 1
    end = len(digests)
    if behind is not None:
        if digests.count(behind) != 1:
            return None
        end = digests.index(behind)
    if start >= end:
        return None
    return _Span(offer.summary, offer.passage.blocks[start:end], digests[start:end])
