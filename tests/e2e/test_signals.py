"""Ctrl-C and SIGTERM: one sentence and the exit code of a shell, at whatever moment, and however often."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.helpers import command, environment, ingest, make_corpus

SENTENCE = "Stopped. What is done is kept; the same command completes it."

SLOW_IMPORT = (
    "import os, signal, sys, threading\n"
    "class Late:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        if name == {name!r}: os.kill(os.getpid(), {number})\n"
    "sys.meta_path.insert(0, Late())\n"
    "sys.argv = ['cityreports', *{arguments!r}]\n"
    "import pipeline.__main__\n"
    "pipeline.__main__.main()\n"
)
"""A program that gets a signal at the moment at which a module is imported."""


def listening() -> None:
    """Signals as a terminal leaves them; a job in the background may have them ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def start(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    """The command, started."""
    return subprocess.Popen(
        command(*arguments), cwd=cwd, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=listening,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("click", ["--help"]),
        ("pydantic", ["--help"]),
        ("rich.console", ["--help"]),
        ("pipeline.cli.commands", ["--help"]),
        ("pipeline.settings", ["--help"]),
        ("pipeline.run.engine", ["status"]),
        ("pipeline.records.runs", ["schema", "profile"]),
        ("pipeline.run.inspect", ["show", "x"]),
    ],
)
def test_while_modules_are_imported(
    module: str, arguments: list[str], number: signal.Signals, tmp_path: Path
) -> None:
    program = SLOW_IMPORT.format(name=module, number=int(number), arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60,
        check=False, preexec_fn=listening,
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (128 + number, SENTENCE)
    assert done.stdout == ""


@pytest.mark.parametrize("milliseconds", [60, 160, 350, 800])
def test_at_any_moment_of_a_start(milliseconds: int, tmp_path: Path) -> None:
    make_corpus(tmp_path / "raw", 4)
    process = start("ingest", "--workers", "1", cwd=tmp_path)
    time.sleep(milliseconds / 1000)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    if process.returncode != 130:  # no code of this package ran yet (some 20 ms): the signal is Python's
        assert process.returncode in (1, -signal.SIGINT)
        assert "pipeline/" not in said
    else:
        assert said.strip().endswith(SENTENCE)
        assert "Traceback" not in said


@pytest.mark.parametrize("numbers", [(2, 2), (2, 2, 2, 2), (15,), (15, 15), (15, 2), (2, 15)])
def test_again_and_again_while_a_run_stops(numbers: tuple[int, ...], tmp_path: Path) -> None:
    make_corpus(tmp_path / "raw", 12)
    process = start("ingest", "--workers", "1", cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not (tmp_path / "processed" / "ledger.sqlite").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.002)
    _, said = process.communicate(timeout=60)
    assert process.returncode in {128 + number for number in numbers}
    assert said.strip().endswith(SENTENCE)
    assert "Traceback" not in said and "Exception" not in said


def test_a_run_that_was_stopped_is_completed_by_the_next(tmp_path: Path) -> None:
    make_corpus(tmp_path / "raw", 12)
    process = start("ingest", "--workers", "1", cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not (tmp_path / "processed" / "documents").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert not (tmp_path / "processed" / ".partial").exists()
    done = ingest(tmp_path / "raw", tmp_path / "processed", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "processed" / "run.json").exists()


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As for a job in the background of a script (`cityreports ingest &`)."""
    make_corpus(tmp_path / "raw", 2)
    process = subprocess.Popen(
        command("ingest", "--workers", "1"), cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    time.sleep(1.0)
    os.kill(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 0, said
