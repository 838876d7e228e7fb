"""Holds a run back if it would lose so many good records that a person must confirm it first.

A source that breaks quietly (a bot wall for every page, an empty export, a new layout) gives a run that works and
records that are worth nothing. So the records that would stand are counted by site and compared with those that do.
The guard decides whether outputs are replaced, never what they are.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.errors import RunError

ALL_SITES = "all sites"
NO_SITE = "(no site)"
Record = dict[str, Any]

MINIMUM = {
    "documents": 2,
    "profiles": 2,
    "cities": 2,
    "takeaways": 6,
    "sections": 20,
    "characters": 5_000,
}
"""How much of a field must be lost at least, whatever share of a site it is, for the guard to speak: one page that was
removed or shortened by its editors is no collapse. These are what two or three pages hold (a page of the sample corpus
has 2 takeaways, 10 sections and 2,070 characters in the median). For documents and profiles 1 will do where a record
would be lost to quarantine."""


@dataclass(frozen=True)
class Loss:
    """A field of a site of which the run would lose more than the limit: counts before and after."""

    site: str
    field: str
    before: int
    after: int

    @property
    def share(self) -> float:
        """The share that would be lost, in (0, 1]."""
        return 1 - self.after / self.before


class HeldBack(RunError):
    """The run would lose too much; nothing was replaced.

    `losses` are by site and field; `displaced` maps the paths of good records' broken pages to what is the matter.
    """

    def __init__(self, losses: Collection[Loss], displaced: dict[str, str]) -> None:
        self.losses, self.displaced = tuple(losses), displaced
        super().__init__(_sentence(self.losses, displaced))


def _sentence(losses: tuple[Loss, ...], displaced: dict[str, str]) -> str:
    first = losses[0]
    where = "" if first.site == ALL_SITES else f" of {first.site}"
    only = f"={first.site}" if {loss.site for loss in losses} == {first.site} - {ALL_SITES, NO_SITE} else ""
    broken = (
        f" Pages that came broken would cost {len(displaced)} good record(s); fetch them again."
        if displaced
        else ""
    )
    return (
        f"Held back: this run would leave {first.after:,} of {first.before:,} {first.field}{where}, so nothing was "
        f"replaced.{broken} If it is meant, say so: cityreports ingest --accept-changes{only}"
    )


def check(
    before: Iterable[Record],
    after: Iterable[Record],
    quarantined: dict[str, str],
    limit: float,
    accepted: Collection[str],
) -> None:
    """Raise HeldBack where a site, or all together, would lose more than the share `limit` of a field.

    `before` and `after` are profiles as JSON, `quarantined` maps the paths of quarantine entries to what is the matter.
    `accepted` names sites whose losses are meant; ALL_SITES stands for all of them.
    """
    if ALL_SITES in accepted:
        return
    before = [profile for profile in before if site_of(profile) not in accepted]
    after = [profile for profile in after if site_of(profile) not in accepted]
    displaced = _displaced(before, after, quarantined)
    broken = {site_of(profile) for profile, _, _ in displaced} | ({ALL_SITES} if displaced else set())
    counts, left = census(before), census(after)
    losses = [
        Loss(site, field, number, left[site][field])
        for site, fields in sorted(counts.items(), key=lambda item: (item[0] != ALL_SITES, item[0]))
        for field, number in fields.items()
        if _is_collapse(number, left[site][field], field, limit, site in broken)
    ]
    if losses:
        raise HeldBack(losses, {path: code for _, path, code in displaced})


def _is_collapse(before: int, after: int, field: str, limit: float, broken: bool) -> bool:
    lost = before - after
    least = 1 if broken and field in ("documents", "profiles") else MINIMUM[field]
    return lost > limit * before and lost >= least


def site_of(profile: Record) -> str:
    """The site under which a profile is counted."""
    return str(profile.get("site") or NO_SITE)


def census(profiles: Iterable[Record]) -> dict[str, Counter[str]]:
    """Counts by site, and of all sites together: the fields of MINIMUM, in their order."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    cities: dict[str, set[str]] = defaultdict(set)
    for profile in profiles:
        for site in (ALL_SITES, site_of(profile)):
            counts[site].update(_counts(profile))
            city = profile.get("city")
            if city:
                cities[site].add(str(city.get("geonames_id") or (city["name"], city.get("country"))))
    for site, names in cities.items():
        counts[site]["cities"] = len(names)
    ordered = {site: Counter({field: fields[field] for field in MINIMUM}) for site, fields in counts.items()}
    return defaultdict(Counter, ordered)


def _counts(profile: Record) -> dict[str, int]:
    sections = profile.get("sections", ())
    return {
        "documents": max(1, len(profile["provenance"].get("captures", ()))),
        "profiles": 1,
        "takeaways": len(profile.get("takeaways", ())),
        "sections": len(sections),
        "characters": sum(len(section.get("text", "")) for section in sections),
    }


def _displaced(
    before: list[Record], after: list[Record], quarantined: dict[str, str]
) -> list[tuple[Record, str, str]]:
    """Profiles that would go while a file of theirs is in quarantine: the profile, the path and the code."""
    kept = {profile["id"] for profile in after}
    found = []
    for profile in before:
        if profile["id"] in kept:
            continue
        provenance = profile["provenance"]
        paths = [
            provenance["source"],
            *(capture["source"] for capture in provenance.get("captures", ())),
        ]
        broken = next((at for path in paths for at in _with_folders(path) if at in quarantined), None)
        if broken is not None:
            found.append((profile, broken, quarantined[broken]))
    return found


def _with_folders(path: str) -> list[str]:
    """A path and the folders it lies in: a folder that cannot be read is in quarantine for all that it holds."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(len(parts), 0, -1)]
