"""What is not the page ends in quarantine and in refetch.csv, replaces nothing, and a person can say otherwise."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

from tests.e2e.helpers import PROJECT, differences, ingest, run, snapshot

WALLS = PROJECT / "tests" / "cases" / "walls" / "walls"
RAW = PROJECT / "raw"
NOTHING = "# Herzlich willkommen\n\nZu diesem Ort haben wir noch keine Angaben gesammelt. Hinweise sind erwünscht.\n"


def page(raw: Path, name: str, text: str, **more: object) -> None:
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if more:
        path.with_name(path.name + ".meta.json").write_text(json.dumps(more), encoding="utf-8")


def done(raw: Path, out: Path, *options: str) -> dict[str, dict[str, Any]]:
    """Ingest; the profiles by path."""
    finished = ingest(raw, out, "--accept-changes", *options)
    assert finished.returncode == 0, finished.stderr
    lines = (out / "profiles.jsonl").read_text(encoding="utf-8").splitlines()
    return {profile["provenance"]["source"]: profile for profile in map(json.loads, lines)}


def errors(out: Path) -> dict[str, dict[str, Any]]:
    """The records of quarantine by path."""
    found = [json.loads(path.read_bytes()) for path in out.glob("quarantine/*/error.json")]
    return {error["path"]: error for error in found}


def refetch(out: Path) -> dict[str, dict[str, str]]:
    with (out / "refetch.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def test_walls_of_all_kinds_are_held_back_and_listed(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    raw.mkdir()
    kinds = {}
    for path in sorted(WALLS.iterdir()):
        shutil.copy(path, raw / path.name)
        if not path.name.endswith(".meta.json"):
            kinds[path.name] = path.name.split(".")[0]
    for good in ("cities.example/pl/gdansk.html", "welcome.example/nl/gent.txt", "notes.example/en/ghent.md"):
        shutil.copy(RAW / good, raw / Path(good).name)
    (raw / "blank.html").write_bytes(b"")
    wall = sorted(kinds)[0]
    (raw / "manifest.csv").write_text(
        f"path,url,status\nblank.html,https://a.example/blank,\n{wall},https://a.example/page,200\n",
        encoding="utf-8",
    )
    assert set(done(raw, out)) == {"gdansk.html", "gent.txt", "ghent.md"}
    quarantine, again = errors(out), refetch(out)
    assert {path: error.get("kind") for path, error in quarantine.items()} == {**kinds, "blank.html": None}
    assert {quarantine[path]["code"] for path in kinds} == {"not-the-page"}
    assert {path: row["reason"] for path, row in again.items()} == {
        **{path: f"not-the-page:{kind}" for path, kind in kinds.items()},
        "blank.html": "empty",
        "gent.txt": "lost-text",
    }
    assert again[wall]["url"] == quarantine[wall]["url"] == "https://a.example/page"
    assert again["blank.html"]["url"] == "https://a.example/blank"
    assert not list(out.glob("documents/*/clean.md"))[3:]

    shown = run("show", quarantine[wall]["id"], "--raw", raw, "--out", out, cwd=tmp_path)
    assert shown.returncode == 0
    assert "In quarantine: not-the-page (bot-wall)" in shown.stdout
    assert "is_page = yes" in shown.stdout


def test_a_newer_wall_does_not_replace_an_older_page(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    (raw / "old").mkdir(parents=True)
    shutil.copy(RAW / "cities.example/pl/gdansk.html", raw / "old" / "gdansk.html")
    manifest = "path,url,fetched_at,site\nold/gdansk.html,https://a.example/gdansk,2024-01-01,a.example\n"
    (raw / "manifest.csv").write_text(manifest, encoding="utf-8")
    before = done(raw, out)["old/gdansk.html"]
    shutil.copy(WALLS / "bot-wall.en.cloudflare-challenge.html", raw / "gdansk.html")
    newer = "gdansk.html,https://a.example/gdansk,2025-01-01,a.example\n"
    (raw / "manifest.csv").write_text(manifest + newer, encoding="utf-8")
    after = done(raw, out)
    assert after == {"old/gdansk.html": before}
    assert [c["source"] for c in before["provenance"]["captures"]] == ["old/gdansk.html"]
    assert refetch(out)["gdansk.html"]["reason"] == "not-the-page:bot-wall"


def test_a_person_can_say_that_it_is_the_page(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    page(raw, "a.example/ort.md", NOTHING + "\nDer Text folgt, und er wird länger sein als dieser hier.\n")
    page(raw, "a.example/baustelle.md", "# Im Aufbau\n\nHier entsteht eine neue Seite.\n")
    assert set(done(raw, out)) == {"a.example/ort.md"}
    page(raw, "a.example/baustelle.md", "# Im Aufbau\n\nHier entsteht eine neue Seite.\n", is_page="yes")
    assert set(done(raw, out)) == {"a.example/ort.md", "a.example/baustelle.md"}
    assert errors(out) == {}
    assert refetch(out) == {}


# --- by the corpus -----------------------------------------------------------------------------------------


def test_one_short_text_under_three_addresses_of_a_site_is_none_of_their_pages(tmp_path: Path) -> None:
    """Whatever came before: the outcome is that of a first run, also when pages come and go."""
    raw, out = tmp_path / "raw", tmp_path / "processed"
    for name in ("ulm", "hof"):
        page(
            raw,
            f"a.example/{name}.md",
            NOTHING + "\n" * len(name) + " " * ord(name[0]),
            url=f"https://a.example/{name}",
        )
    page(raw, "b.example/ulm.md", NOTHING + " ", url="https://b.example/ulm")
    page(raw, "a.example/jena.md", "# Jena\n\nJena liegt an der Saale und hat 110.000 Menschen.\n")
    everything = {"a.example/ulm.md", "a.example/hof.md", "a.example/jena.md", "b.example/ulm.md"}
    assert set(done(raw, out)) == everything
    two = snapshot(out)

    page(raw, "a.example/gera.md", NOTHING + "\n\n", url="https://a.example/gera")
    assert set(done(raw, out)) == {"a.example/jena.md", "b.example/ulm.md"}
    assert {error["kind"] for error in errors(out).values()} == {"same-body"}
    assert refetch(out)["a.example/gera.md"]["url"] == "https://a.example/gera"
    fresh = tmp_path / "fresh"
    done(raw, fresh)
    assert differences(snapshot(fresh), snapshot(out)) == []

    page(raw, "a.example/bonn.md", NOTHING + "\n\n\n\n\n\n\n", url="https://a.example/bonn")
    assert set(done(raw, out)) == {"a.example/jena.md", "b.example/ulm.md"}  # the fourth meets the three

    for name in ("gera", "bonn"):
        (raw / f"a.example/{name}.md").unlink()
        (raw / f"a.example/{name}.md.meta.json").unlink()
    assert set(done(raw, out)) == everything
    assert differences(two, snapshot(out)) == []


def test_equal_bytes_under_many_addresses_count_too(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    for name in ("a", "b", "c", "d", "e"):
        page(raw, f"a.example/{name}.md", NOTHING)
    for name in ("1", "2", "3"):  # captures of one page
        page(raw, f"b.example/{name}.md", NOTHING.replace("Ort", "Dorf"), url="https://b.example/dorf")
    long = (RAW / "welcome.example/nl/gent.txt").read_text(encoding="utf-8")
    for name in ("x", "y", "z"):
        page(raw, f"c.example/{name}.txt", long)
    assert set(done(raw, out)) == {"b.example/1.md", "c.example/x.txt"}
    (error,) = errors(out).values()
    assert (error["code"], error["kind"]) == ("not-the-page", "same-body")
    assert set(refetch(out)) == {f"a.example/{name}.md" for name in "abcde"} | {"c.example/x.txt"}
    assert refetch(out)["c.example/x.txt"]["reason"] == "lost-text"
    findings = (out / "findings.jsonl").read_text(encoding="utf-8")
    assert '"duplicate-source"' in findings


def test_pages_that_say_the_same_of_different_things_stay_pages(tmp_path: Path) -> None:
    raw, out = tmp_path / "raw", tmp_path / "processed"
    for city in ("Ulm", "Hof", "Gera", "Bonn"):
        page(raw, f"a.example/{city}.md", f"# {city}\n\nDie Stadt ist seit 2015 Mitglied des Netzes.\n")
        page(raw, f"a.example/bericht-{city}.md", f"[Der Bericht der Stadt](https://a.example/{city}.pdf)\n")
    assert len(done(raw, out)) == 8
