"""Which language is a text in?

The script comes first: a language is looked for among those that are written in it. Each word then counts by what it
costs in each language (by its letters, and by itself where the language's list has it) beyond what it costs where it
costs least: its regret. Regrets are capped, so that a name or a quotation is one word among many. The likeliest
language is believed where its words are at home in it, not only less strange than in the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from pipeline.knowledge.files import load_toml
from pipeline.lexicon.arrays import Array
from pipeline.lexicon.identification.scripts import only_language, only_languages, script_of
from pipeline.lexicon.identification.word_evidence import evidence, mixed
from pipeline.lexicon.languages import identified

# Tuned on every second sentence of 27 languages and of 30 others; each value was tried with its neighbours.
_CAP = 8.0
"""The most nats that one word counts against a language."""
_ALIEN = 8.0
"""What a word with a letter that a language does not have counts against it besides, in nats; names do not."""
_LIKE_KIN = 2.3
"""What a word costs in a language without a list beyond what it costs in one that is near to it, in nats."""
_STRANGE = 2.3
"""What a word that no list has costs, at least, in a language of which only common words are known, beyond the language
where it costs least. With more languages to choose from it is their number's logarithm: any of them is as likely."""
_UNCOUNTED = 10.0
"""What a word is taken to cost by its letters where no language of the script is counted, in nats."""
_RARE = 2.0
"""What a text counts against each of those languages, in nats: few texts are in one of them."""
_SHARPNESS = 0.55
"""The share of a nat of regret that is believed; with it, probabilities are the shares that are right."""
_IN_A_ROW = 4
_ROW = 0.2
"""Words with a capital, so many in a row or more, are names or a menu, and what each of them counts."""
_LONGEST = 2000
"""Characters of a text that are looked at."""
_BELIEVED = -0.5
"""Log odds from which a language is believed (see `identify.toml`): of 100 sentences in a language of the model one is
not, of 100 in another language one is told as one of Europe's."""
_WITNESSES, _SHARE, _CLEAR = 2, 0.1, 0.8
"""Of a language that is known by its common words alone: how many of these (or words with a letter that proves it) a
text must have, their share of its words, and the language's probability."""
_JUDGED = ("LATIN", "CYRILLIC")
"""Scripts of so many languages that the likeliest of those known may be none at all."""
_LEAST = 0.02
"""Probabilities below are not told."""

_NO_WORDS = re.compile(r"(?<!\S)\S*?(?:://|@|\ufffd)\S*+|(?<![\w.-])[\w.-]*\d[A-Za-z\d._-]*", re.ASCII)
_MARKS = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*")


class Guess(NamedTuple):
    """A language with its probability in [0, 1] among those that were looked for."""

    language: str
    probability: float


class Weighed(NamedTuple):
    """A text, and how much speaks against each language of its script."""

    script: str
    codes: tuple[str, ...]
    regrets: Array
    """For each word and language, in nats; letters that it does not have included."""
    weights: Array
    """How much each word counts, at most 1."""
    listed: Array
    """Whether each word is in the list of each language."""
    proven: Array
    """Whether each word has a letter that this language has and none that is counted."""
    letters: Array
    """Nats a letter by the n-grams in each language; not a number where they were not counted."""

    def guesses(self, among: Collection[str] | None = None) -> list[Guess]:
        """The likely languages, the likeliest first, of those of `among` (where given)."""
        chosen = [at for at, code in enumerate(self.codes) if among is None or code in among]
        against = self.against[chosen]
        if not chosen:
            return []
        likely = np.exp(_SHARPNESS * (against.min() - against))
        likely /= likely.sum()
        ranked = np.argsort(-likely, kind="stable")
        return [
            Guess(self.codes[chosen[at]], float(likely[at]))
            for at in ranked
            if likely[at] >= _LEAST or at == ranked[0]
        ]

    @property
    def against(self) -> Array:
        """The sum of the regrets in each language."""
        total: Array = self.weights @ self.regrets
        return total

    def believes(self, guess: Guess) -> bool:
        """Whether the text is at home in the language, or only less strange there than elsewhere."""
        at = self.codes.index(guess.language)
        if np.isnan(self.letters[at]):
            witnesses = (self.listed | self.proven)[self.weights == 1, at]
            return bool(
                witnesses.sum() >= _WITNESSES and witnesses.mean() >= _SHARE and guess.probability >= _CLEAR
            )
        if self.script not in _JUDGED:
            return guess.probability >= _CLEAR
        return self.odds(at) >= _BELIEVED

    def odds(self, at: int) -> float:
        """The log odds that a text of which this language is the likeliest is in it."""
        weighs = load_toml("lexicon/identification/identify.toml")["believed"]
        return float(
            weighs["constant"] + sum(weighs[name] * value for name, value in self.features(at).items())
        )

    def features(self, at: int) -> dict[str, float]:
        """What `identify.toml` weighs."""
        against, words = self.against, float(self.weights.sum())
        lead = float(np.delete(against, at).min(initial=np.inf) - against[at])
        own = self.weights / words
        has_list = _has_list()[self.codes[at]]
        return {
            "regret": float(own @ self.regrets[:, at]),
            "letters": float(self.letters[at]),
            "lead": min(lead, 30.0) / words,
            "lead_in_all": min(lead, 20.0),
            "few": float(words**-0.5),
            "listed": float(own @ self.listed[:, at]) if has_list else 0.0,
            "no_list": float(not has_list),
            "best": float(own @ (self.regrets[:, at] < 0.5)),
        }


def identify(text: str) -> Guess | None:
    """The language that a text is in; None where it has no words, or its language is not clear or not known."""
    return next(iter(likely_languages(text)), None)


def likely_languages(text: str, among: Collection[str] | None = None) -> list[Guess]:
    """The likely languages of a text, the likeliest first; none where that is not believed.

    With `among` the likeliest of these languages is asked for, and still not believed where the text is not at home
    in it, so that text in another language has none.
    """
    script = script_of(words_of(text))
    only = only_language(script.name) if script else None
    if only:
        return [Guess(only, 1.0)] if among is None or only in among else []
    weighed = weigh(text)
    guesses = weighed.guesses(among) if weighed else []
    return guesses if weighed and guesses and weighed.believes(guesses[0]) else []


def closest(text: str, among: Collection[str]) -> Guess | None:
    """The likeliest of these languages, however unlikely; None where none of them has the text's script."""
    script = script_of(words_of(text))
    if script and (only := only_language(script.name)):
        return Guess(only, 1.0) if only in among else None
    weighed = weigh(text, among)
    guesses = weighed.guesses() if weighed else []
    return guesses[0] if guesses else None


def known_codes() -> frozenset[str]:
    """The codes of all languages that can be told."""
    return frozenset(language.code for language in identified()) | only_languages()


def kin(code: str) -> tuple[str, ...]:
    """The languages near to one of which only common words are known."""
    return next((language.kin for language in identified() if language.code == code), ())


def words_of(text: str) -> str:
    """The beginning of `text` without what is no word of a language: addresses, numbers, lost characters."""
    plain = unicodedata.normalize("NFC", _NO_WORDS.sub(" ", text[:_LONGEST]))
    return plain.replace("İ", "i")  # whose lower case is two characters


def weigh(text: str, among: Collection[str] | None = None) -> Weighed | None:
    """How much speaks against each language of the text's script; None where it is no script of several.

    With `among`, other languages do not take part: a word is compared with what it costs in these.
    """
    plain = words_of(text)
    script = script_of(plain)
    written = _WORD.findall(plain)
    columns = _columns(script.name, None if among is None else frozenset(among)) if script else None
    if script is None or columns is None or not len(columns):
        return None
    words = [word.lower() for word in written]
    known = evidence()
    letters, foreign = known.of_ngrams(words)
    listed = known.of_lists(words)
    alien = np.concatenate([foreign, known.foreign_letters(words)], axis=1)[:, columns]
    alien &= np.array([not word[0].isupper() for word in written])[:, None]
    costs = _costs(letters, listed, columns, _ALIEN * alien)
    regrets = np.minimum(costs - costs.min(axis=1, keepdims=True), _CAP) + _ALIEN * alien
    regrets[0, columns >= known.counted] += _RARE
    in_all = np.full(len(known.codes), np.nan)
    in_all[: known.counted] = letters.sum(axis=0) / sum(len(word) + 1 for word in words)
    codes = tuple(known.codes[column] for column in columns)
    found = np.isfinite(listed[:, columns])
    counted = columns < known.counted
    proven = alien[:, counted].all(axis=1, keepdims=True) & ~alien
    return Weighed(script.name, codes, regrets, _weights(written), found, proven, in_all[columns])


def _costs(letters: Array, listed: Array, columns: Array, alien: Array) -> Array:
    """What each word costs in each of the languages `columns`: [words, columns]."""
    known = evidence()
    counted = columns < known.counted
    own = np.full((len(letters), len(columns)), np.inf)
    own[:, counted] = mixed(letters[:, columns[counted]], listed[:, columns[counted]])
    floor = own.min(axis=1, keepdims=True) if counted.any() else np.full((len(letters), 1), _UNCOUNTED)
    # what it costs in kin, its foreign letters included: the last column stands for no kin
    by_column = np.full((len(letters), len(known.codes) + 1), np.inf)
    by_column[:, columns] = own + alien
    like_kin = by_column[:, _kin()[columns]].min(axis=2) + _LIKE_KIN
    strange = floor + max(float(np.log(max(1, counted.sum()))), _STRANGE)
    common = mixed(np.inf, listed[:, columns])
    costs: Array = np.where(
        counted, np.minimum(own, like_kin), np.minimum(np.minimum(like_kin, strange), common)
    )
    return costs


def _weights(written: Sequence[str]) -> Array:
    """What each word counts: little in a row of words with a capital, unless there are no others."""
    weights = np.ones(len(written))
    begin = 0
    for at in range(len(written) + 1):
        word = written[at] if at < len(written) else ""
        if word[:1].isupper() and not (len(word) > 1 and word.isupper()):
            continue
        if at - begin >= _IN_A_ROW:
            weights[begin:at] = _ROW
        begin = at + 1
    return weights if weights.max() == 1 else np.ones(len(written))


@cache
def _columns(script: str, among: frozenset[str] | None) -> Array:
    known = evidence()
    return np.array(
        [
            column
            for column, (code, own) in enumerate(zip(known.codes, known.scripts, strict=True))
            if own == script and (among is None or code in among)
        ],
        dtype=np.intp,
    )


@cache
def _kin() -> Array:
    """The columns of the languages that are near to each, padded with the column that stands for none."""
    codes = evidence().codes
    kin = np.full((len(codes), max(len(language.kin) for language in identified())), len(codes))
    for row, language in enumerate(identified()):
        for place, code in enumerate(language.kin):
            kin[row, place] = codes.index(code)
    return kin


@cache
def _has_list() -> dict[str, bool]:
    """Whether each language has a word list, by its code."""
    return {language.code: language.words is not None for language in identified()}
