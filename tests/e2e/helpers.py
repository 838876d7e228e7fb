"""For tests that run the command as a user does: corpora, runs, and what they left."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
POISON = Path(__file__).parent / "poison"

NOT_OUTPUTS = ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", ".lock")

CITIES = (
    "Gdańsk",
    "Kraków",
    "Poznań",
    "Lublin",
    "Wrocław",
    "Łódź",
    "Szczecin",
    "Katowice",
    "Gdynia",
    "Toruń",
)


def make_corpus(raw: Path, documents: int) -> None:
    """`documents` small pages of a few kinds: text, HTML, Markdown; some damaged, some alike."""
    for number in range(documents):
        city = CITIES[number % len(CITIES)]
        body = (
            f"Miasto {city} prowadzi własną politykę integracji od {1990 + number} roku. W urzędzie działa zespół, "
            "który pomaga nowym mieszkańcom w sprawach pobytu, pracy i nauki języka polskiego.\n"
        )
        folder = raw / f"site{number % 3}.example"
        folder.mkdir(parents=True, exist_ok=True)
        if number % 4 == 0:
            text = f"Kluczowe wnioski\n\n  • 1\n\n    {body}\nO mieście\n\n{body}\nKontakt\n\nurzad@{number}.example\n"
            (folder / f"page{number}.txt").write_text(text, encoding="utf-8")
        elif number % 4 == 1:
            lost = "\ufffd" * (number * 3) if number % 8 == 1 else body
            html = (
                f"<!doctype html><html lang=pl><title>{city}</title><nav><a href=/>Start</a></nav><h1>{city}</h1>"
                f"<h2>O mieście</h2><p>{body}</p><h2>Polska – kontekst polityczny</h2>"
                f"<p>{lost}</p><footer>Stopka</footer>"
            )
            (folder / f"page{number}.html").write_text(html, encoding="utf-8")
        elif number % 4 == 2:
            damaged = body.encode().decode("cp1252", "replace")
            (folder / f"page{number}.md").write_text(f"# {city}\n\n{damaged}\n", encoding="utf-8")
        else:
            (folder / f"page{number}.txt").write_bytes(f"{city}\n\n{body}".encode("cp1250"))


COUNTRY = (
    "Przez długi czas Polska była krajem, z którego się wyjeżdżało, a nie krajem, do którego się przyjeżdża.",
    "Rząd prowadzi politykę pobytu, a gminy same decydują o pomocy dla nowych mieszkańców i o lekcjach języka.",
)
"""A section that is the same on the pages of all cities of a site."""


def make_siblings(raw: Path) -> None:
    """Six pages of one site: three hold a section that the three others have lost."""
    folder = raw / "cities.example"
    folder.mkdir(parents=True)
    for number, city in enumerate(CITIES[:6]):
        texts = ["\ufffd" * 120] * 2 if number % 2 else COUNTRY  # `alter` changes the even ones
        context = "".join(f"<p>{text}</p>" for text in texts)
        html = (
            f"<!doctype html><html lang=pl><title>{city}</title><body><main><h1>{city}</h1><h2>Kluczowe wnioski</h2>"
            f"<ul><li>Miasto {city} ma zespół, który pomaga nowym mieszkańcom w urzędzie i poza nim.</li></ul>"
            f"<h2>Polska – kontekst polityczny</h2>{context}</main></body></html>"
        )
        (folder / f"page{number}.html").write_text(html, encoding="utf-8")


def command(*arguments: str | Path, poison: bool = False) -> list[str]:
    """The command line of `cityreports` in this environment; documents can poison their worker where asked for."""
    program = [str(POISON / "run.py")] if poison else ["-m", "pipeline"]
    return [sys.executable, *program, *map(str, arguments)]


def environment(**more: str) -> dict[str, str]:
    """The environment of a run: this checkout is the one that runs, whatever is installed."""
    return {**os.environ, **more, "PYTHONPATH": str(PROJECT)}


def run(
    *arguments: str | Path, cwd: Path, poison: bool = False, timeout: float = 240, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `cityreports` and wait for it."""
    return subprocess.run(
        command(*arguments, poison=poison),
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )


def ingest(raw: Path, out: Path, *options: str, **more: object) -> subprocess.CompletedProcess[str]:
    """`cityreports ingest` of `raw` into `out`, from the folder above `out`."""
    return run("ingest", raw, "--out", out, *options, cwd=out.parent, **more)  # type: ignore[arg-type]


def snapshot(out: Path) -> dict[str, bytes]:
    """Every output by its path: what two runs must have in common, byte for byte."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in NOT_OUTPUTS
    }


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """The paths at which two snapshots differ."""
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


PHASES = ("", "Preparing", "Reading", "Settling", "Joining")
"""What a run says on standard error as it goes; "" is before the first of them."""


def alter(raw: Path, version: int) -> None:
    """Make half of a corpus's documents say something else, as long as before."""
    for page in sorted(raw.rglob("page*"))[::2]:
        data = page.read_bytes()
        old, new = (b"politykE", b"politykO") if version % 2 == 0 else (b"politykO", b"politykE")
        page.write_bytes(
            data.replace("politykę".encode(), new).replace("politykę".encode("cp1250"), new).replace(old, new)
        )


def kill_often(raw: Path, out: Path, kills: int, seed: int) -> dict[str, int]:
    """Ingest again and again, with SIGKILL to the run, to a child of it, or to all, in each of its phases.

    Phase, target and moment are drawn from `seed`. A run that ends before its moment is followed by one over an altered
    corpus, so that kills fall into first runs and into runs that replace what stands. How many kills hit which phase.
    """
    chance, hits, version = random.Random(seed), dict.fromkeys(PHASES, 0), 0
    while sum(hits.values()) < kills:
        phase = min(PHASES, key=lambda name: (hits[name], chance.random()))
        target = chance.choice(("run", "child", "all"))
        process = subprocess.Popen(
            command("ingest", raw, "--out", out, "--workers", "2", "--accept-changes"),
            cwd=out.parent,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stderr is not None
        reached = not phase or any(line.startswith(f"{phase}:") for line in process.stderr)
        time.sleep(
            chance.uniform(0, {"": 0.5, "Preparing": 1.0, "Settling": 0.3, "Joining": 0.4}.get(phase, 2.0))
        )
        if reached and process.poll() is None and _kill(process, target):
            hits[phase] += 1
        if target == "child":
            process.communicate(timeout=240)
        process.wait(240)
        process.stderr.close()
        if process.returncode == 0:
            version += 1
            alter(raw, version)
    return hits


def complete(raw: Path, out: Path) -> None:
    """Ingest, and try again what kills of children have left in quarantine, as a user would."""
    for arguments in (["ingest", raw, "--accept-changes"], ["retry", "--raw", raw]):
        done = run(*arguments, "--out", out, cwd=out.parent)
        assert done.returncode == 0, done.stderr


def _kill(process: subprocess.Popen[str], target: str) -> bool:
    """SIGKILL to the run, to one of its children, or to all of them; whether there was something to kill."""
    if target == "child":
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True
        )
        pids = [int(pid) for pid in listed.stdout.split()]
        if not pids:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[0], signal.SIGKILL)
        return True
    (os.killpg if target == "all" else os.kill)(process.pid, signal.SIGKILL)
    return True


def mutate(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """`data`, broken in one to four ways: cut, doubled, spliced with `other`, bytes flipped, inserted, moved."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + int(chance.expovariate(1 / 200)))
        piece = data[start:end]
        data = chance.choice(
            [
                lambda d=data, s=start: d[:s],
                lambda d=data, s=start, e=end: d[:s] + d[e:],
                lambda d=data, s=start, e=end, p=piece: d[:e] + p * chance.randint(1, 50) + d[e:],
                lambda d=data, s=start: d[:s] + other[chance.randrange(len(other) + 1) :][:2000] + d[s:],
                lambda d=data, s=start, e=end: d[:s] + chance.randbytes(e - s) + d[e:],
                lambda d=data, s=start: d[:s] + chance.randbytes(chance.randint(1, 9)) + d[s:],
                lambda d=data, s=start: (
                    d[:s] + bytes([chance.choice(b"\0\r\x1b\x9d\xff<>&()%")]) + d[s + 1 :]
                ),
                lambda d=data, s=start, e=end, p=piece: p + d[:s] + d[e:],
            ]
        )()
    return data


SIDECAR = (
    '{"url": "https://cities.example/pl/łódź", "fetched_at": "2024-05-01T10:00:00+02:00", "charset": "utf-8", '
    '"status": 200, "language": "pl-PL", "site": "cities.example", "licence": "CC0", "publish": true, '
    '"is_page": "yes", "city": "3093133", "title": "Łódź \\ud83d\\ude00", "password": "geheim"}'
).encode()


def make_mutants(originals: list[Path], raw: Path, count: int, seed: int) -> None:
    """`count` mutated files below `raw`, each named after its seed, which makes it again; every third with a sidecar
    that is mutated, too."""
    raw.mkdir(parents=True, exist_ok=True)
    contents = [path.read_bytes() or b"x" for path in originals]
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        at = chance.randrange(len(originals))
        data = mutate(contents[at], chance.choice(contents), chance)
        path = raw / f"{seed}-{number}{originals[at].suffix}"
        path.write_bytes(data)
        if number % 3 == 0:
            path.with_name(path.name + ".meta.json").write_bytes(mutate(SIDECAR, SIDECAR, chance))
