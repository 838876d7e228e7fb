"""What a text may have been before it was decoded with the wrong charset.

UTF-8 that was read in a single-byte page (once or several times over), one legacy page read as another, character
entities around either. All pages that lead to the same text are kept: ä is the same byte in windows-1250 and
windows-1252, and which of them it was only the whole document tells.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pipeline.lexicon.alphabet import OTHER, character, code_points
from pipeline.lexicon.arrays import Array
from pipeline.lexicon.scoring import Scorer
from pipeline.records import REPLACEMENT
from pipeline.repair.mojibake.code_page_tables import EXEMPT, Pages

UTF8_CREDIT = 2.5
"""What (in nats) each UTF-8 sequence speaks for UTF-8: other text forms such sequences by chance only."""

ENTITY = r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[a-zA-Z]{2,8}\d{0,2});"
ENTITY_IN_WORD = re.compile(
    rf"(?<=[\w;]){ENTITY}|{ENTITY}(?=[\w&])|&#1(?:2[89]|[3-5]\d);"
    r"|(?<=[.,!?)\]'])&quot;(?!\S)|(?<!\S)&quot;(?=[\[(])"
)
"""A character entity beside a letter or another one, or that names a C1 control, which no author means, or a quotation
mark beside the punctuation it encloses.

Other entities that stand alone are what the text is about.
"""
_RUN = re.compile(r"[^\x00-\x7f\ufffd]+")
LOSSY = "utf-8-with-losses"
"""The name of UTF-8 that lost bytes, as a true charset in a chain."""
LOSSY_PAGES = ("cp1252", "cp1250", "cp1251", "iso8859-2")
"""Pages as which such text is commonly read."""
LOSSY_COST = 6.0
LOSSY_LEADS = 3
"""So many lead bytes without a follower are needed, where no sequence is whole."""
_WIDE_RUN = re.compile(r"[^\x00-\x7f]+")
_BETWEEN_LOST = re.compile(r"\ufffd+|[^\ufffd]+")
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)

Chain = tuple[str, str]
"""A true charset, and the one it was read as."""


@dataclass(frozen=True)
class Candidate:
    """What a text may have been: after undoing `steps` in turn.

    `chains` are all pages that the last step may have had; `prior` is what they cost in each language. `whole`
    says that every non-ASCII character took part in it, `sequences` how many UTF-8 sequences there were.
    """

    text: str
    steps: tuple[Chain, ...]
    chains: frozenset[Chain]
    prior: Array
    whole: bool = True
    sequences: int = 0


def undo_step(text: str, step: Chain, tables: Pages) -> str:
    """`text` as it was before it was read in a wrong page; what cannot have been read so stays."""
    true, read_as = step
    if true == "entities":
        return html.unescape(text)
    if true == "ftfy":
        return by_ftfy(text)
    if true == LOSSY:
        return _lossy_from(text, read_as, tables)
    if true == "utf-8":
        return _utf8_from(text, read_as, tables)
    return text.translate(_translation(true, read_as, tables))


def lossy_candidates(text: str, tables: Pages, scorer: Scorer, before: tuple[Chain, ...]) -> list[Candidate]:
    """What `text` was if it is UTF-8 read in a single-byte page, of which bytes were lost on the way."""
    found: dict[str, str] = {}
    for page in LOSSY_PAGES:
        result = _lossy_from(text, page, tables)
        if result.count(REPLACEMENT) > text.count(REPLACEMENT) or REPLACEMENT in text != result:
            found.setdefault(result, page)
    candidates = []
    for result, page in found.items():
        step = (LOSSY, page)
        came = [char for char in result if not char.isascii() and char != REPLACEMENT]
        sequences = sum(char not in text for char in came)
        whole = sequences == len(came)
        if not sequences and result.count(REPLACEMENT) - text.count(REPLACEMENT) < LOSSY_LEADS:
            continue
        cost = float(tables.read_cost[tables.read_as.index(page)]) + LOSSY_COST
        prior = np.full(len(scorer.model.codes), cost)
        candidates.append(Candidate(result, (*before, step), frozenset({step}), prior, whole, sequences))
    return candidates


def _lossy_from(text: str, read_as: str, tables: Pages) -> str:
    return _WIDE_RUN.sub(lambda run: _lossy_run(run[0], read_as, tables), text)


@lru_cache(maxsize=4096)
def _lossy_run(run: str, read_as: str, tables: Pages) -> str:
    """UTF-8 sequences decoded; one that lacks bytes becomes U+FFFD. A run with a stray follower stays."""
    byte_of = tables.bytes_of[read_as]
    values = [byte_of.get(char, -1) for char in run]
    parts: list[str] = []
    at = 0
    while at < len(run):
        value = values[at]
        need = (
            1 if 0xC2 <= value <= 0xDF else 2 if 0xE0 <= value <= 0xEF else 3 if 0xF0 <= value <= 0xF4 else 0
        )
        if not need:
            parts.append(run[at])
            at += 1
            continue
        end = at + 1
        while end < len(run) and end - at <= need and (0x80 <= values[end] < 0xC0 or run[end] == REPLACEMENT):
            end += 1
        sequence = values[at:end]
        whole = len(sequence) == need + 1 and -1 not in sequence
        parts.append(bytes(sequence).decode("utf-8", "replace")[:1] if whole else REPLACEMENT)
        at = end
    return "".join(parts)


def ftfy_candidates(text: str, scorer: Scorer, before: tuple[Chain, ...]) -> list[Candidate]:
    """What ftfy makes of a text that looks bad to it: it knows sequences that lost a byte on the way."""
    import ftfy.badness

    if not ftfy.badness.is_bad(text):
        return []
    fixed = by_ftfy(text)
    if fixed == text:
        return []
    step = ("ftfy", "ftfy")
    return [Candidate(fixed, (*before, step), frozenset({step}), np.zeros(len(scorer.model.codes)))]


def by_ftfy(text: str) -> str:
    """ftfy's repair of the encoding alone, piece by piece between replacement characters, which it takes for bytes."""
    import ftfy

    config = ftfy.TextFixerConfig(unescape_html=False, replace_lossy_sequences=False, fix_c1_controls=False)
    pieces = [
        piece if piece.isascii() or piece[0] == REPLACEMENT else ftfy.fix_encoding(piece, config)
        for piece in _BETWEEN_LOST.findall(text)
    ]
    return "".join(pieces)


@lru_cache(maxsize=512)
def _translation(true: str, read_as: str, tables: Pages) -> dict[int, str]:
    source, target = tables.tables[read_as], tables.tables[true]
    return {
        ord(source[byte]): target[byte]
        for byte in range(255, 127, -1)
        if not (source[byte] in EXEMPT and "\x80" <= target[byte] < "\xa0")  # typography of another origin
    }


def _utf8_from(text: str, read_as: str, tables: Pages) -> str:
    return _RUN.sub(lambda run: _run_from(run[0], read_as, tables), text)


def _run_from(run: str, read_as: str, tables: Pages) -> str:
    data = tables.to_bytes(run, read_as)
    if data is None:
        return run
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    parts: list[str] = []
    position = 0
    for match in _SEQUENCE.finditer(data):
        try:
            decoded = match[0].decode("utf-8")
        except UnicodeDecodeError:
            continue
        parts += [run[position : match.start()], decoded]
        position = match.end()
    parts.append(run[position:])
    return "".join(parts)


def utf8_candidates(text: str, tables: Pages, scorer: Scorer, before: tuple[Chain, ...]) -> list[Candidate]:
    """What `text` was if its non-ASCII characters are UTF-8 read in a single-byte page; the fullest first."""
    codes = code_points(text)
    places = (codes >= 128).nonzero()[0]
    if len(places) < 2:
        return []
    wide = codes.take(places)
    follows = places[1:] - places[:-1] == 1
    begun = tables.leads.take(wide[:-1]) & tables.trails.take(wide[1:]) * follows
    pages = int(np.bitwise_or.reduce(begun))
    if not pages:
        return []
    possible = np.array([row for row in range(len(tables.read_as)) if pages >> row & 1])
    encoded = tables.encode.take(wide, axis=1)[possible]
    size = np.where(encoded >= 0xF0, 4, np.where(encoded >= 0xE0, 3, 2))
    pair = (begun >> possible[:, None].astype(np.uint32) & 1).astype(bool)
    sequences, covered = (np.zeros(len(tables.read_as), dtype=np.int64) for _ in range(2))
    sequences[possible] = pair.sum(axis=1)
    covered[possible] = (pair * size[:, :-1]).sum(axis=1)
    best = covered.max()
    enough = len(places) if best >= len(places) else best // 2 + 1
    rows = [row for row in np.argsort(-covered, kind="stable").tolist() if covered[row] >= enough]
    found: dict[str, list[int]] = {}
    for row in rows[:12]:
        result = _utf8_from(text, tables.read_as[row], tables)
        by_chance = covered[row] < len(places) and _has_strange_letters(result, text, scorer)
        if result != text and not by_chance:
            found.setdefault(result, []).append(row)
    languages = len(scorer.model.codes)
    credit = 0.0 if any(true != "entities" for true, _ in before) else UTF8_CREDIT
    return [
        Candidate(
            result,
            (*before, ("utf-8", tables.read_as[ways[0]])),
            frozenset(("utf-8", tables.read_as[row]) for row in ways),
            np.full(
                languages,
                tables.read_cost[ways].min() - credit * _weight(sequences, covered, ways, len(places)),
            ),
            int(covered[ways].max()) == len(places),
            int(sequences[ways].max()),
        )
        for result, ways in list(found.items())[:4]
    ]


def _has_strange_letters(result: str, text: str, scorer: Scorer) -> bool:
    """Whether letters came out that no language of the model uses: sequences that are there by chance give such."""
    ids = scorer.model.symbols[code_points(result)]
    return any(
        char.isalpha() and symbol <= OTHER and char not in text
        for char, symbol in zip(result, ids, strict=True)
        if not char.isascii()
    )


def _weight(sequences: Array, covered: Array, ways: list[int], places: int) -> float:
    """How many sequences count: few among many other characters are there by chance."""
    share = float(covered[ways].max()) / places
    return min(float(sequences[ways].max()), 6.0) * share**3


def chain_candidate(text: str, chain: Chain, tables: Pages) -> Candidate | None:
    """The candidate of one legacy chain; None where it does not change `text` or cannot have happened to it."""
    if not can_have_happened(beyond_ascii(text), chain, tables):
        return None
    row, column = tables.read_as.index(chain[1]), tables.true.index(chain[0])
    prior: Array = tables.read_cost[row] + tables.language_cost[column]
    return Candidate(undo_step(text, chain, tables), (chain,), frozenset({chain}), prior)


def beyond_ascii(text: str) -> frozenset[str]:
    """The characters of a text that are not ASCII."""
    return frozenset(char for char in set(text) if not char.isascii())


def can_have_happened(characters: frozenset[str], chain: Chain, tables: Pages) -> bool:
    """Whether a legacy chain changes a text of these characters beyond ASCII, and may have happened to it."""
    changed, possible = _reach(*chain, tables)
    return characters <= possible and not characters.isdisjoint(changed)


@lru_cache(maxsize=512)
def _reach(true: str, read_as: str, tables: Pages) -> tuple[frozenset[str], frozenset[str]]:
    """The characters that a chain changes, and all that a text may have to which it happened."""
    translation = _translation(true, read_as, tables)
    changed = frozenset(chr(old) for old, new in translation.items() if chr(old) != new)
    return changed, frozenset(tables.bytes_of[read_as]) | EXEMPT


def explaining_chains(before: str, after: str, tables: Pages) -> list[Chain]:
    """The chains that lead from `before` to `after`: UTF-8 or legacy text that was read in a single-byte page."""
    if len(before) != len(after):
        steps = [("utf-8", page) for page in tables.read_as]
        return [step for step in steps if undo_step(before, step, tables) == after]
    old, new = code_points(before), code_points(after)
    pairs = np.unique(np.stack([old, new])[:, (old >= 128) | (new >= 128)].astype(np.int64), axis=1)
    free = np.array([a == b and character(int(a)) in EXEMPT for a, b in pairs.T], dtype=bool)
    old, new = pairs[:, ~free]
    if not len(old):
        return []
    encoded = tables.encode[:, old]
    made = tables.decode[:, np.maximum(encoded, 0)]
    fits = ((made == new) & (encoded >= 0)).all(axis=2)
    return [(tables.true[true], tables.read_as[row]) for true, row in np.argwhere(fits)]
