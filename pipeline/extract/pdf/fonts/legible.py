"""Whether a text can be read: a model of letter sequences, function words, and the share of common letters."""

from __future__ import annotations

from functools import cache

from pipeline.knowledge.files import load_toml

ENOUGH = 16
"""Letters from which a text's cost tells whether it may be doubted; what is doubted is not yet changed."""
READABLE = 3.6
"""Nats a letter: 97 % of 1,620 sentences in 27 languages cost no more, and 0.06 % of them with letters exchanged."""
UNREADABLE = 4.6
"""Nats a letter: 1.2 % of these sentences cost as much, all when shifted, 99.4 % with letters exchanged."""
GAIN = 1.5
"""Nats a letter by which each of these sentences costs more when it is shifted."""
_READ_AS_IS = 5.0
"""Nats a letter, where no offset makes text readable: labels of charts and foreign names cost up to 4.8 as they stand;
of 360 sentences in six languages whose letters were exchanged at random, the cheapest costs 5.3."""
NO_LANGUAGE = 99.0
_FEW_LETTERS = 4
"""Different letters below which a text of some length is no language ("xxxxx")."""
_COMMON = frozenset("eaiontrsáàâäãåāąéèêëēėęěíìîïīįóòôöõøōőńñňřšśť")
_COMMON_SHARE = 0.45


def plausible(sample: str) -> bool:
    """Whether a text is a language at first sight: by its share of common letters."""
    letters = [char for char in sample.casefold() if char.isalpha()]
    return sum(char in _COMMON for char in letters) >= _COMMON_SHARE * len(letters)


def has_function_words(sample: str) -> bool:
    """Whether one of twelve words of a text is a frequent one of some language, and two in all."""
    words = sample.casefold().split()
    known = _function_words()
    return sum(word in known for word in words if len(word) > 1) >= max(2, len(words) // 12)


@cache
def _function_words() -> frozenset[str]:
    return frozenset(
        word for words in load_toml("extract/pdf/function_words.toml").values() for word in words
    )


def nats(text: str) -> float:
    """How unlikely a letter of the text is in the language it fits best, in nats."""
    from pipeline.lexicon.ngrams import ngrams

    letters = [char for char in text if char.isalpha()]
    if len(letters) >= ENOUGH and len(set(letters)) < _FEW_LETTERS:
        return NO_LANGUAGE
    ranking = ngrams().ranking(text)
    return ranking[0][1] if ranking else NO_LANGUAGE


def reads(text: str) -> bool:
    """Whether a text of some letters is one of a language, or may be labels and names of one."""
    letters = sum(char.isalpha() for char in text)
    return letters >= ENOUGH and (nats(text) <= READABLE or (plausible(text) and nats(text) < _READ_AS_IS))
