"""Document → Profile: every room of the record filled by its own module, with the evidence of each field."""

from __future__ import annotations

import re

from pipeline.knowledge.findings import finding
from pipeline.lexicon.folding import fold
from pipeline.profiles import web_address
from pipeline.profiles.evidence import Evidence, Found, content, metadata, metadata_block, whole
from pipeline.profiles.fields.city import city_of
from pipeline.profiles.fields.contacts import contacts
from pipeline.profiles.fields.key_figures import key_figures
from pipeline.profiles.fields.kind import kind_of
from pipeline.profiles.fields.networks import networks
from pipeline.profiles.fields.people import people
from pipeline.profiles.fields.policies import policies
from pipeline.profiles.fields.quotes import quotes
from pipeline.profiles.fields.report_edition import edition
from pipeline.profiles.fields.sections import sections, takeaways
from pipeline.profiles.quality import quality
from pipeline.records import Capture, CityRef, Document, EvidenceSpan, Finding, Profile, Provenance
from pipeline.settings import Settings

_LANGUAGE_BLOCKS = 3
"""So many of the longest blocks are the evidence of the language."""


def make(document: Document, settings: Settings) -> tuple[Profile, tuple[Finding, ...]]:
    """See `pipeline.profiles.make_profile`."""
    evidence, findings = Evidence(), []
    url = document.source.get("url")
    identity = web_address.profile_id(document.source)
    kind = evidence.take("/kind", kind_of(document)) or "page"
    found_city, notes = city_of(document, kind, settings.data)
    findings += notes
    city = evidence.take("/city", found_city)
    title = evidence.take("/title", _title(document))
    if title is None:
        findings.append(finding("title-unknown"))
    texts = sections(document, evidence)
    profile = Profile(
        id=identity,
        slug=_slug(city, title, kind, document.language, identity),
        kind=kind,
        site=evidence.take("/site", _site(document)),
        language=evidence.take("/language", _language(document)),
        city=city,
        title=title,
        tagline=evidence.take("/tagline", _by_role(document, "tagline")),
        takeaways=evidence.take_all("/takeaways", takeaways(document)),
        sections=texts,
        quotes=evidence.take_all("/quotes", quotes(document)),
        networks=evidence.take_all("/networks", networks(document, settings.data)),
        contacts=evidence.take_all("/contacts", contacts(document)),
        report=evidence.take("/report", edition(document, kind, settings.data)),
        key_figures=evidence.take_all("/key_figures", key_figures(document, settings.data)),
        people=evidence.take_all("/people", people(document, settings.data)),
        policies=evidence.take_all("/policies", policies(document, settings.data)),
        quality=quality(document, findings, title, city, texts),
        provenance=_provenance(document, url),
        evidence={},
    )
    if url is not None:
        evidence.take("/provenance/url", metadata(document, "url"))
    known = {pointer: spans for pointer, spans in sorted(evidence.spans.items()) if spans}
    return profile.model_copy(update={"evidence": known}), tuple(findings)


def _title(document: Document) -> Found[str] | None:
    return _by_role(document, "title") or metadata(document, "title")


def _by_role(document: Document, role: str) -> Found[str] | None:
    for index, block in enumerate(document.blocks):
        if block.role == role and block.kind != "furniture" and block.text:
            return Found(block.text, (whole(index, block),))
    return None


def _site(document: Document) -> Found[str] | None:
    site = web_address.site_of(document.source)
    if site is None:
        return None
    value, key = site
    stands_in = metadata(document, key)
    if stands_in is None and key == "path" and (path := metadata_block(document, key)):
        stands_in = Found(path[1].text, (whole(*path),))
    if stands_in is None:
        return Found(value, ())
    block, start, _, confidence = stands_in.spans[0]
    at = document.blocks[block].text.lower().find(value.lower(), start)
    return Found(value, ((block, at, at + len(value), confidence),) if at >= 0 else stands_in.spans)


def _language(document: Document) -> Found[str] | None:
    """The document's language, with the longest of its blocks in that language as evidence."""
    if document.language is None:
        return None
    blocks = [item for item in content(document) if item[1].language in (None, document.language)]
    longest = sorted(blocks, key=lambda item: (-len(item[1].text), item[0]))[:_LANGUAGE_BLOCKS]
    spans: list[EvidenceSpan] = [
        whole(index, block, document.language_confidence or 0.5) for index, block in longest
    ]
    return Found(document.language, tuple(sorted(spans)))


def _slug(city: CityRef | None, title: str | None, kind: str, language: str | None, identity: str) -> str:
    """Readable, and unique by the beginning of the profile's id: "gdansk-city-profile-pl-1a2b3c"."""
    name = city.name if city and kind in ("city_profile", "report") else title or (city.name if city else "")
    words = re.findall(r"[a-z0-9\u0370-\u03ff\u0400-\u04ff]+", fold(name))[:8]
    return "-".join([*words, kind.replace("_", "-"), *([language] if language else []), identity[:6]])


def _provenance(document: Document, url: str | None) -> Provenance:
    source = document.source
    own = Capture(document=document.id, source=source.path, fetched_at=source.get("fetched_at"))
    return Provenance(
        document=document.id,
        source=source.path,
        sha256=source.sha256,
        media_type=source.media_type,
        url=url,
        captures=(own,),
    )
