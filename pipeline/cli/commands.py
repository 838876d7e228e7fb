"""The command `cityreports`: parses, calls, prints. `pipeline.__main__` starts it."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline import logs
from pipeline import settings as configuration
from pipeline.cli import changes_view, terminal
from pipeline.errors import EXIT_QUARANTINED, CityReportsError, RunError, UsageError

if TYPE_CHECKING:
    from pipeline.run import engine

_LOG = logging.getLogger(__name__)

_LONGEST_ERROR = 300
"""Characters of what click says of a wrong argument, which it repeats in full."""

_ALL = "all sites"  # guard.ALL_SITES
"""What `--accept-changes` stands for where no site is named."""

_EPILOG = """\b
Exit codes:
  0  done
  1  done, with documents in quarantine, under --strict
  2  the command makes no sense
  3  the run could not do its work, or was held back because too much would be lost
  130  stopped with Ctrl-C; the next run completes it
  141  nobody reads what is shown any more (| head)
  143  stopped with SIGTERM; the next run completes it
"""

_ENVIRONMENT = """\b
Environment:
  CITYREPORTS_LOG    log lines on standard error: debug (with tracebacks), info, warning or error
"""

Function = TypeVar("Function", bound=Callable[..., Any])


def _out_option(function: Function) -> Function:
    return click.option("--out", metavar="FOLDER", help="The folder that comes out [processed].")(function)


def _raw_option(function: Function) -> Function:
    return click.option("--raw", metavar="FOLDER", help="The folder that went in [raw].")(function)


def _show_logs(context: click.Context, _: click.Parameter, wanted: bool) -> bool:
    if wanted and not context.resilient_parsing:
        logs.show("debug")
    return wanted


def _debug_option(function: Function) -> Function:
    return click.option(
        "--debug",
        is_flag=True,
        callback=_show_logs,
        help="Look for a fault: log lines and tracebacks on standard error; documents are done in this process, one "
        "after the other, without limits of time and memory.",
    )(function)


@click.group(
    epilog="""\b
Examples:
  cityreports ingest                         raw/ into processed/
  cityreports status                         what a run would do, and why
  cityreports show raw/site/page.html        a document's profile, findings and repairs
  cityreports explain raw/site/page.html sections.report.text
"""
    + "\n\n"
    + _ENVIRONMENT
    + "\n\n"
    + _EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="cityreports", prog_name="cityreports")
def cli() -> None:
    """Scraped pages and PDF reports about cities, in any state of decay, into profile records."""


@cli.command(
    epilog="""\b
Examples:
  cityreports ingest
  cityreports ingest scraped/ --out build/ --workers 4
  cityreports ingest --dry-run
"""
    + "\n\n"
    + _EPILOG
)
@click.argument("raw", required=False)
@_out_option
@click.option("--workers", type=int, help="Child processes [one for each core].")
@click.option("--force", is_flag=True, help="Do every document again.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
@click.option(
    "--accept-changes",
    "accepted",
    multiple=True,
    is_flag=False,
    flag_value=_ALL,
    metavar="[SITE]",
    help="A run that was held back is meant: all of it, or the losses of SITE.",
)
@click.option(
    "--verify", is_flag=True, help="Compare every output with its digest, and make it again if need be."
)
@click.option("--strict", is_flag=True, help="Exit with 1 when documents are in quarantine.")
@click.option(
    "--ocr", is_flag=True, default=None, help="Read pictures of pages with tesseract, where it is installed."
)
@_debug_option
def ingest(
    raw: str | None,
    out: str | None,
    workers: int | None,
    force: bool,
    dry_run: bool,
    accepted: tuple[str, ...],
    verify: bool,
    strict: bool,
    ocr: bool | None,
    debug: bool,
) -> int:
    """Process the folder RAW into structured profile records."""
    from pipeline.run import engine, guard

    settings = configuration.load(raw=raw, out=out, workers=workers, ocr=ocr)
    options = engine.Options(force=force, verify=verify, accepted=frozenset(accepted), debug=debug)
    if dry_run:
        _show_preview(settings, options)
        return 0
    began = time.monotonic()
    try:
        with terminal.progress() as progress:
            result = engine.ingest(settings, options, progress)
    except guard.HeldBack as held:
        changes_view.show_losses(held)
        raise
    terminal.show_summary(result, settings, time.monotonic() - began)
    quarantined = result.record is not None and result.record.quarantine
    return EXIT_QUARANTINED if strict and quarantined else 0


def _show_preview(settings: configuration.Settings, options: engine.Options) -> None:
    from pipeline.run.preview import preview

    result = preview(settings, options)
    terminal.show_changes(result.changes, settings)
    terminal.show_notes(result.notes)


@cli.command(epilog="\b\nExample:\n  cityreports status")
@click.argument("raw", required=False)
@_out_option
@click.option("--verify", is_flag=True, help="Compare every output with its digest.")
def status(raw: str | None, out: str | None, verify: bool) -> None:
    """What changed since the last run: what will be done again, and why."""
    from pipeline.run import engine

    _show_preview(configuration.load(raw=raw, out=out), engine.Options(verify=verify))


@cli.command(epilog="\b\nExamples:\n  cityreports changes\n  cityreports changes --json > changes.json")
@_out_option
@click.option("--json", "as_json", is_flag=True, help="As JSON, every field in full.")
def changes(out: str | None, as_json: bool) -> None:
    """What the last run that changed something added, changed and removed, record by record."""
    from pipeline.run.preview import last_differences

    done, held = last_differences(configuration.load(out=out))
    if as_json:
        terminal.say_json(
            {
                name: records and records.model_dump(mode="json", exclude_none=True)
                for name, records in (("done", done), ("held_back", held))
            }
        )
    else:
        changes_view.show_differences(done, held)


@cli.command(
    epilog="""\b
Examples:
  cityreports show raw/site/page.html
  cityreports show https://example.org/pl/gdansk
  cityreports show 3f9a
  cityreports show raw/reports/city.pdf --page 2 --image
"""
)
@click.argument("document")
@_raw_option
@_out_option
@click.option(
    "--page", type=click.IntRange(min=1), help="A page of a PDF: its blocks, or with --image its picture."
)
@click.option("--image", is_flag=True, help="Write the page as a PNG here, its blocks drawn and labelled.")
def show(document: str, raw: str | None, out: str | None, page: int | None, image: bool) -> None:
    """The profile, findings and repairs of DOCUMENT: a path, an address, or the beginning of an id."""
    from pipeline.run import inspect

    settings = configuration.load(raw=raw, out=out)
    if image and page is None:
        raise UsageError("Say which page to draw: --page N --image.")
    found = inspect.find(settings, document)
    if page is not None:
        if image:
            terminal.say(f"Written: {inspect.write_page_image(found, page, settings)}")
        else:
            terminal.show_page(inspect.blocks_of_page(found, page))
        return
    if found.error is not None:
        terminal.show_error(found.error, inspect.quarantine_folder(settings, found.id))
    else:
        terminal.show_document(found)


@cli.command(
    epilog="""\b
Examples:
  cityreports explain raw/site/page.html title
  cityreports explain raw/site/page.html sections.country_context.text
  cityreports explain 3f9a /sections/2/lead
"""
)
@click.argument("document")
@click.argument("field")
@_raw_option
@_out_option
def explain(document: str, field: str, raw: str | None, out: str | None) -> None:
    """Where FIELD of DOCUMENT came from: file, range or page and box, raw text, and every edit since."""
    from pipeline.run import inspect

    settings = configuration.load(raw=raw, out=out)
    found = inspect.find(settings, document)
    if found.error is not None:
        raise UsageError(f"{found.error.path} is in quarantine ({found.error.code}) and has no fields.")
    terminal.show_explanations(found, inspect.explain(found, field, settings))


@cli.command(epilog="\b\nExamples:\n  cityreports repairs\n  cityreports repairs raw/site/page.html")
@click.argument("document", required=False)
@_raw_option
@_out_option
def repairs(document: str | None, raw: str | None, out: str | None) -> None:
    """What was changed, by cause: in DOCUMENT with before and after in context, or over the whole corpus."""
    from pipeline.run import inspect

    settings = configuration.load(raw=raw, out=out)
    if document is None:
        terminal.show_causes(inspect.causes(settings), settings)
        return
    found = inspect.find(settings, document)
    if found.error is not None:
        raise UsageError(
            f"{found.error.path} is in quarantine ({found.error.code}); nothing in it was changed."
        )
    terminal.show_repairs(found)


@cli.command(epilog="\b\nExamples:\n  cityreports retry\n  cityreports retry 3f9a")
@click.argument("documents", nargs=-1)
@_raw_option
@_out_option
@click.option("--workers", type=int, help="Child processes [one for each core].")
@_debug_option
def retry(
    documents: tuple[str, ...], raw: str | None, out: str | None, workers: int | None, debug: bool
) -> None:
    """Try again what is in quarantine: DOCUMENTS, or all of it."""
    from pipeline.run import engine, inspect

    settings = configuration.load(raw=raw, out=out, workers=workers)
    in_quarantine = inspect.quarantined(settings)
    chosen = [inspect.find(settings, document).id for document in documents] or in_quarantine
    for document, name in zip(chosen, documents, strict=False):
        if document not in in_quarantine:
            raise UsageError(
                f"{name} is not in quarantine; 'cityreports ingest --force' does every document again."
            )
    began = time.monotonic()
    with terminal.progress() as progress:
        result = engine.ingest(settings, engine.Options(again=frozenset(chosen), debug=debug), progress)
    terminal.show_summary(result, settings, time.monotonic() - began)


@cli.command("check-data", epilog="\b\nExamples:\n  cityreports check-data\n  cityreports check-data my-data")
@click.argument("folder", required=False)
def check_data(folder: str | None) -> None:
    """What is wrong in FOLDER, or in the overlay folder of the setting 'data': one sentence for each mistake."""
    from pipeline.knowledge import check

    overlay = configuration.values(data=folder).data
    if overlay is None:
        raise UsageError("Name the folder of your data files, or set 'data' in cityreports.toml.")
    problems = list(check.problems(overlay))
    for problem in problems:
        terminal.say(problem)
    if problems:
        raise UsageError(f"{overlay} has {len(problems)} mistake{'s' if len(problems) != 1 else ''}.")
    files = len(check.data_files(overlay))
    terminal.say(f"{files} {'files are' if files != 1 else 'file is'} right.")


@cli.command(epilog="\b\nExamples:\n  cityreports schema\n  cityreports schema profile > profile.schema.json")
@click.argument("record", required=False)
def schema(record: str | None) -> None:
    """The JSON Schema of RECORD, or the names of all records."""
    from pipeline.records.runs import SCHEMAS, json_schema

    if record is None:
        terminal.say("\n".join(sorted(SCHEMAS)), lines=True)
    elif record not in SCHEMAS:
        raise UsageError(f"There is no record {record!r}; there are {', '.join(sorted(SCHEMAS))}.")
    else:
        terminal.say_json(json_schema(record))


def command() -> int:
    """Run the command that the arguments name, and give its exit code; errors are one sentence on standard error."""
    try:
        if level := os.environ.get(logs.LOG_VARIABLE):
            logs.show(level)
        _check_working_folder()
        code = cli.main(prog_name=terminal.program(), standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        terminal.say(error.format_message(), lines=True)
        return 0
    except click.ClickException as error:
        terminal.say_error(terminal.safe(error.format_message(), _LONGEST_ERROR))
        context = getattr(error, "ctx", None)
        if context is not None:
            terminal.say_error(f"'{context.command_path} --help' tells what there is.")
        return UsageError.exit_code
    except CityReportsError as error:
        _LOG.debug("The command ends with an error", exc_info=error)
        terminal.say_error(str(error))
        return error.exit_code
    except OSError as error:
        _LOG.debug("The command ends with an error", exc_info=error)
        what = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "A file or folder"
        terminal.say_error(f"{what} cannot be read or written: {error.strerror or error}.")
        return RunError.exit_code


def _check_working_folder() -> None:
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as error:
        raise RunError(
            f"The folder that you work in cannot be used ({error.strerror}); change into another one."
        ) from error
