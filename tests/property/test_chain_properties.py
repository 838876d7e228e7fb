"""What holds of every record made from a text, however odd or damaged: evidence, ledgers, nothing unreadable."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import DocumentError
from pipeline.extract.text.reader import extract_text
from pipeline.language import detect_language
from pipeline.profiles import make_cities, make_profile
from pipeline.records import (
    REPLACEMENT,
    Answers,
    Document,
    Known,
    Profile,
    Source,
    block_digest,
    locate,
    undo,
)
from pipeline.repair import repair
from pipeline.segment import segment
from pipeline.settings import Settings

LINES = st.sampled_from(
    [
        "Gdańsk",
        "City Atlas",
        "About the city",
        "A port that opens its archives",
        "Kluczowe wnioski",
        "Contact",
        "Population",
        "Housing",
        "City report",
        "Member of the following networks",
        "Polska – kontekst polityczny",
        "Why is it inspiring?",
        "How does it work?",
        "• 1",
        "    Eurocities",
        "- Solidarity Cities",
        "Report from 2021, updated in 2023.",
        "Priorytetem jest\u00a0solidarność: Gdańsk jest liderem pod względem polityki w\u00a0Polsce i poza nią.",
        "„Mieszkanie jest prawem, a nie towarem.”",
        "— Jan Nowak, zastępca prezydenta",
        "Inhabitants:\t470,633 (2021)",
        "Area\t262 km²",
        "Mayor Anna Kos wrote to info@city.example or +48 58 555 01 00.",
        "Photo: A. Kos",
        "\ufffd" * 40,
        "wor\ufffd and w\ufffdrd in a line of text that goes on",
        "GdaÅ„sk and cafÃ©",
        "siędokonać zmiany w mieście",
        "W 2016 r. miasto przyjęło Model Integracji Imigrantów.",
        "Home > Cities > Gdańsk",
        "====",
        "",
        "",
        "",
    ]
)
NOISE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def chain(data: bytes, url: str | None) -> tuple[Document, Profile]:
    known = {"url": Known(value=url, origin="manifest.url")} if url else {}
    digest = hashlib.sha256(data).hexdigest()
    source = Source(
        path="site/gdansk.txt", sha256=digest, media_type="text/plain", size=len(data), metadata=known
    )
    config = Settings()
    document = extract_text(data, source, config)
    answers = Answers(repeated=tuple(block_digest(block.raw) for block in document.blocks[::7]))
    document = detect_language(repair(document, answers, config), config)
    document = segment(document, answers, config)
    profile, findings = make_profile(document, config)
    return document.with_findings(findings), profile


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(LINES, LINES, NOISE), max_size=24),
    st.sampled_from([None, "https://city.example/pl/gdansk"]),
)
def test_records_hold_together(lines: list[str], url: str | None) -> None:
    try:
        document, profile = chain("\n".join(lines).encode(), url)
    except DocumentError:
        return
    record: Any = profile.model_dump(mode="json", exclude_none=True)
    assert REPLACEMENT not in profile.model_dump_json()
    for block in document.blocks:
        assert REPLACEMENT not in block.text
        assert undo(block.text, block.edits) == block.raw
        locate(block, 0, len(block.text))
    for finding in document.findings:
        assert REPLACEMENT not in f"{finding.message}{finding.evidence}{finding.suggestion}"
    for pointer, spans in profile.evidence.items():
        value = record
        for token in pointer.split("/")[1:]:
            value = value[int(token)] if isinstance(value, list) else value[token]
        texts = [document.blocks[block].text[start:end] for block, start, end, _ in spans]
        if isinstance(value, str) and pointer not in ("/kind", "/language"):
            assert value == "\n\n".join(texts), pointer
    assert 0 <= profile.quality.score <= 1
    assert [city.profiles for city in make_cities([profile])] == ([(profile.id,)] if profile.city else [])
