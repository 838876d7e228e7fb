"""Words that a page paints over themselves, to look bold or in two layers: read once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.extract.pdf.page_content.words import Content

_SAME_PLACE = 0.15
"""Words of one text this near to each other, as a share of their size, are one: no next letter is so near."""
_ROW = 4.0
_WIDEST = 20_000.0
"""More than a page is wide, in points: words are sorted by row and place in one number."""


def once(content: Content, words: Sequence[int]) -> tuple[list[int], list[int]]:
    """The words but for those that stand over themselves, and these, both in ascending order.

    Of two that are alike the one that the structure tree can name stays, else the one painted first.
    """
    if len(words) < 2:
        return list(words), []
    again: set[int] = set()
    index = np.asarray(words)
    lefts, bases, sizes = content.boxes[index, 0], content.baselines[index], content.sizes[index]
    for shift in (0.0, 0.5):
        with np.errstate(invalid="ignore", over="ignore"):  # a file may put words at no place at all
            order = np.argsort(np.floor(bases / _ROW + shift) * _WIDEST + lefts, kind="stable")
            first, second = order[:-1], order[1:]
            near = _SAME_PLACE * sizes[first]
            same = (np.abs(lefts[second] - lefts[first]) < near) & (
                np.abs(bases[second] - bases[first]) < near
            )
        for one, other in zip(index[first[same]].tolist(), index[second[same]].tolist(), strict=True):
            if content.word(one) == content.word(other) and _is_word(content.word(one)):
                again.add(_lesser(content, one, other))
    return [word for word in words if word not in again], sorted(again)


def _is_word(text: str) -> bool:
    return any(map(str.isalnum, text))


def _lesser(content: Content, one: int, other: int) -> int:
    return max(one, other, key=lambda word: (content.styles[word].content_id < 0, word))
