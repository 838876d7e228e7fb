"""A worker process whose documents can crash it, hang, eat memory or raise: a stand-in for `start_child.py`.

The product has no switch for this; `run.py` beside it starts these children instead of the real ones.
"""

from __future__ import annotations

import os
import sys
import time


def poison() -> None:
    import pipeline.extract as room

    real = room.extract

    def extract(data, source, settings):  # type: ignore[no-untyped-def]
        if b"POISON-CRASH" in data:
            print("before\n" * 100 + "the last words \x1b[2J of a library", file=sys.stderr, flush=True)
            os.abort()
        if b"POISON-HANG" in data:
            time.sleep(3600)
        if b"POISON-MEMORY" in data:
            return [bytearray(64 << 20) for _ in range(4096)]
        if b"POISON-DEFECT" in data:
            raise ZeroDivisionError("poisoned")
        return real(data, source, settings)

    room.extract = extract


if __name__ == "__main__":
    sys.path[:] = sys.argv[1:]
    poison()
    from pipeline.run.children.worker import main

    main()
