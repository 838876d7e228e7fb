"""One validated configuration object, from defaults, `cityreports.toml`, the environment and the command line.

Later sources win: file, then environment (`CITYREPORTS_TIME_LIMIT=60`), then the command line. Fields marked as
affecting outputs are part of the key under which a document is done; the others may change freely.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.errors import UsageError

CONFIG_FILE = "cityreports.toml"

_AFFECTS: dict[str, Any] = {"affects_outputs": True}
MEBIBYTE = 1024 * 1024


class Settings(BaseSettings):
    """Everything a user can set. Sizes are in bytes, times in seconds, `*_limit` guard a child process."""

    model_config = SettingsConfigDict(
        env_prefix="CITYREPORTS_", toml_file=CONFIG_FILE, frozen=True, extra="forbid"
    )

    raw: Annotated[Path, Field(description="folder that goes in")] = Path("raw")
    out: Annotated[Path, Field(description="folder that comes out")] = Path("processed")
    data: Annotated[
        Path | None, Field(description="overlay folder: your own taxonomy, networks, phrases")
    ] = None
    workers: Annotated[int, Field(ge=1, le=256, description="child processes")] = max(1, os.cpu_count() or 1)

    time_limit: Annotated[float, Field(gt=0, description="seconds a document may take")] = 300.0
    memory_limit: Annotated[int, Field(ge=256 * MEBIBYTE, description="bytes a document may need")] = (
        3072 * MEBIBYTE
    )

    loss_limit: Annotated[
        float,
        Field(
            gt=0, le=1, description="share of a site's records, sections or text that a run may lose unasked"
        ),
    ] = 0.2

    max_text_bytes: Annotated[
        int, Field(ge=1024, description="bytes of HTML or text that are read", json_schema_extra=_AFFECTS)
    ] = 16 * MEBIBYTE
    max_pdf_bytes: Annotated[
        int, Field(ge=1024, description="bytes of a PDF that is opened", json_schema_extra=_AFFECTS)
    ] = 512 * MEBIBYTE
    max_pages: Annotated[
        int, Field(ge=1, description="pages of a PDF that are read", json_schema_extra=_AFFECTS)
    ] = 3000
    ocr: Annotated[
        bool,
        Field(
            description="read pages that are pictures with tesseract, where it is installed",
            json_schema_extra=_AFFECTS,
        ),
    ] = False
    max_nodes: Annotated[
        int, Field(ge=100, description="HTML nodes that are read", json_schema_extra=_AFFECTS)
    ] = 400_000
    max_blocks: Annotated[
        int, Field(ge=10, description="blocks a document may have", json_schema_extra=_AFFECTS)
    ] = 50_000
    languages: Annotated[
        tuple[str, ...],
        Field(description="languages looked for (empty: all European ones)", json_schema_extra=_AFFECTS),
    ] = ()
    repeated_share: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="share of a site's pages that a block of furniture stands on",
            json_schema_extra=_AFFECTS,
        ),
    ] = 0.5
    repeated_pages: Annotated[
        int,
        Field(
            ge=2, description="pages a site must have to tell what repeats on it", json_schema_extra=_AFFECTS
        ),
    ] = 4

    guess_threshold: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="probability from which a guess at lost letters stands in the text",
            json_schema_extra=_AFFECTS,
        ),
    ] = 0.95

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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def affecting_outputs(self) -> dict[str, Any]:
        """The values that can change an output, in the order of their names."""
        values = self.model_dump(mode="json")
        return {
            name: values[name]
            for name, field in sorted(type(self).model_fields.items())
            if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("affects_outputs")
        }


def load(**given: Any) -> Settings:
    """The configuration in force; `given` holds what the command line names (None means not named).

    Raises UsageError with one sentence for a value that makes no sense.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "configuration"
        raise UsageError(
            f"The setting '{name}' cannot be {first.get('input')!r}: {first['msg']}. Correct it on the command "
            f"line, in CITYREPORTS_{name.upper()} or in {CONFIG_FILE}."
        ) from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{CONFIG_FILE} cannot be read: {error}. Correct the file or remove it.") from error
