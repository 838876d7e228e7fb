"""Shared by all tests: where the samples outside the project are, and a cache of built data of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared"

settings.register_profile(
    "project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _no_configuration_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see the defaults, whatever the environment of the person who runs them says."""
    for name in list(os.environ):
        if name.startswith("CITYREPORTS_") and name != "CITYREPORTS_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture
def seed() -> Path:
    """The real page, which lies outside the project."""
    path = SHARED / "seed" / "gdansk.pl.txt"
    if not path.is_file():
        pytest.skip("the real page (../shared/seed/gdansk.pl.txt) is not there")
    return path
