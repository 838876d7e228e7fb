"""Settings: bounds, where they come from, and the folder of one's own data files."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from pipeline.errors import UsageError
from pipeline.knowledge import check, files
from pipeline.run.children import worker
from pipeline.run.children.pool import Answer
from pipeline.run.quarantine import error_of
from pipeline.settings import Settings, load


@pytest.mark.parametrize(
    "name", [name for name, field in Settings.model_fields.items() if field.annotation in (int, float)]
)
def test_every_number_has_a_least_and_a_most(name: str) -> None:
    for value in (-1, 0, 2**53, 2**63, 2**64, float("inf"), float("-inf"), float("nan")):
        with pytest.raises(UsageError, match=f"The setting '{name}' cannot be"):
            load(**{name: value})


def test_the_largest_values_can_be_passed_to_a_child_and_hashed() -> None:
    most = {
        name: next(item.le for item in field.metadata if hasattr(item, "le"))
        for name, field in Settings.model_fields.items()
        if field.annotation in (int, float)
    }
    settings = load(**most)
    orjson.dumps(settings.affecting_outputs())
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings


def test_languages_may_be_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYREPORTS_LANGUAGES", "PL, de")
    assert load().languages == ("pl", "de")


def test_every_shipped_data_file_fits_itself(tmp_path: Path) -> None:
    """What the program ships may be copied into the overlay folder as it is."""
    package = Path(files.__file__).parents[1]
    names = [name for name in files.shipped() if name in check._SHAPES or "/languages/" in name]
    assert len(names) == 8 + 31
    for name in names:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((package / name).read_bytes())
        if "/languages/" in name:
            target.with_name("xx.toml").write_bytes(target.read_bytes())
    assert check.data_files(tmp_path) == sorted([*names, "knowledge/languages/xx.toml"])
    check.check(tmp_path)


def test_files_of_others_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.toml").write_text("[", encoding="utf-8")
    (tmp_path / "notes.toml").write_text("[", encoding="utf-8")
    check.check(tmp_path)


def test_an_error_of_the_user_in_a_child_ends_the_run_and_not_the_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(languages=("xx",))  # as if the overlay had changed since it was checked

    def read(*_: object) -> tuple[dict[str, object], bytes]:
        raise UsageError("one sentence")

    monkeypatch.setattr(worker, "_read", read)
    header, payload = worker.serve({"task": "read"}, b"", settings)
    with pytest.raises(UsageError, match="one sentence"):
        error_of(Answer(header, payload))
