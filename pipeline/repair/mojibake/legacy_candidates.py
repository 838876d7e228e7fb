"""Text of one legacy code page that was read as another: all pairs of pages, the likeliest by single letters first."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache

import numpy as np

from pipeline.lexicon.alphabet import character, code_points
from pipeline.lexicon.arrays import Array
from pipeline.lexicon.scoring import Scorer
from pipeline.repair.mojibake.candidates import Candidate, Chain
from pipeline.repair.mojibake.code_page_tables import EXEMPT, Pages

SHORTLIST = 10
"""Candidates that the n-gram model reads, after a look at single letters."""
HOPELESS = 12.0
"""How much more (in nats) the single letters of a candidate may cost than those of the text as it is."""
BEHIND = 40.0
"""How much more they may cost than those of the likeliest candidate."""
_MOST_CHARACTERS = 120


def legacy_candidates(
    text: str, tables: Pages, scorer: Scorer, context: Array, before: tuple[Chain, ...]
) -> list[Candidate]:
    """What `text` was if one legacy page was read as another.

    `context` is what the undamaged words cost in each language.
    """
    counted = Counter(code for code in code_points(text).tolist() if code >= 128)
    if not counted or len(counted) > _MOST_CHARACTERS:
        return []
    codes = np.array(sorted(counted), dtype=np.int64)
    counts = np.array([counted[code] for code in codes.tolist()], dtype=np.float32)
    exempt = np.array([character(code) in EXEMPT for code in codes.tolist()])
    groups = _groups(codes, exempt, tables)
    if not groups:
        return []
    encoded = np.stack([tables.encode[rows[0], codes] for rows in groups])
    mapped = _mapped(codes, exempt, encoded, tables)
    near = np.flatnonzero(
        (context <= context.min() + BEHIND) | scorer.is_other_script
    )  # names tell nothing of these
    rough = _rough(mapped, counts, exempt, encoded, tables, scorer, near) + context[near]
    prior = np.array([tables.read_cost[rows].min() for rows in groups])[:, None, None] + tables.language_cost
    score = (rough + prior[:, :, near]).min(axis=2).ravel()
    as_is = float((counts @ scorer.by_letter[codes] + context).min())
    likely = np.flatnonzero(score <= min(as_is + HOPELESS, float(score.min()) + BEHIND))
    results = mapped.reshape(-1, len(codes))
    keys = _rows_as_bytes(results)
    ways_to = defaultdict(list)
    for index, key in enumerate(keys):
        ways_to[key].append(index)
    known = {codes.tobytes()}
    candidates: list[Candidate] = []
    for index in likely[np.argsort(score[likely], kind="stable")].tolist():
        if keys[index] in known:
            continue
        if len(known) > SHORTLIST:
            break
        known.add(keys[index])
        result = results[index]
        ways = [divmod(way, len(tables.true)) for way in ways_to[keys[index]]]
        chains = frozenset(
            (tables.true[true], tables.read_as[row]) for group, true in ways for row in groups[group]
        )
        group, likeliest = divmod(index, len(tables.true))
        row = min(groups[group], key=lambda row: float(tables.read_cost[row]))
        step = (tables.true[likeliest], tables.read_as[row])
        translation = {
            ord(character(a)): character(b)
            for a, b in zip(codes.tolist(), result.tolist(), strict=True)
            if a != b
        }
        cost: Array = prior[tuple(zip(*ways, strict=True))].min(axis=0)
        candidates.append(Candidate(text.translate(translation), (*before, step), chains, cost))
    return candidates


def _rows_as_bytes(rows: Array) -> list[bytes]:
    """The rows of an array, each as the bytes of its numbers: equal rows are found by these at once."""
    data, size = rows.tobytes(), rows.shape[1] * rows.itemsize
    return [data[start : start + size] for start in range(0, len(data), size)]


def _groups(codes: Array, exempt: Array, tables: Pages) -> list[list[int]]:
    """The pages that have all of these characters, in groups of those that have them at the same bytes."""
    encoded = tables.encode[:, codes]
    fits = ((encoded >= 0) | exempt).all(axis=1) & (encoded >= 0).any(axis=1)
    groups: dict[bytes, list[int]] = {}
    for row in np.flatnonzero(fits).tolist():
        groups.setdefault(encoded[row].tobytes(), []).append(row)
    return list(groups.values())


def _mapped(codes: Array, exempt: Array, encoded: Array, tables: Pages) -> Array:
    """What the characters become: [groups, true pages, characters]."""
    unchanged = (encoded < 0)[:, None, :]
    table = tables.decode[:, np.where(encoded < 0, 0, encoded)].swapaxes(0, 1)
    if not exempt.any():
        return table
    controls = exempt & (table >= 0x80) & (table < 0xA0)
    mapped: Array = np.where(unchanged | controls, codes, table)
    return mapped


def _rough(
    mapped: Array, counts: Array, exempt: Array, encoded: Array, tables: Pages, scorer: Scorer, near: Array
) -> Array:
    """What the characters cost one by one: [groups, true pages, languages], of the languages at `near`."""
    weights = np.zeros((len(encoded), 128), dtype=np.float32)
    plain = np.flatnonzero(~exempt)
    weights[np.arange(len(encoded))[:, None], encoded[:, plain] - 128] = counts[plain]
    costs = _byte_costs(tables, scorer)
    used = np.flatnonzero(weights.any(axis=0))
    costs = costs[used][:, :, near].reshape(len(used), len(tables.true) * len(near))
    rough = (weights[:, used] @ costs).reshape(len(encoded), len(tables.true), len(near))
    for index in np.flatnonzero(exempt).tolist():
        rough += scorer.by_letter[mapped[:, :, index]][:, :, near] * counts[index]
    return rough


@cache
def _byte_costs(tables: Pages, scorer: Scorer) -> Array:
    """What each byte from 128 up costs in each page and language: [128, true pages, languages]."""
    costs: Array = scorer.by_letter[tables.decode[:, 128:]].swapaxes(0, 1)
    return np.ascontiguousarray(costs)
