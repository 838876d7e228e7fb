"""The decision: the text's own language, the declared one, or none."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pipeline.errors import UsageError
from pipeline.knowledge.detection import Detection, detection
from pipeline.knowledge.findings import finding
from pipeline.language.engine import Guess, kin_of, known_languages, likely
from pipeline.records import OMISSION, REPLACEMENT, Block, Document, Finding, Known, Source
from pipeline.settings import Settings

_SAMPLE = 2000  # characters by which a document is judged
_FROM_BLOCK = 300  # of these, from one block
_LITTLE = 25  # letters below which nothing is said
_ENOUGH = 120  # letters from which the text is believed against a declaration
_SURE = 0.9
_LIKELY = 0.7
_PASSAGE = 150  # characters of a block that is judged on its own
_FROM_PASSAGE = 180
_PASSAGES = 300  # blocks judged on their own, at most
_CLEARLY = 0.995

_NOT_WORDS = re.compile(r"(?<!\S)\S*?(?:://|@|\ufffd|\d)\S*+")


def detect_language(document: Document, settings: Settings) -> Document:
    """See `pipeline.language.detect_language`."""
    data = detection(settings.data)
    wanted = _wanted(settings.languages)
    sample = _sample(document)
    guesses = likely(sample, wanted) if _letters(sample) >= _LITTLE else []
    declared = _declared(document.source, data)
    language, confidence, findings = _decide(guesses, declared, _letters(sample), data)
    blocks = _mark_passages(document.blocks, language, wanted) if language else document.blocks
    return document.model_copy(
        update={"language": language, "language_confidence": confidence, "blocks": blocks}
    ).with_findings(findings)


def _wanted(languages: tuple[str, ...]) -> tuple[str, ...]:
    unknown = sorted(set(languages) - known_languages())
    if unknown:
        known = ", ".join(sorted(known_languages()))
        raise UsageError(f"The setting 'languages' names {', '.join(unknown)}; known are {known}.")
    return languages


def _sample(document: Document) -> str:
    """Text by which the document is judged: from all over it, prose first, what is damaged or no words left out."""
    prose = [block for block in document.blocks if _counts(block) and block.kind != "heading"]
    texts = [_words_of(block.text[: 2 * _FROM_BLOCK])[:_FROM_BLOCK] for block in _spread(prose)]
    if sum(map(len, texts)) < _SAMPLE // 4:
        texts += [
            _words_of(block.text) for block in document.blocks if _counts(block) and block.kind == "heading"
        ]
    return " ".join(texts)[:_SAMPLE]


def _spread(blocks: list[Block]) -> list[Block]:
    """The blocks, or as many of them, evenly spread, as a sample may need (40 characters each at least)."""
    step = max(1, len(blocks) * 40 // _SAMPLE)
    return blocks[::step]


def _counts(block: Block) -> bool:
    return (
        block.is_content
        and block.kind != "table"
        and block.role not in ("machine_data", "form_field", "reference")
    )


def _words_of(text: str) -> str:
    return _NOT_WORDS.sub(" ", text.replace(OMISSION, " ")).strip()


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


def _declared(source: Source, data: Detection) -> Known | None:
    """The language that the metadata or the address names, as a code of ours."""
    aliases = data.aliases
    known = {*known_languages(), *data.declared_only, *aliases}
    given = source.metadata.get("language")
    if given:
        code = re.split(r"[-_]", given.value.strip().lower())[0]
        if code in known:
            return Known(value=aliases.get(code, code), origin=given.origin)
    for part in _address_parts(source.get("url") or ""):
        code = re.split(r"[-_]", part)[0]
        if code in data.in_addresses:
            return Known(value=code, origin="address")
    return None


def _address_parts(url: str) -> list[str]:
    """The parts of an address that may name a language: the first folders of its path, and the subdomain."""
    try:
        address = urlsplit(url)
        host = address.hostname or ""
    except ValueError:
        return []
    parts = [part for part in address.path.lower().split("/") if part][:3] + host.split(".")[:-2]
    return [part for part in parts if re.fullmatch(r"[a-z]{2}(?:[-_][a-z]{2})?", part)]


def _decide(
    guesses: list[Guess], declared: Known | None, letters: int, data: Detection
) -> tuple[str | None, float | None, list[Finding]]:
    best = guesses[0] if guesses else None
    if declared:
        agrees = next((guess for guess in guesses if guess.language == declared.value), None)
        if agrees and (agrees is best or letters < _ENOUGH):
            return declared.value, round(agrees.probability, 3), []
        if not best or letters < _ENOUGH or best.probability < _SURE or _is_like(declared.value, best, data):
            return declared.value, None, []
        message = f"{declared.origin} says {declared.value}; the text is in {best.language}."
        conflict = finding("language-mismatch", message, evidence=declared.value, suggestion=best.language)
        return best.language, round(best.probability, 3), [conflict]
    if best and best.probability >= (_LIKELY if letters >= _ENOUGH else _SURE):
        return best.language, round(best.probability, 3), []
    return None, None, [finding("language-unknown")]


def _is_like(declared: str, best: Guess, data: Detection) -> bool:
    """Whether text in the declared language may well be taken for one in the likeliest."""
    return best.language in (*data.told_as.get(declared, ()), *kin_of(declared))


def _mark_passages(blocks: tuple[Block, ...], language: str, wanted: tuple[str, ...]) -> tuple[Block, ...]:
    """Blocks of some length that are clearly in another language than the document get theirs."""
    long = [
        index for index, block in enumerate(blocks)
        if _counts(block) and len(block.text) >= _PASSAGE and REPLACEMENT not in block.text
    ]  # fmt: skip
    marked = list(blocks)
    for index in long[:: max(1, -(-len(long) // _PASSAGES))]:
        guess = next(iter(likely(_words_of(blocks[index].text[:_FROM_PASSAGE]), wanted)), None)
        if guess and guess.language != language and guess.probability >= _CLEARLY:
            marked[index] = blocks[index].model_copy(
                update={"language": guess.language, "language_confidence": round(guess.probability, 3)}
            )
    return tuple(marked)
