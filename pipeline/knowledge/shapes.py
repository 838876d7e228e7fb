"""What an entry of a data file may be, and what is wrong with one, as a sentence with file and line.

A data file has a shape: a record type that is closed to unknown keys. Files of the overlay are compared with it entry
by entry; the files that ship fit theirs, which a test sees to.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from pipeline.errors import UsageError
from pipeline.knowledge.files import load_toml, merge, read_own, shipped
from pipeline.knowledge.positions import line_of

SECTIONS = "knowledge/sections.toml"

T = TypeVar("T")

_AT_ONCE = r"\A"
"""Where a pattern is tried here: it is never looked for in a text, so that it need not be fast at that."""


def _says_something(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _compiles(pattern: str) -> str:
    """A regular expression by itself and as part of a longer one, without groups that would renumber the others."""
    for before, after in ((_AT_ONCE, ""), (f"{_AT_ONCE}(?:", ")")):
        try:
            compiled = re.compile(before + pattern + after)
        except re.error as error:
            place = "" if error.pos is None else f" at position {error.pos - len(before)}"
            raise ValueError(f"is not a regular expression: {error.msg}{place}") from error
        except (OverflowError, RecursionError) as error:
            raise ValueError(f"is not a regular expression: {error}") from error
    if compiled.groups:
        raise ValueError("must have no capturing group: write (?:…) for (…)")
    return pattern


def _is_language_code(code: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", code):
        raise ValueError("is no code of a language: two or three small letters, as in pl")
    return code


def _is_country_code(code: str) -> str:
    if not re.fullmatch("[A-Z]{2}", code):
        raise ValueError("is no code of a country: two capital letters, as in PL")
    return code


def _is_a_section(name: str, info: ValidationInfo) -> str:
    known: frozenset[str] = (info.context or {}).get("sections", frozenset({name}))
    if name not in known:
        raise ValueError(f"is no section of {SECTIONS}{_alike(name, known)}")
    return name


Word = Annotated[str, AfterValidator(_says_something)]
Words = tuple[Word, ...]
Pattern = Annotated[str, AfterValidator(_says_something), AfterValidator(_compiles)]
SectionId = Annotated[str, AfterValidator(_is_a_section)]
LanguageCode = Annotated[str, AfterValidator(_is_language_code)]
CountryCode = Annotated[str, AfterValidator(_is_country_code)]


def load_as(shape: TypeAdapter[T], name: str, overlay: Path | None) -> T:
    """The data file `name` merged with the overlay's, as its shape has it.

    Raises UsageError with one sentence where the overlay's file does not fit.
    """
    for fault in faults(shape, name, overlay):
        raise UsageError(fault)
    return shape.validate_python(load_toml(name, overlay), context={"sections": section_ids(overlay)})


def faults(shape: TypeAdapter[Any], name: str, overlay: Path | None) -> list[str]:
    """A sentence for each entry of the overlay's file `name` that does not fit, by line."""
    path = overlay / name if overlay else None
    if path is None or not (path.exists() or path.is_symlink()):
        return []
    try:
        text, own = read_own(path)
    except UsageError as unreadable:
        return [str(unreadable)]
    context = {"sections": section_ids(overlay)}
    merged = merge(load_toml(name), own) if name in shipped() else own
    missing = {error["loc"] for error in _errors(shape, merged, context) if error["type"] == "missing"}
    found = []
    for error in _errors(shape, own, context):
        if error["type"] == "missing" and error["loc"] not in missing and not _is_in_a_list(error["loc"]):
            continue  # it stands in the file that ships
        place = [part for part in error["loc"] if part != "[key]"]
        line = line_of(text, place, error["input"])
        where = f"{path}, line {line}" if line else str(path)
        found.append((line or 0, f"{where}: {_sentence(error, place, shape)} Correct the file or remove it."))
    return [sentence for _, sentence in sorted(found)]


def section_ids(overlay: Path | None) -> frozenset[str]:
    """The ids of all sections; those that ship where the overlay's file is not TOML."""
    try:
        return frozenset(load_toml(SECTIONS, overlay))
    except UsageError:
        return frozenset(load_toml(SECTIONS))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint to go on with after what is wrong with a name: the nearest that there is, or all there are."""
    return _alike(name, known).removeprefix("; ")


def _alike(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1)
    return f"; did you mean '{near[0]}'?" if near else f"; there are {', '.join(names)}."


def _errors(shape: TypeAdapter[Any], data: dict[str, Any], context: dict[str, Any]) -> list[ErrorDetails]:
    try:
        shape.validate_python(data, context=context)
    except ValidationError as error:
        return error.errors(include_url=False)
    return []


def _is_in_a_list(place: tuple[str | int, ...]) -> bool:
    """Whether an entry belongs to an item of a list: lists are extended, their items are never merged."""
    return any(isinstance(part, int) for part in place)


_KINDS = {
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "bool_type": "true or false",
    "int_type": "a whole number",
}
"""What a value has to be, by pydantic's name for the error that it is not."""


def _sentence(error: ErrorDetails, place: list[str | int], shape: TypeAdapter[Any]) -> str:
    """What is wrong with the entry at `place`, ending with a full stop or a question mark."""
    kind = error["type"]
    name = ".".join(str(part) for part in place if isinstance(part, str))
    if place and isinstance(place[-1], int):
        name = f"an entry of {name}"
    if kind == "extra_forbidden":
        table = ".".join(str(part) for part in place[:-1]) or "this file"
        return f"{table} has no entry '{place[-1]}'{_alike(str(place[-1]), _keys_at(shape, place[:-1]))}"
    if kind == "missing":
        return f"{name} is missing."
    if kind in _KINDS:
        return f"{name} has to be {_KINDS[kind]}."
    if kind == "literal_error":
        return f"{name} has to be {error['ctx']['expected']}."
    message = error["msg"].removeprefix("Value error, ")
    is_key = error["loc"][-1:] == ("[key]",)
    shown = f" '{error['input']}'" if isinstance(error["input"], str) and not is_key else ""
    said = message if kind == "value_error" else f"is wrong: {message[:1].lower()}{message[1:]}"
    return f"{name}{shown} {said}" + ("" if said.endswith(("?", ".")) else ".")


def _keys_at(shape: TypeAdapter[Any], place: list[str | int]) -> list[str]:
    """The keys that the table at `place` may have."""
    schema = shape.json_schema()
    definitions = schema.get("$defs", {})

    def resolved(node: dict[str, Any]) -> dict[str, Any]:
        for option in (node, *node.get("anyOf", ()), *node.get("allOf", ())):
            if "$ref" in option:
                found: dict[str, Any] = definitions[option["$ref"].rpartition("/")[2]]
                return found
        return node

    node = resolved(schema)
    for part in place:
        inner = (
            node.get("items", {})
            if isinstance(part, int)
            else node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
        )
        node = resolved(inner)
    return list(node.get("properties", {}))
