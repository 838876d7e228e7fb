"""One validated configuration object, from defaults, `cityreports.toml`, the environment and the command line.

Later sources win: file, then environment (`CITYREPORTS_TIME_LIMIT=60`), then the command line. Fields marked as
affecting outputs are part of the key under which a document is done; the others may change freely.
"""

from __future__ import annotations

import difflib
import os
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from pipeline.errors import RunError, UsageError
from pipeline.knowledge.detection import detection

CONFIG_FILE = "cityreports.toml"

_AFFECTS: dict[str, Any] = {"affects_outputs": True}
MEBIBYTE = 1024 * 1024
_TEBIBYTE = MEBIBYTE * MEBIBYTE
_DAY = 86_400.0
_MANY = 1_000_000_000
"""Most of anything that is counted: more than any document has, and far from the limits of integers."""

_SHOWN = 60
"""Characters of a wrong value that its sentence repeats."""


class Settings(BaseSettings):
    """Everything a user can set. Sizes are in bytes, times in seconds, `*_limit` guard a child process."""

    model_config = SettingsConfigDict(
        env_prefix="CITYREPORTS_", env_ignore_empty=True, frozen=True, extra="forbid", allow_inf_nan=False
    )

    raw: Annotated[Path, Field(description="input folder")] = Path("raw")
    out: Annotated[Path, Field(description="output folder")] = Path("processed")
    data: Annotated[
        Path | None, Field(description="overlay folder: your own languages, sections, networks, phrases")
    ] = None
    workers: Annotated[int, Field(ge=1, le=256, description="number of child processes")] = max(
        1, os.cpu_count() or 1
    )

    time_limit: Annotated[float, Field(gt=0, le=_DAY, description="seconds that a document may take")] = 300.0
    memory_limit: Annotated[
        int, Field(ge=256 * MEBIBYTE, le=_TEBIBYTE, description="bytes of memory that a document may need")
    ] = 3072 * MEBIBYTE

    loss_limit: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="share of a site's records, sections or text that a run may lose without confirmation",
        ),
    ] = 0.2

    max_text_bytes: Annotated[
        int,
        Field(
            ge=1024,
            le=_TEBIBYTE,
            description="bytes of an HTML or text file that are read",
            json_schema_extra=_AFFECTS,
        ),
    ] = 16 * MEBIBYTE
    max_pdf_bytes: Annotated[
        int,
        Field(
            ge=1024,
            le=_TEBIBYTE,
            description="size in bytes up to which a PDF is opened",
            json_schema_extra=_AFFECTS,
        ),
    ] = 512 * MEBIBYTE
    max_pages: Annotated[
        int, Field(ge=1, le=_MANY, description="pages of a PDF that are read", json_schema_extra=_AFFECTS)
    ] = 3000
    ocr: Annotated[
        bool,
        Field(
            description="read scanned pages with tesseract, if it is installed",
            json_schema_extra=_AFFECTS,
        ),
    ] = False
    max_nodes: Annotated[
        int,
        Field(
            ge=100, le=_MANY, description="nodes of an HTML page that are read", json_schema_extra=_AFFECTS
        ),
    ] = 400_000
    max_blocks: Annotated[
        int,
        Field(ge=10, le=_MANY, description="blocks of a document that are kept", json_schema_extra=_AFFECTS),
    ] = 50_000
    languages: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(
            description="languages to look for (empty: all that can be detected)", json_schema_extra=_AFFECTS
        ),
    ] = ()
    repeated_share: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="share of a site's pages from which on a repeated block is furniture",
            json_schema_extra=_AFFECTS,
        ),
    ] = 0.5
    repeated_pages: Annotated[
        int,
        Field(
            ge=2,
            le=_MANY,
            description="pages that a site must have before repeated blocks are furniture",
            json_schema_extra=_AFFECTS,
        ),
    ] = 4

    guess_threshold: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="probability from which on a guess at lost letters is put into the text",
            json_schema_extra=_AFFECTS,
        ),
    ] = 0.95

    @field_validator("raw", "out", "data", mode="before")
    @classmethod
    def _names_a_folder(cls, value: Any) -> Any:
        if isinstance(value, str) and (not value or "\0" in value):
            raise ValueError("a folder has a name")
        return value

    @field_validator("languages", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        """One text with commas (as in the environment) is a list; its case does not count."""
        codes = [code.strip() for code in value.split(",")] if isinstance(value, str) else value
        if not isinstance(codes, list | tuple):
            return codes
        return [code.lower() if isinstance(code, str) else code for code in codes]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line over environment over file; no .env files, no secrets folder."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, _configuration_file())

    def affecting_outputs(self) -> dict[str, Any]:
        """The values that can change an output, in the order of their names."""
        values = self.model_dump(mode="json")
        return {
            name: values[name]
            for name, field in sorted(type(self).model_fields.items())
            if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("affects_outputs")
        }


def _configuration_file() -> dict[str, Any]:
    """What `cityreports.toml` in the folder one works in says; nothing where there is none.

    Raises UsageError where it is there but is no file, or not TOML in UTF-8.
    """
    path = Path(CONFIG_FILE)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{CONFIG_FILE} is not a file. Put a file in its place or remove it.")
        return tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        if path.is_symlink():
            raise UsageError(f"{CONFIG_FILE} is a link to nothing. Correct it or remove it.") from None
        return {}
    except OSError as error:
        raise UsageError(
            f"{CONFIG_FILE} cannot be read ({error.strerror}). Correct it or remove it."
        ) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or beyond what Python reads
        raise UsageError(
            f"{CONFIG_FILE} is not TOML in UTF-8: {error}. Correct the file or remove it."
        ) from error


def load(**given: Any) -> Settings:
    """The configuration in force; `given` holds what the command line names (None means not named).

    Raises UsageError with one sentence for a value that makes no sense, RunError for a folder that cannot be used.
    """
    settings = values(**given)
    check(settings)
    return settings


def values(**given: Any) -> Settings:
    """The configuration in force, of which only the values are checked: for a command that looks at a folder itself.

    Raises UsageError with one sentence for a value that makes no sense.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise UsageError(_sentence(error.errors()[0])) from error


def check(settings: Settings) -> None:
    """What a look at the values cannot tell: whether folders can be used, and whether the user's data files can.

    Called before anything starts. Raises UsageError or RunError with one sentence.
    """
    for name in ("raw", "out"):
        _check_folder(getattr(settings, name))
    if settings.data is not None:
        from pipeline.knowledge.check import check as check_overlay  # shapes that only an overlay needs

        check_overlay(settings.data)
    known = detection(settings.data).languages
    if unknown := sorted(set(settings.languages) - set(known)):
        raise UsageError(
            f"The setting 'languages' names {_short(', '.join(unknown))}; known are {', '.join(sorted(known))}."
        )


def _check_folder(folder: Path) -> None:
    """Raises RunError where the path leads in a circle, is too long, or passes what may not be entered."""
    try:
        folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return  # the run says what is missing
    except OSError as error:
        raise RunError(
            f"The folder {_short(str(folder))} cannot be used ({error.strerror}); name another one."
        ) from error


def _sentence(error: ErrorDetails) -> str:
    """What is wrong with a setting, and where to correct it."""
    name = ".".join(str(part) for part in error["loc"][:1])
    if error["type"] == "extra_forbidden":
        alike = difflib.get_close_matches(name, Settings.model_fields, 1)
        hint = f"did you mean '{alike[0]}'?" if alike else f"there are {', '.join(Settings.model_fields)}."
        return f"There is no setting '{_short(name)}'; {hint}"
    what = error["msg"].removeprefix("Value error, ")
    return (
        f"The setting '{name}' cannot be {_short(repr(error.get('input')))}: {what}. Correct it on the command line, "
        f"in CITYREPORTS_{name.upper()} or in {CONFIG_FILE}."
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
