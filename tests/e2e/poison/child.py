"""A worker process whose documents can crash it, hang, eat memory or raise: a stand-in for `start_child.py`.

The product has no switch for this; `run.py` beside it starts these children instead of the real ones.
"""

from __future__ import annotations

import os
import sys
import time


def poison() -> None:
    import pipeline.extract as room

    real = room.reader_of

    class Poisoned:
        def __init__(self, reader):  # type: ignore[no-untyped-def]
            self._reader = reader

        def __getattr__(self, name):  # type: ignore[no-untyped-def]
            return getattr(self._reader, name)

        def read(self, data, source, settings):  # type: ignore[no-untyped-def]
            if b"POISON-CRASH" in data:
                print("before\n" * 100 + "the last words \x1b[2J of a library", file=sys.stderr, flush=True)
                os.abort()
            if b"POISON-HANG" in data:
                time.sleep(3600)
            if b"POISON-MEMORY" in data:
                return [bytearray(64 << 20) for _ in range(4096)]
            if b"POISON-DEFECT" in data:
                raise ZeroDivisionError("poisoned")
            return self._reader.read(data, source, settings)

    room.reader_of = lambda media_type: Poisoned(real(media_type))


if __name__ == "__main__":
    sys.path[:] = sys.argv[1:]
    poison()
    from pipeline.run.children.worker import main

    main()
