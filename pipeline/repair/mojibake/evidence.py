"""The floor of evidence: what the letters that a code page would change must show before any of them is changed.

White space, signs and quotes are no evidence. A change of script needs several letters; a change within one script a
word that becomes known, or several letters that no language combines and that become letters of one language. What a
paragraph does not show by itself, the other paragraphs of its document may (see `pooling`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.lexicon.alphabet import script
from pipeline.lexicon.identification.alphabets import alphabet, in_one_alphabet
from pipeline.lexicon.identification.word_evidence import evidence as listed
from pipeline.lexicon.ngrams import STEP, ngrams
from pipeline.lexicon.words import word_list

FEWEST_LETTERS = 6
"""A paragraph with fewer letters is never changed by itself: of the 18 alphabets of the benchmark set as headings, each
letter a paragraph, 15 were."""
NEW_SCRIPT = 4
"""Letters that must come out of another script than the one they stood in."""
FOREIGN = 2
"""Letters outside every alphabet that must become letters of one language, where no word becomes known."""
SHORTEST = 3
"""A shorter word proves nothing by being known: word lists hold every pair of letters."""
FREQUENT = 3e-4
"""… unless it is one of the most frequent words (è, år, às), …"""
RARE = 0.01
"""… and so much more frequent than what stood there is in any language that the words beside it may be in."""
LONG = 5
"""Letters of a word in which one sign or letter of another script is proof that it was something else."""
COMMON_LETTERS = 4
"""Letters of a word without a capital in which one letter that no language beside it has is enough, …"""
OVERWHELMING = 14.0
"""… or one in any word, from this gain (nats) on: `Pøejmou` at the head of a Czech sentence, Estonian `vői`, …"""
KIN = 3
"""… if the words beside it are of one language, or of so many that are kin."""
CLOSING = frozenset("”’“‘»«›‹…–—\u00a0\u202f)®™©°²³¹ªº†*¶\u00ad")
"""Signs that follow the last letter of a word."""
JOINING = frozenset("’‘'·‐‑–—…«»“”/\u00ad\u00a0\u200b\u200c\u200d")
"""Signs that stand between letters."""
WORDLIKE = 2.6
"""What a letter of a word costs at most (in nats) in a language without a list, …"""
BETTER = 4.0
"""… and how much more the word cost as it stood."""
WORDS = 40
"""Changed words that are looked up."""

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")


@dataclass(frozen=True)
class Evidence:
    """What the changed words of a paragraph show.

    `known` are those that became words of the language, or lost a sign within them; `foreign` is how many letters that
    no language combines became letters of one, `common` how many of these stand in words without a capital beside words
    of that language alone; `letters` is how many letters changed, `new_script` whether some of them are of another
    script than what stood there.
    """

    known: frozenset[str]
    foreign: int
    common: int
    letters: int
    new_script: bool

    def with_(self, other: Evidence) -> Evidence:
        """What two paragraphs show together."""
        return Evidence(
            self.known | other.known,
            self.foreign + other.foreign,
            self.common + other.common,
            self.letters + other.letters,
            self.new_script or other.new_script,
        )

    @property
    def is_enough(self) -> bool:
        """Whether the change may be believed, if the language model asks for it."""
        if self.new_script:
            return self.letters >= NEW_SCRIPT and bool(self.known)
        return bool(self.known) or self.foreign >= FOREIGN or self.common > 0


NOTHING = Evidence(frozenset(), 0, 0, 0, False)


def evidence(
    before: str, after: str, language: str, plausible: Sequence[str], is_familiar: bool, gain: float = 0.0
) -> Evidence:
    """What speaks for `after` having been misread as `before`, for a candidate in `language`.

    Both are the words that change or may change, in the same order and joined by spaces. `plausible` are the languages
    that the words beside them may be in: letters that one of these has are no foreign ones. `is_familiar` says that
    these words are words of the candidate's language; `gain` is what the language model gains (nats).
    """
    old, new = before.split(" "), after.split(" ")
    if len(old) != len(new):
        return NOTHING
    pairs = [(a, b) for a, b in dict.fromkeys(zip(old, new, strict=True)) if a != b][:WORDS]
    known: set[str] = set()
    foreign = common = letters = mixed = words = 0
    new_script = False
    home = alphabet(language)
    at_home = in_one_alphabet("".join(a for a, _ in pairs), plausible, not is_familiar)
    for a, b in pairs:
        for word, stood in _changed_words(a, b):
            mixed += mixes_scripts(word) and not mixes_scripts(stood)
            words += 1
            if _was_malformed(word, stood, home) or any(
                _becomes_known(word, stood, code, plausible, is_familiar) for code in (language, *plausible)
            ):
                known.add(word)
            told = is_familiar and not is_known_anywhere(stood)  # a name is at home elsewhere
            came_home = _came_home(word, stood, home, at_home) if told else 0
            foreign += came_home
            if is_familiar and len(plausible) <= KIN and _is_common(word, gain):
                common += came_home
            letters += sum(char.isalpha() and char not in stood for char in word)
            new_script = new_script or _changes_script(word, stood)
    if mixed * 2 >= words:
        return NOTHING
    return Evidence(frozenset(known), foreign, common, letters, new_script)


def _is_common(word: str, gain: float) -> bool:
    """Whether a word is probably no name: by how it is written, or by what the language model gains."""
    return len(word) >= (SHORTEST if gain >= OVERWHELMING else COMMON_LETTERS) and (
        word.islower() or gain >= OVERWHELMING
    )


def _changed_words(before: str, after: str) -> list[tuple[str, str]]:
    """The words of a changed chunk that differ, each with what stood in its place."""
    if len(before) != len(after):
        stood = set(_WORD.findall(before))
        return [
            (match[0], before)
            for match in _WORD.finditer(after)
            if not match[0].isascii() and match[0] not in stood
        ]
    return [
        (match[0], before[match.start() : match.end()])
        for match in _WORD.finditer(after)
        if before[match.start() : match.end()] != match[0]
    ]


def _becomes_known(word: str, stood: str, language: str, plausible: Sequence[str], is_familiar: bool) -> bool:
    """Whether a piece that was no word of any language becomes one of this."""
    words = word_list(language)
    if words is None:
        return is_familiar and _reads_better(word, stood, language)
    share = words.frequency(word)
    if len(word) >= SHORTEST:
        return bool(share > 0.0) and not is_known_anywhere(stood)
    if not is_familiar:
        return False
    if len(word) == 1 and not (word.islower() and (stood[:1].isalpha() or "\x80" <= stood < "\xa0")):
        return False
    return share >= FREQUENT and _frequency(stood, plausible) < RARE * share


def _reads_better(word: str, stood: str, language: str) -> bool:
    """Whether the letters of a word are those of a language without a list, and some that stood there are not."""
    if len(word) < COMMON_LETTERS or len(word) != len(stood) or is_known_anywhere(stood):
        return False
    home = alphabet(language)
    if all(was.lower() in home for char, was in zip(word, stood, strict=True) if char != was):
        return False
    model = ngrams()
    column = model.codes.index(language)
    now, before = (float(model.cost(text)[column]) / STEP for text in (word, stood))
    return now <= WORDLIKE * (len(word) + 1) and now + BETTER <= before


def _was_malformed(word: str, stood: str, home: frozenset[str]) -> bool:
    """Whether a word had something in the place of a letter that stands in no word, and is written as words are now.

    That is a control; and in long words, behind a small letter, a sign that follows no letter, a capital, a letter of
    another script.
    """
    if len(word) != len(stood) or not word[1:].islower():
        return False
    known = is_known_anywhere(word)
    for at, (char, was) in enumerate(zip(word, stood, strict=True)):
        if char == was or not (char.lower() in home or known):
            continue
        left, right = stood[at - 1 : at], stood[at + 1 : at + 2]
        if "\x80" <= was < "\xa0" and len(word) >= SHORTEST:
            return True
        if len(word) >= LONG and left.islower() and not _follows(was, left, right):
            return True
    return False


def _follows(char: str, left: str, right: str) -> bool:
    """Whether a character may follow a small letter: a small letter of its script, or what ends or joins words."""
    if char.isalpha():
        return char.islower() and script(char) == script(left)
    return char in JOINING if right.isalpha() else char in CLOSING


def _came_home(word: str, stood: str, home: frozenset[str], was_at_home: bool) -> int:
    """How many letters of the language stand where signs stood in a word, or letters that no language combines."""
    if len(word) == 1:
        return 0
    if len(word) != len(stood):
        return 0 if was_at_home else sum(char.lower() in home for char in word)
    count = 0
    for at, (char, was) in enumerate(zip(word, stood, strict=True)):
        right = stood[at + 1 : at + 2]
        ends = was in CLOSING and not right.isalpha()
        if char != was and char.lower() in home and not was.isspace() and not ends:
            beside = stood[max(0, at - 1) : at] + stood[at + 1 : at + 2]
            count += not was_at_home if was.isalpha() else any(map(str.isalpha, beside))
    return count


def mixes_scripts(word: str) -> bool:
    """Whether a word has Latin letters and letters of another alphabet."""
    scripts = {script(char) for char in word if char.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"GREEK", "CYRILLIC", "ARABIC", "HEBREW"})


def _changes_script(word: str, stood: str) -> bool:
    """Whether letters of a word came out in another script than the letters that stood there, Latin ones aside."""
    was = {script(char) for char in stood if char.isalpha()}
    return bool({script(char) for char in word if char.isalpha()} - was - {"LATIN"})


def _frequency(piece: str, among: Sequence[str]) -> float:
    """How frequent a piece of text is, as a word of that of some languages in which it is most frequent."""
    lists = map(word_list, among)
    return max((float(words.frequency(piece)) for words in lists if words), default=0.0)


@lru_cache(maxsize=4096)
def is_known_anywhere(piece: str) -> bool:
    """Whether a piece of text is a word of any language that words are known of, written as words are."""
    found = _WORD.fullmatch(piece)
    is_odd = piece != piece.upper() and piece[1:] != piece[1:].lower()
    return found is not None and not is_odd and listed().is_listed(piece)


def letters_of(text: str) -> int:
    """How many letters a text has."""
    return sum(map(str.isalpha, text))
