"""The sample corpus against its labelled truth: precision and recall of each field, printed and pinned."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.knowledge import causes
from pipeline.knowledge.losses import lost_in
from pipeline.records import Document
from tests.conftest import PROJECT
from tests.e2e.helpers import differences, ingest, snapshot
from tests.e2e.scoring import Scores, compare

TRUTH = PROJECT / "tests" / "cases" / "corpus"
PINS = Path(__file__).parent / "corpus_pins.toml"


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus") / "processed"
    done = ingest(PROJECT / "raw", out)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def truths() -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(TRUTH.glob("*.toml"))]


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def records(out: Path) -> dict[str, dict[str, Any]]:
    """Current profiles by path, each network with its name as the document writes it."""
    found = {}
    for profile in read_lines(out / "profiles.jsonl"):
        document = json.loads(
            (out / "documents" / profile["provenance"]["document"] / "document.json").read_bytes()
        )
        for index, network in enumerate(profile["networks"]):
            block, start, end, _ = profile["evidence"][f"/networks/{index}"][0]
            network["as_written"] = document["blocks"][block]["text"][start:end]
        found[profile["provenance"]["source"]] = profile
    return found


def test_precision_and_recall_hold_what_was_reached(processed: Path, truths: list[dict[str, Any]]) -> None:
    found, scores = records(processed), Scores()
    for truth in truths:
        if "quarantine" in truth or "superseded_by" in truth:
            continue
        assert truth["path"] in found, f"{truth['path']} has no profile"
        compare(scores, truth["path"], found[truth["path"]], truth)
    pins = tomllib.loads(PINS.read_text(encoding="utf-8"))
    print(f"\n{'field':<18}{'precision':>10}{'recall':>8}{'expected':>10}")
    fallen = []
    for name, score in scores.items():
        print(f"{name:<18}{score.precision:>10.3f}{score.recall:>8.3f}{score.expected:>10}")
        for item in score.missed:
            print(f"    missed {item}"[:200])
        for item in score.wrong:
            print(f"    wrong  {item}"[:200])
        pin = pins.get(name, {"precision": 1.0, "recall": 1.0})
        if round(score.precision, 3) < pin["precision"] or round(score.recall, 3) < pin["recall"]:
            fallen.append(f"{name}: {score.precision:.3f}/{score.recall:.3f} below {pin}")
    assert not fallen


def test_every_edit_has_a_class_and_every_status_follows_from_it(processed: Path) -> None:
    """Of all documents: causes are listed, withheld text is counted where it stands, no repaired section is clean."""
    seen: set[str] = set()
    for path in sorted((processed / "documents").glob("*/document.json")):
        document = Document.model_validate_json(path.read_bytes())
        lost = lost_in(document)
        for section in document.sections:
            blocks = [document.blocks[index] for index in section.blocks]
            classes = {causes.class_of(edit.cause) for block in blocks for edit in block.edits}
            gone = sum(lost[index] for index in section.blocks)
            assert (section.status in ("damaged", "lost")) == (gone > 0) == ("loss" in classes), (
                document.source
            )
            assert section.status != "clean" or not classes & causes.RESTORING, document.source
            assert section.status != "repaired" or classes & causes.RESTORING, document.source
            seen.add(section.status)
    assert seen == {"clean", "repaired", "restored", "damaged", "lost"}


def test_what_cannot_be_read_is_in_quarantine_with_its_code(
    processed: Path, truths: list[dict[str, Any]]
) -> None:
    listed = json.loads((processed / "run.json").read_bytes())["quarantine"]
    expected = {truth["path"]: truth["quarantine"] for truth in truths if "quarantine" in truth}
    assert {entry["path"]: entry["code"] for entry in listed} == expected


def test_every_finding_that_the_truth_names_is_made(processed: Path, truths: list[dict[str, Any]]) -> None:
    made: dict[str, set[str]] = {}
    for finding in read_lines(processed / "findings.jsonl"):
        made.setdefault(finding["path"], set()).add(finding["code"])
    for codes in made.values():
        if codes & {"text-restored", "letters-guessed"}:
            codes.add("text-lost")  # it was lost, and came back from a sibling or letter by letter
    missing = {
        truth["path"]: sorted(set(truth["findings"]) - made.get(truth["path"], set()))
        for truth in truths
        if set(truth.get("findings", [])) - made.get(truth["path"], set())
    }
    assert missing == {}


def test_older_captures_are_superseded(processed: Path, truths: list[dict[str, Any]]) -> None:
    found = records(processed)
    for truth in truths:
        if "superseded_by" in truth:
            assert truth["path"] not in found
            captures = found[truth["superseded_by"]]["provenance"]["captures"]
            assert truth["path"] in [capture["source"] for capture in captures]


WALL = (
    "<!doctype html><title>Just a moment...</title><p>Checking your browser before accessing the site. "
    "Please enable JavaScript and cookies to continue."
)


def test_walls_in_place_of_all_pages_replace_nothing(processed: Path, tmp_path: Path) -> None:
    """Every page of the corpus is overwritten with one bot wall: the run stops, and what stands is left as it is."""
    raw, out = tmp_path / "raw", tmp_path / "processed"
    shutil.copytree(PROJECT / "raw", raw)
    shutil.copytree(processed, out)
    before = snapshot(out)
    pages = sorted(raw.rglob("*.html"))
    assert len(pages) == 22
    for page in pages:
        page.write_text(WALL, encoding="utf-8")
    done = ingest(raw, out)
    assert done.returncode == 3
    assert "Pages that came broken would cost 21 good record(s)" in done.stderr
    assert "all sites         profiles        37           16   57%" in done.stdout
    assert "bot-wall" in done.stdout
    assert differences(before, snapshot(out)) == []

    assert ingest(raw, out, "--accept-changes").returncode == 0
    assert not set(records(out)) & {str(page.relative_to(raw)) for page in pages}
    with (out / "refetch.csv").open(encoding="utf-8-sig", newline="") as file:
        reasons = {row["path"]: row["reason"] for row in csv.DictReader(file)}
    walls = [path for path, reason in reasons.items() if "bot-wall" in reason]
    assert len(walls) == 22, "files with the same bytes are listed one by one"


def test_the_record_in_the_readme_is_real(processed: Path) -> None:
    """Each value that the README shows stands in the record; `…` stands for what it leaves out."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"<!-- record: (\S+) -->\s+```json\n(.*?)```", readme, re.DOTALL)
    assert shown
    assert_within(json.loads(shown[2]), records(processed)[shown[1]])


def assert_within(shown: Any, real: Any) -> None:
    """That `shown` is a part of `real`: members of objects, entries of lists in order, texts between ellipses."""
    if isinstance(shown, dict):
        for key, value in shown.items():
            assert_within(value, real[key])
    elif isinstance(shown, list) and shown and isinstance(shown[0], dict):
        for value in shown:
            assert_within(value, next(item for item in real if item.get("id") == value.get("id")))
    elif isinstance(shown, str) and "…" in shown:
        parts = [re.escape(part.strip()) for part in re.split(r"(?<!\[)…(?!\])", shown)]
        assert re.search(".*".join(parts), real, re.DOTALL), shown
    elif isinstance(shown, list):
        assert len(shown) <= len(real)
        for value, other in zip(shown, real, strict=False):
            assert_within(value, other)
    else:
        assert shown == real
