"""The commands of `cityreports`: parse the command line, call the run, print the result.

`pipeline.__main__` starts them.
"""

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
  1  done, but documents are in quarantine (only with --strict)
  2  invalid command line or configuration
  3  the run failed, or was held back because too much would be lost
  130  interrupted with Ctrl-C; the next run completes the work
  141  the reader of the output closed it (as "| head" does)
  143  terminated with SIGTERM; the next run completes the work
"""

_ENVIRONMENT = """\b
Environment:
  CITYREPORTS_LOG    log lines on standard error: debug (with tracebacks), info, warning or error
"""

Function = TypeVar("Function", bound=Callable[..., Any])


def _out_option(function: Function) -> Function:
    return click.option("--out", metavar="FOLDER", help="Output folder [processed].")(function)


def _raw_option(function: Function) -> Function:
    return click.option("--raw", metavar="FOLDER", help="Input folder [raw].")(function)


def _show_logs(context: click.Context, _: click.Parameter, wanted: bool) -> bool:
    if wanted and not context.resilient_parsing:
        logs.show("debug")
    return wanted


def _debug_option(function: Function) -> Function:
    return click.option(
        "--debug",
        is_flag=True,
        callback=_show_logs,
        help="Show log lines and tracebacks on standard error; process documents one after another in this process, "
        "without time and memory limits.",
    )(function)


@click.group(
    epilog="""\b
Examples:
  cityreports ingest                         process raw/ into processed/
  cityreports status                         show what a run would do, and why
  cityreports show raw/site/page.html        show the profile, findings and repairs of a document
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
    """Turn scraped pages and PDF reports about cities, in any state of decay, into structured records."""


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
@click.option("--workers", type=int, help="Number of child processes [one for each core].")
@click.option("--force", is_flag=True, help="Process every document again.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; write nothing.")
@click.option(
    "--accept-changes",
    "accepted",
    multiple=True,
    is_flag=False,
    flag_value=_ALL,
    metavar="[SITE]",
    help="Accept the losses for which a run was held back: all, or those of SITE.",
)
@click.option(
    "--verify", is_flag=True, help="Compare every output with its digest; write those again that differ."
)
@click.option("--strict", is_flag=True, help="Exit with code 1 if documents are in quarantine.")
@click.option(
    "--ocr", is_flag=True, default=None, help="Read scanned pages with tesseract, if it is installed."
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
    """Process the folder RAW into structured records."""
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
    """Show what the next run would do, and why."""
    from pipeline.run import engine

    _show_preview(configuration.load(raw=raw, out=out), engine.Options(verify=verify))


@cli.command(epilog="\b\nExamples:\n  cityreports changes\n  cityreports changes --json > changes.json")
@_out_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every field in full.")
def changes(out: str | None, as_json: bool) -> None:
    """Show the records that the last run added, changed and removed.

    A run that changed nothing does not count as the last one.
    """
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
    "--page", type=click.IntRange(min=1), help="Show the blocks of a page of a PDF (with --image: draw them)."
)
@click.option(
    "--image",
    is_flag=True,
    help="Write the page as a PNG into the working folder, with its blocks outlined and labelled.",
)
def show(document: str, raw: str | None, out: str | None, page: int | None, image: bool) -> None:
    """Show the profile, findings and repairs of a document.

    DOCUMENT is a path, an address, or the beginning of an id.
    """
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
    """Show where a field came from, and every edit of it.

    Prints the file, the range or the page and box, the raw text, and the edits. DOCUMENT is a path, an address, or the
    beginning of an id; FIELD is a field of its profile.
    """
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
    """Show what was repaired, by cause.

    With DOCUMENT (a path, an address, or the beginning of an id): each edit with the text before and after it.
    """
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
@click.option("--workers", type=int, help="Number of child processes [one for each core].")
@_debug_option
def retry(
    documents: tuple[str, ...], raw: str | None, out: str | None, workers: int | None, debug: bool
) -> None:
    """Process documents in quarantine again: those named, or all."""
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
    """Print the JSON Schema of a record, or the names of all records."""
    from pipeline.records.runs import SCHEMAS, json_schema

    if record is None:
        terminal.say("\n".join(sorted(SCHEMAS)), lines=True)
    elif record not in SCHEMAS:
        raise UsageError(f"There is no record {record!r}; there are {', '.join(sorted(SCHEMAS))}.")
    else:
        terminal.say_json(json_schema(record))


def command() -> int:
    """Run the command that the arguments name and return its exit code; errors are one sentence on standard error."""
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
            terminal.say_error(f"'{context.command_path} --help' lists the possibilities.")
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
            f"The working folder cannot be used ({error.strerror}); change into another one."
        ) from error
