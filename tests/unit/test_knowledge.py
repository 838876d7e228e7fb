"""Languages as they are looked up, and the lines on which entries of TOML files stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.knowledge import check
from pipeline.knowledge.files import shipped
from pipeline.knowledge.languages import language, languages
from pipeline.knowledge.positions import line_of
from pipeline.knowledge.sections import sections

TEXT = """\
# a comment
name = "Polish"
roles.mayor = ["a"]

[headings.contact]
exact = [
    "Kontakt",
    "Jak \\"nas\\" znaleźć",
]
stems = ['kont']

["bot-wall".says]
"x y" = 1

[[markup]]
kind = "login"
[[markup]]
kind = "moved"
pattern = '''
kind = 3
'''
[[text]]
kind = "login"
[deep.er.still]
"""


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("name",), None, 2),
        (("roles", "mayor"), None, 3),
        (("roles", "mayor", 0), "a", 3),
        (("headings", "contact"), None, 5),
        (("headings", "contact", "exact"), None, 6),
        (("headings", "contact", "exact", 0), "Kontakt", 7),
        (("headings", "contact", "exact", 1), 'Jak "nas" znaleźć', 8),
        (("headings", "contact", "exact", 1), 3, 6),
        (("headings", "contact", "stems", 0), "kont", 10),
        (("headings", "contact", "missing"), None, 5),
        (("bot-wall", "says", "x y"), None, 13),
        (("markup", 0, "kind"), None, 16),
        (("markup", 1, "kind"), "moved", 18),
        (("markup", 1, "name"), None, 17),
        (("text", 0, "kind"), None, 23),
        (("deep",), None, 24),
        (("nothing",), None, None),
        ((), None, None),
    ],
)
def test_the_line_of_an_entry(path: tuple[str | int, ...], value: object, line: int | None) -> None:
    assert line_of(TEXT, path, value) == line


def test_a_language_is_looked_up_by_its_code_or_an_alias() -> None:
    assert language("nb", None) is language("nn", None) is language("no", None)
    assert language("no", None).name == "Norwegian"
    assert language("cz", None).name == "Czech"
    assert language("xx", None).place_prepositions == ()


def test_languages_have_names_of_their_own_and_english_is_first() -> None:
    known = languages(None)
    assert len({entry.name for entry in known.values()}) == len(known) == 31
    assert next(iter(known)) == "en"


def test_an_overlay_adds_to_a_language_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "knowledge" / "languages" / "sl.toml"
    path.parent.mkdir(parents=True)
    path.write_text('place_prepositions = ["v", "okrog"]\n[roles]\n"župan" = []\n', encoding="utf-8")
    own, ships = language("sl", tmp_path), language("sl", None)
    assert own.place_prepositions == (*ships.place_prepositions, "okrog")
    assert (own.countries, own.name) == (ships.countries, ships.name)
    assert own.roles == {"župan": ()}


def test_what_does_not_fit_is_refused_when_it_is_read(tmp_path: Path) -> None:
    """By the library and by children too, which do not look at the folder first."""
    path = tmp_path / "knowledge" / "sections.toml"
    path.parent.mkdir(parents=True)
    path.write_text('\n[water]\nkinds = ["report"]\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"sections\.toml, line 2: water\.meaning is missing\."):
        sections(tmp_path)


def test_whatever_had_another_name_says_where_it_is_now() -> None:
    """The new names are those of files that ship; no old name is."""
    for old, new in check.RENAMED.items():
        assert not any(name == old or name.startswith(f"{old}/") for name in shipped()), old
        assert "languages/xx.toml" in new or new in shipped(), new
