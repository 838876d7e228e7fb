"""Train the classifier of the HTML wing: `make train DATA=...` writes its weights.

Of pages of the HTML benchmark with a true text, each block's target is the share of its words that an alignment
finds in that text; of pages with snippets, blocks with a wanted snippet are content, those with an unwanted one
are not. Pages with a true text weigh alike. The same data and code give the same weights.

The weights that ship are trained on all pages. What they are worth on pages that they have not seen is measured by
`html.py` with weights trained on one half only (`trained`).
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
from pipeline.extract.html.blocks.builder import BlockBuilder
from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.blocks.duplicates import merge_twins
from pipeline.extract.html.blocks.implied_headings import find_headings
from pipeline.extract.html.main_content import classifier
from pipeline.extract.html.main_content.features import features, names
from pipeline.extract.html.markup.parser import parse
from pipeline.extract.html.metadata import PageData
from pipeline.settings import Settings
from tests.benchmarks.html_boost import fit
from tests.benchmarks.html_scores import Sample, digest, fold, load

_WORD = re.compile(r"\w+")
WORDS_PAGE = 100.0
"""The weight of a page with a true text."""
SNIPPET = 12.0
"""The weight of a block with a snippet."""
Floats = NDArray[np.float64]


def read(sample: Sample) -> tuple[list[Draft], NDArray[np.float32]]:
    """The drafts of a page and their features, as the product makes them."""
    declared = declared_in_markup(sample.data)
    text = decode_bytes(sample.data, [(declared, "html.meta")] if declared else []).text
    settings = Settings.model_construct()
    tree = parse(text, settings.max_text_bytes, settings.max_nodes)
    drafts = merge_twins(BlockBuilder(tree, settings.max_blocks).build())
    find_headings(drafts)
    return drafts, features(drafts, PageData(tree, sample.url or None))


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
    return target, weight


def _same(snippet: str, text: str, shortest: int) -> bool:
    return snippet in text or (len(text) > shortest and text in snippet)


def examples(samples: Sequence[Sample]) -> tuple[NDArray[np.float32], Floats, Floats]:
    """Features, targets and weights of all drafts that readers see."""
    rows, targets, weights = [], [], []
    for sample in samples:
        drafts, matrix = read(sample)
        target, weight = (aligned if sample.metric == "words" else labelled)(sample, drafts)
        used = (weight > 0) & np.array([draft.visibility != "hidden" for draft in drafts], dtype=bool)
        rows.append(matrix[used])
        targets.append(target[used])
        weights.append(weight[used])
    return np.vstack(rows), np.concatenate(targets), np.concatenate(weights)


def trained(samples: Sequence[Sample]) -> dict[str, Any]:
    """The contents of the file of weights, trained on these samples."""
    return {
        "trained_on": f"{len(samples)} pages of the HTML benchmark, digest {digest(samples)}",
        "columns": names(),
        "trees": fit(*examples(samples)),
    }


def main() -> int:
    """Train and write the weights; 0 done, 2 usage."""
    if len(sys.argv) != 2:
        print("Name the folder of benchmark data: make train DATA=../shared/bench")
        return 2
    weights = trained(load(Path(sys.argv[1])))
    target = Path(classifier.__file__).with_name(classifier.WEIGHTS)
    trees = b",\n".join(map(orjson.dumps, weights.pop("trees")))
    target.write_bytes(orjson.dumps(weights)[:-1] + b',"trees":[\n' + trees + b"\n]}\n")
    print(f"{weights['trained_on']} -> {target.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
