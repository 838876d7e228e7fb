"""Shows without running: what a run would do, what is wrong in the output folder, what the last run changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import RunError
from pipeline.run.engine import Options, Result, check_folders
from pipeline.run.placing import CHANGES, HELD
from pipeline.run.planning.changes import find_changes
from pipeline.run.planning.plan import make_plan
from pipeline.settings import Settings
from pipeline.store.differences import Differences
from pipeline.store.ledger import Ledger, told
from pipeline.store.ledger_file import LedgerDamaged
from pipeline.store.output_folder import Outputs


def preview(settings: Settings, options: Options) -> Result:
    """What a run would do, and why; nothing is written. Raises UsageError, or RunError with one sentence."""
    check_folders(settings)
    with _looking(settings.out) as ledger:
        plan = make_plan(settings, ledger, options.again)
        changes = find_changes(plan, ledger, settings, force=options.force, again=options.again)
        warnings = _warnings(ledger, Outputs(settings.out), options.verify) if ledger else []
    return Result(None, 0, tuple(changes), (*plan.notes, *warnings))


@contextmanager
def _looking(out: Path) -> Iterator[Ledger | None]:
    """The ledger for looking only, None where there is none. Raises RunError where it is damaged."""
    ledger = Ledger.open_to_read(out)
    try:
        with told(out):
            yield ledger
    except LedgerDamaged as error:
        raise RunError(
            f"The ledger in {out} is damaged ({error}); 'cityreports ingest' recreates it."
        ) from error
    finally:
        if ledger is not None:
            ledger.close()


def _warnings(ledger: Ledger, outputs: Outputs, verify: bool) -> list[str]:
    """What a person should know of the output folder before the next run."""
    known, notes = ledger.outputs(), []
    spoiled = [output.path for output in outputs.spoiled(known, by_digest=verify)]
    strays = [str(path.relative_to(outputs.root)) for path in outputs.strays(known)] if known else []
    if spoiled:
        how = "cityreports ingest --verify" if verify else "the next run"
        notes.append(
            f"{len(spoiled)} output(s) are missing or changed; {how} makes them again: {_some(spoiled)}"
        )
    if strays:
        notes.append(
            f"{len(strays)} stray file(s) in the output folder; the next run removes them: {_some(strays)}"
        )
    if ledger.get(HELD) is not None:
        notes.append(
            "The last run was held back and replaced nothing; 'cityreports changes' shows what it would do."
        )
    return notes


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (" …" if len(paths) > 3 else "")


def last_differences(settings: Settings) -> tuple[Differences, Differences | None]:
    """What the last run that changed something changed, and what one that was held back since would change.

    Raises RunError where nothing was ingested yet.
    """
    with _looking(settings.out) as ledger:
        if ledger is None:
            raise RunError(
                f"There is nothing in {settings.out} yet; run 'cityreports ingest' first, or name --out."
            )
        done, held = ledger.get(CHANGES), ledger.get(HELD)
    return (
        Differences.model_validate_json(done) if done else Differences(),
        Differences.model_validate_json(held) if held else None,
    )
