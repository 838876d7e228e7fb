"""Words that differ in a lost letter alone, weighed by the words beside them (data in `word_context.toml`)."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from pipeline.knowledge.files import load_toml
from pipeline.records import REPLACEMENT, Record
from pipeline.repair.lost_letters.document_words import BEYOND
from pipeline.repair.lost_letters.word_fit import CERTAIN, Fit

EXPECTED = 20.0
"""How much more likely a word is beside one that it often stands with …"""
UNEXPECTED = 0.2
"""… and where nothing speaks for it …"""
NEVER = 0.01
"""… and before a word that hardly ever follows it."""
_REACH = 40
_SPACE = " \t\n\u00a0"
_WORD_AFTER = re.compile(r"[ \t\n\u00a0]+([^\W\d_\ufffd]*(?:\ufffd[^\W\d_\ufffd]*)*)")


class Company(Record):
    """What a word stands beside: words before it, words never after it, a number before it."""

    before: frozenset[str] = frozenset()
    never_after: frozenset[str] = frozenset()
    number: bool = False


def beside(fit: Fit, language: str, text: str, start: int, end: int) -> Fit:
    """`fit` for the word at [start, end) of `text`, weighed by the words beside it."""
    table = _table().get(language, {})
    if not any(word in table for word in fit.scores):
        return fit
    after = _WORD_AFTER.match(text, end, end + _REACH)
    left = _damaged(_word_before(text[max(0, start - _REACH) : start]))
    right = _damaged(after[1]) if after else ""
    scores = {
        word: score * (_factor(table[word], left, right) if word in table else 1.0)
        for word, score in fit.scores.items()
    }
    best = max(scores, key=lambda word: (scores[word], word))
    total = sum(scores.values()) + fit.mass - sum(fit.scores.values())
    return replace(
        fit,
        word=best,
        share=fit.shares.get(best, 0.0),
        probability=CERTAIN * scores[best] / total,
        scores=scores,
    )


def _word_before(text: str) -> str:
    """The last word of `text`, where white space follows it; else nothing."""
    kept = text.rstrip(_SPACE)
    return kept.split()[-1] if kept and kept != text and not kept[-1].isspace() else ""


def _factor(company: Company, left: str, right: str) -> float:
    if right in company.never_after:
        return NEVER
    if left in company.before or (company.number and left.rstrip(".").isdigit()):
        return EXPECTED
    return UNEXPECTED


def _damaged(word: str) -> str:
    """`word` as it is without its letters beyond ASCII: the words beside a damaged one are damaged too."""
    return BEYOND.sub(REPLACEMENT, word.lower())


@cache
def _table() -> dict[str, dict[str, Company]]:
    return {
        language: {
            word: Company(
                before=frozenset(map(_damaged, entry.get("before", ()))),
                never_after=frozenset(map(_damaged, entry.get("never_after", ()))),
                number=entry.get("number", False),
            )
            for word, entry in words.items()
        }
        for language, words in load_toml("repair/lost_letters/word_context.toml").items()
    }
