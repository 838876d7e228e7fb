"""`make docs`: writes the generated sections of README.md, CONTRIBUTING.md and docs/ from the program and its data."""

from __future__ import annotations

import sys

from tests.conftest import PROJECT
from tests.docs.reference import pages, up_to_date


def main() -> int:
    """Rewrite the pages whose generated sections are out of date, and name them."""
    for page in pages(PROJECT):
        text = page.read_text(encoding="utf-8")
        if (new := up_to_date(text)) != text:
            page.write_text(new, encoding="utf-8")
            print(f"Written: {page.relative_to(PROJECT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
