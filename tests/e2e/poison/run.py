"""`cityreports` with children that documents can poison (`child.py` beside this file)."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.__main__ import main
from pipeline.run.children import pool

if __name__ == "__main__":
    if "--debug" in sys.argv:
        from child import poison

        poison()
    pool.START = Path(__file__).resolve().with_name("child.py")
    main()
