"""PDFs that loop, swell, lie and are locked: each a record or a typed entry in quarantine, within bounds."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from pipeline import Settings, ingest
from tests.unit.pdf_hostile import FILES, LOCKED, SENTENCE

_SECONDS = 60
"""For one file; the slowest, 256 MiB of zeros, takes 2 s on one core, and 0.5 GiB of memory."""
_MEMORY = 1 << 30
_PAGES = 100


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """What became of each file in one run over all: "record" or the code of its entry, and its text."""
    base = tmp_path_factory.mktemp("hostile")
    raw, out = base / "raw", base / "processed"
    raw.mkdir()
    for name, (write, _) in FILES.items():
        (raw / f"{name}.pdf").write_bytes(write())
    for name, (write, password, _) in LOCKED.items():
        (raw / f"{name}.pdf").write_bytes(write() + f"% {name}\n".encode())
        if password is not None:
            (raw / f"{name}.pdf.meta.json").write_text(json.dumps({"password": password}), encoding="utf-8")
    start = time.monotonic()
    limits = Settings(time_limit=_SECONDS, memory_limit=_MEMORY, max_pages=_PAGES)
    ingest(raw, out, settings=limits)
    assert time.monotonic() - start < 2 * _SECONDS
    return _outcome(out)


def _outcome(out: Path) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for entry in out.glob("quarantine/*/error.json"):
        error = json.loads(entry.read_text(encoding="utf-8"))
        found[Path(error["source"]["path"]).stem] = (error["code"], "")
    for file in out.glob("documents/*/document.json"):
        document = json.loads(file.read_text(encoding="utf-8"))
        text = " ".join(block["text"] for block in document["blocks"])
        for path in (document["source"]["path"], *document["source"]["also"]):
            found[Path(path).stem] = ("record", text)
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_a_record_or_a_typed_entry(name: str, outcome: dict[str, tuple[str, str]]) -> None:
    what, text = outcome[name]
    assert what in FILES[name][1]
    if what == "record":
        assert SENTENCE in text


@pytest.mark.parametrize("name", LOCKED)
def test_a_locked_file_opens_with_its_password_only(name: str, outcome: dict[str, tuple[str, str]]) -> None:
    what, text = outcome[name]
    assert {what} == LOCKED[name][2]
    assert (SENTENCE in text) == (what == "record")
