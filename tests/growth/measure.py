"""CPU time that grows with the size of the input: measured by doubling, judged by the ratio of two sizes.

Only CPU time of this process counts, only steps whose larger size takes long enough to be measured, and a step
that looks too steep is measured again, with inputs a little longer each time, so that no cache of what was seen
before answers for the program: the least of all repetitions counts.
"""

from __future__ import annotations

import gc
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

DOCUMENT_LIMIT = 2.3
"""CPU time of a document of twice the size, at most. Linear is 2.0, n log n 2.1 to 2.2, quadratic 4."""
PATTERN_LIMIT = 2.6
"""The same for one regular expression: bounded repetitions (`{1,200}`) reach their full cost only by and by."""
FLOOR = 0.05
"""Seconds of CPU that the larger size must take to be judged: noise on a busy machine is about 5 ms."""
REPETITIONS = 3

Times = Mapping[str, float]
"""Seconds of CPU by name of the part measured."""


class Steep(NamedTuple):
    """A part whose time grew by more than the limit in three steps, one after the other."""

    part: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    def __str__(self) -> str:
        steps = ", ".join(f"{n:,}: {s:.3f} s" for n, s in zip(self.sizes, self.seconds, strict=True))
        return f"{self.part} ({steps})"


class TooLong(Exception):
    """A measurement was stopped at its limit."""


@contextmanager
def without_collector() -> Iterator[None]:
    """Time the block without Python's garbage collector, which may strike anywhere and takes long when it does."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def stopped_after(seconds: float) -> Iterator[None]:
    """Raise TooLong in the block after so much CPU time: what is exponential must end, too."""

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def cpu_time(call: Callable[[], object]) -> float:
    """Seconds of CPU that a call takes."""
    start = time.process_time()
    call()
    return time.process_time() - start


def climb(
    measure: Callable[[int], Times],
    *,
    first: int,
    last: int,
    enough: float,
    limit: float = DOCUMENT_LIMIT,
    patience: float = 60.0,
) -> list[Steep]:
    """Double the size from `first` until `last`, or until all parts together take `enough` seconds; an
    input that takes longer than `patience` seconds is given up and counts as steep.

    `measure(n)` makes an input of size `n` (for another `n` another input) and gives the times of its parts. Gives the
    parts that grow by more than `limit` in three steps, one after the other (one alone is where a table no longer
    fits into the processor's cache).
    """
    known: dict[int, dict[str, float]] = {}

    def timed(size: int) -> dict[str, float]:
        if size not in known:
            try:
                with stopped_after(patience):
                    known[size] = dict(measure(size))
            except TooLong:
                known[size] = {"all": patience}
        return known[size]

    def again(size: int, part: str) -> float:
        least = timed(size).get(part, 0.0)
        for repetition in range(1, REPETITIONS):
            if least >= 2:
                break  # long enough for noise not to matter
            least = min(least, timed(size + 101 * repetition).get(part, 0.0))
        return least

    def steep(part: str, size: int) -> bool:
        small, large = again(size, part), again(2 * size, part)
        return large >= FLOOR and large > limit * max(small, 1e-6)

    def confirmed(part: str, size: int) -> bool:
        for step in (size, 2 * size, 4 * size):
            if step > size and again(step, part) > patience / 8:
                return True  # steep so far, and the next step would take too long
            if 2 * step > last or not steep(part, step):
                return False  # no room for three steps: a square would have been seen in smaller ones
        return True

    size = first
    while 2 * size <= last:
        larger = timed(2 * size)
        if larger.get("all") == patience:
            return [Steep("all", (2 * size,), (patience,))]
        suspects = [
            part
            for part, seconds in larger.items()
            if seconds >= FLOOR and seconds > limit * timed(size).get(part, 0.0)
        ]
        found = []
        for part in suspects:
            if confirmed(part, size):
                sizes = tuple(n for n in (size, 2 * size, 4 * size, 8 * size) if n in known)
                found.append(Steep(part, sizes, tuple(again(n, part) for n in sizes)))
        if found:
            return found
        if sum(larger.values()) >= enough:
            break
        size *= 2
    return []
