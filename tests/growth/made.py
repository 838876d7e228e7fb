"""Documents of any size, made by rule: the rules are in tests/cases/growth/*.toml."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.conftest import PROJECT

CASES = PROJECT / "tests" / "cases" / "growth"

_SYLLABLES = ("ka", "to", "mi", "re", "ban", "sol", "du", "ven", "ga", "lor")


class Generator(NamedTuple):
    """A kind of document: `make(n)` gives its bytes, about `n` characters of them; `largest` is the largest n."""

    name: str
    media_type: str
    make: Callable[[int], bytes]
    largest: int = 1 << 21


def text_generators() -> list[Generator]:
    """Those of the data files, one for each sign of those that repeat a sign."""
    found = []
    for path in sorted(CASES.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for name, rule in data.items():
            for label, sign in _signs(rule):
                found.append(_generator(f"{path.stem}/{name}{label}", rule, sign))
    return found


def _signs(rule: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f"-U+{ord(sign):04X}", sign) for sign in rule["signs"]] if "signs" in rule else [("", "")]


def _generator(name: str, rule: dict[str, Any], sign: str) -> Generator:
    def make(size: int) -> bytes:
        start_anew()
        repeat = rule["repeat"].replace("{sign}", sign)
        close = rule.get("close", "")
        count = max(1, size // len((_filled(repeat, 1) + close).encode()))
        parts = (
            rule.get("before", "").replace("{sign}", sign),
            *_repeated(repeat, count),
            rule.get("middle", ""),
            *_repeated(close, count),
            rule.get("after", "").replace("{sign}", sign),
        )
        return "".join(parts).encode(rule.get("encoding", "utf-8"), "surrogatepass")

    return Generator(name, rule["type"], make, int(rule.get("largest", 1 << 21)))


def _repeated(text: str, count: int) -> list[str]:
    return [_filled(text, index) for index in range(count)] if "{" in text else [text * count]


def _filled(text: str, index: int) -> str:
    """`{i}`: a number; `{word}`: a word of its own, `{Word}` with a capital: each repetition another."""
    if "{" not in text:
        return text
    own = own_word(index)
    return text.replace("{i}", str(index)).replace("{word}", own).replace("{Word}", own.capitalize())


_DOCUMENTS = itertools.count(1)
_document = 0


def start_anew() -> None:
    """Begin a document: its words are in no document before it, so that no cache knows them."""
    global _document
    _document = next(_DOCUMENTS)


def own_word(index: int) -> str:
    """A word for each number, which only this document has."""
    digits = f"{_document}{index:06d}"
    return "".join(_SYLLABLES[int(digit)] for digit in reversed(digits))
