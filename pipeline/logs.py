"""Log lines on standard error: for whoever looks for a fault, never for the user of a run that works.

Modules log with the standard `logging` under their own names; without `--debug` or `CITYREPORTS_LOG` nothing is shown.
"""

from __future__ import annotations

import logging
import sys

from pipeline.controls import escaped
from pipeline.errors import UsageError

LOG_VARIABLE = "CITYREPORTS_LOG"
LEVELS = ("debug", "info", "warning", "error")


class _Safe(logging.Formatter):
    """Milliseconds since the start, level, module and message; scraped text in it commands no terminal."""

    def __init__(self) -> None:
        super().__init__("%(relativeCreated)8.0f ms %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return escaped(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's own name
        return escaped(super().formatException(ei), lines=True)  # type: ignore[arg-type]


def show(level: str) -> None:
    """Show log lines of `level` (one of `LEVELS`) and above on standard error.

    Raises UsageError for any other level.
    """
    if level.lower() not in LEVELS:
        raise UsageError(f"{LOG_VARIABLE} is {level[:20]!r}; it can be {', '.join(LEVELS)}.")
    logger = logging.getLogger("pipeline")
    logger.setLevel(level.upper())
    logger.propagate = False
    if not logger.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(_Safe())
        logger.addHandler(handler)
