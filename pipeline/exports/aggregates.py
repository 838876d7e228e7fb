"""The files made from all records of a run: JSON lines, CSV, Parquet, JSON Schemas."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from pipeline.exports.cells import safe_cell
from pipeline.knowledge.causes import class_of
from pipeline.knowledge.findings import finding
from pipeline.records import Capture, City, Profile
from pipeline.records.runs import SCHEMAS, ErrorRecord, json_schema
from pipeline.store.ledger import Failed, Settled

_BOM = "\ufeff"

SECTION_COLUMNS = (
    "profile", "slug", "kind", "site", "language", "city", "country", "geonames_id", "position", "section",
    "heading", "lead", "text", "status", "damaged", "url", "source",
)  # fmt: skip
REPAIR_COLUMNS = (
    "path", "url", "profile", "document", "site", "language", "cause", "class", "edits", "blocks",
    "characters_before", "characters_after", "characters_lost",
)  # fmt: skip
REFETCH_COLUMNS = ("path", "url", "profile", "document", "lost_characters", "sections", "reason")
_MENDED_BY_FETCHING = ("not-the-page", "empty", "broken", "unreadable", "changed")
"""Errors of documents in quarantine that another fetch of the page can mend."""


@dataclass(frozen=True)
class Corpus:
    """Everything that was settled, with captures grouped: current profiles sorted by id, and all documents' rows."""

    profiles: tuple[Profile, ...]
    rows: tuple[Settled, ...]
    superseded: frozenset[str]


def assemble(rows: Iterable[Settled]) -> Corpus:
    """Group documents that share a profile id as captures: the newest, then the smallest path, is current."""
    rows = tuple(rows)
    captures: dict[str, list[tuple[Profile, Capture]]] = defaultdict(list)
    for row in rows:
        profile = Profile.model_validate_json(row.profile)
        own = profile.provenance.captures
        capture = own[0] if own else Capture(document=row.document, source=row.path)
        captures[profile.id].append((profile, capture))
    current, superseded = [], set()
    for _, group in sorted(captures.items()):
        group.sort(key=lambda pair: pair[1].source)
        group.sort(key=lambda pair: pair[1].fetched_at or "", reverse=True)  # stable: ties stay by path
        profile = group[0][0]
        provenance = profile.provenance.model_copy(
            update={"captures": tuple(capture for _, capture in group)}
        )
        current.append(profile.model_copy(update={"provenance": provenance}))
        superseded |= {capture.document for _, capture in group[1:]}
    return Corpus(tuple(current), rows, frozenset(superseded))


def files(corpus: Corpus, cities: Iterable[City], failed: Sequence[Failed]) -> dict[str, bytes]:
    """The aggregates by path, in the order in which they are written; `failed` is what is in quarantine."""
    sections = _section_rows(corpus.profiles)
    return {
        "profiles.jsonl": _lines(
            profile.model_dump(mode="json", exclude_none=True) for profile in corpus.profiles
        ),
        "cities.jsonl": _lines(city.model_dump(mode="json", exclude_none=True) for city in cities),
        "findings.jsonl": _lines(finding_rows(corpus)),
        "sections.csv": _csv(sections, SECTION_COLUMNS),
        "sections.parquet": _parquet(sections, _SECTION_TYPES),
        "profiles.parquet": _parquet([_flat(profile) for profile in corpus.profiles], _PROFILE_TYPES),
        "repairs.csv": _csv(_repair_rows(corpus), REPAIR_COLUMNS),
        "refetch.csv": _csv([*_refetch_rows(corpus), *_failed_rows(failed)], REFETCH_COLUMNS),
        **{f"schema/{name}.json": _pretty(json_schema(name)) for name in sorted(SCHEMAS)},
    }


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _pretty(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def finding_rows(corpus: Corpus) -> Iterator[dict[str, Any]]:
    """All findings of a corpus, each with its document, profile and path."""
    for row in corpus.rows:
        about = {"document": row.document, "profile": orjson.loads(row.profile)["id"], "path": row.path}
        for item in orjson.loads(row.findings):
            yield {**about, **item}
        if row.document in corpus.superseded:
            yield {**about, **finding("superseded").model_dump(mode="json", exclude_none=True)}


def _section_rows(profiles: Sequence[Profile]) -> list[dict[str, Any]]:
    rows = []
    for profile in profiles:
        about = _about(profile)
        for position, section in enumerate(profile.sections):
            rows.append(
                {
                    **about,
                    "position": position,
                    "section": section.id,
                    "heading": section.heading,
                    "lead": section.lead,
                    "text": section.text,
                    "language": section.language or profile.language,
                    "status": section.status,
                    "damaged": section.damaged,
                }
            )
    return rows


def _about(profile: Profile) -> dict[str, Any]:
    city = profile.city
    return {
        "profile": profile.id,
        "slug": profile.slug,
        "kind": profile.kind,
        "site": profile.site,
        "language": profile.language,
        "city": city.name if city else None,
        "country": city.country if city else None,
        "geonames_id": city.geonames_id if city else None,
        "url": profile.provenance.url,
        "source": profile.provenance.source,
    }


def _flat(profile: Profile) -> dict[str, Any]:
    city, report = profile.city, profile.report
    return {
        **_about(profile),
        "latitude": city.latitude if city else None,
        "longitude": city.longitude if city else None,
        "population": city.population if city else None,
        "title": profile.title,
        "tagline": profile.tagline,
        "takeaways": list(profile.takeaways),
        "sections": [section.id for section in profile.sections],
        "networks": [network.id for network in profile.networks],
        "report_published": report.published if report else None,
        "report_updated": report.updated if report else None,
        "report_url": report.url if report else None,
        "quality_score": profile.quality.score,
        "document": profile.provenance.document,
        "sha256": profile.provenance.sha256,
    }


def _refetch_rows(corpus: Corpus) -> list[dict[str, Any]]:
    lost = {row.document: orjson.loads(row.counts)["lost"] for row in corpus.rows}
    return [
        {
            "path": profile.provenance.source,
            "url": profile.provenance.url,
            "profile": profile.id,
            "document": profile.provenance.document,
            "lost_characters": lost[profile.provenance.document],
            "sections": " ".join(s.id for s in profile.sections if s.status in ("lost", "damaged")),
            "reason": "lost-text",
        }
        for profile in corpus.profiles
        if lost[profile.provenance.document]
    ]


def _failed_rows(failed: Sequence[Failed]) -> list[dict[str, Any]]:
    """What another fetch can mend of what is in quarantine: a row for each file, by path."""
    rows = []
    for failure in failed:
        error = ErrorRecord.model_validate_json(failure.error)
        if error.code not in _MENDED_BY_FETCHING:
            continue
        also = zip(error.source.also, error.source.also_urls, strict=False) if error.source else ()
        rows += [
            {
                "path": path,
                "url": url,
                "profile": None,
                "document": failure.id,
                "lost_characters": 0,
                "sections": "",
                "reason": f"{error.code}:{error.kind}" if error.kind else error.code,
            }
            for path, url in ((error.path, error.url), *also)
        ]
    return sorted(rows, key=lambda row: str(row["path"]))


def _repair_rows(corpus: Corpus) -> list[dict[str, Any]]:
    """A row for each document and cause of its edits: how much is damaged, how, where from, how much came back."""
    rows = []
    for row in corpus.rows:
        profile = orjson.loads(row.profile)
        for cause, numbers in orjson.loads(row.counts)["causes"].items():
            rows.append(
                {
                    "path": row.path,
                    "url": profile["provenance"].get("url"),
                    "profile": profile["id"],
                    "document": row.document,
                    "site": profile.get("site"),
                    "language": profile.get("language"),
                    "cause": cause,
                    "class": class_of(cause),
                    "edits": numbers["edits"],
                    "blocks": numbers["blocks"],
                    "characters_before": numbers["before"],
                    "characters_after": numbers["after"],
                    "characters_lost": numbers["lost"],
                }
            )
    return rows


def _csv(rows: list[dict[str, Any]], columns: Sequence[str]) -> bytes:
    import pandas as pd

    safe = [[safe_cell(row[column]) for column in columns] for row in rows]
    frame = pd.DataFrame(safe, columns=list(columns), dtype=object)
    return (_BOM + frame.to_csv(index=False, lineterminator="\r\n")).encode()


_SECTION_TYPES = {
    "profile": "string", "slug": "string", "kind": "string", "site": "string", "language": "string", "city": "string",
    "country": "string", "geonames_id": "int64", "position": "int32", "section": "string", "heading": "string",
    "lead": "string", "text": "string", "status": "string", "damaged": "float64", "url": "string", "source": "string",
}  # fmt: skip
_PROFILE_TYPES = {
    "profile": "string", "slug": "string", "kind": "string", "site": "string", "language": "string", "city": "string",
    "country": "string", "geonames_id": "int64", "latitude": "float64", "longitude": "float64", "population": "int64",
    "title": "string", "tagline": "string", "takeaways": "strings", "sections": "strings", "networks": "strings",
    "report_published": "int32", "report_updated": "int32", "report_url": "string", "quality_score": "float64",
    "url": "string", "source": "string", "document": "string", "sha256": "string",
}  # fmt: skip


def _parquet(rows: list[dict[str, Any]], types: dict[str, str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "string": pa.string(),
        "strings": pa.list_(pa.string()),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "float64": pa.float64(),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in types.items()])
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), buffer, compression="zstd")
    return buffer.getvalue()
