"""The parts of the HTML wing by themselves: scanner, names, telling words, forest, roles of furniture."""

from __future__ import annotations

import html
import json
from typing import Any

import numpy as np
import pytest

from pipeline.extract.html import read_html
from pipeline.extract.html.blocks.draft import Draft
from pipeline.extract.html.embedded_data import embedded_lines
from pipeline.extract.html.main_content.classifier import furniture
from pipeline.extract.html.main_content.features import features, names
from pipeline.extract.html.main_content.forest import Forest
from pipeline.extract.html.main_content.page_features import BLOCK, page_names, page_row
from pipeline.extract.html.markup.name_hints import beginnings_of, hints_of, word_bits, word_names
from pipeline.extract.html.markup.parser import Node, parse
from pipeline.extract.html.markup.source_scan import MARK, scan
from pipeline.extract.html.metadata import PageData
from pipeline.records import TextRange, locate


def test_scanner_leaves_only_markers_for_text() -> None:
    source = "<p title='a>b'> Ein <b>Wort</b><!-- weg --><script>var x = '<p>';</script>"
    scanned = scan(source, 1000)
    assert scanned.markup == f"<p title='a>b'> {MARK}0 <b>{MARK}1</b><!-- weg -->"
    assert [source[start:end] for start, end in zip(scanned.starts, scanned.ends, strict=True)] == [
        "Ein",
        "Wort",
    ]


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
    # the first tree: is column 0 above 0.5? no: leaf 1; yes: is column 1 above 2? no: leaf 2, yes: leaf 3
    trees: list[dict[str, Any]] = [
        {"columns": [0, 1], "thresholds": [0.5, 2.0], "rules_out": [0b001, 0b010], "leaves": [1, 2, 3]},
        {"columns": [1], "thresholds": [0.0], "rules_out": [0b1], "leaves": [10, 20]},
        {"columns": [], "thresholds": [], "rules_out": [], "leaves": [0.5]},
    ]
    rows = np.array([[0, 0], [1, 0], [1, 3], [0, 3], [0.5, 2]], dtype=np.float32)
    assert Forest.from_data(trees).log_odds(rows).tolist() == [11.5, 12.5, 23.5, 21.5, 21.5]


def page_data(source: str, url: str | None = None) -> PageData:
    return PageData(parse(source, 100_000, 1000), url)


@pytest.mark.parametrize(
    ("source", "url", "told"),
    [
        ('<meta property="og:type" content="article">', "https://a.example/news/2024/x-y-z.html",
         {"type_article", "og_article", "address_article", "path_number", "extension"}),
        ('<script type="application/ld+json">{"@graph":[{"@type":["WebPage","CollectionPage"]}]}</script>',
         "https://a.example/", {"type_web", "type_listing"}),
        ('<meta name="generator" content="Discourse 3.1">', "https://forum.a.example/t/5?page=2",
         {"made_by_forum", "address_forum", "query"}),
        ('<link rel="canonical" href="https://docs.a.example/guide/">', None, {"address_documentation"}),
        ("<p>nothing", "https://[broken", set()),
    ],
)  # fmt: skip
def test_what_a_page_says_of_its_kind(source: str, url: str | None, told: set[str]) -> None:
    counted = {"path_depth", "slug_words", "slug_length"}
    row = page_row(page_data(source, url))
    assert {name for name, value in zip(page_names(), row, strict=True) if value} - counted == told


def test_how_near_a_block_is_to_what_its_page_is_about() -> None:
    body = "Der Rat der Stadt hat beschlossen, das Freibad im Mai zu öffnen. " * 6
    data = page_data(
        f"""<meta name="description" content="Freibad öffnen"><script type="application/ld+json">
        {json.dumps({"@type": "NewsArticle", "articleBody": body})}</script>""",
        "https://www.stadt.example/aktuelles/bad/2024",
    )
    told, aside = Draft("paragraph", Node("p", {}, None)), Draft("paragraph", Node("p", {}, None))
    told.add(0, 10, "Freibad öffnen im Mai", False)
    aside.add(0, 10, "Werbung", False)
    near, away = "https://stadt.example/aktuelles/bad/x", "https://shop.example/"
    for number, href in enumerate((near, away, "#oben", "/aktuelles", "mailto:a@b.example")):
        aside.add_link(href, number, 1)
    rows = [
        {name: value for name, value in zip(names(), row, strict=True) if name in BLOCK}
        for row in features([told, aside], data).tolist()
    ]
    assert rows[0] == {"description_overlap": 0.5, "body_overlap": 1, "has_body": 1, "links": 0,
                       "links_away": 0, "links_near": 0, "links_here": 0}  # fmt: skip
    assert rows[1] == {"description_overlap": 0, "body_overlap": 0, "has_body": 1, "links": 5,
                       "links_away": 1, "links_near": 2, "links_here": 1}  # fmt: skip


def test_features_have_a_column_for_each_name() -> None:
    draft = Draft("paragraph", Node("p", {}, None))
    draft.add(0, 4, "Text", False)
    assert features([draft], page_data("")).shape == (1, len(names()))
    assert features([], page_data("")).shape == (0, len(names()))


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
