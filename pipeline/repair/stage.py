"""The repair stage: block by block, each change an edit, each loss a finding."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from unicodedata import is_normalized

from pipeline.knowledge.findings import finding
from pipeline.records import (
    REPLACEMENT,
    Answers,
    Block,
    Document,
    Finding,
    Origin,
    PageBox,
    apply,
    origins_of,
    raw_span,
)
from pipeline.repair.characters.invisible import (
    control_changes,
    has_letters_as_controls,
    invisible_changes,
    normal_form_changes,
    typographic_control_changes,
)
from pipeline.repair.characters.scripts import doubled_changes, unreadable_text
from pipeline.repair.lost_letters.guesser import Guessed, Guesser
from pipeline.repair.mojibake.proven_code_pages import as_chains
from pipeline.repair.restoration import restore
from pipeline.repair.text_changes import Change, as_edits, difference
from pipeline.repair.withholding import PRIVATE, Loss, icon_changes, losses, symbol_changes, withheld
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.repair.mojibake.verdict import Verdict

_MARK_LEFT = re.compile(
    r"(?<!\S)[\"'(„“«]?(?:[^\W\d_]*[^\W\d_A-Z]\?{1,2}[^\W\d_A-Z]|\?[^\W\d_A-Z])[^\W\d_]*[^\w\s/=&]*(?!\S)"
)
"""A word in which question marks stand for small letters."""
_TO_REPAIR = re.compile(
    f"[?\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200d\u2060\ufeff\ufff0-\uffff{PRIVATE}]|\\(cid:"
)
"""What the rules for single characters look for."""
_BY_SITE = (
    "Text was repaired that other pages of the site prove to have been decoded with this wrong charset."
)
_LISTED = 200
"""Findings of one kind that a block may have; what is beyond them is in the last one's count."""
_EXAMPLES = 10
_LANGUAGE_SAMPLE = 20_000
_ENOUGH = 200
"""Letters from which a document's language can be told well enough to look for glued and parted words."""


def repair(document: Document, answers: Answers, settings: Settings) -> Document:
    """`document` with its text repaired where that is certain, and withheld where it cannot be read.

    Blocks that stand for metadata are left alone. Findings name the block, the span of its raw text and the
    places in the source (of very many, the first and the last).
    """
    blocks: list[Block] = []
    findings: list[Finding] = []
    verdicts = _verdicts(document, answers)
    texts = [
        verdicts[index].settled if index in verdicts else block.text
        for index, block in enumerate(document.blocks)
    ]
    guesser = Guesser(texts, settings.guess_threshold)
    for index, block in enumerate(document.blocks):
        if block.role == "metadata":
            blocks.append(block)
            continue
        repaired, noticed = _repair_block(index, block, verdicts.get(index), guesser)
        blocks.append(repaired)
        findings += noticed
    result = document.model_copy(update={"blocks": tuple(blocks)})
    findings += _icons(result)
    findings += _unreadable(result)
    findings += _spacing(result)
    return restore(result.with_findings(findings), answers)


def _verdicts(document: Document, answers: Answers) -> dict[int, Verdict]:
    """What the judge says about the blocks of which there is something to say, by their index."""
    looked_at = [
        index
        for index, block in enumerate(document.blocks)
        if block.role != "metadata" and not (block.text.isascii() and "&" not in block.text)
    ]
    if not looked_at:
        return {}
    from pipeline.repair.mojibake.judge import judge
    from pipeline.repair.mojibake.verdicts import judge_paragraphs

    plain = [document.blocks[index].text for index in looked_at]
    others = [b.text for b in document.blocks if b.text.isascii() and b.role != "metadata"]
    verdicts = judge_paragraphs(plain, judge(), others, as_chains(answers.code_pages))
    return {index: verdict for index, verdict in zip(looked_at, verdicts, strict=True) if verdict}


def _repair_block(
    index: int, block: Block, verdict: Verdict | None, guesser: Guesser
) -> tuple[Block, list[Finding]]:
    if verdict is None and _is_plain(block.text) and not doubled_changes(block.text):
        return block, []
    findings: list[Finding] = []
    repaired = block
    if verdict:
        repaired = _undone(block, verdict)
        if repaired is not block:
            told = _BY_SITE if verdict.by_site else None
            code = "look-alikes-replaced" if verdict.is_of_look_alikes else "mojibake-repaired"
            findings.append(_of_edits(code, index, block, repaired, told))
        if not verdict.certain:
            findings.append(_suspicion(index, repaired, verdict))
    if verdict is None or verdict.certain:  # of what is undecided every character may be needed yet
        visible = _changed(repaired, invisible_changes)
        typographic = _changed(visible, typographic_control_changes)
        if has_letters_as_controls(typographic.text):
            findings.append(_controls(index, repaired))
        else:
            if typographic is not visible:
                findings.append(_of_edits("mojibake-repaired", index, visible, typographic))
            repaired = _changed(typographic, control_changes)
            if repaired is not typographic:
                findings.append(_of_edits("control-characters", index, typographic, repaired))
    repaired = _changed(repaired, symbol_changes)
    if not any(isinstance(origin, PageBox) for origin in block.origins):
        repaired = _changed(repaired, icon_changes)
    repaired = _changed(repaired, doubled_changes)
    guesses = guesser.guesses(repaired.text)
    guessed = apply(repaired, as_edits(repaired.text, [g.change for g in guesses if g.certain]))
    if guessed is not repaired:
        findings.append(_of_edits("letters-guessed", index, repaired, guessed))
    repaired = guessed
    lost = losses(repaired.text, in_grid=block.kind == "table")
    findings += _of_losses(
        index, repaired, lost, [g.told for g in guesses if not g.certain and not g.is_mark]
    )
    findings += _of_marks(index, repaired, [g for g in guesses if g.is_mark and not g.certain])
    if lost:
        repaired = apply(repaired, as_edits(repaired.text, withheld(lost)))
    repaired = _changed(repaired, normal_form_changes)
    if verdict and any(REPLACEMENT in edit.after for edit in repaired.edits):
        repaired = _in_one(block, repaired, verdict)
    return repaired, findings


def _undone(block: Block, verdict: Verdict) -> Block:
    """The block with what its verdict is certain of: first what is proven run by run, then the steps of the whole."""
    proven = apply(block, as_edits(block.text, verdict.proven))
    changes = difference(proven.text, verdict.settled, verdict.cause, verdict.confidence)
    return apply(proven, as_edits(proven.text, changes))


def _in_one(block: Block, repaired: Block, verdict: Verdict) -> Block:
    """The same repair without the steps between: what was mojibake of U+FFFD never shows it."""
    changes = difference(block.text, repaired.text, verdict.cause, verdict.confidence)
    return apply(block, as_edits(block.text, changes))


def _is_plain(text: str) -> bool:
    """Whether there can be nothing to repair in `text` but what a verdict says."""
    return not _TO_REPAIR.search(text) and is_normalized("NFC", text)


def _suspicion(index: int, block: Block, verdict: Verdict) -> Finding:
    changes = difference(block.text, verdict.text, verdict.cause)
    start, end = raw_span(block.edits, changes[0].start, changes[-1].end)
    return finding(
        "mojibake-suspected",
        block=index,
        start=start,
        end=end,
        origins=origins_of(block, start, end),
        evidence=_readable(block.text[changes[0].start : changes[0].end]),
        suggestion=_readable(changes[0].after) or None,
        count=len(changes),
    )


def _controls(index: int, block: Block) -> Finding:
    """Control characters stand in words: what they were is not decided, so they stay."""
    places = [at for at, char in enumerate(block.text) if "\x80" <= char < "\xa0"]
    start, end = raw_span(block.edits, places[0], places[-1] + 1)
    return finding(
        "mojibake-suspected",
        "Control characters stand in words, in the place of letters that nothing tells.",
        block=index,
        start=start,
        end=end,
        origins=origins_of(block, start, end),
        evidence=_readable(block.text[max(0, places[0] - 8) : places[0] + 8]),
        count=len(places),
    )


def _changed(block: Block, rule: Callable[[str], list[Change]]) -> Block:
    return apply(block, as_edits(block.text, rule(block.text)))


def _of_edits(code: str, index: int, before: Block, after: Block, message: str | None = None) -> Finding:
    """One finding for the edits that lead from `before` to `after`, with examples."""
    edits = after.edits[len(before.edits) :]
    start = min(edit.start for edit in edits)
    end = max(edit.end for edit in edits)
    first, last = raw_span(before.edits, start, end)
    examples = [_readable(edit.before) for edit in reversed(edits[-_EXAMPLES:])]
    return finding(
        code,
        message,
        block=index,
        start=first,
        end=last,
        origins=origins_of(before, first, last),
        evidence=", ".join(dict.fromkeys(examples)),
        count=len(edits),
    )


def _readable(text: str) -> str:
    """`text` for a person to read: what has no shape is given by its number."""
    return "".join(c if c.isprintable() and c != REPLACEMENT else f"U+{ord(c):04X}" for c in text[:20])


def _of_marks(index: int, block: Block, doubtful: list[Guessed]) -> list[Finding]:
    """A finding for words with a question mark that still stands between small letters, or is perhaps a letter."""
    if "?" not in block.text:
        return []
    marks = [match.span() for match in _MARK_LEFT.finditer(block.text)]
    places = [guess.change[:2] for guess in doubtful]
    starts = [start for start, _ in marks]
    marks += [place for place in places if not _is_inside(place[0], starts, marks)]
    if not marks:
        return []
    start, end = raw_span(block.edits, min(marks)[0], max(end for _, end in marks))
    shown = [block.text[slice(*mark)] for mark in sorted(marks)[:_EXAMPLES]]
    return [
        finding(
            "mojibake-suspected",
            "Question marks stand in words, perhaps in the place of letters.",
            block=index,
            start=start,
            end=end,
            origins=origins_of(block, start, end),
            evidence=", ".join(shown),
            suggestion=", ".join(guess.told for guess in doubtful[:_EXAMPLES]) or None,
            count=len(marks),
        )
    ]


def _is_inside(at: int, starts: list[int], spans: list[tuple[int, int]]) -> bool:
    """Whether a place is in one of the spans, which are disjoint and in order; `starts` are their beginnings."""
    before = bisect_right(starts, at)
    return before > 0 and at < spans[before - 1][1]


def _of_losses(index: int, block: Block, lost: list[Loss], guesses: list[str]) -> list[Finding]:
    """A finding for each lost passage, and one for all words with lost letters, with the guesses at them."""
    findings = []
    for unmapped in (False, True):
        alike = [loss for loss in lost if loss.unmapped == unmapped]
        passages = [loss for loss in alike if loss.kind != "word"]
        findings += [_loss_finding(index, block, [loss]) for loss in passages[: _LISTED - 1]]
        if passages[_LISTED - 1 :]:
            findings.append(_loss_finding(index, block, passages[_LISTED - 1 :]))
        words = [loss for loss in alike if loss.kind == "word"]
        if words:
            told = ", ".join(guesses[:_EXAMPLES]) if not unmapped else ""
            findings.append(_loss_finding(index, block, words, told or None))
    return findings


def _loss_finding(index: int, block: Block, lost: list[Loss], suggestion: str | None = None) -> Finding:
    count = sum(loss.lost for loss in lost)
    shown = [*lost[:_LISTED], lost[-1]] if len(lost) > _LISTED else lost
    spans = [raw_span(block.edits, loss.start, loss.end) for loss in shown]
    origins: list[Origin] = []
    for start, end in spans:
        origins += origins_of(block, start, end)
    words = lost[0].kind == "word"
    what = "characters without a meaning" if lost[0].unmapped else "replacement characters"
    message = (
        f"{count:,} {what} in {len(lost):,} words, which are withheld."
        if words
        else f"{count:,} {what}; how long the original was is unknown."
    )
    evidence = ", ".join(loss.shown(block.text) for loss in lost[:_EXAMPLES]) if words else None
    return finding(
        "unmapped-characters" if lost[0].unmapped else "text-lost",
        message,
        block=index,
        start=spans[0][0],
        end=spans[-1][1],
        origins=tuple(origins),
        evidence=evidence,
        suggestion=suggestion,
        count=count,
    )


def _icons(document: Document) -> list[Finding]:
    """One finding for all icons that were taken out of a document's text; it names the first."""
    places: list[tuple[int, int, int]] = []
    shown: dict[str, None] = {}
    for index, block in enumerate(document.blocks):
        for place, edit in enumerate(block.edits):
            if edit.cause == "icon":
                places.append((index, *raw_span(block.edits[:place], edit.start, edit.end)))
                shown[_readable(edit.before)] = None
    if not places:
        return []
    index, start, end = min(places)
    return [
        finding(
            "icon-characters",
            block=index,
            start=start,
            end=end,
            origins=origins_of(document.blocks[index], start, end),
            evidence=", ".join(list(shown)[:_EXAMPLES]),
            count=len(places),
        )
    ]


def _unreadable(document: Document) -> list[Finding]:
    return [
        finding(
            "suspicious-text", block=index, start=0, end=len(block.raw), origins=block.origins, evidence=piece
        )
        for index, block in enumerate(document.blocks)
        if block.is_content and block.role != "metadata" and (piece := unreadable_text(block.text))
    ]


def _spacing(document: Document) -> list[Finding]:
    """Words that seem glued together or parted."""
    texts = [
        (index, block.text)
        for index, block in enumerate(document.blocks)
        if block.is_content and block.kind != "table" and block.role != "metadata" and block.text
    ]
    if sum(len(text) for _, text in texts) < _ENOUGH:
        return []
    from pipeline.lexicon.ngrams import ngrams
    from pipeline.lexicon.words import word_list
    from pipeline.repair.words.glued_words import glued_words
    from pipeline.repair.words.split_words import split_words

    model = ngrams()
    language = _language(document, (text for _, text in texts))
    words = word_list(language) if language else None
    if language is None or words is None:
        return []
    glued = [
        _suggested("glued-words", document, index, word.start, word.end, word.word, word.suggestion)
        for index, word in glued_words(texts, language, words, model)
    ]
    split = [
        _suggested("split-words", document, index, word.start, word.end, word.pieces, word.suggestion)
        for index, word in split_words(texts, words)
    ]
    return glued + split


def _suggested(
    code: str, document: Document, index: int, start: int, end: int, evidence: str, suggestion: str
) -> Finding:
    block = document.blocks[index]
    start, end = raw_span(block.edits, start, end)
    return finding(
        code,
        block=index,
        start=start,
        end=end,
        origins=origins_of(block, start, end),
        evidence=evidence,
        suggestion=suggestion,
    )


def _language(document: Document, texts: Iterable[str]) -> str | None:
    """The language whose letters the text has; None where it is too short to tell."""
    from pipeline.lexicon.ngrams import ngrams

    sample, size = [], 0
    for text in texts:
        sample.append(text[:_LANGUAGE_SAMPLE])
        size += len(sample[-1])
        if size >= _LANGUAGE_SAMPLE:
            break
    if size < _ENOUGH:
        return None
    ranking = ngrams().ranking(" ".join(sample))
    return ranking[0][0] if ranking else None
