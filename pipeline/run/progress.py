"""The protocol by which a run reports progress; the terminal shows it, callers of the library may ignore it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of phases and their steps."""

    def phase(self, name: str, total: int) -> None:
        """A phase of `total` steps begins."""

    def step(self) -> None:
        """A step of the phase is done."""


class Silence:
    """Shows nothing."""

    def phase(self, name: str, total: int) -> None:
        """Ignored."""

    def step(self) -> None:
        """Ignored."""
