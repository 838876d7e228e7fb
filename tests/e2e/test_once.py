"""A document is analysed once where its corpus says nothing about it."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from pipeline.records import Source
from pipeline.run import engine
from pipeline.run.children import worker
from pipeline.run.planning.staging import settled_of
from pipeline.settings import Settings
from pipeline.sources import content
from pipeline.store import result
from pipeline.store.ledger import Ledger
from tests.conftest import PROJECT
from tests.e2e.helpers import differences, make_corpus, snapshot

RAW = PROJECT / "raw"


class Phases:
    """A run's progress that keeps how many steps each phase has, and can stop the run where one begins."""

    def __init__(self, stop_at: str | None = None) -> None:
        self.totals: dict[str, int] = {}
        self._stop_at = stop_at

    def phase(self, name: str, total: int) -> None:
        self.totals[name] = total
        if name == self._stop_at:
            raise KeyboardInterrupt

    def step(self) -> None:
        pass


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A corpus of twelve pages, of which none says anything about another."""
    make_corpus(tmp_path / "raw", 12)
    return Settings(raw=tmp_path / "raw", out=tmp_path / "out", workers=2)


def test_only_what_the_corpus_speaks_of_is_settled(tmp_path: Path) -> None:
    """Of the sample corpus, the one page whose lost passage other pages hold."""
    phases = Phases()
    engine.ingest(Settings(raw=RAW, out=tmp_path / "out", workers=2), progress=phases)
    assert phases.totals["Reading"] == 38
    assert phases.totals["Settling"] == 1


def test_a_run_that_is_stopped_after_reading_does_not_read_again(settings: Settings, tmp_path: Path) -> None:
    whole = settings.model_copy(update={"out": tmp_path / "whole"})
    engine.ingest(whole)
    with pytest.raises(KeyboardInterrupt):
        engine.ingest(settings, progress=Phases(stop_at="Settling"))
    assert not (settings.out / "run.json").exists()
    phases = Phases()
    done = engine.ingest(settings, progress=phases)
    assert phases.totals["Reading"] == 0
    assert done.done == 12
    assert differences(snapshot(whole.out), snapshot(settings.out)) == []


def test_what_read_left_is_settled_again_once_the_corpus_speaks_of_it(tmp_path: Path) -> None:
    """A fourth page tells what repeats on its site: the results kept of the first three do not stand for that."""
    settings = Settings(raw=tmp_path / "raw", out=tmp_path / "out", workers=2)
    phases = [Phases(), Phases()]
    for number in range(4):
        page = settings.raw / "alike.example" / f"{number}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            f"<!doctype html><html lang=en><title>City {number}</title><h1>City {number}</h1>"
            f"<p>The town of number {number} has its own office for the integration of newcomers since 199{number}.</p>"
            "<p>Subscribe to our newsletter and never miss what our cities do for their new inhabitants.</p>"
        )
        if number >= 2:
            engine.ingest(settings, progress=phases[number - 2])
    assert phases[0].totals == {"Preparing": 1, "Reading": 3, "Settling": 0, "Joining": 1}
    assert phases[1].totals == {"Preparing": 1, "Reading": 1, "Settling": 4, "Joining": 1}
    anew = settings.model_copy(update={"out": tmp_path / "anew"})
    engine.ingest(anew)
    assert differences(snapshot(anew.out), snapshot(settings.out)) == []


def test_a_document_made_again_from_what_was_read_is_the_same(settings: Settings) -> None:
    """An output that is gone is made by `settle`, from what the ledger keeps: the bytes of `read`."""
    engine.ingest(settings)
    before = snapshot(settings.out)
    shutil.rmtree(settings.out / "documents")
    phases = Phases()
    engine.ingest(settings, progress=phases)
    assert phases.totals["Reading"] == 0
    assert phases.totals["Settling"] == 12
    assert differences(before, snapshot(settings.out)) == []


def test_what_is_staged_after_reading_is_whole(settings: Settings) -> None:
    with pytest.raises(KeyboardInterrupt):
        engine.ingest(settings, progress=Phases(stop_at="Settling"))
    ledger = Ledger.open(settings.out)
    staged = [settled_of(row) for row in ledger.staged()]
    ledger.close()
    assert len(staged) == 12
    assert all(set(files) == {"clean.md", "document.json"} and row.profile for row, files in staged)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("cities.example/en/gdansk.html", "text/html"),
        ("welcome.example/nl/gent.txt", "text/plain"),
        ("reports/utrecht-2023.pdf", "application/pdf"),
    ],
)
def test_read_gives_what_settle_gives_without_answers(path: str, media_type: str) -> None:
    """Also after the way through the ledger: the extracted document is kept as JSON."""
    data = (RAW / path).read_bytes()
    source = Source(path=path, sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, size=len(data))
    identity = content.identify(RAW, os.fsencode(path), len(data))
    assert (identity.sha256, identity.media_type) == (source.sha256, media_type)
    request = {
        "task": "read",
        "raw": bytes(RAW).hex(),
        "name": os.fsencode(path).hex(),
        "findings": [],
        "source": source.model_dump(mode="json"),
    }
    header, payload = worker.serve(request, b"", Settings())
    assert header["ok"], header
    end = header["extracted"]
    settled, packed = worker.serve({"task": "settle", "answers": {}}, payload[:end], Settings())
    assert settled["ok"], settled
    assert result.unpack(packed) == result.unpack(payload[end:])
