"""Put on the path of worker processes by tests: documents that say so crash, hang, eat memory or raise.

Only worker processes are touched; the product has no switch for this.
"""

import os
import sys
import time


def poison() -> None:
    import pipeline.extract as room

    real = room.extract

    def extract(data, source, settings):  # type: ignore[no-untyped-def]
        if b"POISON-CRASH" in data:
            os.abort()
        if b"POISON-HANG" in data:
            time.sleep(3600)
        if b"POISON-MEMORY" in data:
            return [bytearray(64 << 20) for _ in range(4096)]
        if b"POISON-DEFECT" in data:
            raise ZeroDivisionError("poisoned")
        return real(data, source, settings)

    room.extract = extract


if "pipeline.run.worker" in sys.orig_argv:
    poison()
