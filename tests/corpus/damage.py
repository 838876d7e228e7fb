"""Damages undamaged pages (`originals/`, and reports in `raw/`) as the recipes in `damage.toml` say.

    python -m tests.corpus.damage     write all damaged files into raw/

Each recipe has `path` (of the damaged file in raw/), `kind` (a function of this module) and what that
function needs. The undamaged page has the same path in `originals/`, unless the recipe names its `source`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ORIGINALS = HERE / "originals"
RAW = HERE.parents[1] / "raw"


def recipes() -> list[dict[str, Any]]:
    """The recipes of `damage.toml`."""
    listed: list[dict[str, Any]] = tomllib.loads((HERE / "damage.toml").read_text(encoding="utf-8"))["file"]
    return listed


def damaged(recipe: dict[str, Any]) -> bytes:
    """The bytes that a recipe leads to."""
    base = RAW if "source" in recipe else ORIGINALS
    data = b"" if recipe["kind"] == "empty" else (base / recipe.get("source", recipe["path"])).read_bytes()
    return KINDS[recipe["kind"]](data, recipe)


def misread(data: bytes, recipe: dict[str, Any]) -> bytes:
    """Bytes in the charset `written`, read as `read_as`, saved as UTF-8. Bytes without a meaning become C1 controls."""
    data = data.decode("utf-8").encode(recipe["written"])
    text = "".join(_char(byte, recipe["read_as"]) for byte in data)
    return text.encode("utf-8")


def _char(byte: int, charset: str) -> str:
    try:
        return bytes([byte]).decode(charset)
    except UnicodeDecodeError:
        return chr(byte)


def lost_passage(data: bytes, recipe: dict[str, Any]) -> bytes:
    """Text between the marks `after` and `before`: each of its UTF-8 bytes a replacement character, tags unharmed."""
    text = data.decode("utf-8")
    start = text.index(recipe["after"]) + len(recipe["after"])
    end = text.index(recipe["before"], start)
    lost = re.sub(
        r"(?<=>)[^<>]*\S[^<>]*(?=<)", lambda found: "\ufffd" * len(found.group().encode()), text[start:end]
    )
    return (text[:start] + lost + text[end:]).encode("utf-8")


def lost_letters(data: bytes, recipe: dict[str, Any]) -> bytes:
    """Each of the `words` with one letter lost: its first one beyond ASCII becomes a replacement character."""
    text = data.decode("utf-8")
    for word in recipe["words"]:
        if word not in text:
            raise ValueError(f"{word!r} is not in {recipe['path']}")
        text = text.replace(word, re.sub(r"[^\x00-\x7f]", "\ufffd", word, count=1))
    return text.encode("utf-8")


def lost_words(data: bytes, recipe: dict[str, Any]) -> bytes:
    """The `words` and the whole lines that begin with one of `passages`: each UTF-8 byte a replacement character."""
    text = data.decode("utf-8")
    lines = [
        line for line in text.split("\n") if line.strip().startswith(tuple(recipe.get("passages", ("\0",))))
    ]
    for lost in [*lines, *recipe["words"]]:
        text = text.replace(lost, "\ufffd" * len(lost.encode()))
    return text.encode("utf-8")


def other_charset(data: bytes, recipe: dict[str, Any]) -> bytes:
    """The same text in the charset `written`, whatever the page says of itself."""
    return data.decode("utf-8").encode(recipe["written"])


def truncated(data: bytes, recipe: dict[str, Any]) -> bytes:
    """The first `bytes` bytes, as a broken download leaves them."""
    return data[: recipe["bytes"]]


def empty(_data: bytes, _recipe: dict[str, Any]) -> bytes:
    """Nothing."""
    return b""


KINDS: dict[str, Callable[[bytes, dict[str, Any]], bytes]] = {
    "misread": misread,
    "lost-passage": lost_passage,
    "lost-letters": lost_letters,
    "lost-words": lost_words,
    "other-charset": other_charset,
    "truncated": truncated,
    "empty": empty,
}


def main() -> None:
    """Writes every damaged file."""
    for recipe in recipes():
        path = RAW / recipe["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(damaged(recipe))
        print(f"raw/{recipe['path']}: {recipe['kind']}")


if __name__ == "__main__":
    main()
