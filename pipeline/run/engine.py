"""A run from beginning to end: plan, read, gather, settle, join.

Whatever moment it is killed at, what stands under `processed/` is whole, and the next run completes it: a row of
the ledger is written only after the files it speaks of, and `run.json` last of all.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from pipeline.errors import DocumentError, NotThePage, RunError, UsageError
from pipeline.model import Answers, Summary, digest
from pipeline.run import keys
from pipeline.run.changes import Change, find_changes
from pipeline.run.gather import gather
from pipeline.run.ledger import Ledger, Settled
from pipeline.run.outputs import DOCUMENTS, QUARANTINE, Outputs
from pipeline.run.plan import Plan, Refused, Unit, make_plan
from pipeline.run.pool import Answer, Pool
from pipeline.run.progress import Progress, Silence
from pipeline.run.quarantine import error_of, put_aside
from pipeline.run.records import RunRecord
from pipeline.settings import Settings

AGGREGATES = "aggregates"
_VANISHED_SHARE = 0.2
_WARMING = 900.0
"""Seconds that building the language data may take, the first time on a machine."""


@dataclass(frozen=True)
class Result:
    """What a run gave: the record it wrote (None for a dry run), what it did, and what a person should read."""

    record: RunRecord | None
    done: int
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = field(default=())


def ingest(
    settings: Settings,
    *,
    force: bool = False,
    dry_run: bool = False,
    prune: bool = False,
    again: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> Result:
    """Process `settings.raw` into `settings.out`.

    `force` does every document again, `again` those whose ids it holds; `dry_run` writes nothing; `prune` means
    that sources which vanished were meant to. Raises RunError or UsageError with one sentence.
    """
    progress = progress or Silence()
    _check_folders(settings)
    if dry_run:
        ledger = Ledger.open_to_read(settings.out)
        plan = make_plan(settings, ledger)
        changes = find_changes(plan, ledger, settings, force=force, again=again)
        return Result(None, 0, tuple(changes), plan.notes)
    outputs = Outputs(settings.out)
    outputs.make()
    with _only_run(settings.out):
        outputs.clear_partial()
        ledger = Ledger.open(settings.out)
        try:
            return _Run(settings, ledger, outputs, progress).complete(force, prune, again)
        except sqlite3.OperationalError as error:
            raise RunError(
                f"The ledger in {settings.out} could not be written ({error}). If the disk is full, make room and run "
                "again; what is done so far is kept."
            ) from error
        finally:
            ledger.close()
            outputs.clear_partial()


def _check_folders(settings: Settings) -> None:
    raw, out = settings.raw.resolve(), settings.out.resolve()
    if raw == out or out.is_relative_to(raw) or raw.is_relative_to(out):
        raise UsageError(
            f"The folders {settings.raw} and {settings.out} lie within each other; name two separate ones."
        )
    if settings.out.exists() and not settings.out.is_dir():
        raise RunError(f"{settings.out} is not a folder; name another with --out.")


@contextmanager
def _only_run(out: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two runs never write into it at once."""
    try:
        lock = (out / ".lock").open("w")
    except OSError as error:
        raise RunError(
            f"The folder {out} cannot be written ({error.strerror}); name another with --out."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"Another run is at work on {out}; wait until it is done.") from error
        yield


class _Run:
    """The state of one run: configuration, ledger, outputs, and who is told."""

    def __init__(self, settings: Settings, ledger: Ledger, outputs: Outputs, progress: Progress) -> None:
        self._settings = settings
        self._ledger = ledger
        self._outputs = outputs
        self._progress = progress

    def complete(self, force: bool, prune: bool, again: frozenset[str]) -> Result:
        plan = make_plan(self._settings, self._ledger)
        self._check_vanished(plan, prune)
        spoiled = self._forget_spoiled()
        changes = find_changes(plan, self._ledger, self._settings, force=force, again=again)
        corpus_key = _corpus_key(plan, self._settings)
        if not changes and self._ledger.get("complete") == corpus_key:
            kept = self._ledger.get("record")
            if kept is not None and not spoiled:
                self._remember_files(plan)
                return Result(RunRecord.model_validate_json(kept), 0, (), plan.notes)
        with self._ledger.transaction():
            self._ledger.set("complete", None)
        self._forget_gone(plan)
        todo = [plan.units[change.id] for change in changes if change.id in plan.units]
        with Pool(self._settings) as pool:
            if todo or self._unsettled(plan, {}):
                self._warm(pool)
            self._read(pool, todo)
            answers = self._gather()
            settled = self._settle(pool, plan, answers)
        self._refuse(plan)
        record = self._join(plan)
        self._remember_files(plan)
        with self._ledger.transaction():
            self._ledger.set("record", record.model_dump_json())
            self._ledger.set("complete", corpus_key)
        return Result(record, len({unit.id for unit in todo} | settled), tuple(changes), plan.notes)

    def _remember_files(self, plan: Plan) -> None:
        """Keep what was seen of the files, so that the next run need not open those that stay the same."""
        if {name: tuple(row) for name, *row in plan.files} != self._ledger.files():
            with self._ledger.transaction():
                self._ledger.replace_files(plan.files)

    def _check_vanished(self, plan: Plan, prune: bool) -> None:
        if not plan.units and not plan.refused and not (prune and plan.known):
            raise RunError(
                f"The folder {self._settings.raw} holds no documents; put your pages and reports there "
                "(.html, .txt, .md, .pdf, also compressed as .gz)."
            )
        if plan.known and len(plan.vanished) > _VANISHED_SHARE * plan.known and not prune:
            shown = ", ".join(plan.vanished[:3]) + (" …" if len(plan.vanished) > 3 else "")
            raise RunError(
                f"{len(plan.vanished)} of {plan.known} known sources have vanished from {self._settings.raw} "
                f"({shown}). "
                "Put them back, or run again with --prune if that is meant; their outputs are removed then."
            )

    def _forget_gone(self, plan: Plan) -> None:
        """Forget documents and quarantine entries whose source is not there any more."""
        wanted = set(plan.units) | set(plan.refused)
        known = set(self._ledger.read_keys()) | set(self._ledger.settled_keys())
        known |= {row.id for row in self._ledger.failed()}
        with self._ledger.transaction():
            for owner in sorted(known - wanted):
                self._ledger.forget(owner)

    def _forget_spoiled(self) -> bool:
        """Forget what was made of a document where a file of it is not as it was written."""
        spoiled = {output.owner for output in self._ledger.outputs() if not self._outputs.intact([output])}
        with self._ledger.transaction():
            for owner in sorted(spoiled):
                self._ledger.forget_settled(owner)
                self._ledger.forget_failed(owner)
        return bool(spoiled)

    def _warm(self, pool: Pool) -> None:
        """Build what is built once on a machine, and make sure that children can work at all."""
        self._progress.phase("Preparing", 1)
        for _, answer in pool.map(["warm"], lambda task: ({"task": task}, b""), _WARMING):
            if answer.error is not None or not answer.header.get("ok"):
                what = answer.error or answer.header.get("message")
                raise RunError(
                    f"The worker process cannot start: {what} 'python -m pipeline.run.worker' may say more."
                )
        self._progress.step()

    def _read(self, pool: Pool, units: list[Unit]) -> None:
        self._progress.phase("Reading", len(units))
        raw = os.fsencode(self._settings.raw).hex()

        def request(unit: Unit) -> tuple[dict[str, object], bytes]:
            findings = [finding.model_dump(mode="json") for finding in unit.findings]
            source = unit.source.model_dump(mode="json")
            return {
                "task": "read",
                "raw": raw,
                "name": unit.name.hex(),
                "source": source,
                "findings": findings,
            }, b""

        for unit, answer in pool.map(units, request):
            if self._failed(unit, answer, "read"):
                continue
            with self._ledger.transaction():
                self._ledger.forget_settled(unit.id)
                parts = orjson.dumps(unit.parts).decode()
                summary = orjson.dumps(answer.header["summary"])
                offered = orjson.dumps(answer.header["offered"])
                self._ledger.save_read(unit.id, unit.key, parts, summary, offered, answer.payload)
            self._progress.step()

    def _gather(self) -> dict[str, Answers]:
        """The answers to all documents, with the texts of the passages that siblings hold."""
        summaries = [Summary.model_validate_json(blob) for blob in self._ledger.summaries().values()]
        answers = gather(summaries, self._settings)
        return {document: self._with_texts(answer) for document, answer in answers.items()}

    def _with_texts(self, answers: Answers) -> Answers:
        if not answers.restorations:
            return answers
        restorations = []
        for restoration in answers.restorations:
            passage = []
            for donor in restoration.passage:
                kind, level, text = orjson.loads(self._ledger.offered(donor.document))[str(donor.block)]
                passage.append(donor.model_copy(update={"kind": kind, "level": level, "text": text}))
            restorations.append(restoration.model_copy(update={"passage": tuple(passage)}))
        return answers.model_copy(update={"restorations": tuple(restorations)})

    def _unsettled(self, plan: Plan, answers: dict[str, Answers]) -> list[tuple[Unit, Answers, str]]:
        """Documents that were read but not settled under their present key, by id."""
        settled, read = self._ledger.settled_keys(), self._ledger.read_keys()
        found = []
        for document, unit in plan.units.items():
            if document not in read:
                continue  # in quarantine
            answer = answers.get(document, Answers())
            key = digest(read[document], answer.model_dump_json())
            if settled.get(document) != key:
                found.append((unit, answer, key))
        return found

    def _settle(self, pool: Pool, plan: Plan, answers: dict[str, Answers]) -> set[str]:
        todo = self._unsettled(plan, answers)
        self._progress.phase("Settling", len(todo))

        def request(item: tuple[Unit, Answers, str]) -> tuple[dict[str, object], bytes]:
            return {"task": "settle", "answers": item[1].model_dump(mode="json")}, self._ledger.content(
                item[0].id
            )

        for (unit, _, key), answer in pool.map(todo, request):
            if not self._failed(unit, answer, "settle"):
                self._save_settled(unit, key, answer)
                self._progress.step()
        return {unit.id for unit, _, _ in todo}

    def _save_settled(self, unit: Unit, key: str, answer: Answer) -> None:
        written, position = [], 0
        for name, length in answer.header["files"]:
            data = answer.payload[position : position + length]
            position += length
            written.append(self._outputs.write(f"{DOCUMENTS}/{unit.id}/{name}", data, unit.id))
        row = Settled(
            document=unit.id,
            key=key,
            path=unit.source.path,
            profile=orjson.dumps(answer.header["profile"]),
            findings=orjson.dumps(answer.header["findings"]),
            counts=orjson.dumps(answer.header["counts"]).decode(),
        )
        with self._ledger.transaction():
            self._ledger.forget_failed(unit.id)
            self._ledger.save_outputs(unit.id, written)
            self._ledger.save_settled(row)

    def _failed(self, unit: Unit, answer: Answer, stage: str) -> bool:
        """Whether the document failed; then it is in quarantine now."""
        error, detail = error_of(answer)
        if error is not None:
            self._put_aside(unit, error, stage, detail)
            self._progress.step()
        return error is not None

    def _put_aside(
        self, item: Unit | Refused, error: DocumentError, stage: str, detail: tuple[str, ...] = ()
    ) -> None:
        failure, written = put_aside(self._outputs, self._settings, item, error, stage, detail)
        with self._ledger.transaction():
            if stage == "settle" and isinstance(error, NotThePage):
                self._ledger.forget_settled(
                    item.id
                )  # its site says so: what was read of it still counts there
            else:
                self._ledger.forget(item.id)
            self._ledger.save_failed(failure)
            self._ledger.save_outputs(item.id, written)

    def _refuse(self, plan: Plan) -> None:
        """Quarantine the files that have no content to read, but those that already are."""
        known = {row.id: row.key for row in self._ledger.failed()}
        for refused in plan.refused.values():
            if known.get(refused.id) != refused.key:
                self._put_aside(refused, refused.error, "plan")

    def _join(self, plan: Plan) -> RunRecord:
        from pipeline.run import aggregates  # pandas and pyarrow are not loaded where nothing changed
        from pipeline.run.summary import make_record

        self._progress.phase("Joining", 1)
        corpus = aggregates.assemble(self._ledger.settled())
        failed = self._ledger.failed()
        files = aggregates.files(corpus, failed)
        wanted = {DOCUMENTS: {row.document for row in corpus.rows}, QUARANTINE: {row.id for row in failed}}
        old = {output.path for output in self._ledger.outputs() if output.owner == AGGREGATES}
        written = [self._outputs.write(path, data, AGGREGATES) for path, data in files.items()]
        self._outputs.sweep(wanted, sorted(old - set(files) - {"run.json"}))
        record = make_record(corpus, failed, written, plan.notes, self._settings)
        body = orjson.dumps(
            record.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        )
        written.append(self._outputs.write("run.json", body, AGGREGATES))
        with self._ledger.transaction():
            self._ledger.save_outputs(AGGREGATES, written)
        self._progress.step()
        return record


def _corpus_key(plan: Plan, settings: Settings) -> str:
    """The key under which a whole run is complete: every document's, every refusal, and the program's."""
    documents = [item for unit in plan.units.values() for item in (unit.id, unit.key)]
    refused = [
        item
        for entry in plan.refused.values()
        for item in (entry.id, entry.error.code, str(entry.error), entry.url or "")
    ]
    values = orjson.dumps(settings.affecting_outputs(), option=orjson.OPT_SORT_KEYS)
    return digest(keys.program_digest(), values, *plan.notes, *documents, "refused", *refused)
