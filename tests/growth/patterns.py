"""Regular expressions of the package and texts that are hard for them, derived from the expressions themselves."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from tests.conftest import PROJECT
from tests.growth.chain import PACKAGE

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")
_SIGNS = "?!.,;:-_=+*/\\|&%$#@<>()[]{}'\"0 \t\n\u00a0aAzä中\ufffd\u00ad–“"
_POOL = "aAzZ0 \t\n" + _SIGNS + "éżбα\x80\x01\ue000€"
_ENDS = ("", "\x00", "!", " ", "a")
_PAIRED = 8
"""Signs of an expression that are tried two by two."""
_MANY = 8
"""A repetition with so many at most counts as bounded."""


class Expression(NamedTuple):
    """A pattern, where it is built, and the methods that the package calls on it."""

    place: str
    pattern: re.Pattern[Any]
    methods: tuple[str, ...]


class Hard(NamedTuple):
    """A family of texts: `begin`, then `unit` over and over, then `end`."""

    begin: str
    unit: str
    end: str

    def of(self, size: int) -> str:
        """The text of about `size` characters."""
        return self.begin + self.unit * max(1, size // len(self.unit)) + self.end

    def __str__(self) -> str:
        return f"{self.begin!r} + {self.unit!r} × n + {self.end!r}"


# --- what there is -----------------------------------------------------------------------------------------


@cache
def _built() -> tuple[tuple[str, int, str | bytes, int], ...]:
    """(file, line, pattern, flags) of all that `re` was seen to build."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.growth.discover"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    heard = [
        (file, line, text.encode("latin-1") if is_bytes else text, flags)
        for file, line, text, flags, is_bytes in rows
    ]
    return (*heard, *_written())


def _written() -> Iterator[tuple[str, int, str | bytes, int]]:
    """Patterns that stand in a call as they are (`re.fullmatch(r"[1-9]", text)`), whether it was reached or not."""
    for file, lines in calls_of_re():
        for call in _calls(file):
            first = call.args[0] if call.args else None
            plain = isinstance(first, ast.Constant) and not call.keywords and _method(call) != "compile"
            if plain and call.lineno == lines.start:
                yield file, call.lineno, first.value, 0  # type: ignore[union-attr]


@cache
def expressions() -> tuple[Expression, ...]:
    """Every pattern of the package, each once with the methods of all its places."""
    found: dict[tuple[str | bytes, int], tuple[str, set[str]]] = {}
    for file, line, source, flags in _built():
        _, methods = found.setdefault((source, flags), (f"{file}:{line}", set()))
        methods.update(_methods(file, line))
    return tuple(
        Expression(place, re.compile(source, flags), tuple(sorted(methods)))
        for (source, flags), (place, methods) in found.items()
    )


def places_built() -> set[str]:
    """ "file:line" of all places where `re` was seen to build a pattern."""
    return {f"{file}:{line}" for file, line, _, _ in _built()}


def calls_of_re() -> Iterator[tuple[str, range]]:
    """File and lines of each call in the package that may build a pattern."""
    for file in sorted(PACKAGE.rglob("*.py")):
        for call in _calls(str(file.relative_to(PACKAGE))):
            yield str(file.relative_to(PACKAGE)), range(call.lineno, (call.end_lineno or call.lineno) + 1)


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((PACKAGE / file).read_text(encoding="utf-8"))


@cache
def _calls(file: str) -> tuple[ast.Call, ...]:
    return tuple(
        node
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in ("compile", *_METHODS)
    )


def _method(call: ast.Call) -> str:
    return str(call.func.attr)  # type: ignore[attr-defined]


def _methods(file: str, line: int) -> set[str]:
    """The methods that are called on what is built at this line; where its use cannot be followed, the usual three."""
    for call in _calls(file):
        if call.lineno <= line <= (call.end_lineno or call.lineno):
            if _method(call) != "compile":
                return {_method(call)}
            names = _names_of(file, call)
            used = {
                method for at, name, method in _uses() if name in names and (name[0] != "_" or at == file)
            }
            return used or {"search", "match", "fullmatch"}
    return {"search"}


def _names_of(file: str, call: ast.Call) -> set[str]:
    """The names under which a compiled pattern is kept: variables, attributes, keywords of a record."""
    names: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _holds(node.value, call):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
                names |= {n.attr for n in ast.walk(target) if isinstance(n, ast.Attribute)}
        if isinstance(node, ast.keyword) and node.arg and _holds(node.value, call):
            names.add(node.arg)
    return names - {"self"}


def _holds(node: ast.AST, call: ast.Call) -> bool:
    return any(inner is call for inner in ast.walk(node))


@cache
def _uses() -> frozenset[tuple[str, str, str]]:
    """(file, name, method) of each use of a method of patterns: `_WORD.search`, `self._kind.fullmatch`."""
    found = set()
    for file in (str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")):
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.Attribute) and node.attr in _METHODS:
                of = node.value.value if isinstance(node.value, ast.Subscript) else node.value
                if isinstance(of, ast.Call):
                    of = of.func
                if isinstance(of, ast.Name | ast.Attribute):
                    found.add((file, of.id if isinstance(of, ast.Name) else of.attr, node.attr))
    return frozenset(found)


def use(pattern: re.Pattern[Any], method: str) -> Callable[[Any], object]:
    """`method` of `pattern` as the package uses it: an iterator is run to its end."""
    if method == "finditer":
        return lambda text: deque(pattern.finditer(text), maxlen=0)
    if method in ("sub", "subn"):
        replacement: Any = b"" if isinstance(pattern.pattern, bytes) else ""
        return lambda text: pattern.sub(replacement, text)
    function: Callable[[Any], object] = getattr(pattern, method)
    return function


# --- what is hard for it -----------------------------------------------------------------------------------


def hard_texts(expression: Expression) -> Iterator[Hard]:
    """Texts that grow: one sign over and over, what each repetition repeats, matches that fail at their end."""
    tree = parser.parse(expression.pattern.pattern, expression.pattern.flags & ~re.UNICODE & ~re.DEBUG)
    signs = _signs_of(tree)
    families: dict[Hard, None] = {}
    for sign in (*_SIGNS, *signs):
        families[Hard("", sign, "")] = None
    for choice in range(3):
        whole = _sample(tree, choice)
        for piece in (whole, whole[:-1], whole[: len(whole) // 2], whole + " "):
            if piece:
                families[Hard("", piece, "")] = None
                families[Hard("", piece, "\x00")] = None
        for begin, unit in _repetitions(tree, "", choice):
            for end in _ENDS:
                families[Hard(begin, unit, end)] = None
            families[Hard("", begin + unit, "")] = None
    for one in signs[:_PAIRED]:
        for other in signs[:_PAIRED]:
            if one != other:
                families[Hard("", one + other, "")] = None
                families[Hard("", one, other)] = None
    if isinstance(expression.pattern.pattern, bytes):
        families = {
            family: None for family in families if all(ord(char) < 256 for part in family for char in part)
        }
    yield from families


def _signs_of(tree: Any) -> list[str]:
    """Signs that the expression names, as far as possible one of each set."""
    found: dict[str, None] = {}
    for code, value in _nodes(tree):
        if code is codes.LITERAL:
            found[chr(value)] = None
        elif code is codes.IN:
            for sign in _of_set(value)[:2]:
                found[sign] = None
    return sorted(found, key=lambda sign: (sign.isalpha() and sign.isascii(), list(found).index(sign)))


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    for code, value in tree:
        yield code, value
        for inner in _inside(code, value):
            yield from _nodes(inner)


def _inside(code: Any, value: Any) -> list[Any]:
    """The parts of a node that are expressions themselves."""
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return [value[2]]
    if code is codes.BRANCH:
        return list(value[1])
    if code is codes.SUBPATTERN:
        return [value[3]]
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    if code is codes.ATOMIC_GROUP:
        return [value]
    return []


def _repetitions(tree: Any, before: str, choice: int) -> Iterator[tuple[str, str]]:
    """(what leads to it, what it repeats) of each long repetition in the expression."""
    lead = before
    for code, value in tree:
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT) and value[1] > _MANY:
            for variant in range(choice, choice + 2):
                if unit := _sample(value[2], variant):
                    yield lead, unit
        for inner in _inside(code, value):
            yield from _repetitions(inner, lead, choice)
        lead += _sample([(code, value)], choice)


def _sample(tree: Any, choice: int) -> str:
    """A short text that the expression, or part of it, is likely to match; `choice` varies it."""
    parts: list[str] = []
    for code, value in tree:
        if code is codes.LITERAL:
            parts.append(chr(value))
        elif code is codes.NOT_LITERAL:
            parts.append(next(sign for sign in _POOL if ord(sign) != value))
        elif code is codes.ANY:
            parts.append("a b"[choice % 3])
        elif code is codes.IN:
            members = _of_set(value)
            parts.append(members[choice % len(members)] if members else "")
        elif code is codes.BRANCH:
            parts.append(_sample(value[1][choice % len(value[1])], choice))
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            parts.append(
                _sample(value[2], choice) * max(value[0], min(1, value[1])) if value[0] < 1000 else ""
            )
        elif code is codes.SUBPATTERN:
            parts.append(_sample(value[3], choice))
        elif code is codes.ATOMIC_GROUP:
            parts.append(_sample(value, choice))
        elif code is codes.GROUPREF:
            parts.append(parts[-1][-1:] if parts else "")
    return "".join(parts)


def _of_set(members: Any) -> list[str]:
    """Signs of a set: its own first, then any of the pool that belong to it."""
    own = [chr(value) for code, value in members if code is codes.LITERAL]
    own += [chr(value[0]) for code, value in members if code is codes.RANGE]
    negated = members[0][0] is codes.NEGATE
    if negated:
        own = []
    matches = [sign for sign in _POOL if _in_set(sign, members)]
    return list(dict.fromkeys([*matches[:2], *own, *matches]))


def _in_set(sign: str, members: Any) -> bool:
    number, negated = ord(sign), members[0][0] is codes.NEGATE
    inside = any(
        (code is codes.LITERAL and value == number)
        or (code is codes.RANGE and value[0] <= number <= value[1])
        or (code is codes.CATEGORY and _in_category(sign, value))
        for code, value in members
    )
    return inside != negated


def _in_category(sign: str, category: Any) -> bool:
    name = str(category)
    kind = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[name.rsplit("_", 1)[1]]
    return bool(re.fullmatch(kind, sign)) != ("_NOT_" in name)
