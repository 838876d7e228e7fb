"""The parts of the HTML wing by themselves: scanner, names, telling words, forest, roles of furniture."""

from __future__ import annotations

import html
import json

import numpy as np
import pytest

from pipeline.extract.html import read_html
from pipeline.extract.html.classify import furniture
from pipeline.extract.html.draft import Draft
from pipeline.extract.html.embedded import embedded_lines
from pipeline.extract.html.features import features, names
from pipeline.extract.html.forest import Forest
from pipeline.extract.html.hints import beginnings_of, hints_of, word_bits, word_names
from pipeline.extract.html.parser import Node, parse
from pipeline.extract.html.scan import MARK, scan
from pipeline.model import TextRange, locate


def test_scanner_leaves_only_markers_for_text() -> None:
    source = "<p title='a>b'> Ein <b>Wort</b><!-- weg --><script>var x = '<p>';</script>"
    scanned = scan(source, 1000)
    assert scanned.markup == f"<p title='a>b'> {MARK}0 <b>{MARK}1</b><!-- weg -->"
    assert [source[start:end] for start, end in scanned.runs] == ["Ein", "Wort"]


@pytest.mark.parametrize(
    ("names_given", "role"),
    [
        ("siteNavigation", "navigation"),
        ("page-footer__inner", "footer"),
        ("breadCrumbs", "breadcrumb"),
        ("cookie-banner", "cookie"),
        ("photo-credit", "picture_credit"),
        ("entry-content", None),
        ("city-map", None),
    ],
)
def test_names_tell_a_role(names_given: str, role: str | None) -> None:
    assert hints_of({"class": names_given}).role == role


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("Lea también: Nuevo plan de movilidad", "related", True),
        ("Der Stadtrat und weitere Gremien tagten", "related", False),
        ("© 2024 Stadt Wels", "legal", True),
        ("Foto: Stadtarchiv", "credit", True),
        ("Das Foto zeigt den Marktplatz", "credit", False),
    ],
)
def test_telling_words(text: str, kind: str, told: bool) -> None:
    assert bool(word_bits(text) >> word_names().index(kind) & 1) == told


def test_forest_adds_up_its_leaves() -> None:
    forest = Forest(
        columns=np.array([[0, 1], [1, 0]]),
        thresholds=np.array([[0.5, 0.5], [2.0, 0.0]], dtype=np.float32),
        leaves=np.array([[1, 2, 3, 4], [10, 20, 30, 40]], dtype=np.float32),
        bias=0.5,
    )
    rows = np.array([[0, 0], [1, 0], [1, 3]], dtype=np.float32)
    assert forest.log_odds(rows).tolist() == [11.5, 32.5, 44.5]
    assert Forest.from_data(forest.as_data()).log_odds(rows).tolist() == [11.5, 32.5, 44.5]


def test_features_have_a_column_for_each_name() -> None:
    draft = Draft("paragraph", Node("p", {}, None))
    draft.add(0, 4, "Text", False)
    assert features([draft]).shape == (1, len(names()))
    assert features([]).shape == (0, len(names()))


def test_furniture_without_a_name_is_told_by_its_words_and_links() -> None:
    for text, linked, role in (
        ("Impressum", 0, "footer"),
        ("Aktuelles", 9, "navigation"),
        ("12:30", 0, "boilerplate"),
    ):
        draft = Draft("paragraph", Node("p", {}, None))
        draft.add(0, len(text), text, False)
        draft.linked = linked
        assert furniture(draft) == role


def test_data_packed_in_an_attribute() -> None:
    post = "".join(
        f"<p>Der Park Nummer {number} wird größer, und das freut viele Leute.</p>" for number in range(20)
    )
    topic = json.dumps({"posts": [{"cooked": post, "id": 1}], "title": "kein Text"})
    page = f'<div data-preloaded="{html.escape(json.dumps({"topic": topic}))}"></div>'
    lines = embedded_lines(parse(page, 10_000, 1000))
    assert lines[0] == ("Der Park Nummer 0 wird größer, und das freut viele Leute.", "cooked")
    assert len(lines) == 20


def test_short_messages_of_an_application_are_no_body() -> None:
    page = (
        '<script type="application/json">{"body": "Please choose a country to continue shopping."}</script>'
    )
    assert embedded_lines(parse(page, 10_000, 1000)) == []


def test_an_empty_section_in_the_main_part_keeps_its_heading() -> None:
    page = (
        "<main><h1>Miasto</h1><p>Rada miasta przyjęła w tym roku nowy plan działań dla klimatu i ludzi.</p>"
        "<h2>Sieci</h2><h2>Raport</h2><p>Raport opisuje, co miasto zrobiło dla mieszkańców w dwóch latach.</p></main>"
    )
    headings = [block.text for block in read_html(page.encode()).blocks if block.kind == "heading"]
    assert headings == ["Miasto", "Sieci", "Raport"]


def test_both_places_of_a_twin_are_found() -> None:
    page = '<p class="desktop-only">Die Stadt baut Wege.</p><p class="mobile-only">Die <b>Stadt</b> baut Wege.</p>'
    [block] = read_html(page.encode()).blocks
    found = [page[o.start : o.end] for o in locate(block, 4, 9) if isinstance(o, TextRange)]
    assert found == ["Stadt", "Stadt"]


@pytest.mark.parametrize(
    ("pattern", "beginnings"),
    [
        (" crumbs ", ["crumbs"]),
        (" eu ?cookie", ["eu"]),
        (" (nav|cookies?|page ?(one|two)|x\\w*)( |$)", ["nav", "cookie", "page", "x"]),
        (" ((a|b)c|d)", ["", "d"]),
        (" (a|b)? c", [""]),
        (" a|b", ["a", ""]),
        ("a", [""]),
    ],
)
def test_what_a_pattern_begins_with(pattern: str, beginnings: list[str]) -> None:
    assert beginnings_of(pattern) == beginnings
