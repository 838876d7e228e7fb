"""Profiles → cities: what all profiles of one city say, across languages and formats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from pipeline.lexicon.folding import fold
from pipeline.records import City, CityRef, Conflict, Network, Profile, short_id

_COMPARED: dict[str, Callable[[Profile], str | None]] = {
    "report.published": lambda profile: _year(profile, "published"),
    "report.updated": lambda profile: _year(profile, "updated"),
    "title": lambda profile: profile.title if profile.kind == "city_profile" else None,
}


def make_cities(profiles: Sequence[Profile]) -> list[City]:
    """The cities of these profiles, sorted by id: one for each GeoNames id, else for each name and country.

    A field on which at least two profiles speak and none differs is an agreement; one on which they differ is a
    conflict that names them. Titles are compared among profiles of one language.
    """
    groups: dict[str, list[Profile]] = defaultdict(list)
    for profile in profiles:
        if profile.city is not None:
            groups[_identity(profile.city)].append(profile)
    return [_city(identity, group) for identity, group in sorted(groups.items())]


def _identity(city: CityRef) -> str:
    if city.geonames_id is not None:
        return f"geonames-{city.geonames_id}"
    return short_id("city", fold(city.name), city.country or "")


def _city(identity: str, profiles: list[Profile]) -> City:
    profiles = sorted(profiles, key=lambda profile: profile.id)
    place = profiles[0].city
    assert place is not None
    networks = {network.id: network for profile in profiles for network in profile.networks}
    agreements: dict[str, str] = {}
    conflicts: list[Conflict] = []
    for field, values in _statements(profiles).items():
        speakers = sum(len(ids) for ids in values.values())
        if len(values) > 1:
            conflicts.append(Conflict(field=field, values=values))
        elif speakers > 1:
            agreements[field] = next(iter(values))
    return City(
        id=identity,
        name=place.name,
        country=place.country,
        geonames_id=place.geonames_id,
        latitude=place.latitude,
        longitude=place.longitude,
        population=place.population,
        languages=tuple(sorted({profile.language for profile in profiles if profile.language})),
        profiles=tuple(profile.id for profile in profiles),
        networks=tuple(Network(id=key, name=networks[key].name) for key in sorted(networks)),
        agreements=agreements,
        conflicts=tuple(conflicts),
    )


def _statements(profiles: list[Profile]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Field → value → ids of the profiles that say so, for every field that any of them speaks of."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for profile in profiles:
        for field, read in _COMPARED.items():
            value = read(profile)
            if value is not None:
                name = f"{field}.{profile.language or 'unknown'}" if field == "title" else field
                found[name][value].append(profile.id)
        for figure in profile.key_figures:
            name = f"key_figures.{fold(figure.label)}" + (f".{figure.year}" if figure.year else "")
            found[name][f"{figure.value:g} {figure.unit or ''}".strip()].append(profile.id)
    return {
        field: {value: tuple(sorted(set(ids))) for value, ids in sorted(values.items())}
        for field, values in sorted(found.items())
    }


def _year(profile: Profile, name: str) -> str | None:
    year = getattr(profile.report, name, None)
    return str(year) if year is not None else None
