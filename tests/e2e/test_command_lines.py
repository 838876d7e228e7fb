"""200 command lines: what a person may type, set or connect, each with the exit code and the sentence it gets.

`tests/cases/command_lines/README.md` says what the files of cases hold. Here all of them run in children of one process
that has loaded the program, and a dose as processes of their own; `make stress` runs all of them that way.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.e2e.helpers import ingest

CASES = [
    {"group": path.stem, **case}
    for path in sorted((PROJECT / "tests" / "cases" / "command_lines").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]
DOSE = [case for case in CASES if case.get("alone")]
STREAMS = ("stdin", "stdout", "stderr")
MOST_LINES = 3
"""Lines of standard error that a command may need to say what is wrong."""

PAGE = (
    "<!doctype html><html lang=pl><title>Gdańsk\u202e \x1b[31m\u2028</title><h1>Gdańsk</h1><h2>O mieście</h2>"
    "<p>Gdańsk leży nad Bałtykiem i liczy blisko pół miliona mieszkańców. שלום\u2066 \x9b2J</p>"
    "<h2>Kontakt</h2><p>urzad@gdansk.example</p>"
)


def ident(case: dict[str, Any]) -> str:
    """The name of a case in a report."""
    return f"{case['group']}: {case['name']}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a run was done; each case has a copy of it."""
    base = tmp_path_factory.mktemp("world")
    raw = base / "raw"
    (raw / "site").mkdir(parents=True)
    (raw / "site" / "gdansk.html").write_text(PAGE, encoding="utf-8")
    (raw / "site" / "gdansk.html.meta.json").write_text(
        '{"url": "https://x.example/pl/gdansk"}', encoding="utf-8"
    )
    (raw / "site" / "łódź.txt").write_text(
        "Łódź\n\nMiasto włÃ³kniarzy zmienia się w miasto spotkań i rozmów, jak mówiÄ… jego mieszkaÅ„cy.\n",
        encoding="utf-8",
    )
    (raw / "new\nline\x1b[2J.txt").write_text(
        "A file with an odd name, and a few words about Kraków.\n", encoding="utf-8"
    )
    (raw / "empty.html").write_bytes(b"")
    shutil.copy(PROJECT / "raw" / "reports" / "lisboa-2022.pdf", raw / "report.pdf")
    done = ingest(raw, base / "processed", "--workers", "1")
    assert done.returncode == 0, done.stderr
    return base


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """The process that has loaded the program."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.command_server"],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.communicate(timeout=30)


class Case:
    """A case in a folder of its own: what it needs is made, and what it said is read."""

    def __init__(self, case: dict[str, Any], world: Path, folder: Path) -> None:
        self.case = case
        self.folder = folder / "here"
        self.said = {name: folder / name for name in STREAMS}
        self._names = _names(world)
        if case.get("bare"):
            self.folder.mkdir()
        else:
            shutil.copytree(world, self.folder, symlinks=True)
        for path in self.said.values():
            path.touch()
        self._prepare()

    def _prepare(self) -> None:
        for name in self.case.get("folders", ()):
            (self.folder / self.fill(name)).mkdir(parents=True, exist_ok=True)
        for name, target in self.case.get("links", {}).items():
            (self.folder / name).symlink_to(target)
        for name in self.case.get("pipes", ()):
            os.mkfifo(self.folder / name)
        for kind, encode in (("files", self._text), ("bytes", bytes.fromhex)):
            for name, content in self.case.get(kind, {}).items():
                path = self.folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(encode(content))

    def _text(self, content: str) -> bytes:
        return self.fill(content).encode()

    def fill(self, text: str) -> str:
        """`text` with what stands in braces put in."""
        return re.sub(r"\{(\w+)\}", lambda match: self._names.get(match.group(1), match.group(0)), text)

    @property
    def arguments(self) -> list[str]:
        return [self.fill(argument) for argument in self.case["run"]]

    @property
    def environment(self) -> dict[str, str]:
        given = {
            name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "LC_ALL")
        }
        own = {name: self.fill(value) for name, value in self.case.get("environment", {}).items()}
        return {**given, "PYTHONPATH": str(PROJECT), **own}

    def streams(self) -> list[tuple[str, str]]:
        """For each standard stream what it is, and the file that takes what it says."""
        return [(self.case.get(name, "file"), str(path)) for name, path in self.said.items()]

    def by(self, server: subprocess.Popen[str]) -> int:
        """The exit code, run by the server."""
        assert server.stdin is not None and server.stdout is not None
        request = {
            "arguments": self.arguments,
            "program": str(PROJECT / "pipeline" / "__main__.py"),
            "cwd": str(self.folder),
            "environment": self.environment,
            "encoding": self.case.get("encoding", "utf-8"),
            "streams": self.streams(),
        }
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        return int(server.stdout.readline())

    def alone(self) -> int:
        """The exit code, run as a process of its own."""
        environment = self.environment
        if "encoding" in self.case:
            environment["PYTHONIOENCODING"] = self.case["encoding"]
        request = {"streams": self.streams(), "command": [sys.executable, "-m", "pipeline", *self.arguments]}
        run = subprocess.run(
            [sys.executable, "-m", "tests.e2e.command_server", json.dumps({**request, "cwd": str(self.folder)})],
            cwd=PROJECT, env=environment, timeout=120, check=False,
        )  # fmt: skip
        return run.returncode

    def check(self, code: int) -> None:
        """Whether the command did and said what the case expects."""
        out, err = (self.said[name].read_bytes().decode("utf-8", "replace") for name in ("stdout", "stderr"))
        told = f"exit {code}\n{out[-1500:]}\n{err[-3000:]}"
        assert "Traceback" not in err and "Exception ignored" not in err and "Warning" not in err, told
        assert code == self.case["exit"], told
        says = self.fill(self.case.get("says", ""))
        assert says in (out if code in (0, 1) else err), told
        assert self.fill(self.case.get("warns", "")) in err, told
        assert all(self.fill(text) in out for text in self.case.get("prints", ())), told
        assert not re.search("[\x80-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", out + err), told
        if self.case.get("stdout") != "terminal":
            assert "\x1b" not in out + err, told
        if code in (2, 3):
            assert len(err.splitlines()) <= MOST_LINES, told
            assert len(err) < 900, told


def _names(world: Path) -> dict[str, str]:
    """What braces in a case stand for."""
    lines = (world / "processed" / "profiles.jsonl").read_text(encoding="utf-8").splitlines()
    profiles = [json.loads(line) for line in lines]
    ids = {item["provenance"]["source"]: item["provenance"]["document"] for item in profiles}
    record = json.loads((world / "processed" / "run.json").read_bytes())
    return {
        "long": "n" * 300,
        "digits": "9" * 5000,
        "deep": "a = " + "[" * 5000,
        "id": ids["site/gdansk.html"],
        "report": ids["report.pdf"],
        "quarantined": record["quarantine"][0]["id"],
        "xff": "\udcff",
        "surrogate": "\udcff",
    }


def test_there_are_as_many_cases_as_are_promised() -> None:
    assert len(CASES) >= 200
    assert len({ident(case) for case in CASES}) == len(CASES)
    assert len(DOSE) >= 25


@pytest.mark.parametrize("case", [case for case in CASES if not case.get("alone")], ids=ident)
def test_a_command_line(
    case: dict[str, Any], world: Path, server: subprocess.Popen[str], tmp_path: Path
) -> None:
    own = Case(case, world, tmp_path)
    own.check(own.by(server))


@pytest.mark.parametrize("case", DOSE, ids=ident)
def test_a_command_line_in_a_process_of_its_own(case: dict[str, Any], world: Path, tmp_path: Path) -> None:
    own = Case(case, world, tmp_path)
    own.check(own.alone())


@pytest.mark.stress
@pytest.mark.parametrize("case", CASES, ids=ident)
def test_each_command_line_in_a_process_of_its_own(case: dict[str, Any], world: Path, tmp_path: Path) -> None:
    own = Case(case, world, tmp_path)
    own.check(own.alone())
