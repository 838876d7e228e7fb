"""Lost passages that another document still holds: restored, proposed, or left with the donors named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.helpers import differences, ingest, snapshot

CONTEXT = (
    "Przez długi czas Polska była krajem, z którego się wyjeżdżało, a nie krajem, do którego się przyjeżdża.",
    "Od 2016 roku liczba zezwoleń na pracę szybko rośnie, a miasta uczą się tego, czego państwo ich nie nauczyło.",
)
OTHER_CONTEXT = (
    CONTEXT[0],
    "Ustawa z 2022 roku zmieniła wiele, ale nie wszystko, i miasta czekają na następną zmianę.",
)
LOST = "\ufffd" * 120


def page(raw: Path, city: str, context: tuple[str, ...], name: str | None = None, own: str = "") -> None:
    """A page on a Polish city with a section that all cities of the country share."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in context)
    own = own or f"W mieście {city} działa rada, która mówi własnym głosem."
    html = (
        f"<!doctype html><html lang=pl><title>{city}</title><body><main><h1>{city}</h1><h2>Kluczowe wnioski</h2>"
        f"<ul><li>Miasto {city} ma zespół, który pomaga nowym mieszkańcom w urzędzie i poza nim.</li></ul>"
        f"<h2>Co czyni miasto wyjątkowym?</h2><p>{own}</p>"
        f"<h2>Polska – kontekst polityczny</h2>{paragraphs}</main></body></html>"
    )
    path = raw / "cities.example" / f"{name or city.lower()}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html, encoding="utf-8")


def run(raw: Path, out: Path) -> dict[str, dict[str, Any]]:
    """Ingest; profiles by the name of their file."""
    done = ingest(raw, out)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (out / "profiles.jsonl").read_text(encoding="utf-8").splitlines()]
    return {Path(row["provenance"]["source"]).stem: row for row in rows}


def context_of(profile: dict[str, Any]) -> dict[str, Any]:
    (section,) = [section for section in profile["sections"] if section["id"] == "country_context"]
    assert isinstance(section, dict)
    return section


def codes(out: Path, profile: dict[str, Any]) -> set[str]:
    return set(profile["quality"]["findings"])


def document_of(out: Path, profile: dict[str, Any]) -> dict[str, Any]:
    document = json.loads(
        (out / "documents" / profile["provenance"]["document"] / "document.json").read_bytes()
    )
    assert isinstance(document, dict)
    return document


def test_two_donors_that_agree_restore_a_shared_section(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    page(raw, "Lublin", (LOST, LOST))
    alone = run(raw, out)["lublin"]
    assert (context_of(alone)["status"], context_of(alone)["text"]) == ("lost", "")
    assert "text-lost" in codes(out, alone)

    page(raw, "Gdynia", CONTEXT)
    one = run(raw, out)["lublin"]
    assert context_of(one)["status"] == "lost"
    assert "restoration-candidate" in codes(out, one)

    page(raw, "Toruń", CONTEXT)
    two = run(raw, out)["lublin"]
    section = context_of(two)
    assert (section["status"], section["damaged"]) == ("restored", 0.0)
    assert section["text"] == "\n\n".join(CONTEXT)
    assert not codes(out, two) & {"text-lost", "restoration-candidate"}
    assert (out / "refetch.csv").read_text(encoding="utf-8-sig").count("\n") == 1

    document = document_of(out, two)
    position = next(i for i, s in enumerate(two["sections"]) if s["id"] == "country_context")
    spans = two["evidence"][f"/sections/{position}/text"]
    restored = [document["blocks"][block] for block, *_ in spans]
    donors = {row["provenance"]["document"] for row in run(raw, out).values()} - {
        two["provenance"]["document"]
    }
    for block, text in zip(restored, CONTEXT, strict=True):
        assert block["origins"][0]["kind"] == "sibling"
        assert block["origins"][0]["document"] in donors
        assert block["text"] == text
    damaged = [block for block in document["blocks"] if "\ufffd" in block["raw"]]
    assert [block["visibility"] for block in damaged] == ["hidden", "hidden"]


def test_the_record_heals_and_sickens_with_its_donors(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    for city in ("Gdynia", "Toruń", "Kraków", "Poznań", "Szczecin"):
        page(raw, city, CONTEXT)
    page(raw, "Lublin", (LOST, LOST))
    assert context_of(run(raw, out)["lublin"])["status"] == "restored"
    healed = snapshot(out)
    for city in ("Gdynia", "Toruń", "Kraków", "Poznań", "Szczecin"):
        (raw / "cities.example" / f"{city.lower()}.html").unlink()
    done = ingest(raw, out, "--accept-changes")
    assert done.returncode == 0, done.stderr
    assert context_of(run(raw, out)["lublin"])["status"] == "lost"
    for city in ("Gdynia", "Toruń", "Kraków", "Poznań", "Szczecin"):
        page(raw, city, CONTEXT)
    run(raw, out)
    assert differences(healed, snapshot(out)) == []


def test_donors_that_disagree_are_named_and_nothing_is_taken(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    page(raw, "Lublin", (LOST, LOST))
    page(raw, "Gdynia", CONTEXT)
    page(raw, "Toruń", OTHER_CONTEXT)
    profiles = run(raw, out)
    assert context_of(profiles["lublin"])["status"] == "lost"
    document = document_of(out, profiles["lublin"])
    (finding,) = [f for f in document["findings"] if f["code"] == "donors-disagree"]
    for donor in ("gdynia", "toruń"):
        assert profiles[donor]["provenance"]["document"] in finding["evidence"]


def test_restored_text_never_donates(tmp_path: Path) -> None:
    """Kraków's page is restored from a capture; it must not be Lublin's second donor."""
    raw, out = tmp_path / "raw", tmp_path / "processed"
    page(raw, "Lublin", (LOST, LOST))
    page(raw, "Gdynia", CONTEXT)
    page(raw, "Kraków", (LOST, LOST))
    page(raw, "Kraków", CONTEXT, name="kraków-old", own="Starsza wersja strony o tym samym mieście.")
    (raw / "manifest.csv").write_text(
        "path,url,fetched_at\n"
        "cities.example/kraków.html,https://cities.example/krakow,2025-01-01\n"
        "cities.example/kraków-old.html,https://cities.example/krakow,2024-01-01\n"
        "cities.example/lublin.html,https://cities.example/lublin,\n"
        "cities.example/gdynia.html,https://cities.example/gdynia,\n",
        encoding="utf-8",
    )
    profiles = run(raw, out)
    assert context_of(profiles["kraków"])["status"] == "restored"
    # two pages that hold it whole after reading (Gdynia, the old capture of Kraków) agree; neither is the restored one
    document = document_of(out, profiles["lublin"])
    (finding,) = [f for f in document["findings"] if f["code"] == "text-restored"]
    assert profiles["kraków"]["provenance"]["document"] not in finding["evidence"]


def test_a_capture_restores_what_no_other_page_shares(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    own = "Rada miasta mówi własnym głosem i nie prosi o pozwolenie, bo dostała je raz na zawsze."
    page(raw, "Lublin", CONTEXT, own=LOST)
    page(raw, "Lublin", CONTEXT, name="lublin-old", own=own)
    page(raw, "Gdynia", CONTEXT, own=own)  # another city's own section is no donor
    (raw / "manifest.csv").write_text(
        "path,url,fetched_at\n"
        "cities.example/lublin.html,https://cities.example/lublin,2025-01-01\n"
        "cities.example/lublin-old.html,https://cities.example/lublin,2024-01-01\n"
        "cities.example/gdynia.html,https://cities.example/gdynia,\n",
        encoding="utf-8",
    )
    profile = run(raw, out)["lublin"]
    (unique,) = [section for section in profile["sections"] if section["id"] == "unique"]
    assert (unique["status"], unique["text"]) == ("restored", own)
    assert [capture["source"] for capture in profile["provenance"]["captures"]] == [
        "cities.example/lublin.html",
        "cities.example/lublin-old.html",
    ]


def test_one_lost_paragraph_is_restored_in_its_place(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    page(raw, "Lublin", (LOST, CONTEXT[1]))
    page(raw, "Gdynia", CONTEXT)
    page(raw, "Toruń", CONTEXT)
    section = context_of(run(raw, out)["lublin"])
    assert (section["status"], section["text"]) == ("restored", "\n\n".join(CONTEXT))


def test_a_donor_that_does_not_hold_what_is_left_is_refused(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    page(raw, "Lublin", (f"Zupełnie inne zdanie o czymś innym {LOST} i koniec.",))
    page(raw, "Gdynia", (CONTEXT[0],))
    page(raw, "Toruń", (CONTEXT[0],))
    assert context_of(run(raw, out)["lublin"])["status"] == "damaged"
