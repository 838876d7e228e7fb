"""The entry point of `cityreports` and of `python -m pipeline`: signals, standard streams, exit codes.

It is light, so that Ctrl-C is answered from the first moment on; everything else is imported inside.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from pipeline import streams
from pipeline.errors import EXIT_PIPE, RunError

_STOPPED = "Stopped. What is done is kept; the same command completes it."
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\x1b[?25h"


def main() -> None:
    """Run the command and exit with its code."""
    with streams.guarded(), _signals() as stop:
        code = _run(stop)
    sys.exit(code)


def _run(stop: _Stop) -> int:
    from pipeline.cli.commands import command

    try:
        stop.in_order = True
        code = command()
        sys.stdout.flush()
    except streams.OutputClosed:
        streams.give_up(1)
        return EXIT_PIPE
    except streams.OutputFailed as error:
        streams.give_up(1)
        _say(f"Standard output cannot be written: {error}.")
        return RunError.exit_code
    except BaseException:  # an import that is broken off may end in any exception
        stop.in_order = False
        if stop.number is None:
            raise
        _say(_STOPPED)
        return 128 + stop.number
    finally:
        stop.in_order = False
    return code


def _say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


class _Stop:
    """What a signal does: it ends the command in order; a second one, or one before or after the command, at once.

    Outputs bear both: they are whole at every moment.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self.in_order = False

    def __call__(self, number: int, _: FrameType | None) -> None:
        again, self.number = self.number is not None, number
        if again or not self.in_order:
            self.at_once()
        raise KeyboardInterrupt

    def unraisable(self, what: Any) -> None:
        """What is raised where Python cannot raise (while an object is deleted): a signal counts all the same."""
        if self.number is not None and what.exc_type is KeyboardInterrupt:
            self.at_once()
        sys.__unraisablehook__(what)

    def at_once(self) -> None:
        """End the process, without a word of Python's."""
        assert self.number is not None
        cursor = _SHOW_CURSOR if sys.stderr.isatty() else ""
        try:
            os.write(2, f"{cursor}{_STOPPED}\n".encode())
        finally:
            os._exit(128 + self.number)


@contextmanager
def _signals() -> Iterator[_Stop]:
    """Answer Ctrl-C and a request to end, until the process ends.

    Where the caller has them ignored (as for a job in the background), they stay ignored.
    """
    stop = _Stop()
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)
    sys.unraisablehook = stop.unraisable
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # the command is over: there is nothing left to stop


if __name__ == "__main__":
    # `python -m` puts the working folder first on the module path; scraped files may lie there
    sys.path[:] = [folder for folder in sys.path if folder and Path(folder).absolute() != Path.cwd()]
    main()
