"""The fold: all Summaries → Answers for each document.

Answers are decisions, never counts: one more page changes a neighbour's Answers only where it changes what the
neighbour can know.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from pipeline.model import Answers, Summary
from pipeline.settings import Settings


def gather(summaries: Iterable[Summary], settings: Settings) -> dict[str, Answers]:
    """Answers by document id. The order of the summaries makes no difference."""
    by_document = {summary.document: summary for summary in summaries}
    repeated = _repeated_blocks(by_document, settings)
    return {
        document: Answers(
            repeated=tuple(digest for digest in summary.blocks if digest in repeated[_group(summary)])
        )
        for document, summary in by_document.items()
    }


def _group(summary: Summary) -> tuple[str | None, str | None]:
    return summary.site, summary.language


def _repeated_blocks(
    summaries: Mapping[str, Summary], settings: Settings
) -> dict[tuple[str | None, str | None], set[str]]:
    """For each site and language, the blocks that stand on enough of its pages (captures of a page count once)."""
    pages: dict[tuple[str | None, str | None], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for summary in summaries.values():
        pages[_group(summary)][summary.profile].update(summary.blocks)
    repeated: dict[tuple[str | None, str | None], set[str]] = {}
    for group, blocks_of_page in pages.items():
        counts = Counter(digest for blocks in blocks_of_page.values() for digest in blocks)
        enough = max(settings.repeated_pages, settings.repeated_share * len(blocks_of_page))
        known_site = group[0] is not None
        repeated[group] = {digest for digest, count in counts.items() if known_site and count >= enough}
    return repeated
