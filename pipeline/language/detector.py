"""Which language a text is in, by the character n-grams of langdetect's profiles.

Two ways over the same profiles, restricted to the languages looked for: langdetect itself, seeded, for a document
(its answer is an average over random walks, so it knows doubt), and one pass over all n-grams (naive Bayes),
ten times as fast, for single passages. Both get lower-cased text: the profiles leave out words in capitals.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

_SEED = 0
_SMOOTHING = 0.5 / 10_000  # langdetect's own
_DEPENDENCE = 1 / 3  # each letter counts in about three n-grams, which are not independent witnesses
_NO_LETTERS = re.compile(r"[\W\d_]+")
_CEDILLAS = str.maketrans("șț", "şţ")  # as the profiles write them


class Guess(NamedTuple):
    """A language with its probability in [0, 1]."""

    language: str
    probability: float


class Detector:
    """Tells apart the given languages (at least two, each one that langdetect has a profile of)."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

        profiles = [Path(PROFILES_DIRECTORY, language).read_text(encoding="utf-8") for language in languages]
        self.languages = languages
        self._factory: Any = DetectorFactory()
        self._factory.seed = _SEED
        self._factory.load_json_profile(profiles)
        probabilities = self._factory.word_lang_prob_map
        self._row = {ngram: row for row, ngram in enumerate(probabilities)}
        self._logs = np.log(np.array(list(probabilities.values())) + _SMOOTHING)

    def of_document(self, text: str) -> list[Guess]:
        """The likely languages of a text, best first; empty where it has no letters of theirs."""
        from langdetect import LangDetectException

        detector = self._factory.create()
        detector.append(text.lower())
        try:
            found = detector.get_probabilities()
        except LangDetectException:
            return []
        return sorted(
            (Guess(guess.lang, min(1.0, guess.prob)) for guess in found),
            key=lambda guess: (-guess.probability, guess.language),
        )

    def of_passage(self, text: str) -> Guess | None:
        """The likeliest language of a short passage; None where it has no letters of any."""
        rows = [
            row
            for word in _NO_LETTERS.sub(" ", text.lower().translate(_CEDILLAS)).split()
            for ngram in _ngrams(f" {word} ")
            if (row := self._row.get(ngram)) is not None
        ]
        if not rows:
            return None
        sums = self._logs[rows].sum(axis=0) * _DEPENDENCE
        best = int(sums.argmax())
        return Guess(self.languages[best], 1 / math.fsum(np.exp(sums - sums[best])))


def _ngrams(padded: str) -> list[str]:
    pairs = [padded[at : at + 2] for at in range(len(padded) - 1)]
    return [*padded[1:-1], *pairs, *(padded[at : at + 3] for at in range(len(padded) - 2))]


@lru_cache(maxsize=4)
def detector(languages: tuple[str, ...]) -> Detector:
    """The detector for these languages, made once."""
    return Detector(languages)
