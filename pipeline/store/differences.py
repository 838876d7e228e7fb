"""The differences that a run made to records: added, changed (field by field), removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from pipeline.records import Profile, Record
from pipeline.store.ledger import Failed, Standing

_NOT_COMPARED = {"id", "evidence", "sections", "quality", "provenance"}
_CONTEXT = 40
"""Characters shown before and after the place where two long texts begin to differ."""


class FieldChange(Record):
    """A field of a record, from → to. Entries of lists are compared one by one: one is added, or taken away."""

    field: str
    before: str | None = None
    after: str | None = None


class RecordChange(Record):
    """A record that was added, changed or removed: a profile, or a quarantine entry."""

    kind: str
    change: str
    id: str
    path: str
    title: str | None = None
    url: str | None = None
    code: str | None = None
    fields: tuple[FieldChange, ...] = ()


class Differences(Record):
    """What a run changed, by path."""

    records: tuple[RecordChange, ...] = ()

    def count(self, change: str, kind: str = "profile") -> int:
        """How many records of a kind were `added`, `changed` or `removed`."""
        return sum(item.change == change and item.kind == kind for item in self.records)


def standing_of(profiles: Iterable[Profile], failed: Iterable[Failed]) -> dict[tuple[str, str], Standing]:
    """The records that people see once these profiles and quarantine entries are written, by kind and id."""
    rows = [
        *(
            Standing(item.id, "profile", item.model_dump_json(exclude_none=True).encode())
            for item in profiles
        ),
        *(Standing(row.id, "quarantine", row.error) for row in failed),
    ]
    return {(row.kind, row.id): row for row in rows}


def compare(
    before: Mapping[tuple[str, str], Standing], after: Mapping[tuple[str, str], Standing]
) -> Differences:
    """What changed from the records `before` to those `after`, both by kind and id."""
    found = []
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None:
            if old.body != new.body:
                fields = _fields(key[0], orjson.loads(old.body), orjson.loads(new.body))
                found += [_change("changed", new, fields)] if fields else []
        elif new is not None:
            found.append(_change("added", new))
        elif old is not None:
            found.append(_change("removed", old))
    return Differences(records=tuple(sorted(found, key=lambda item: (item.kind, item.path, item.id))))


def _change(change: str, row: Standing, fields: tuple[FieldChange, ...] = ()) -> RecordChange:
    record = orjson.loads(row.body)
    about = record["provenance"] if row.kind == "profile" else record
    return RecordChange(
        kind=row.kind,
        change=change,
        id=row.id,
        path=about["source"] if row.kind == "profile" else about["path"],
        title=record.get("title"),
        url=about.get("url"),
        code=record.get("code"),
        fields=fields,
    )


def _fields(kind: str, old: dict[str, Any], new: dict[str, Any]) -> tuple[FieldChange, ...]:
    if kind == "quarantine":
        return tuple(_compare_values({"code": old["code"]}, {"code": new["code"]}))
    changes = [*_compare_values(_plain(old), _plain(new)), *_compare_sections(old, new)]
    return tuple(sorted(changes, key=lambda change: change.field))


def _plain(profile: dict[str, Any]) -> dict[str, Any]:
    """The fields that are compared as they are, the ones that say where the record came from among them."""
    fields = {name: value for name, value in profile.items() if name not in _NOT_COMPARED}
    provenance = profile["provenance"]
    return {
        **fields,
        "quality": profile["quality"].get("score"),
        "source": provenance["source"],
        "document": provenance["document"],
        "url": provenance.get("url"),
        "captures": [capture["source"] for capture in provenance.get("captures", ())],
    }


def _compare_values(old: dict[str, Any], new: dict[str, Any], prefix: str = "") -> Iterable[FieldChange]:
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _compare_values(one, other, f"{prefix}{name}.")
        elif isinstance(one, list) or isinstance(other, list):
            yield from _compare_lists(prefix + name, one or [], other or [])
        else:
            before, after = _excerpts(_text(one), _text(other))
            yield FieldChange(field=prefix + name, before=before, after=after)


def _compare_lists(name: str, old: list[Any], new: list[Any]) -> Iterable[FieldChange]:
    one, other = Counter(map(_line, old)), Counter(map(_line, new))
    for item in sorted((one - other).elements()):
        yield FieldChange(field=name, before=item)
    for item in sorted((other - one).elements()):
        yield FieldChange(field=name, after=item)


def _compare_sections(old: dict[str, Any], new: dict[str, Any]) -> Iterable[FieldChange]:
    one, other = _sections(old), _sections(new)
    for name in sorted(one.keys() | other.keys()):
        if name not in other:
            yield FieldChange(field=name, before=_said(one[name]))
        elif name not in one:
            yield FieldChange(field=name, after=_said(other[name]))
        else:
            yield from _compare_values(one[name], other[name], f"{name}.")


def _sections(profile: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Sections by a name that says which: its id, and its number among those of the same id from the second on."""
    named: dict[str, dict[str, Any]] = {}
    seen: Counter[str] = Counter()
    for section in profile.get("sections", ()):
        seen[section["id"]] += 1
        number = seen[section["id"]]
        name = f"sections.{section['id']}" + (f".{number}" if number > 1 else "")
        named[name] = {field: value for field, value in section.items() if field not in ("id", "lead")}
    return named


def _said(section: dict[str, Any]) -> str:
    return f"{section.get('heading') or '(no heading)'} ({len(section.get('text', '')):,} characters)"


def _line(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _text(value: Any) -> str | None:
    return None if value is None else _line(value)


def _excerpts(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Two texts, or where they are long, what surrounds the place where they begin to differ."""
    if old is None or new is None or max(len(old), len(new)) <= 3 * _CONTEXT:
        return _cut(old), _cut(new)
    place = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    return _around(old, place), _around(new, place)


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= 3 * _CONTEXT else text[: 3 * _CONTEXT] + "…"


def _around(text: str, place: int) -> str:
    start, end = max(0, place - _CONTEXT), place + 2 * _CONTEXT
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
