"""`--debug` and `CITYREPORTS_LOG`: what they show, and that they change no output."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.helpers import differences, ingest, make_corpus, run, snapshot


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A corpus of five small pages."""
    make_corpus(tmp_path / "raw", 5)
    return tmp_path / "raw"


def test_debugging_shows_the_traceback_and_needs_no_child(raw: Path, tmp_path: Path) -> None:
    (raw / "defect.txt").write_text("A page with POISON-DEFECT in it.\n", encoding="utf-8")
    done = ingest(raw, tmp_path / "out", "--debug", poison=True)
    assert done.returncode == 0, done.stderr
    assert "Traceback (most recent call last)" in done.stderr
    assert "ZeroDivisionError: poisoned" in done.stderr
    assert "DEBUG pipeline.run.children.in_process: read defect.txt" in done.stderr
    assert "read failed: defect.txt (internal-error" in done.stderr
    assert "started child" not in done.stderr


def test_debugging_changes_no_output(raw: Path, tmp_path: Path) -> None:
    plain, debugged = tmp_path / "plain", tmp_path / "debugged"
    quiet = ingest(raw, plain)
    assert " ms " not in quiet.stderr
    logged = ingest(raw, debugged, "--debug", CITYREPORTS_LOG="debug")
    assert logged.returncode == 0, logged.stderr
    assert differences(snapshot(plain), snapshot(debugged)) == []


@pytest.mark.parametrize(("level", "lines"), [("info", True), ("ERROR", False), ("", False)])
def test_the_environment_names_a_level(raw: Path, tmp_path: Path, level: str, lines: bool) -> None:
    done = ingest(raw, tmp_path / "out", CITYREPORTS_LOG=level)
    assert done.returncode == 0, done.stderr
    assert ("INFO pipeline.run.engine: 5 documents" in done.stderr) == lines
    assert "DEBUG" not in done.stderr


def test_an_unknown_level_is_one_sentence(tmp_path: Path) -> None:
    done = run("status", cwd=tmp_path, CITYREPORTS_LOG="loud")
    assert done.returncode == 2
    assert done.stderr == "CITYREPORTS_LOG is 'loud'; it can be debug, info, warning, error.\n"


def test_the_traceback_of_an_error_is_shown_where_asked_for(tmp_path: Path) -> None:
    plain = run("ingest", "nowhere", cwd=tmp_path)
    asked = run("ingest", "nowhere", "--debug", cwd=tmp_path)
    assert plain.returncode == asked.returncode == 3
    assert "Traceback" not in plain.stderr
    assert "Traceback" in asked.stderr
    assert asked.stderr.endswith(plain.stderr)


def test_help_tells_of_both(tmp_path: Path) -> None:
    assert "CITYREPORTS_LOG" in run("--help", cwd=tmp_path).stdout
    assert "--debug" in run("ingest", "--help", cwd=tmp_path).stdout
    assert "--debug" in run("retry", "--help", cwd=tmp_path).stdout
