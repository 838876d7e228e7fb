"""The documentation is up to date with the program: generated sections, links, examples, published benchmarks."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import BENCHMARKS, PAGE, publish
from tests.benchmarks.report import Row, as_markdown
from tests.conftest import PROJECT
from tests.docs.reference import BEGIN, SECTIONS, pages, replace_between, up_to_date

TEXTS = {page: page.read_text(encoding="utf-8") for page in pages(PROJECT)}
NAMES = [page.relative_to(PROJECT).as_posix() for page in TEXTS]


@pytest.mark.parametrize("page", TEXTS.values(), ids=NAMES)
def test_generated_sections_are_up_to_date(page: str) -> None:
    assert up_to_date(page) == page, "run 'make docs'"


def test_every_generated_section_stands_somewhere() -> None:
    for name in SECTIONS:
        assert any(BEGIN.format(name) in text for text in TEXTS.values()), name


def test_a_generated_section_that_is_out_of_date_is_noticed() -> None:
    reference = TEXTS[PROJECT / "docs" / "reference.md"]
    stale = reference.replace("`--accept-changes", "`--prune")
    assert stale != reference and up_to_date(stale) == reference


def test_a_section_without_its_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="no section"):
        replace_between("<!-- a -->", "<!-- a -->", "<!-- b -->", "")


def _anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", TEXTS, ids=NAMES)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page]):
        if target.startswith(("http:", "https:")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(_anchor, headings), target


@pytest.mark.parametrize("page", TEXTS, ids=NAMES)
def test_paths_of_the_project_that_are_named_exist(page: Path) -> None:
    for path in re.findall(r"`((?:pipeline|tests|docs)/[\w./-]+)`", TEXTS[page]):
        if not re.search(r"[A-Z]{3}|my-case", path):  # NAME, KIND, FORMAT: what a reader puts there
            assert (PROJECT / path).exists(), path


# --- benchmarks --------------------------------------------------------------------------------------------

ROWS = [
    Row("misses", 0.5, 0.6, 0.9),
    Row("holds", 0.7, 0.6, 0.9, note="some pages"),
    Row("lower is better", 1.0, 3.0, 1.0, better="lower"),
]


def test_publishing_writes_the_table_between_its_markers(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    publish({"pdf": ROWS}, page)
    text = page.read_text(encoding="utf-8")
    assert "| holds | 0.7 | 0.6 | 0.9 | floor | some pages |" in text
    assert "tables F1" not in text and "snippets F1" in text
    publish({"pdf": ROWS}, page)
    assert page.read_text(encoding="utf-8") == text


def test_a_row_that_misses_its_floor_is_marked() -> None:
    table = as_markdown(ROWS)
    assert "| misses | 0.5 | 0.6 | 0.9 | **misses floor** |  |" in table
    assert "| lower is better | 1 | 3 | 1 | goal |  |" in table


def test_a_goal_is_no_easier_than_its_floor() -> None:
    with pytest.raises(ValueError, match="below its floor"):
        Row("odd", 1.0, 0.91, 0.75)


def test_every_benchmark_has_its_place_on_the_page() -> None:
    for name in BENCHMARKS:
        assert f"<!-- bench {name}:" in PAGE.read_text(encoding="utf-8")


def test_published_rows_that_miss_their_floor_are_marked() -> None:
    rows = re.findall(r"^\| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    checked = 0
    for name, value, floor, goal, reached, _ in (re.split(r" ?\| ?", row) for row in rows):
        if re.fullmatch(r"[\d.]+", floor) and re.fullmatch(r"[\d.]+", goal) and floor != goal:
            lower = float(goal) < float(floor)
            missed = float(value) > float(floor) if lower else float(value) < float(floor)
            assert missed == (reached == "**misses floor**"), name
            checked += 1
    assert checked > 50


# --- data files --------------------------------------------------------------------------------------------

DATA_FILES = PROJECT / "docs" / "data-files.md"


def examples() -> dict[str, str]:
    """The examples of overlay files in docs/data-files.md and CONTRIBUTING.md, by the path in their first line."""
    found = {}
    for page in (DATA_FILES, PROJECT / "CONTRIBUTING.md"):
        for path, body in re.findall(r"```toml\n# my-data/(\S+)\n(.*?)```", TEXTS[page], re.DOTALL):
            found[f"{page.stem}:{path}"] = body
    return found


def test_every_data_file_that_a_user_may_extend_is_described() -> None:
    folders = ("knowledge", "capture")
    for path in (path for folder in folders for path in (PROJECT / "pipeline" / folder).glob("*.toml")):
        assert f"`{path.relative_to(PROJECT / 'pipeline').as_posix()}`" in TEXTS[DATA_FILES], path


def test_the_examples_of_data_files_are_accepted_as_an_overlay(tmp_path: Path) -> None:
    from pipeline.knowledge.check import check

    assert len(examples()) > 8
    for name, body in examples().items():
        page, _, path = name.partition(":")
        target = tmp_path / page / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(body, encoding="utf-8")
        tomllib.loads(body)
    for folder in tmp_path.iterdir():
        check(folder)


# --- outputs and recipes -----------------------------------------------------------------------------------


def test_every_output_is_described() -> None:
    from pipeline.exports.aggregates import Corpus, files

    text = TEXTS[PROJECT / "docs" / "outputs.md"]
    for path in files(Corpus((), (), frozenset()), (), ()):
        assert f"`{'schema/NAME.json' if path.startswith('schema/') else path}`" in text, path


def test_the_readme_is_short() -> None:
    assert len(TEXTS[PROJECT / "README.md"].splitlines()) <= 150


def test_every_target_of_the_makefile_that_a_recipe_names_exists() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for page, text in TEXTS.items():
        for target in re.findall(r"(?:`|^ {4})make ([a-z-]+)", text, re.MULTILINE):
            assert f"\n{target}:" in makefile, (page.name, target)
