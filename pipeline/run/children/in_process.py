"""Analyses documents in the process of the run, one after another, for debugging (`--debug`)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

from pipeline.run.children import worker
from pipeline.run.children.pool import Answer, Item
from pipeline.settings import Settings

_LOG = logging.getLogger(__name__)


class InProcess:
    """Stands in for a `Pool`. No limit of time or memory is in force, and a crash ends the run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> InProcess:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""

    def map(
        self,
        items: list[Item],
        request: Callable[[Item], tuple[dict[str, Any], bytes]],
        time_limit: float | None = None,
    ) -> Iterator[tuple[Item, Answer]]:
        """Each item with its answer, in their order; `time_limit` is not in force."""
        for item in items:
            header, payload = request(item)
            _LOG.debug("%s %s", header["task"], getattr(item, "path", ""))
            yield item, Answer(*worker.serve(header, payload, self._settings))
