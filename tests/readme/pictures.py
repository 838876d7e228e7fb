"""Makes the pictures of the documentation from real output: `make pictures` after `make ingest`.

Needs Debian's chromium. The page on the left of `damage.png` is what arrived, the right side is what came out.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI

from tests.conftest import PROJECT

HERE = Path(__file__).parent
DAMAGED = ("welcome.example/de/mannheim.txt", "cities.example/pl/krakow.html")

STYLE = """
body { margin: 0; font: 14px/1.45 'DejaVu Sans', sans-serif; color: #222; background: #fff }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 0; grid-template-rows: 620px 420px }
section { padding: 18px 24px; overflow: hidden }
section { border-bottom: 1px solid #d5dde3 } section:nth-child(even) { background: #f4f7f9; border-left: 1px solid #d5dde3 }
h1 { font-size: 15px; margin: 0 0 12px; color: #567 } h2 { font-size: 14px; margin: 14px 0 2px }
p { margin: 3px 0 } .lost { color: #b00020; word-break: break-all } .bad { background: #ffe3e3 }
.status { font-size: 11px; padding: 1px 7px; border-radius: 9px; background: #d9efe0; color: #14532d; margin-left: 6px }
.status.repaired, .status.restored { background: #dbeafe; color: #1e3a8a } .status.lost, .status.damaged { background: #ffe0e0; color: #8b0000 }
table { border-collapse: collapse; font-size: 13px } td { padding: 0 14px 1px 0; vertical-align: top } td:first-child { color: #678 }
.finding { font-size: 12px; color: #8b0000 }
"""  # noqa: E501


def main() -> int:
    """Write `damage.png` and `terminal.png` beside this file."""
    out = PROJECT / "processed"
    if not (out / "run.json").exists():
        print("Run 'make ingest' first.")
        return 3
    screenshot(damage_page(out), HERE / "damage.png", 1240, 1040)
    screenshot(terminal_page(), HERE / "terminal.png", 1000, 320)
    return 0


def damage_page(out: Path) -> str:
    """The damaged documents beside their records: of each the beginning, and what was damaged."""
    profiles = [
        json.loads(line) for line in (out / "profiles.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    by_source = {profile["provenance"]["source"]: profile for profile in profiles}
    rows = []
    for path in DAMAGED:
        profile = by_source[path]
        folder = out / "documents" / profile["provenance"]["document"]
        document = json.loads((folder / "document.json").read_bytes())
        rows.append(f"<section><h1>What arrived: {path}</h1>{arrived(document)}</section>{record(profile)}")
    return f"<meta charset=utf-8><style>{STYLE}</style><main>{''.join(rows)}</main>"


def arrived(document: dict[str, Any]) -> str:
    """The title and the damaged blocks with their headings, as they came from the file."""
    shown, heading = [], None
    for block in document["blocks"]:
        is_damaged = "\ufffd" in block["raw"] or block.get("edits")
        if block["kind"] == "furniture":
            continue
        if block.get("role") in ("title", "tagline"):
            shown.append(raw_block(block))
        elif block["kind"] == "heading":
            heading = block
        elif is_damaged and len(shown) < 11:
            shown += [raw_block(item) for item in (heading, block) if item is not None]
            heading = None
    return "".join(shown)


def record(profile: dict[str, Any]) -> str:
    """The record: its first fields, and the sections that were damaged."""
    city = profile["city"]
    facts = {
        "city": f"{city['name']}, {city['country']} (GeoNames {city['geonames_id']})",
        "language": profile["language"],
        "networks": ", ".join(network["name"] for network in profile["networks"]),
        "quality": f"{profile['quality']['score']:.2f}",
    }
    rows = "".join(f"<tr><td>{name}<td>{html.escape(value)}" for name, value in facts.items())
    damaged = [section for section in profile["sections"] if section["status"] != "clean"][:4]
    return (
        f"<section><h1>The record</h1><h2>{html.escape(profile['title'])}</h2>"
        f"<p><i>{html.escape(profile.get('tagline', ''))}</i></p><table>{rows}</table>"
        f"{''.join(map(record_section, damaged))}</section>"
    )


def raw_block(block: dict[str, Any]) -> str:
    """A block as it arrived; what was changed in it is marked."""
    text = block["raw"] if len(block["raw"]) < 210 else block["raw"][:200] + " …"
    tag = "h2" if block["kind"] == "heading" else "p"
    kind = "lost" if "\ufffd" in text else "bad" if block.get("edits") else ""
    return f"<{tag} class='{kind}'>{html.escape(text)}</{tag}>"


def record_section(section: dict[str, Any]) -> str:
    """A section of the record, shortened."""
    text = section["text"] if len(section["text"]) < 170 else section["text"][:160] + " …"
    return (
        f"<h2>{html.escape(section.get('heading') or '')}<span class='status {section['status']}'>"
        f"{section['id']} · {section['status']}</span></h2><p>{html.escape(text)}</p>"
    )


def terminal_page() -> str:
    """The end of `cityreports ingest`, as a terminal shows it."""
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "ingest", "--force"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "FORCE_COLOR": "1"},
    )
    shown = done.stdout.replace("python -m pipeline show DOCUMENT", f"{'cityreports show DOCUMENT':<28}")
    console = Console(record=True, width=106, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    from rich.text import Text

    console.print("$ make ingest")
    console.print(Text.from_ansi(shown.replace("python -m pipeline", "cityreports")))
    page = console.export_html(theme=DIMMED_MONOKAI, inline_styles=True)
    return re.sub(
        "<body", "<body style='margin:0;padding:12px 18px;background:#1a1a1a;font-size:15px'", page, count=1
    )


def screenshot(page: str, target: Path, width: int, height: int) -> None:
    """Render an HTML page with chromium into a PNG of that size."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page, encoding="utf-8")
        subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                f"--user-data-dir={folder}/profile", f"--window-size={width},{height}", f"--screenshot={target}",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
