"""What one paragraph shows by itself: what structure proves, and what the letters that would change show.

A paragraph that is UTF-8 read in one page, all of it, is known without the language model. Elsewhere structure goes
before statistics, with one exception: where the language model is certain of UTF-8 in the whole paragraph, its
candidate is taken, for it knows the page from all runs at once.
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import ftfy.badness
import numpy as np

from pipeline.lexicon.alphabet import script
from pipeline.lexicon.arrays import Array
from pipeline.lexicon.identification.word_evidence import evidence as listed_words
from pipeline.lexicon.languages import languages
from pipeline.lexicon.words import word_list
from pipeline.repair.characters.scripts import mixed_script_changes
from pipeline.repair.mojibake.at_home import are_at_home
from pipeline.repair.mojibake.candidates import ENTITY_IN_WORD, Chain, by_ftfy, undo_step
from pipeline.repair.mojibake.evidence import FEWEST_LETTERS, Evidence, evidence, letters_of
from pipeline.repair.mojibake.judge import PLAUSIBLE, SAMPLE, UNLISTED, Judge, Option, Reading, parts
from pipeline.repair.mojibake.known_language import bare
from pipeline.repair.mojibake.utf8_structure import (
    CONFIDENCE,
    as_a_whole,
    doubtful_change,
    entity_changes,
    is_written,
    runs_of,
    structural_changes,
)
from pipeline.repair.mojibake.verdict import LOOK_ALIKE, REQUIRED, SUSPICIOUS, Verdict, is_certain
from pipeline.repair.text_changes import Change, applied, difference, spans_after

STRANGER = 0.5
"""The strangeness (nats a letter) of UTF-8 from which the most usual page is believed, not the one that a model
which does not know the language likes best."""
SEQUENCES = 3
"""So many UTF-8 sequences of a paragraph of which nothing else is left prove it."""
FTFY = 0.98
"""The confidence of what ftfy alone decides: all 40 such edits on 812 real pages were right."""

PLAUSIBLE_AS_IS = 30.0
"""The same of all words, damaged ones among them."""
FAMILIAR_LETTERS = 16
"""Letters of a paragraph …"""
FAMILIAR_SHARE = 0.6
"""… and the share of its words in a language's list, from which it is in that language and in none without a model."""
FAMILIAR_COST = 3.0
"""What a letter of them costs on average (in nats) at most, where the language has no list."""
_OPTIONS = 5
"""Options of the language model that are asked whether they make more words known than look-alike letters do."""
_QUOTES = frozenset("”“»«’‘")
_MARKUP = re.compile(r"[<>]")
"""What a text shows that is about markup, and means the entities in it."""
_NAME = r"[^\W\d_a-z][^\W\d_]++"
_BETWEEN_NAMES = re.compile(rf"\b(?P<left>{_NAME}) (?P<entity>&amp;) (?=(?P<right>{_NAME}))")
_NAME_LETTERS = 5
"""Letters from which a word with a capital beside an ampersand is taken for a name, however frequent it is."""
_SIGNS = frozenset({"Sc", "Sm", "Zs", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"})
"""Categories of signs that ftfy is believed to know: money, mathematics, spaces, punctuation."""
_PAIR = re.compile(r"[^\x00-\x7f]{2}|[\x80-\x9f]|[\xc2-\xf4] ")
"""What misread UTF-8 has at least: two characters beyond ASCII, or one before a space that was another."""
_PROVABLE = re.compile(
    r"[^\x00-\x7f]{2}|[\x80-\x9f&]|[\xc2-\xf4](?: |\Z)|[a-zA-Z][\u0370-\u052f]|[\u0370-\u052f][a-zA-Z]"
)
"""What words have at least of which anything may be proven: see `_PAIR`, entities, letters of two scripts."""
_CHUNK = re.compile(r"[^ \t\n\r]+")


@dataclass(frozen=True)
class Draft:
    """A paragraph as far as it is decided by itself: the changes that are proven, the text after them, its reading.

    `sure` is the best option of the reading where it needs nothing but the paragraph itself. `at_home` are the words
    beyond ASCII of a paragraph without a reading, because they are all words of one language.
    """

    text: str
    proven: tuple[Change, ...]
    base: str
    reading: Reading | None
    sure: Option | None = None
    at_home: str = ""

    def shows(self, option: Option, judge: Judge) -> bool:
        """Whether the paragraph by itself shows enough for an option that the language model asks for."""
        assert self.reading is not None
        if option is self.sure:
            return True
        return shows(self.base, self.reading, option, judge)

    def as_verdict(
        self,
        option: Option | None = None,
        judge: Judge | None = None,
        gain: float = 0.0,
        certain: bool = True,
        by_site: bool = False,
    ) -> Verdict | None:
        """The verdict; None where nothing changes and nothing is suggested."""
        text = self.base
        steps: tuple[Chain, ...] = ()
        if option and judge:
            steps = option.candidate.steps
            text = _outside(self.base, spans_after(self.proven), steps, judge)
        if text == self.base:
            certain, steps = True, ()
            if not self.proven:
                return None
        return Verdict(
            self.proven, self.base, text, steps, option.language if option else "", gain, certain, by_site
        )


def draft(text: str, judge: Judge, document: Array | None) -> Draft:
    """The paragraph with what is certain of it alone.

    `document` is what speaks against each language in the document as a whole.
    """
    touched, context = parts(text)
    if not touched or are_at_home(touched):
        return Draft(text, (), text, None, at_home=touched)
    if proven := _in_utf8(text, touched, judge):
        return Draft(text, tuple(proven), applied(text, proven), None)
    reading = judge.read_words(touched, context, document)
    sure = _sure(text, reading, judge)
    if sure is not None and sure.candidate.steps[-1][0] not in judge.tables.true:
        usual = structural_changes(text, judge.tables) if sure.strangeness > STRANGER else []
        if not usual or len(usual) < runs_of(text):
            return Draft(text, (), text, reading, sure)
        return Draft(text, tuple(usual), applied(text, usual), None)
    proven = _proven(text, reading, judge) if _may_be_proven(reading.touched) else []
    if sure is not None:
        proven = [change for change in proven if not _explains(sure, text, change, judge)]
    if not proven:
        return Draft(text, (), text, reading, sure)
    base = applied(text, proven)
    return Draft(text, tuple(proven), base, judge.read(base, document, _sound(text, proven)))


def _in_utf8(text: str, touched: str, judge: Judge) -> list[Change]:
    """The changes of a paragraph that is UTF-8 read in one page, all of it: it is known without the language model.

    Many sequences prove it by being there, a few by what comes out of each.
    """
    if len(touched) >= SAMPLE - 1 or "&" in touched or (read := as_a_whole(touched, judge.tables)) is None:
        return []
    after, page = read
    step = ("utf-8", page)
    if judge.goes_deeper(after, step):
        return []
    whole_text = undo_step(text, step, judge.tables)
    few = sum(not char.isascii() for char in after) < SEQUENCES
    if few and applied(text, structural_changes(text, judge.tables)) != whole_text:
        return []
    return difference(text, whole_text, f"mojibake:utf-8→{page}")  # of the page that reads all runs


def doubt(text: str, judge: Judge) -> Verdict | None:
    """A suspicion about a paragraph of which there is nothing else to say."""
    change = doubtful_change(text, judge.tables)
    if change is None:
        return None
    true, _, page = change.cause.removeprefix("mojibake:").partition("→")
    return Verdict((), text, applied(text, [change]), ((true, page),), "", 0.0, False)


def _explains(option: Option, text: str, change: Change, judge: Judge) -> bool:
    """Whether a code page that is certain makes letters of a run, too, that would be UTF-8 by its structure."""
    if change.cause == LOOK_ALIKE:  # what code pages make of these was weighed before
        return False
    piece = whole(text[change.start : change.end], option.candidate.steps, judge)
    return all(unicodedata.category(char)[0] in "LM" for char in piece)


def _sound(text: str, proven: Sequence[Change]) -> frozenset[str]:
    """The words of the repaired text that hold a proven change."""
    spans = spans_after(proven)
    base = applied(text, proven)
    at = 0
    words = set()
    for match in _CHUNK.finditer(base):
        while at < len(spans) and spans[at][1] <= match.start():
            at += 1
        if at < len(spans) and spans[at][0] < match.end():
            words.add(match[0])
    return frozenset(words)


def _sure(text: str, reading: Reading, judge: Judge) -> Option | None:
    """The best option of a paragraph where it needs nothing but the paragraph itself."""
    if not reading.options:
        return None
    option = reading.options[0]
    if option.gain < REQUIRED or not is_certain_of(
        reading, option, judge, 0.0, judge.unfamiliarity(reading, option)
    ):
        return None
    return option if shows(text, reading, option, judge) else None


def _may_be_proven(touched: str) -> bool:
    """Whether the words of a paragraph that are not ASCII have anything that `_proven` looks for."""
    return len(touched) >= SAMPLE - 1 or _PROVABLE.search(touched) is not None


def _proven(text: str, reading: Reading, judge: Judge) -> list[Change]:
    """What structure proves; else what look-alike letters show; else what ftfy decides."""
    changes = structural_changes(text, judge.tables) or _in_entities(text, judge)
    if not changes:
        changes = _look_alikes(text, reading)
    rest = applied(text, changes)
    if not (_PAIR.search(rest) and ftfy.badness.is_bad(rest)) or (fixed := by_ftfy(rest)) == rest:
        return changes
    cause = changes[0].cause if changes else "mojibake:ftfy"
    if all(_is_believable(rest, change) for change in difference(rest, fixed, cause)):
        return difference(text, fixed, cause, FTFY)
    return changes


def _in_entities(text: str, judge: Judge) -> list[Change]:
    """The words of a text that are misread UTF-8 written in character entities, as changes.

    A text that shows markup keeps the other entities: it may be about these.
    """
    if "&" not in text:
        return []
    runs = entity_changes(text, judge.tables)
    if _MARKUP.search(text):
        return runs
    if not ENTITY_IN_WORD.search(text):
        return runs or _ampersands(text)
    plain = html.unescape(applied(text, runs))
    changes = structural_changes(plain, judge.tables)
    if not changes:
        return difference(text, plain, runs[0].cause, runs[0].confidence) if runs else []
    cause = changes[0].cause.replace("mojibake:", "mojibake:entities+", 1)
    return difference(text, applied(plain, changes), cause, changes[0].confidence)


def _ampersands(text: str) -> list[Change]:
    """Ampersands between names (`Foto &amp; Video`), in a text that has no other and no other entity.

    `use &amp; for an ampersand` is about the entity: small letters stand beside it, or short words of every text.
    """
    found = [match for match in _BETWEEN_NAMES.finditer(text) if not _joins_no_names(match)]
    if len(found) != text.count("&"):
        return []
    return [Change(*match.span("entity"), "&", "mojibake:entities", CONFIDENCE) for match in found]


def _joins_no_names(match: re.Match[str]) -> bool:
    """Whether a short word before or behind an ampersand is one of the most frequent of a language (`Using & In`)."""
    return any(
        len(match[side]) < _NAME_LETTERS and listed_words().listing(match[side])[1]
        for side in ("left", "right")
    )


def _is_believable(text: str, change: Change) -> bool:
    """Whether what ftfy makes of a piece is what people write.

    Of `Â` before a space it makes a space (it is a word in Welsh); and what a sound quotation mark ends is quoted.
    """
    left, right = text[change.start - 1 : change.start], text[change.end : change.end + 1]
    if text[change.start : change.end].startswith("Â ") or _is_quoted(text, change):
        return False
    signs_aside = [c for c in change.after if not c.isascii() and unicodedata.category(c) not in _SIGNS]
    return not signs_aside or is_written("".join(signs_aside), left, right)


def _is_quoted(text: str, change: Change) -> bool:
    """Whether a sound quotation mark ends what changes: damage that a text about it quotes."""
    return text[change.end : change.end + 1] in _QUOTES


def _look_alikes(text: str, reading: Reading) -> list[Change]:
    """Letters of another script that look like those beside them, where no code page makes more words known."""
    changes = mixed_script_changes(text)
    options = reading.options[:_OPTIONS]
    suspects = [option for option in options if option.gain >= SUSPICIOUS]
    if not changes or not suspects:
        return changes
    spoken = dict.fromkeys(option.language for option in suspects)
    if any(script(change.after) != "LATIN" for change in changes):  # a word of its own in a list of languages
        spoken |= dict.fromkeys(language.code for language in languages())
    known = max(_frequency(text, applied(text, changes), code) for code in spoken)
    by_page = max(_frequency(reading.touched, o.candidate.text, o.language) for o in suspects)
    return changes if known > 0.0 and known >= by_page else []


def _frequency(before: str, after: str, language: str) -> float:
    """How frequent (in nats over those that are in no list) the words are that change, in a language."""
    words = [bare(word) for word in _changed(before, after)]
    known = word_list(language)
    return sum(math.log1p(known.frequency(word) / UNLISTED) for word in words if word and known)


def _changed(before: str, after: str) -> dict[str, None]:
    """The words that are not what they were."""
    pairs = zip(before.split(" "), after.split(" "), strict=False)
    return {b: None for a, b in pairs if a != b}


def shows(text: str, reading: Reading, option: Option, judge: Judge) -> bool:
    """Whether a paragraph shows enough for an option: UTF-8 by its sequences, a code page by its letters."""
    candidate = option.candidate
    if candidate.steps[-1][0] in judge.tables.true:
        letters = max(letters_of(text), letters_of(candidate.text))
        return letters >= FEWEST_LETTERS and option_evidence(reading, option, judge).is_enough
    if any(true == "entities" for true, _ in candidate.steps) and _MARKUP.search(text):
        return False
    if candidate.steps[-1][0] == "entities" or (candidate.whole and candidate.sequences >= SEQUENCES):
        return True
    if candidate.whole and candidate.sequences and candidate.steps[0][0] == "entities":
        came = [char for char in candidate.text if not char.isascii()]
        if all(is_written(char, "", "") for char in came):  # nobody writes such a row of entities
            return True
    after = whole(text, candidate.steps, judge)
    if all(_is_quoted(text, change) for change in difference(text, after, "mojibake")):
        return False
    if option_evidence(reading, option, judge).is_enough:
        return True
    entities = [step for step in candidate.steps if step[0] == "entities"]
    plain = whole(text, tuple(entities), judge)
    read_as = dict.fromkeys(page for true, page in candidate.steps if true == "utf-8")
    structural = applied(plain, structural_changes(plain, judge.tables, tuple(read_as)))
    return after == structural


def option_evidence(reading: Reading, option: Option, judge: Judge) -> Evidence:
    """What the changed words of a paragraph show for an option."""
    codes = judge.scorer.model.codes
    as_is = reading.identity + reading.context
    near = np.flatnonzero(
        (reading.context <= reading.context.min() + PLAUSIBLE) & (as_is <= as_is.min() + PLAUSIBLE_AS_IS)
    )
    plausible = tuple(codes[at] for at in near.tolist())
    share = reading.vocabulary.share(option.candidate.text, option.language) or 0.0
    column = codes.index(option.language)
    if word_list(option.language) is None:
        told = reading.context_letters >= FAMILIAR_LETTERS  # else the repaired words tell
        like = float(reading.context[column]) <= FAMILIAR_COST * reading.context_letters or (
            not told and not option.strangeness
        )
    else:
        like = share >= FAMILIAR_SHARE
    is_familiar = like and reading.context_letters + letters_of(reading.touched) >= FAMILIAR_LETTERS
    return evidence(
        reading.touched, option.candidate.text, option.language, plausible, is_familiar, option.gain
    )


def is_certain_of(reading: Reading, option: Option, judge: Judge, backed: float, unfamiliar: float) -> bool:
    """Whether the gain of an option is enough; beside enough other words, what became known is not strange."""
    if is_certain(option, backed, unfamiliar):
        return True
    if (
        reading.context_letters < FAMILIAR_LETTERS
        or option.candidate.steps[-1][0] not in judge.tables.true
        or not is_certain(option, backed, unfamiliar, 1.0)
    ):
        return False
    changed = len(_changed(reading.touched, option.candidate.text))
    known = len(option_evidence(reading, option, judge).known) / max(1, changed)
    return is_certain(option, backed, unfamiliar, min(1.0, known))


def _outside(text: str, spans: Sequence[tuple[int, int]], steps: tuple[Chain, ...], judge: Judge) -> str:
    """A text with the steps undone, but for the spans that are proven."""
    parts, at = [], 0
    for start, end in spans:
        parts += [whole(text[at:start], steps, judge), text[start:end]]
        at = end
    return "".join([*parts, whole(text[at:], steps, judge)])


def whole(text: str, steps: tuple[Chain, ...], judge: Judge) -> str:
    """All of a paragraph with the steps undone."""
    for step in steps:
        text = undo_step(text, step, judge.tables)
    return text
