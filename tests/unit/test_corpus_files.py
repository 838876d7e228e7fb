"""The sample corpus: every file has its labelled truth, and what a script made comes out of that script again."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import DOCUMENT_ERRORS
from pipeline.knowledge.findings import catalogue
from pipeline.records import REPLACEMENT
from tests.corpus import damage, reports

ROOT = Path(__file__).parents[2]
RAW = ROOT / "raw"
TRUTH = ROOT / "tests" / "cases" / "corpus"

FILES = sorted(
    path.relative_to(RAW).as_posix()
    for path in RAW.rglob("*")
    if path.is_file() and path.name != "manifest.csv" and not path.name.endswith(".meta.json")
)
TRUTHS = sorted(TRUTH.glob("*.toml"))
REPORTS = sorted(path.stem for path in reports.TEXTS.glob("*.txt"))

KINDS = {"city_profile", "approach", "report", "page"}
STATUSES = {"clean", "repaired", "restored", "damaged", "lost"}
SECTIONS = {
    *("key_takeaways", "unique", "policy_focus", "key_factors", "achievements", "challenges", "advocacy"),
    *("networks", "report", "country_context", "approaches", "contact", "why_inspiring", "how_it_works"),
    *("outcome", "about", "governance", "population", "economy", "budget", "housing", "education", "health"),
    *("environment", "climate", "mobility", "culture", "migration", "participation", "safety"),
    *("methodology", "references", "annex", "other"),
}
LISTS: dict[str, tuple[set[str], set[str]]] = {
    "quotes": ({"text"}, {"text", "speaker", "role"}),
    "contacts": (set(), {"organisation", "name", "email", "phone", "url"}),
    "key_figures": ({"label", "value"}, {"label", "value", "unit", "year"}),
    "people": ({"name", "role"}, {"name", "role"}),
    "policies": ({"name"}, {"name", "year"}),
    "sections": ({"id", "status"}, {"id", "heading", "status", "lead", "donors"}),
}
PLAIN_LISTS = {"takeaways", "networks", "findings", "must", "must_not", "pages_to_ocr"}
FIELDS = {"label", "path", "kind", "site", "language", "title", "tagline", "superseded_by", "city", "report"}


def load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def truth_of(path: str) -> Path:
    return TRUTH / f"{path.replace('/', '--')}.toml"


def test_every_file_has_its_truth_and_every_truth_its_file() -> None:
    assert [truth_of(path).name for path in FILES] == [path.name for path in TRUTHS]


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: path.stem)
def test_truth_is_well_formed(path: Path) -> None:
    truth = load(path)
    assert truth["label"]
    assert truth_of(truth["path"]) == path
    if "quarantine" in truth:
        assert set(truth) == {"label", "path", "quarantine"}
        assert truth["quarantine"] in DOCUMENT_ERRORS
        return
    assert set(truth) <= FIELDS | set(LISTS) | PLAIN_LISTS
    assert {"kind", "language", "sections"} <= set(truth)
    assert truth["kind"] in KINDS
    assert set(truth.get("city", {})) <= {"name", "country", "geonames_id"}
    assert set(truth.get("report", {})) <= {"published", "updated"}
    assert set(truth.get("findings", ())) <= set(catalogue())
    for name, (needed, allowed) in LISTS.items():
        for entry in truth.get(name, ()):
            assert needed <= set(entry) <= allowed, (name, entry)
    for section in truth["sections"]:
        assert section["id"] in SECTIONS
        assert section["status"] in STATUSES
        assert all(donor in FILES for donor in section.get("donors", ()))


@pytest.mark.parametrize("path", TRUTHS, ids=lambda path: path.stem)
def test_truth_expects_no_lost_letter_in_a_text(path: Path) -> None:
    truth = load(path)
    truth["must_not"] = [text for text in truth.get("must_not", ()) if text != REPLACEMENT]
    assert REPLACEMENT not in str(truth)


def test_manifest_names_files_that_exist() -> None:
    with (RAW / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["path", "url", "fetched_at", "charset", "language", "site", "licence", "publish"]
    paths = [row["path"] for row in rows]
    assert paths == sorted(set(paths))
    assert set(paths) <= set(FILES)
    assert {row["licence"] for row in rows} == {"CC0-1.0"}
    assert {row["url"].split("/")[2].rsplit(".", 1)[-1] for row in rows if row["url"]} == {"example"}


def test_a_file_that_was_superseded_names_its_successor() -> None:
    for path in TRUTHS:
        successor = load(path).get("superseded_by")
        assert successor is None or successor in FILES


def test_the_corpus_stays_small() -> None:
    assert sum((RAW / path).stat().st_size for path in FILES) < 3_000_000


@pytest.mark.parametrize("name", REPORTS)
def test_reports_come_out_of_their_script_again(name: str) -> None:
    if reports.fonts_digest() != reports.FACES_DIGEST:
        pytest.skip("needs the DejaVu fonts, version 2.37 (Debian: fonts-dejavu-core)")
    made, kept = reports.make(name), reports.place(name).read_bytes()
    assert hashlib.sha256(made).hexdigest() == hashlib.sha256(kept).hexdigest()


@pytest.mark.parametrize("recipe", damage.recipes(), ids=lambda recipe: recipe["path"])
def test_damaged_files_come_out_of_their_recipes_again(recipe: dict[str, Any]) -> None:
    assert damage.damaged(recipe) == (RAW / recipe["path"]).read_bytes()
