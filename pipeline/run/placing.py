"""The end of a run: compares what was staged with what stands, replaces it, and writes the files made from all records.

Whatever moment it is killed at, the next run completes it: the ledger says that something stands only after its files
do, and `run.json` is written last of all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from pipeline.errors import RunError
from pipeline.records.runs import RunRecord
from pipeline.run import guard, quarantine
from pipeline.run.planning.plan import Plan
from pipeline.run.planning.staging import Outlook, failed_of, outlook, settled_of
from pipeline.settings import Settings
from pipeline.store.differences import Differences, compare, standing_of
from pipeline.store.ledger import Failed, Ledger, Settled, Standing
from pipeline.store.ledger_file import LEDGER
from pipeline.store.output_folder import DOCUMENTS, Outputs

if TYPE_CHECKING:
    from pipeline.exports.aggregates import Corpus

AGGREGATES = "aggregates"
CHANGES, HELD = "changes", "held"
"""Names under which the ledger keeps what the last run changed, and what a run that was held back would change."""


@dataclass(frozen=True)
class Placed:
    """What a run put in its place: its record, what that changed, and of how many documents it made records or
    quarantine entries."""

    record: RunRecord
    differences: Differences
    settled: int
    failed: int


class Placing:
    """Puts what a run staged in its place, if nothing too much is lost by it."""

    def __init__(self, settings: Settings, ledger: Ledger, outputs: Outputs, plan: Plan) -> None:
        self._settings = settings
        self._ledger = ledger
        self._outputs = outputs
        self._plan = plan

    def complete(self, accepted: frozenset[str]) -> Placed:
        """Compare, put in place, join.

        Raises HeldBack, with nothing replaced, where too much would be lost and is not `accepted`.
        """
        from pipeline.exports import aggregates  # pandas and pyarrow are not loaded where nothing changed

        ahead = outlook(self._ledger, self._plan)
        corpus = aggregates.assemble(ahead.settled.values())
        changes = self._replace_standing(standing_of(corpus.profiles, ahead.failed.values()), accepted)
        states = self._put_in_place()
        self._forget_gone(ahead)
        return Placed(self._join(corpus), changes, states["settled"], states["failed"])

    def _replace_standing(
        self, after: dict[tuple[str, str], Standing], accepted: frozenset[str]
    ) -> Differences:
        """Ask the guard, and remember what will stand now and what that changes: before the first file is replaced.

        A run that is killed from here on and begun again is compared with what it is about to write.
        """
        before = self._ledger.standing() or self._standing_in_outputs()
        changes = compare(before, after)
        quarantined = _quarantined(after)
        limit = self._settings.loss_limit
        try:
            guard.check(_profiles(before), _profiles(after), quarantined, limit, accepted)
        except guard.HeldBack:
            with self._ledger.transaction():
                self._ledger.set(HELD, changes.model_dump_json(exclude_none=True).encode())
            raise
        with self._ledger.transaction():
            self._ledger.set(HELD, None)
            if changes.records:
                self._ledger.set(CHANGES, changes.model_dump_json(exclude_none=True).encode())
            self._ledger.replace_standing(after.values())
        return changes

    def _standing_in_outputs(self) -> dict[tuple[str, str], Standing]:
        """The records that a run wrote whose ledger is gone: what stands is not forgotten with it."""
        rows = []
        for line in self._outputs.lines("profiles.jsonl"):
            try:
                rows.append(Standing(orjson.loads(line)["id"], "profile", line))
            except (orjson.JSONDecodeError, KeyError, TypeError):
                return {}
        return {(row.kind, row.id): row for row in rows}

    def _put_in_place(self) -> Counter[str]:
        """Put what is staged in its place; how many documents were settled, and how many failed."""
        states: Counter[str] = Counter()
        for row in self._ledger.staged():
            item = self._plan.units.get(row.id) or self._plan.refused.get(row.id)
            if item is None:
                continue  # its source is gone, and so it will be
            made: Settled | Failed
            if row.state == "settled":
                made, files = settled_of(row)
                written = [
                    self._outputs.write(f"{DOCUMENTS}/{row.id}/{name}", data, row.id)
                    for name, data in files.items()
                ]
            else:
                failed, record = failed_of(row)
                body, written = quarantine.put_aside(self._outputs, self._settings, item, record)
                made = replace(failed, error=body)
            with self._ledger.transaction():
                self._ledger.forget_made(row.id)
                self._ledger.save_made(made)
                self._ledger.save_outputs(row.id, written)
                self._ledger.unstage(row.id)
            states[row.state] += 1
        return states

    def _forget_gone(self, ahead: Outlook) -> None:
        """Forget documents and quarantine entries that nothing in `raw/` stands for any more."""
        wanted = {*self._plan.units, *self._plan.refused}
        known = {*self._ledger.read_keys(), *self._ledger.settled_keys(), *self._ledger.staged_keys()}
        known |= {row.id for row in self._ledger.failed()}
        known |= {output.owner for output in self._ledger.outputs() if output.owner != AGGREGATES}
        with self._ledger.transaction():
            for owner in sorted(known - wanted):
                self._ledger.forget(owner)

    def _join(self, corpus: Corpus) -> RunRecord:
        from pipeline.exports import aggregates
        from pipeline.profiles import make_cities
        from pipeline.run.run_record import make_record

        failed = self._ledger.failed()
        files = aggregates.files(corpus, make_cities(corpus.profiles), failed)
        old = {output.path for output in self._ledger.outputs() if output.owner == AGGREGATES}
        written = [self._outputs.write(path, data, AGGREGATES) for path, data in files.items()]
        standing = [output for output in self._ledger.outputs() if output.owner != AGGREGATES]
        self._outputs.sweep([*standing, *written], sorted(old - set(files) - {"run.json"}))
        self._check_still_there()
        record = make_record(corpus, failed, written, self._plan.notes, self._settings)
        body = orjson.dumps(
            record.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        )
        written.append(self._outputs.write("run.json", body, AGGREGATES))
        with self._ledger.transaction():
            self._ledger.save_outputs(AGGREGATES, written)
        return record

    def _check_still_there(self) -> None:
        """Whether the folder is the one that the run began with. Raises RunError where somebody took it away."""
        if not (self._settings.out / LEDGER).exists():
            raise RunError(
                f"The folder {self._settings.out} was removed while the run was at work; run the command again."
            )


def _profiles(rows: dict[tuple[str, str], Standing]) -> list[guard.Record]:
    return [orjson.loads(row.body) for row in rows.values() if row.kind == "profile"]


def _quarantined(rows: dict[tuple[str, str], Standing]) -> dict[str, str]:
    """The paths of what is in quarantine, of files with the same bytes too, and what is the matter with them."""
    errors = [orjson.loads(row.body) for row in rows.values() if row.kind == "quarantine"]
    return {
        path: error.get("kind") or error["code"]
        for error in errors
        for path in (error["path"], *error.get("source", {}).get("also", ()))
    }
