"""Runs many command lines fast: loads the program once, and forks for each of them.

Each child is what a process of its own would be: its arguments, environment, folder, and standard streams that are real
files, pipes, devices or terminals. Only what Python decides before any code of ours runs (the encoding of file
names) is the server's. Requests and answers are lines of JSON.
"""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

SECONDS = 100


def serve() -> None:
    """Answer requests until standard input ends: the exit code of each (negative for a signal)."""
    import pipeline.cli.commands
    import pipeline.run.engine
    import pipeline.run.inspect  # noqa: F401

    for request in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(request))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps(os.waitstatus_to_exitcode(status)) + "\n")
        sys.stdout.flush()


def _become(request: dict[str, Any]) -> NoReturn:
    """Be the command: never returns."""
    import signal

    signal.alarm(SECONDS)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    readers = [_connect(number, *request["streams"][number]) for number in (0, 1, 2)]
    sys.argv = [request["program"], *request["arguments"]]
    sys.stdin = _stream(0, request["encoding"], "strict")
    sys.stdout = _stream(1, request["encoding"], "strict")
    sys.stderr = _stream(2, request["encoding"], "backslashreplace")
    _leave(readers, _exit_code())


def run_alone(request: dict[str, Any]) -> NoReturn:
    """Run one command as a process of its own, with the streams that the request names."""
    readers = [_connect(number, *request["streams"][number]) for number in (0, 1, 2)]
    code = subprocess.call(request["command"], cwd=request["cwd"])
    _leave(readers, code % 256)


def _leave(readers: list[threading.Thread | None], code: int) -> NoReturn:
    """End, once what the terminals showed is written down."""
    for reader in filter(None, readers):
        for number in (1, 2):
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        reader.join()
    os._exit(code)


def _exit_code() -> int:
    from pipeline.__main__ import main

    code = 0
    try:
        main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:  # noqa: BLE001 - as Python does
        traceback.print_exc()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            code = 120  # as Python does at its end
    return code


def _connect(number: int, kind: str, path: str) -> threading.Thread | None:
    """Make the descriptor what it is to be; what a terminal shows is read by a thread into the file."""
    if kind == "closed":
        os.close(number)
        return None
    if kind == "terminal":
        master, slave = pty.openpty()
        os.dup2(slave, number)
        os.close(slave)
        reader = threading.Thread(target=_copy, args=(master, path))
        reader.start()
        return reader
    if kind == "gone":
        reading, writing = os.pipe()
        os.close(reading)
        os.dup2(writing, number)
        os.close(writing)
        return None
    opened = os.open("/dev/full" if kind == "full" else path, os.O_RDWR | os.O_CREAT)
    os.dup2(opened, number)
    os.close(opened)
    return None


def _copy(master: int, path: str) -> None:
    with Path(path).open("wb") as file:
        try:
            while data := os.read(master, 65536):
                file.write(data)
        except OSError:  # the other end is closed
            return


def _stream(number: int, encoding: str, errors: str) -> Any:
    try:
        os.fstat(number)
    except OSError:
        return None
    mode = "rb" if number == 0 else "wb"
    file = os.fdopen(number, mode, closefd=False)
    return io.TextIOWrapper(file, encoding=encoding, errors=errors, line_buffering=os.isatty(number))


if __name__ == "__main__":
    run_alone(json.loads(sys.argv[1])) if len(sys.argv) > 1 else serve()
