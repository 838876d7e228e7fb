"""A pool of killable children. A child that crashes, hangs or eats memory costs its document, not the run."""

from __future__ import annotations

import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar, cast

from pipeline.errors import DocumentError, MemoryLimit, RunError, TimeLimit, WorkerCrash
from pipeline.run.children.last_lines import LastLines
from pipeline.settings import Settings
from pipeline.store import packing

_LOG = logging.getLogger(__name__)

_PIECE = 1 << 20
_DOCUMENTS_PER_CHILD = 500
"""After so many documents a child is replaced, so that what a library leaks cannot add up."""

START = Path(__file__).resolve().with_name("start_child.py")
_PASSED_ON = (
    "PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "CITYREPORTS_CACHE", "TESSDATA_PREFIX", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "SYSTEMROOT", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
)  # fmt: skip
"""What a child sees of the environment: where programs, libraries and its cache are. A parser that a document takes
over finds no token or password there."""

Item = TypeVar("Item")


@dataclass
class Answer:
    """What a child said of one item: a header and a payload, or the error that ended it.

    `said` holds the last lines on its standard error, where the item failed.
    """

    header: dict[str, Any]
    payload: bytes
    error: DocumentError | None = None
    said: tuple[str, ...] = ()


@dataclass
class _Child(Generic[Item]):
    process: subprocess.Popen[bytes]
    said: LastLines
    inbox: packing.Inbox = field(default_factory=packing.Inbox)
    item: Item | None = None
    deadline: float = 0.0
    limit: float = 0.0
    served: int = 0
    outgoing: memoryview = field(default_factory=lambda: memoryview(b""))

    @property
    def input(self) -> int:
        assert self.process.stdin is not None
        return self.process.stdin.fileno()

    @property
    def output(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()


class Pool:
    """`settings.workers` children, started when there is work for them; a context manager that ends them all."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: list[_Child[Any]] = []
        self._busy: list[_Child[Any]] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for child in [*self._idle, *self._busy]:
            _kill(child)
        self._idle, self._busy = [], []

    def map(
        self,
        items: list[Item],
        request: Callable[[Item], tuple[dict[str, Any], bytes]],
        time_limit: float | None = None,
    ) -> Iterator[tuple[Item, Answer]]:
        """Each item with its answer, as the answers come. `request` makes an item's message when its turn comes.

        `time_limit` (seconds an item may take) is that of the settings where it is not given.
        """
        limit = self._settings.time_limit if time_limit is None else time_limit
        waiting = deque(items)
        while waiting or self._busy:
            while waiting and len(self._busy) < self._settings.workers:
                item = waiting.popleft()
                self._give(item, *request(item), limit)
            for child, answer in self._ready():
                yield cast(Item, child.item), answer

    def _give(self, item: Any, header: dict[str, Any], payload: bytes, limit: float) -> None:
        child = self._idle.pop() if self._idle else self._start()
        child.item = item
        child.said.forget()
        child.outgoing = memoryview(bytes(child.outgoing) + packing.pack(header, payload))
        child.deadline = time.monotonic() + limit
        child.limit = limit
        self._busy.append(child)

    def _start(self) -> _Child[Any]:
        try:
            process = subprocess.Popen(
                child_command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=os.sep,
                env=child_environment(),
                bufsize=0,
            )
        except OSError as error:
            raise RunError(
                f"A worker process cannot be started: {error.strerror}. Try fewer --workers."
            ) from error
        assert process.stderr is not None
        child: _Child[Any] = _Child(process, LastLines(cast(BinaryIO, process.stderr)))
        os.set_blocking(child.input, False)
        os.set_blocking(child.said.fileno(), False)
        _LOG.debug("started child %d", process.pid)
        settings = self._settings.model_dump(mode="json", exclude={"raw", "out"})
        settings["data"] = self._settings.data and str(self._settings.data.absolute())
        child.outgoing = memoryview(packing.pack({"settings": settings}))
        return child

    def _ready(self) -> list[tuple[_Child[Any], Answer]]:
        """Wait until a child answers, dies or is over its time."""
        done: list[tuple[_Child[Any], Answer]] = []
        with selectors.DefaultSelector() as selector:
            for child in self._busy:
                selector.register(child.output, selectors.EVENT_READ, child)
                if child.outgoing:
                    selector.register(child.input, selectors.EVENT_WRITE, child)
                if not child.said.ended:
                    selector.register(child.said, selectors.EVENT_READ, child)
            patience = min(child.deadline for child in self._busy) - time.monotonic()
            for key, events in selector.select(max(0.0, patience)):
                child = key.data
                if isinstance(key.fileobj, LastLines):
                    child.said.drain()
                elif events & selectors.EVENT_WRITE:
                    _write(child)
                else:
                    answer = _receive(child)
                    if answer is not None:
                        done.append((child, answer))
        now = time.monotonic()
        finished = [child for child, _ in done]
        late = [child for child in self._busy if child not in finished and child.deadline <= now]
        done += [(child, self._over_time(child)) for child in late]
        for child, answer in done:
            self._retire(child, answer)
        return done

    @staticmethod
    def _over_time(child: _Child[Any]) -> Answer:
        _kill(child)
        message = f"The document took longer than {child.limit:g} seconds. Raise time_limit."
        return Answer({}, b"", TimeLimit(message))

    def _retire(self, child: _Child[Any], answer: Answer) -> None:
        """Back among the idle ones, or ended: after a failure a child starts afresh, as after long service."""
        self._busy.remove(child)
        child.served += 1
        healthy = answer.error is None and answer.header.get("code") != MemoryLimit.code
        if healthy and child.served < _DOCUMENTS_PER_CHILD:
            self._idle.append(child)
            child.said.drain()
        else:
            _kill(child)
        if answer.error is not None or not answer.header["ok"]:
            answer.said = child.said.lines()


def child_command() -> list[str]:
    """The command that starts a child: this package and the parent's module folders, but not the working folder."""
    here = Path.cwd()
    folders = [folder for folder in sys.path if folder and Path(folder).absolute() != here]
    return [sys.executable, "-P", "-s", "-X", "utf8", str(START), *folders]


def child_environment() -> dict[str, str]:
    """The environment of a child."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"}


def _write(child: _Child[Any]) -> None:
    try:
        written = os.write(child.input, child.outgoing[:_PIECE])
    except BlockingIOError:
        return
    except BrokenPipeError:
        child.outgoing = memoryview(b"")  # the child is dead; reading from it tells so
        return
    child.outgoing = child.outgoing[written:]


def _receive(child: _Child[Any]) -> Answer | None:
    """A whole answer, None while it is not whole, or a crash where the child has ended."""
    data = os.read(child.output, _PIECE)
    if data:
        message = child.inbox.feed(data)
        return None if message is None else Answer(*message)
    status = child.process.wait()
    how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
    return Answer({}, b"", WorkerCrash(f"The process that read the document died ({how})."))


def _kill(child: _Child[Any]) -> None:
    child.process.kill()
    child.process.wait()
    child.said.close()
    for stream in (child.process.stdin, child.process.stdout):
        if stream is not None:
            stream.close()
