"""Whether a change of the code changes an output: `python -m tests.same_bytes [FOLDER ...]`, or `make same-bytes`.

`raw/` and each further folder given are ingested twice: with the code of a git revision (`--against`, HEAD where
nothing is said), checked out into a temporary worktree, and with the code of the working tree, both with this Python
and its libraries. The output folders must be equal byte for byte but for `EXCEPTIONS`. A file that differs is printed
with its first line that does; the exit code is then 1, and 2 where a run could not be done.

What the revision made is kept below `--kept` (`build/same_bytes/`, which `make clean` removes), under a name that holds
the revision, the content of the folder and the versions of all libraries, so that each later commit of a series takes
only its own run: name the commit before the series, as in `--against main`.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from itertools import takewhile, zip_longest
from pathlib import Path

import orjson

PROJECT = Path(__file__).resolve().parents[1]

NOT_COMPARED = ("ledger.sqlite*", ".lock")
"""No outputs: what was done under which key (digests of the code, time stamps), and the lock of a run."""

EXCEPTIONS = {
    "run.json": ("program", "python", "libraries"),  # versions
    "quarantine/*/error.json": ("detail",),  # lines of the code in which a defect arose
}
"""Members of a JSON object that may differ, by the pattern of the file's path below the output folder."""

_SHOWN = 200
"""Characters of a differing line that are printed."""


class RunFailed(Exception):
    """A run did not come to its end; the message is what it said."""


def differences(before: Path, after: Path) -> list[str]:
    """A sentence for each file that differs between two output folders, by path."""
    one, other = _files(before), _files(after)
    found = []
    for path in sorted(one.keys() | other.keys()):
        if path not in one or path not in other:
            found.append(f"{path}: only {'after' if path in other else 'before'} the change")
        elif (old := _comparable(path, one[path])) != (new := _comparable(path, other[path])):
            found.append(f"{path}: {_first_difference(old, new)}")
    return found


def _files(folder: Path) -> dict[str, Path]:
    """The outputs in a folder, by their paths below it."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path for name, path in found.items() if not _matches(name, NOT_COMPARED)}


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _comparable(name: str, path: Path) -> bytes:
    """The bytes of a file; where members of it may differ, the file without them, in its order."""
    data = path.read_bytes()
    left_out = [members for pattern, members in EXCEPTIONS.items() if _matches(name, (pattern,))]
    if not left_out:
        return data
    kept = {key: value for key, value in orjson.loads(data).items() if key not in left_out[0]}
    return orjson.dumps(kept, option=orjson.OPT_INDENT_2)


def _first_difference(old: bytes, new: bytes) -> str:
    """Where two contents begin to differ: line and column, and what stands there in both."""
    pairs = enumerate(zip_longest(old.split(b"\n"), new.split(b"\n")), 1)
    number, (one, other) = next(pair for pair in pairs if pair[1][0] != pair[1][1])
    column = len(
        list(takewhile(lambda both: both[0] == both[1], zip(one or b"", other or b"", strict=False)))
    )
    return f"line {number}, byte {column + 1}\n  before {_excerpt(one, column)}\n  after  {_excerpt(other, column)}"


def _excerpt(line: bytes | None, column: int) -> str:
    if line is None:
        return "(no such line)"
    start = max(0, column - _SHOWN // 4)
    return ("…" if start else "") + ascii(line[start : start + _SHOWN].decode("utf-8", "backslashreplace"))


# --- the two runs ---------------------------------------------------------------------------------------------


def reference(raw: Path, revision: str, kept: Path) -> Path:
    """The output folder that the code of `revision` (a commit id) makes of `raw`, from `kept` where it is there."""
    target = kept / f"{revision[:12]}-{raw.name}-{_digest_of(raw)[:16]}"
    if not target.is_dir():
        kept.mkdir(parents=True, exist_ok=True)
        with _worktree(revision) as code, tempfile.TemporaryDirectory(dir=kept) as partial:
            ingest(raw, Path(partial) / "out", code)
            (Path(partial) / "out").replace(target)
    return target


@contextmanager
def _worktree(revision: str) -> Iterator[Path]:
    """The files of a revision, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        code = Path(folder) / "code"
        _git("worktree", "add", "--quiet", "--detach", str(code), revision)
        try:
            yield code
        finally:
            _git("worktree", "remove", "--force", str(code))


def ingest(raw: Path, out: Path, code: Path) -> None:
    """Ingest `raw` into a new folder `out` with the package that lies in the folder `code`.

    Raises RunFailed with what the run said.
    """
    settings = {name for name in os.environ if name.startswith("CITYREPORTS_")} - {"CITYREPORTS_CACHE"}
    environment = {name: value for name, value in os.environ.items() if name not in settings}
    out.mkdir()
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pipeline", "ingest", str(raw.resolve()), "--out", str(out.resolve())],
        cwd=out,  # where no cityreports.toml lies
        env={**environment, "PYTHONPATH": str(code)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RunFailed(f"The run over {raw} with the code in {code} failed:\n{done.stderr.strip()}")


def _digest_of(raw: Path) -> str:
    """The digest of what a run reads and of what it is run with: the files below `raw`, and all libraries."""
    hasher = hashlib.sha256(sys.version.encode())
    for version in sorted(f"{found.name}=={found.version}" for found in metadata.distributions()):
        hasher.update(version.encode())
    for path in sorted(path for path in raw.rglob("*") if path.is_file()):
        hasher.update(orjson.dumps([str(path.relative_to(raw)), path.stat().st_size]))
        hasher.update(path.read_bytes())
    return hasher.hexdigest()


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RunFailed(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def main(arguments: list[str] | None = None) -> int:
    """Compare, print, and give the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.same_bytes", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("folders", nargs="*", type=Path, help="folders that are ingested beside raw/")
    parser.add_argument("--against", default="HEAD", help="the git revision to compare with [HEAD]")
    parser.add_argument(
        "--kept", type=Path, default=PROJECT / "build" / "same_bytes", help="where its outputs are kept"
    )
    chosen = parser.parse_args(arguments)
    try:
        revision = _git("rev-parse", "--verify", f"{chosen.against}^{{commit}}")
        different = [_compare(raw, revision, chosen.kept) for raw in (PROJECT / "raw", *chosen.folders)]
    except RunFailed as error:
        print(error, file=sys.stderr)
        return 2
    return int(any(different))


def _compare(raw: Path, revision: str, kept: Path) -> bool:
    """Ingest one folder, print what differs from the reference; whether something does."""
    before = reference(raw, revision, kept)
    with tempfile.TemporaryDirectory() as folder:
        after = Path(folder) / "out"
        ingest(raw, after, PROJECT)
        found = differences(before, after)
        print(f"{raw}: {len(found)} of {len(_files(after))} files differ from {revision[:12]}", flush=True)
    for sentence in found:
        print(sentence)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
