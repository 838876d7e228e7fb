"""The catalogues of findings and of causes: what is listed is made somewhere, and what is made is listed.

What the code makes is read from its syntax trees: the codes that are given to `finding()` and to the functions that
hand one on, and the causes that are given to `Edit` and `Change`. A name stands for the values its module gives it.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline
from pipeline.cli import terminal
from pipeline.knowledge import causes, findings
from pipeline.records import Edit
from pipeline.settings import Settings
from tests.conftest import PROJECT

PACKAGE = Path(pipeline.__file__).parent
TREES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
}
CAUSE_AT = {"Change": 3, "difference": 2, "Edit": None, "_trimmed": None}
"""What takes a cause: its place among the arguments; None where it is given by name only, or handed on."""
BY_HAND = {"repair/mojibake/verdict.py": {"mojibake", "mojibake-by-site"}}
"""Causes that are put together of pieces: `Verdict.cause`. A test below reads them from what it gives."""


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield (
                getattr(node.func, "id", None) or getattr(node.func, "attr", ""),
                node,
            )


def literals(node: ast.AST) -> set[str]:
    """The strings that an expression may be: itself, either branch of a condition, the values of a dictionary."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    if isinstance(node, ast.Subscript):
        return literals(node.value)
    if isinstance(node, ast.Dict):
        return {text for value in node.values for text in literals(value)}
    return set()


def values_of(name: str, tree: ast.AST) -> set[str]:
    """The strings that a module gives a name: by assignment, in tuples that it loops over, or from another module."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(getattr(t, "id", None) == name for t in node.targets):
            found |= literals(node.value)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline."):
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    other = TREES.get(f"{node.module.removeprefix('pipeline.').replace('.', '/')}.py")
                    found |= values_of(alias.name, other) if other else set()
    return found


def made_findings() -> dict[str, set[str]]:
    """The codes that each module makes."""
    catalogue = set(findings.catalogue())
    made: dict[str, set[str]] = {}
    for module, tree in TREES.items():
        if module == "knowledge/findings.py":
            continue
        for name, call in calls(tree):
            if not call.args:
                continue
            given = call.args[0]
            found = literals(given) or (values_of(given.id, tree) if isinstance(given, ast.Name) else set())
            if name != "finding":
                found &= catalogue  # a function that hands a code on: what it does with others is its affair
            if found:
                made.setdefault(module, set()).update(found)
    return made


def made_causes() -> dict[str, set[str]]:
    """The words of the causes that each module makes."""
    made = {module: set(words) for module, words in BY_HAND.items()}
    for module, tree in TREES.items():
        if module.startswith(("run/", "store/")):  # its changes are those of a run
            continue
        found: set[str] = set()
        for name, call in calls(tree):
            if name not in CAUSE_AT:
                continue
            at = CAUSE_AT[name]
            given = [word.value for word in call.keywords if word.arg == "cause"]
            if at is not None and len(call.args) > at:
                given.append(call.args[at])
            for value in given:
                found |= literals(value)
                found |= values_of(value.id, tree) if isinstance(value, ast.Name) else set()
        if (
            module == "extract/pdf/blocks.py"
        ):  # edits of a line are listed with their causes before they are made
            for node in ast.walk(tree):
                if isinstance(node, ast.Tuple) and len(node.elts) in (2, 4):
                    last = node.elts[-1]
                    found |= values_of(last.id, tree) if isinstance(last, ast.Name) else literals(last)
        if found:
            made.setdefault(module, set()).update(causes.word_of(cause) for cause in found)
    return made


def test_what_is_found_is_listed_and_what_is_listed_is_found() -> None:
    made = made_findings()
    assert set().union(*made.values()) == set(findings.catalogue()), made


def test_what_is_changed_is_listed_and_what_is_listed_is_changed() -> None:
    made = made_causes()
    assert set().union(*made.values()) == set(causes.catalogue()), made


@pytest.mark.parametrize("by_site", [False, True])
def test_the_cause_of_a_verdict_is_listed(by_site: bool) -> None:
    from pipeline.repair.mojibake.verdict import Verdict

    steps = (("cp1252", "latin-1"), ("utf-8", "cp1252"))
    verdict = Verdict((), "y", "x", steps, "de", 9.0, True, by_site)
    assert causes.word_of(verdict.cause) in BY_HAND["repair/mojibake/verdict.py"]
    assert causes.class_of(verdict.cause) == "repair"


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("mojibake:cp1252→latin-1+utf-8→cp1252", "repair"),
        ("mojibake-by-site:cp1250→iso8859-2", "repair"),
        ("lost-letter", "guess"),
        ("lost-letter:by-neighbours", "guess"),
        ("withheld", "loss"),
        ("soft-hyphen", "reading"),
    ],
)
def test_a_cause_has_the_class_of_its_word(cause: str, expected: str) -> None:
    assert causes.class_of(cause) == expected


@pytest.mark.parametrize("cause", ["", "cipher", "mojibakes", "lost-letters", ":mojibake"])
def test_a_cause_that_is_not_listed_has_no_class(cause: str) -> None:
    with pytest.raises(KeyError):
        causes.class_of(cause)


def test_classes_are_named_nowhere_but_in_the_catalogue() -> None:
    """No module matches causes, or the findings of lost text, by a list of its own: it asks the catalogue."""
    words = set(causes.catalogue())
    losing = {code for code in findings.catalogue() if findings.loses_text(code)}
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                named = {e.value for e in node.elts if isinstance(e, ast.Constant)}
                assert len(named & words) < 2 and len(named & losing) < 2, (module, named)


@pytest.mark.parametrize("code", sorted(findings.catalogue()))
def test_severity_says_what_a_person_must_do(code: str) -> None:
    """error: must act; warning: should look; info: good to know. What asks for nothing at all is for information."""
    entry = findings.catalogue()[code]
    assert re.fullmatch(r"[^\n]+[.)]", entry.meaning) and re.fullmatch(r"[^\n]+\.", entry.action)
    if re.match(r"Nothing[.;]", entry.action):
        assert entry.severity == "info"
    if entry.severity == "error":
        assert not entry.action.startswith("Nothing")


def test_lost_text_and_unread_text_are_errors() -> None:
    """What a person must act on: text is missing from the record, and only another file or setting can bring it."""
    errors = {code for code, entry in findings.catalogue().items() if entry.severity == "error"}
    assert errors == {"over-budget", "text-lost", "unmapped-characters", "text-unaccounted", "needs-ocr"}
    assert {code for code, entry in findings.catalogue().items() if entry.loses_text} == {
        "text-lost", "unmapped-characters",
    }  # fmt: skip


@pytest.mark.parametrize("where", [{}, {"block": 1}, {"count": 1}])
def test_a_finding_of_lost_text_says_where_and_how_much(where: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="names a block"):
        findings.finding("text-lost", **where)


def test_causes_are_described() -> None:
    for name, cause in causes.catalogue().items():
        assert re.fullmatch(r"[^\n]+\.", cause.meaning) and re.fullmatch(r"[^\n]+\.", cause.action), name


def test_causes_that_cases_expect_are_listed() -> None:
    cases = (PROJECT / "tests" / "cases" / "repair").rglob("*.toml")
    named = {
        cause for path in cases for cause in tomllib.loads(path.read_text(encoding="utf-8")).get("causes", ())
    }
    assert len(named) > 8
    assert {causes.word_of(cause) for cause in named} <= set(causes.catalogue())


EDITS = [("soft-hyphen", "\u00ad", "")] * 45 + [
    ("mojibake:utf-8→cp1252", "Ã¼", "ü"),
    ("withheld", "x\ufffd", "[…]"),
]


def test_what_is_lost_and_repaired_is_shown_before_what_is_only_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    edits = [Edit(start=0, end=len(was), before=was, after=now, cause=cause) for cause, was, now in EDITS]
    edits.append(Edit(start=0, end=1, before="a", after="b", cause="of-another-version"))
    terminal._show_repairs([(number, edit) for number, edit in enumerate(edits)])
    said = capsys.readouterr().out.strip().split("\n")
    assert said[0] == "Edits: 48 (1 loss, 1 unknown, 1 repair, 45 reading)"
    assert [row.split(":")[0].split(", ")[1] for row in said[1:4]] == [
        "withheld",
        "of-another-version",
        "mojibake",
    ]
    assert said[-1].endswith("… and 8 more, in document.json")


def test_causes_are_shown_with_their_classes(capsys: pytest.CaptureFixture[str]) -> None:
    numbers = dict.fromkeys(("documents", "blocks", "edits", "before", "after", "lost"), 1)
    terminal.show_causes({"broken-font": numbers, "nfc": numbers}, Settings())
    rows = [row.split()[:2] for row in capsys.readouterr().out.splitlines() if row]
    assert rows[:3] == [["cause", "class"], ["broken-font", "repair"], ["nfc", "reading"]]
