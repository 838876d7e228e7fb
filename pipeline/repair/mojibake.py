"""Text that was decoded with the wrong charset."""

from __future__ import annotations

import re

from pipeline.model import REPLACEMENT
from pipeline.repair.changes import Change, difference

_PIECE = re.compile(rf"[^{REPLACEMENT}]+")


def mojibake_changes(text: str) -> list[Change]:
    """What ftfy repairs with certainty; its typographic changes are off.

    What stands between replacement characters is looked at piece by piece: ftfy takes U+FFFD for a byte.
    """
    if text.isascii():
        return []
    changes = []
    for piece in _PIECE.finditer(text):
        for change in _piece_changes(piece[0]):
            start, end = piece.start() + change.start, piece.start() + change.end
            changes.append(change._replace(start=start, end=end))
    return changes


def _piece_changes(text: str) -> list[Change]:
    if text.isascii():
        return []
    import ftfy

    config = ftfy.TextFixerConfig(unescape_html=False, replace_lossy_sequences=False)
    fixed, plan = ftfy.fix_encoding_and_explain(text, config)
    if fixed == text or not plan or REPLACEMENT in fixed:
        return []
    steps = [step.parameter for step in plan if step.action in ("encode", "decode")]
    cause = "→".join(reversed(steps)) if steps else "characters"
    return difference(text, fixed, f"mojibake:{cause}")
