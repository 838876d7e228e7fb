"""What can go wrong, as a tree of exceptions.

    CityReportsError
    ├── UsageError            invalid command line or configuration       exit code 2
    ├── RunError              the run as a whole failed                   exit code 3
    └── DocumentError         one document could not be read: quarantine, the run goes on
        ├── EmptyDocument           "empty"             no bytes, or nothing but white space
        ├── UnsupportedType         "unsupported-type"  not HTML, text or PDF
        ├── Unreadable              "unreadable"        the file system does not let it be read
        ├── RefusedPath             "refused-path"      a link, a device or a pipe in raw/
        ├── TooLarge                "too-large"         over a budget that cannot be cut to size
        ├── BrokenDocument          "broken"            no reader could open it
        ├── EncryptedDocument       "encrypted"         needs a password
        ├── NotThePage              "not-the-page"      a bot wall, a login page, a soft 404 … instead of the page
        ├── InternalError           "internal-error"    a bug in this program
        ├── ChangedWhileReading     "changed"           tried again by the next run
        ├── TimeLimit               "time-limit"        tried again by the next run, once
        ├── MemoryLimit             "memory-limit"      tried again by the next run, once
        └── WorkerCrash             "crash"             tried again by the next run, once

Every message is a sentence for the person at the terminal: what happened, and what to do.
"""

from __future__ import annotations

from typing import ClassVar

EXIT_QUARANTINED = 1
EXIT_INTERRUPTED = 130
EXIT_PIPE = 141
EXIT_TERMINATED = 143
"""Exit codes that belong to no error; those of signals are 128 and the signal's number, as shells have it."""


class CityReportsError(Exception):
    """Base of all errors that this package raises on purpose."""

    exit_code: ClassVar[int] = 3


class UsageError(CityReportsError):
    """The command line or a configuration value is invalid."""

    exit_code = 2


class RunError(CityReportsError):
    """The run as a whole cannot go on: no input, no disk space, another run in progress."""

    exit_code = 3


class DocumentError(CityReportsError):
    """One document cannot become a record. `code` names the failure in `error.json`.

    `transient` failures depend on the machine or the moment: the next run tries such a document again; where they are
    `counted`, only so often, because what will fail again is not worth its time limit at every run. `kind` says more
    than the code where there is more to say.
    """

    code: ClassVar[str] = "error"
    transient: ClassVar[bool] = False
    counted: ClassVar[bool] = False
    kind: str | None = None


class EmptyDocument(DocumentError):
    """The file is empty."""

    code = "empty"


class UnsupportedType(DocumentError):
    """The content is neither HTML nor text nor PDF."""

    code = "unsupported-type"


class Unreadable(DocumentError):
    """The file system does not let the file be read."""

    code = "unreadable"


class RefusedPath(DocumentError):
    """A symbolic link, device, socket or pipe: never followed, never opened."""

    code = "refused-path"


class TooLarge(DocumentError):
    """The document is over a budget, and reading a part of it would be useless."""

    code = "too-large"


class BrokenDocument(DocumentError):
    """No reader could open the document."""

    code = "broken"


class EncryptedDocument(DocumentError):
    """The document needs a password."""

    code = "encrypted"


class NotThePage(DocumentError):
    """The capture is not the page but a bot wall, a login page or the like; `kind` says what."""

    code = "not-the-page"

    def __init__(self, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


class InternalError(DocumentError):
    """A stage raised an unexpected exception: a bug in this program."""

    code = "internal-error"


class ChangedWhileReading(DocumentError):
    """The file changed between being listed and being read."""

    code = "changed"
    transient = True


class TimeLimit(DocumentError):
    """The document took longer than `time_limit`."""

    code = "time-limit"
    transient = True
    counted = True


class MemoryLimit(DocumentError):
    """The document needed more than `memory_limit`."""

    code = "memory-limit"
    transient = True
    counted = True


class WorkerCrash(DocumentError):
    """The process that read the document died."""

    code = "crash"
    transient = True
    counted = True


def _leaves(kind: type[DocumentError]) -> list[type[DocumentError]]:
    return [kind, *(leaf for child in kind.__subclasses__() for leaf in _leaves(child))]


DOCUMENT_ERRORS: dict[str, type[DocumentError]] = {kind.code: kind for kind in _leaves(DocumentError)}
"""Every document error by its code."""
