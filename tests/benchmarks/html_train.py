"""Train the classifier of the HTML wing: `python -m tests.benchmarks.html_train DATA` writes its weights.

Trained on the half of the HTML benchmark's pages that is not held out (`Sample.held_out`): of pages with a true
text, each block's target is the share of its words that an alignment finds in that text; of pages with snippets,
blocks with a wanted snippet are content, those with an unwanted one are not, and blocks that share the nearest
element with only one kind of them are taken for the same, at a lower weight. Pages with a true text weigh alike.
The same data and code give the same weights.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.decode import declared_in_markup, decode_bytes
from pipeline.extract.html import classify
from pipeline.extract.html.blocks import BlockBuilder
from pipeline.extract.html.draft import Draft
from pipeline.extract.html.features import features, names
from pipeline.extract.html.headings import find_headings
from pipeline.extract.html.metadata import PageData
from pipeline.extract.html.parser import Node, parse
from pipeline.extract.html.twins import merge_twins
from pipeline.settings import Settings
from tests.benchmarks.html_boost import fit
from tests.benchmarks.html_scores import Sample, digest, fold, load

_WORD = re.compile(r"\w+")
WORDS_PAGE = 100.0
"""The weight of a page with a true text."""
SNIPPET = 12.0
"""The weight of a block with a snippet."""
SAME_ELEMENT = ((1, 0.4), (2, 0.2))
"""How many elements up a block may share with snippets of one kind, and its weight against theirs."""
Floats = NDArray[np.float64]


def read(sample: Sample) -> tuple[list[Draft], NDArray[np.float32]]:
    """The drafts of a page and their features, as the product makes them."""
    declared = declared_in_markup(sample.data)
    text = decode_bytes(sample.data, [(declared, "html.meta")] if declared else []).text
    settings = Settings.model_construct()
    tree = parse(text, settings.max_text_bytes, settings.max_nodes)
    drafts = merge_twins(BlockBuilder(tree, settings.max_blocks).build())
    find_headings(drafts)
    return drafts, features(drafts, PageData(tree, sample.url or None).title or "")


def aligned(sample: Sample, drafts: Sequence[Draft]) -> tuple[Floats, Floats]:
    """Target and weight of each draft of a page with a true text."""
    words, owners = [], []
    for index, draft in enumerate(drafts):
        found = _WORD.findall(draft.text.lower())
        words += found
        owners += [index] * len(found)
    truth = _WORD.findall(sample.text.lower())
    counts = np.bincount(np.array(owners, dtype=np.int64), minlength=len(drafts)).astype(np.float64)
    hits = np.zeros(len(drafts))
    for match in SequenceMatcher(None, words, truth, autojunk=False).get_matching_blocks():
        for place in range(match.a, match.a + match.size):
            hits[owners[place]] += 1
    if hits.sum() < 0.5 * max(20, len(truth)):  # the truth is not on the page
        return hits, np.zeros(len(drafts))
    return hits / np.maximum(1, counts), np.minimum(1, counts / max(20, len(truth))) * WORDS_PAGE


def labelled(sample: Sample, drafts: Sequence[Draft]) -> tuple[Floats, Floats]:
    """Target and weight of each draft of a page with snippets."""
    target, weight = np.zeros(len(drafts)), np.zeros(len(drafts))
    for index, draft in enumerate(drafts):
        text = fold(draft.text)
        wanted = any(_same(fold(snippet), text, 12) for snippet in sample.wanted)
        unwanted = any(_same(fold(snippet), text, 8) for snippet in sample.unwanted)
        if len(text) >= 4 and wanted != unwanted:
            target[index], weight[index] = wanted, SNIPPET
    around = [_elements(draft) for draft in drafts]
    kinds: dict[tuple[int, int], set[bool]] = {}
    for index in np.flatnonzero(weight).tolist():
        for level, _ in SAME_ELEMENT:
            kinds.setdefault((level, around[index][level]), set()).add(bool(target[index]))
    content = [index for index in range(len(drafts)) if weight[index] and target[index]]
    for index in np.flatnonzero(weight == 0).tolist():
        for level, share in SAME_ELEMENT:
            kind = kinds.get((level, around[index][level]), set())
            if len(kind) == 1 and len(drafts[index].text) >= 4:
                if kind == {True} and not (content and content[0] <= index <= content[-1]):
                    break
                target[index], weight[index] = kind == {True}, share * SNIPPET
                break
    return target, weight


def _same(snippet: str, text: str, shortest: int) -> bool:
    return snippet in text or (len(text) > shortest and text in snippet)


def _elements(draft: Draft) -> list[int]:
    chain: list[int] = []
    node: Node | None = draft.node
    while node is not None and len(chain) < 3:
        chain.append(id(node))
        node = node.parent
    return chain + chain[-1:] * (3 - len(chain))


def examples(samples: Sequence[Sample]) -> tuple[NDArray[np.float32], Floats, Floats, NDArray[np.int64]]:
    """Features, targets, weights and page numbers of all drafts that readers see."""
    rows, targets, weights, pages = [], [], [], []
    for page, sample in enumerate(samples):
        drafts, matrix = read(sample)
        target, weight = (aligned if sample.metric == "words" else labelled)(sample, drafts)
        used = (weight > 0) & np.array([draft.visibility != "hidden" for draft in drafts], dtype=bool)
        rows.append(matrix[used])
        targets.append(target[used])
        weights.append(weight[used])
        pages.append(np.full(int(used.sum()), page))
    return np.vstack(rows), np.concatenate(targets), np.concatenate(weights), np.concatenate(pages)


def main() -> int:
    """Train and write the weights; 0 done, 2 usage."""
    if len(sys.argv) != 2:
        print("Name the folder of benchmark data: python -m tests.benchmarks.html_train ../shared/bench")
        return 2
    samples = load(Path(sys.argv[1]), held_out=False)
    rows, targets, weights, pages = examples(samples)
    forest = fit(rows, targets, weights, groups=pages)
    data: dict[str, Any] = {
        "trained_on": f"{len(samples)} pages of the HTML benchmark that are not held out, digest {digest(samples)}",
        "columns": names(),
        "forest": forest.as_data(),
    }
    target = Path(classify.__file__).with_name(classify.WEIGHTS)
    target.write_bytes(orjson.dumps(data) + b"\n")
    print(f"{len(rows):,} blocks of {len(samples)} pages -> {target.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
