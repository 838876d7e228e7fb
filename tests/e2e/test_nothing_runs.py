"""Nothing scraped is ever run: not from the working folder, not as configuration; children see no secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.run.children import pool
from tests.e2e.helpers import environment, make_corpus

TRAP = (
    "import pathlib; pathlib.Path({mark!r}).write_text('run')\nraise SystemExit('a scraped file was run')\n"
)
NAMES = ("ctypes.py", "json.py", "numpy.py", "sitecustomize.py", "usercustomize.py", "pipeline/__init__.py")


def ingest_here(raw: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`cd raw && cityreports ingest . --out ../processed`; with -P as the installed command does it."""
    command = [sys.executable, *options, "-m", "pipeline", "ingest", ".", "--out", "../processed"]
    return subprocess.run(
        command, cwd=raw, env=environment(), capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.parametrize(("options", "names"), [(["-P"], NAMES), ([], NAMES[:-1])])
def test_scraped_modules_in_the_working_folder_are_text(
    tmp_path: Path, options: list[str], names: tuple[str, ...]
) -> None:
    """`python -m pipeline` cannot help to look for `pipeline` itself in the working folder first."""
    raw, mark = tmp_path / "raw", tmp_path / "mark"
    make_corpus(raw, 3)
    for name in names:
        (raw / name).parent.mkdir(exist_ok=True)
        (raw / name).write_text(TRAP.format(mark=str(mark)), encoding="utf-8")
    done = ingest_here(raw, *options)
    assert done.returncode == 0, done.stderr
    assert not mark.exists()
    counts = json.loads((tmp_path / "processed" / "run.json").read_bytes())["counts"]
    assert counts["documents"] == 3 + len(names)


@pytest.mark.parametrize("where", ["cityreports.toml", "below/cityreports.toml"])
def test_a_scraped_configuration_is_refused(tmp_path: Path, where: str) -> None:
    raw = tmp_path / "raw"
    make_corpus(raw, 3)
    (raw / "below").mkdir()
    (raw / where).write_text('workers = 1\ndata = "."\n', encoding="utf-8")
    folder = (raw / where).parent
    command = [sys.executable, "-P", "-m", "pipeline", "ingest", str(raw), "--out", str(tmp_path / "out")]
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 2
    assert "scraped files" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_child_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    seen = pool.child_environment()
    assert "secret" not in seen.values()
    assert not {name for name in seen if name.startswith("PYTHON")} - {"PYTHONHASHSEED"}
    assert seen["PATH"] == os.environ["PATH"]


def test_a_child_is_started_without_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    command = pool.child_command()
    assert "-P" in command
    assert str(tmp_path) not in command
    assert "" not in command
