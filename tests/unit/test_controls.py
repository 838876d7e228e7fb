"""Characters that command a program: shown as escapes on a terminal, taken out of Markdown and CSV."""

from __future__ import annotations

import ast
import unicodedata
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import controls
from pipeline.cli import terminal
from tests.conftest import PROJECT

DIRECTION = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
C1 = "".join(map(chr, range(0x80, 0xA0)))
C0 = "".join(map(chr, range(0x20))) + "\x7f"


@given(
    st.text(alphabet=st.one_of(st.characters(), st.sampled_from(DIRECTION + C0 + C1 + "\u2028\u2029\ufeff")))
)
def test_nothing_that_commands_is_left(text: str) -> None:
    shown, kept = controls.escaped(text), controls.removed(text)
    for char in DIRECTION + C1 + C0 + "\u2028\u2029\ufeff":
        assert char not in shown
        assert char not in kept or char in "\n\t"


@pytest.mark.parametrize(
    ("text", "shown", "kept"),
    [
        ("\x1b[31mred", "\\x1b[31mred", "[31mred"),
        ("\x9b2Jgone", "\\x9b2Jgone", "2Jgone"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c", "abc"),
        ("one\u2028two\u2029three", "one\\u2028two\\u2029three", "one two three"),
        ("one\r\ntwo\rthree", "one\\r\\ntwo\\rthree", "one\ntwo\nthree"),
        ("שלום עולם", "שלום עולם", "שלום עולם"),
        ("می‌خواهم", "می‌خواهم", "می‌خواهم"),
        ("👩‍👧 Łódź", "👩‍👧 Łódź", "👩‍👧 Łódź"),
        ("\ud83d half", "\\ud83d half", "\ud83d half"),
        ("\U000e0001tag", "\\U000e0001tag", "tag"),
    ],
)
def test_a_text_is_shown_and_kept_so(text: str, shown: str, kept: str) -> None:
    assert controls.escaped(text) == shown
    assert controls.removed(text) == kept


def test_lines_go_through_where_they_are_wanted() -> None:
    assert terminal.safe("a\nb\tc\x1b", lines=True) == "a\nb\tc\\x1b"
    assert terminal.safe("a\nNote: all is well") == "a\\nNote: all is well"
    assert terminal.safe("abc", 2) == "ab …"


def test_what_is_printable_is_shown_as_it_is() -> None:
    shown = [
        chr(code)
        for code in range(0x20, 0x3000)
        if unicodedata.category(chr(code)) not in ("Cc", "Cf", "Zl", "Zp")
    ]
    assert controls.escaped("".join(shown)) == "".join(shown)


def test_each_line_of_the_terminal_is_made_safe() -> None:
    """Only `line` makes a text for rich, and nothing is printed that it did not make."""
    tree = ast.parse((PROJECT / "pipeline" / "cli" / "terminal.py").read_text(encoding="utf-8"))
    makers = {
        function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Text"
    }
    assert makers == {"line"}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "append":
            argument = call.args[0]
            assert not (isinstance(argument, ast.Name) and argument.id in ("text", "before")), ast.dump(call)


@pytest.mark.parametrize(
    ("documents", "quarantined", "done", "failed", "says"),
    [
        (240, 206, 34, 206, "34 processed now, 0 unchanged, 206 in quarantine (206 of them now)."),
        (10, 2, 0, 0, "Nothing changed since the last run."),
        (10, 2, 0, 2, "0 processed now, 8 unchanged, 2 in quarantine (2 of them now)."),
        (10, 2, 3, 0, "3 processed now, 5 unchanged, 2 in quarantine."),
        (1234, 0, 1234, 0, "1,234 processed now, 0 unchanged."),
    ],
)
def test_the_counts_of_a_run_add_up(
    documents: int, quarantined: int, done: int, failed: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from pipeline.settings import Settings
    from pipeline.store.differences import Differences

    counts = {
        "documents": documents,
        "profiles": 1,
        "repaired": 0,
        "lost_characters": 0,
        "quarantined": quarantined,
    }
    result: Any = SimpleNamespace(
        record=SimpleNamespace(counts=counts, quarantine=()),
        done=done,
        failed=failed,
        notes=(),
        changes=(),
        differences=Differences(),
    )
    terminal.show_summary(result, Settings(), 1.0)
    assert says in capsys.readouterr().out
