"""Carries out a run from beginning to end: plan, read, gather, settle, join.

Reading and settling fill the ledger and replace nothing; `placing` puts what they made in its place at the end.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from pipeline.errors import DocumentError, RunError, UsageError, WorkerCrash
from pipeline.lexicon.cache import CACHE_VARIABLE, cache_folder
from pipeline.records import Answers, Summary, digest
from pipeline.records.runs import RunRecord
from pipeline.run.children.pool import Answer, Pool
from pipeline.run.gather import gather
from pipeline.run.placing import Placing
from pipeline.run.planning import keys
from pipeline.run.planning.changes import Change, find_changes, try_again
from pipeline.run.planning.plan import Plan, Refused, Unit, make_plan
from pipeline.run.planning.staging import failed_of, failures, stage_failed, stage_settled
from pipeline.run.progress import Progress, Silence
from pipeline.run.quarantine import error_of, record_of
from pipeline.settings import CONFIG_FILE, Settings
from pipeline.store import ledger_file
from pipeline.store.differences import Differences
from pipeline.store.ledger import Failed, Ledger, told
from pipeline.store.ledger_file import LedgerDamaged
from pipeline.store.output_folder import Outputs

if TYPE_CHECKING:
    from pipeline.run.children.in_process import InProcess

_LOG = logging.getLogger(__name__)

_WARMING = 900.0
"""Seconds that building the language data may take, the first time on a machine."""

_STARTS = 3
"""How often a child that dies while it prepares is started: something else may have ended it."""


@dataclass(frozen=True)
class Result:
    """What a run gave: the record it wrote (None for a dry run), what it did, and what a person should read.

    `done` counts the documents of which this run put a record in its place, `failed` those that it put into quarantine.
    """

    record: RunRecord | None
    done: int
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = field(default=())
    failed: int = 0
    differences: Differences = field(default_factory=Differences)


@dataclass(frozen=True)
class Options:
    """What is asked of one run, beside the configuration.

    `force` does every document again, `again` those whose ids it holds; `verify` compares outputs with their digests;
    `accepted` names the sites whose losses are meant (`guard.ALL_SITES`: all). `debug` does documents in this process,
    without child processes and limits.
    """

    force: bool = False
    verify: bool = False
    accepted: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    debug: bool = False


def ingest(settings: Settings, options: Options = Options(), progress: Progress | None = None) -> Result:
    """Process `settings.raw` into `settings.out`.

    Raises UsageError, or RunError with one sentence: HeldBack where too much would be lost.
    """
    progress = progress or Silence()
    check_folders(settings)
    outputs = Outputs(settings.out)
    outputs.make()
    with _only_run(settings.out):
        outputs.clear_partial()
        try:
            return _with_ledger(settings, outputs, options, progress)
        except LedgerDamaged as error:
            ledger_file.remove(settings.out)
            result = _with_ledger(settings, outputs, replace(options, again=frozenset()), progress)
            return replace(result, notes=(*result.notes, _begun_anew(str(error))))
        finally:
            outputs.clear_partial()


def _with_ledger(settings: Settings, outputs: Outputs, options: Options, progress: Progress) -> Result:
    ledger = Ledger.open(settings.out)
    try:
        with told(settings.out):
            result = _Run(settings, ledger, outputs, progress).complete(options)
    finally:
        ledger.close()
    if ledger.begun_anew is None:
        return result
    return replace(result, notes=(*result.notes, _begun_anew(ledger.begun_anew)))


def _begun_anew(why: str) -> str:
    return f"The ledger was recreated ({why}); every document was read again."


def check_folders(settings: Settings) -> None:
    raw, out = settings.raw.resolve(), settings.out.resolve()
    if raw == out or out.is_relative_to(raw) or raw.is_relative_to(out):
        raise UsageError(f"The folders {settings.raw} and {settings.out} overlap; name two separate ones.")
    if settings.out.exists() and not settings.out.is_dir():
        raise RunError(f"{settings.out} is not a folder; name another with --out.")
    if Path(CONFIG_FILE).exists() and Path.cwd().resolve().is_relative_to(raw):
        raise UsageError(
            f"The {CONFIG_FILE} of this folder lies among the scraped files of {settings.raw} and is not trusted; "
            "run the command from another folder."
        )
    cache = cache_folder().resolve()
    if cache.is_relative_to(raw) or cache.is_relative_to(out):
        raise UsageError(
            f"The cache folder {cache} lies in {settings.raw} or {settings.out}; name another in {CACHE_VARIABLE}."
        )
    if settings.data is not None and settings.data.resolve().is_relative_to(raw):
        raise UsageError(
            f"The overlay folder {settings.data} lies among the scraped files of {settings.raw} and is not trusted; "
            "keep it elsewhere."
        )


@contextmanager
def _only_run(out: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two runs never write into it at once."""
    try:
        lock = os.fdopen(os.open(out / ".lock", os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644), "w")
    except OSError as error:
        raise RunError(
            f"The folder {out} cannot be written ({error.strerror}); name another with --out."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"Another run is using {out}; wait until it is done.") from error
        yield


class _Run:
    """The state of one run: configuration, ledger, outputs, and who is told."""

    def __init__(self, settings: Settings, ledger: Ledger, outputs: Outputs, progress: Progress) -> None:
        self._settings = settings
        self._ledger = ledger
        self._outputs = outputs
        self._progress = progress
        self._limits = keys.limits_digest(settings)
        self._read_now: set[str] = set()
        self._failures: dict[str, Failed] = {}

    def complete(self, options: Options) -> Result:
        plan = make_plan(self._settings, self._ledger, options.again)
        self._check_not_empty(plan)
        spoiled = self._forget_spoiled(options.verify)
        changes = find_changes(plan, self._ledger, self._settings, force=options.force, again=options.again)
        corpus_key = _corpus_key(plan, self._settings)
        kept = self._ledger.get("record")
        if not changes and not spoiled and kept and self._ledger.get("complete") == corpus_key.encode():
            self._remember_files(plan)
            return Result(RunRecord.model_validate_json(kept), 0, (), plan.notes)
        with self._ledger.transaction():
            self._ledger.set("complete", None)
        todo = [plan.units[change.id] for change in changes if change.id in plan.units]
        self._failures = failures(self._ledger)
        _LOG.info("%d documents, %d refused, %d to be read", len(plan.units), len(plan.refused), len(todo))
        with self._workers(options.debug) as pool:
            if todo or self._unsettled(plan, {}):
                self._warm(pool)
            self._read(pool, todo)
            self._settle(pool, plan, self._gather(plan))
        self._refuse(plan)
        self._progress.phase("Joining", 1)
        placing = Placing(self._settings, self._ledger, self._outputs, plan)
        placed = placing.complete(options.accepted)
        self._progress.step()
        self._remember_files(plan)
        with self._ledger.transaction():
            self._ledger.set("record", placed.record.model_dump_json().encode())
            self._ledger.set("complete", corpus_key.encode())
        return Result(
            placed.record, placed.settled, tuple(changes), plan.notes, placed.failed, placed.differences
        )

    def _workers(self, debug: bool) -> Pool | InProcess:
        if not debug:
            return Pool(self._settings)
        from pipeline.run.children.in_process import (
            InProcess,  # loads all stages, which only children need otherwise
        )

        return InProcess(self._settings)

    def _remember_files(self, plan: Plan) -> None:
        """Keep what was seen of the files, so that the next run need not open those that stay the same."""
        if {name: tuple(row) for name, *row in plan.files} != self._ledger.files():
            with self._ledger.transaction():
                self._ledger.replace_files(plan.files)

    def _check_not_empty(self, plan: Plan) -> None:
        if not plan.units and not plan.refused and not self._ledger.settled_keys():
            raise RunError(
                f"The folder {self._settings.raw} holds no documents; put your pages and reports there "
                "(.html, .txt, .md, .pdf, also compressed as .gz)."
            )

    def _forget_spoiled(self, verify: bool) -> bool:
        """Forget what was made of a document where a file of it is not as it was written; remove strays."""
        known = self._ledger.outputs()
        if known and self._outputs.strays(known):  # with a new ledger, everything would look astray
            self._outputs.sweep(known, ())
        spoiled = {output.owner for output in self._outputs.spoiled(known, by_digest=verify)}
        with self._ledger.transaction():
            for owner in sorted(spoiled):
                self._ledger.forget_made(owner)
        return bool(spoiled)

    def _warm(self, pool: Pool | InProcess) -> None:
        """Build what is built once on a machine, and make sure that children can work at all."""
        self._progress.phase("Preparing", 1)
        for start in range(1, _STARTS + 1):
            _, answer = next(iter(pool.map(["warm"], lambda task: ({"task": task}, b""), _WARMING)))
            error, _ = error_of(answer)
            if error is None:
                break
            if not isinstance(error, WorkerCrash) or start == _STARTS:
                last = f" Its last words: {answer.said[-1]}" if answer.said else ""
                raise RunError(f"The process that reads documents cannot start: {error}{last}")
        self._progress.step()

    def _read(self, pool: Pool | InProcess, units: list[Unit]) -> None:
        self._progress.phase("Reading", len(units))
        raw = os.fsencode(self._settings.raw.absolute()).hex()

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
            self._progress.step()
            if self._failed(unit, answer, "read", unit.key):
                continue
            self._read_now.add(unit.id)
            self._keep_reading(unit, answer)

    def _keep_reading(self, unit: Unit, answer: Answer) -> None:
        """Keep what a document said and, staged, the result that it has where the corpus adds nothing."""
        end = answer.header["extracted"]
        extracted, made = answer.payload[:end], answer.payload[end:]
        parts = orjson.dumps(unit.parts)
        summary = orjson.dumps(answer.header["summary"])
        offered = orjson.dumps(answer.header["offered"])
        key = _settled_key(unit.key, Answers())
        with self._ledger.transaction():
            self._ledger.save_read(unit.id, unit.key, parts, summary, offered, extracted)
            self._ledger.stage(stage_settled(key, unit.path, unit.id, made))

    def _gather(self, plan: Plan) -> dict[str, Answers]:
        """The answers to all documents of the plan, with the texts of the passages that siblings hold."""
        known = self._ledger.summaries()
        summaries = [Summary.model_validate_json(known[item]) for item in plan.units if item in known]
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
        """Documents that were read and are neither settled nor failed under their present key, by id.

        Of those that were just read, these are the ones whose corpus says something: `read` settled the others.
        """
        read, settled, staged = (
            self._ledger.read_keys(),
            self._ledger.settled_keys(),
            self._ledger.staged_keys(),
        )
        found = []
        for document, unit in plan.units.items():
            if document not in read:
                continue  # it failed when it was read
            answer = answers.get(document, Answers())
            key = _settled_key(read[document], answer)
            failure = None if document in self._read_now else self._failures.get(document)
            if failure is not None and failure.about["stage"] == "settle":
                wanted = try_again(failure, key, self._limits) is not None
            else:
                wanted = staged.get(document, ("settled", settled.get(document))) != ("settled", key)
            if wanted:
                found.append((unit, answer, key))
        return found

    def _settle(self, pool: Pool | InProcess, plan: Plan, answers: dict[str, Answers]) -> None:
        todo = self._unsettled(plan, answers)
        self._progress.phase("Settling", len(todo))

        def request(item: tuple[Unit, Answers, str]) -> tuple[dict[str, object], bytes]:
            document = self._ledger.content(item[0].id)
            return {"task": "settle", "answers": item[1].model_dump(mode="json")}, document

        for (unit, _, key), answer in pool.map(todo, request):
            self._progress.step()
            if not self._failed(unit, answer, "settle", key):
                with self._ledger.transaction():
                    self._ledger.stage(stage_settled(key, unit.path, unit.id, answer.payload))

    def _failed(self, unit: Unit, answer: Answer, stage: str, key: str) -> bool:
        """Whether the document failed; then that is staged now."""
        error, detail = error_of(answer)
        if error is not None:
            self._stage_failure(unit, error, stage, key, detail, answer.said)
        else:
            _LOG.debug("%s done: %s", stage, unit.path)
        return error is not None

    def _stage_failure(
        self,
        item: Unit | Refused,
        error: DocumentError,
        stage: str,
        key: str,
        detail: tuple[str, ...] = (),
        said: tuple[str, ...] = (),
    ) -> None:
        _LOG.info("%s failed: %s (%s: %s)", stage, item.path, error.code, error)
        before = self._failures.get(item.id)
        same = before is not None and (before.key, before.limits) == (key, self._limits)
        tries = before.tries + 1 if same and before is not None and error.counted else 1
        record = record_of(item, error, stage, tries, detail, said)
        staged = stage_failed(key, record, self._limits)
        self._failures[item.id] = failed_of(staged)[0]
        with self._ledger.transaction():
            if stage == "read":
                self._ledger.forget_read(item.id)
            self._ledger.stage(staged)

    def _refuse(self, plan: Plan) -> None:
        """Stage quarantine entries of the files that have no content to read and are not known yet."""
        known = {entry: failure.key for entry, failure in self._failures.items()}
        new = [refused for refused in plan.refused.values() if known.get(refused.id) != refused.key]
        for refused in new:
            self._stage_failure(refused, refused.error, "plan", refused.key)


def _settled_key(read_key: str, answers: Answers) -> str:
    """The key under which a document that was read under `read_key` is settled with these Answers."""
    return digest(read_key, answers.model_dump_json())


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
