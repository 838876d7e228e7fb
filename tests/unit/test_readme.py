"""The README and the reference name what there is: every command, option, setting, output and exit code."""

from __future__ import annotations

import re

import click

from pipeline import errors
from pipeline.cli import commands
from pipeline.records.runs import SCHEMAS
from pipeline.settings import Settings
from tests.conftest import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
PROCESSED = (PROJECT / "processed" / "README.md").read_text(encoding="utf-8")


def test_every_command_and_option_is_documented() -> None:
    for name, command in commands.cli.commands.items():
        assert f"cityreports {name}" in README, name
        for parameter in command.params:
            for option in parameter.opts if isinstance(parameter, click.Option) else ():
                assert option in README, f"{name} {option}"


def test_every_command_has_help_and_an_example() -> None:
    for name, command in commands.cli.commands.items():
        assert command.help, name
        assert "Example" in (command.epilog or ""), name


def test_every_setting_is_documented() -> None:
    for name in Settings.model_fields:
        assert f"`{name}`" in README, name


def test_every_exit_code_is_documented() -> None:
    own = {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    kinds = {errors.UsageError.exit_code, errors.RunError.exit_code}
    for code in {0} | own | kinds:
        assert f"| {code} |" in README
        assert f"  {code}  " in (commands.cli.epilog or ""), code


def test_every_target_of_the_makefile_is_told_by_help() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    for target in phony.group(1).split():
        assert re.search(rf"^{target}:.*## \w", makefile, re.MULTILINE), target


def test_the_folder_of_outputs_explains_every_output() -> None:
    from pipeline.exports.aggregates import Corpus, files

    for path in files(Corpus((), (), frozenset()), (), ()):
        shown = "schema/*.json" if path.startswith("schema/") else path
        assert f"`{shown}`" in PROCESSED, path
    assert len(SCHEMAS) == 6
