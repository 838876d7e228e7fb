"""Makes the record of a run (`run.json`): counts, versions, settings, digests."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import metadata

import orjson

from pipeline.exports.aggregates import Corpus, finding_rows
from pipeline.records.runs import QuarantineLine, RunRecord
from pipeline.run.planning import keys
from pipeline.settings import Settings
from pipeline.store.ledger import Failed, Output


def make_record(
    corpus: Corpus,
    failed: Sequence[Failed],
    written: Iterable[Output],
    notes: tuple[str, ...],
    settings: Settings,
) -> RunRecord:
    """The record of a run: counts over all documents (not only those done now) and digests of the aggregates."""
    counts = [orjson.loads(row.counts) for row in corpus.rows]
    findings = [(item["code"], item["severity"]) for item in finding_rows(corpus)]
    severities = Counter(severity for _, severity in findings)
    profiles = corpus.profiles
    return RunRecord(
        program=metadata.version("cityreports"),
        python=platform.python_version(),
        libraries=keys.libraries(),
        configuration=settings.affecting_outputs(),
        counts={
            "documents": len(corpus.rows) + len(failed),
            "profiles": len(profiles),
            "cities": len({(p.city.geonames_id or p.city.name, p.city.country) for p in profiles if p.city}),
            "repaired": sum(count["repairs"] > 0 for count in counts),
            "lost_characters": sum(count["lost"] for count in counts),
            "quarantined": len(failed),
            "errors": severities["error"],
            "warnings": severities["warning"],
            "infos": severities["info"],
        },
        languages=_sorted(Counter(profile.language or "unknown" for profile in profiles)),
        kinds=_sorted(Counter(profile.kind for profile in profiles)),
        findings=_sorted(Counter(code for code, _ in findings)),
        quarantine=tuple(
            QuarantineLine(id=row.id, path=row.path, code=row.about["code"], kind=row.about.get("kind"))
            for row in sorted(failed, key=lambda row: row.path)
        ),
        notes=notes,
        digests={output.path: output.sha256 for output in sorted(written, key=lambda output: output.path)},
    )


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))
