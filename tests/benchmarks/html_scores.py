"""How extracted text is scored against the ground truth of the HTML benchmark."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Sample:
    """A page with its ground truth: `snippets` (wanted, unwanted strings) or `words` (a text)."""

    id: str
    metric: str
    url: str
    data: bytes
    type: str
    wanted: tuple[str, ...]
    unwanted: tuple[str, ...]
    text: str

    @property
    def held_out(self) -> bool:
        """Whether the page belongs to the half that nobody looks at: by a digest of its id, fixed beforehand."""
        return hashlib.sha256(self.id.encode()).digest()[-1] % 2 == 1


def load(data: Path, held_out: bool | None = None) -> list[Sample]:
    """The samples in `data`/html; only one half of them where `held_out` says which."""
    folder = data / "html"
    samples = []
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").strip("\n").split("\n"):
        entry = json.loads(line)
        page = folder / "pages" / f"{entry['id']}.html.gz"
        sample = Sample(
            id=entry["id"],
            metric=entry["metric"],
            url=entry.get("url", ""),
            data=gzip.decompress(page.read_bytes()),
            type=entry.get("type", ""),
            wanted=tuple(entry.get("with", ())),
            unwanted=tuple(entry.get("without", ())),
            text=entry.get("text", ""),
        )
        if held_out is None or sample.held_out == held_out:
            samples.append(sample)
    return samples


def digest(samples: Iterable[Sample]) -> str:
    """SHA-256 over ids, pages and truth of the samples, so that a pinned figure names its data."""
    hasher = hashlib.sha256()
    for sample in sorted(samples, key=lambda sample: sample.id):
        truth = json.dumps([sample.wanted, sample.unwanted, sample.text])
        for part in (sample.id.encode(), sample.data, truth.encode()):
            hasher.update(len(part).to_bytes(8, "big"))
            hasher.update(part)
    return hasher.hexdigest()


def fold(text: str) -> str:
    """White space folded, no-break spaces included."""
    return " ".join(text.split())


def words_f1(text: str, truth: str) -> float:
    """F1 of the bags of lower-cased words."""
    got, want = Counter(_WORD.findall(text.lower())), Counter(_WORD.findall(truth.lower()))
    common = sum((got & want).values())
    return 2 * common / (got.total() + want.total()) if got or want else 1.0


def snippets_f1(results: Iterable[tuple[Sample, str]]) -> float:
    """Micro F1 over all wanted and unwanted strings."""
    hits = unwanted = wanted = 0
    for sample, text in results:
        folded = fold(text)
        hits += sum(fold(snippet) in folded for snippet in sample.wanted)
        unwanted += sum(fold(snippet) in folded for snippet in sample.unwanted)
        wanted += len(sample.wanted)
    precision, recall = hits / max(1, hits + unwanted), hits / max(1, wanted)
    return 2 * precision * recall / max(1e-9, precision + recall)


def by_type(results: Iterable[tuple[Sample, str]]) -> dict[str, float]:
    """Mean words F1 of each page type."""
    scores: dict[str, list[float]] = {}
    for sample, text in results:
        scores.setdefault(sample.type, []).append(words_f1(text, sample.text))
    return {kind: sum(values) / len(values) for kind, values in sorted(scores.items())}


Extractor = Callable[[bytes, str], str]


def run(samples: Iterable[Sample], extract: Extractor, metric: str) -> list[tuple[Sample, str]]:
    """The text that `extract` makes of each sample with that metric."""
    return [(sample, extract(sample.data, sample.url)) for sample in samples if sample.metric == metric]
