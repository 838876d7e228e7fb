"""In which charset do these bytes read like a language? The n-gram model weighs what each charset makes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pipeline.decode.charsets import decode_with
from pipeline.lexicon.languages import languages
from pipeline.lexicon.scoring import scorer

SAMPLE = 3000
"""Bytes of words with non-ASCII bytes that are weighed."""
_STRANGE = 6.0
_RANK = 0.3
_HOLE = 14.0
_WORD = re.compile(rb"[^\s<>]{0,60}[\x80-\xff][^\s<>]{0,60}")


def words_of(data: bytes) -> bytes:
    """The different words with non-ASCII bytes, joined by spaces, up to the sample's size."""
    words: dict[bytes, None] = {}
    size = 0
    for match in _WORD.finditer(data):
        if match[0] not in words:
            words[match[0]] = None
            size += len(match[0]) + 1
            if size >= SAMPLE:
                break
    return b" ".join(words)


def costs(words: bytes, codecs: Sequence[str]) -> list[tuple[float, float]]:
    """For each codec what the words cost when read in it (in nats), and what a letter costs."""
    judge = scorer()
    texts, holes = [], []
    for codec in codecs:
        text, lost = decode_with(words, codec)
        texts.append(text or " ")
        holes.append(sum(hole.end - hole.start for hole in lost))
    priors = np.stack([_prior(codec) for codec in codecs])
    whole = (judge.many(texts) + priors).min(axis=1) + _HOLE * np.array(holes)
    letters = [max(1, sum(map(str.isalpha, text))) for text in texts]
    return [(float(cost), float(cost) / count) for cost, count in zip(whole, letters, strict=True)]


def _prior(codec: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How unusual the codec is for texts of each language (nats)."""
    ranks = [
        language.pages.index(codec) * _RANK if codec in language.pages else _STRANGE
        for language in languages()
    ]
    return np.array([0.0 if codec == "utf-8" else rank for rank in ranks])
