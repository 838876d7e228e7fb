"""What a page hides by names is hidden; what only sounds like it, and what holds the page's text, is not."""

from __future__ import annotations

import pytest

from pipeline.extract.html import read_html
from pipeline.extract.html.markup.name_hints import hints_of

TEXT = "Die Stadt plant neue Radwege zwischen Bahnhof und Hafen; der Rat hat am Montag zugestimmt."


def shown(page: str) -> list[str]:
    return [block.raw for block in read_html(page.encode()).blocks if block.visibility != "hidden"]


@pytest.mark.parametrize(
    "name",
    [
        "sr-only", "visually-hidden", "screen-reader-text", "u-srOnly", "wt-screen-reader-only", "a-offscreen",
        "element-invisible", "visually-hidden--inline", "gfield--type-honeypot", "utils_visuallyHidden__DJ_eB",
        "dropdown_label--visually-hidden__DRJx9", "cds--visually-hidden", "tw:sr-only", "visually-hidden-focusable",
    ],
)  # fmt: skip
def test_names_of_hidden_elements(name: str) -> None:
    assert hints_of({"class": f"x {name}"}).hidden


@pytest.mark.parametrize(
    "name",
    [
        "field--label-visually_hidden", "card--title-visually-hidden", "not-sr-only", "3xl:not-sr-only",
        "sr-only-mobile",        "a11y-hidden-mobile", "skip-link", "skiplink-inhalt", "reader", "overhidden",
    ],
)  # fmt: skip
def test_names_that_only_sound_like_it(name: str) -> None:
    assert not hints_of({"class": name}).hidden
    assert not hints_of({"id": name}).hidden


@pytest.mark.parametrize(
    "attribute",
    ['class="sr-only"', 'id="offscreen"', 'class="honeypot"', 'role="skip-link"', 'id="skiplink-inhalt"'],
)
def test_no_name_hides_most_of_the_page(attribute: str) -> None:
    page = f"<ul><li><a href=/a>Start</a><li><a href=/b>Rathaus und Bürger</a></ul><div {attribute}><p>{TEXT}</div>"
    assert TEXT in shown(page)


def test_a_part_of_the_page_may_be_hidden_by_its_name() -> None:
    page = f"<p>{TEXT}<p>{TEXT}<p>{TEXT}<p class=sr-only>{TEXT.replace('neue', 'alte')}"
    assert shown(page) == [TEXT, TEXT, TEXT]


def test_a_hidden_menu_of_links_does_not_hold_the_page() -> None:
    menu = "".join(f"<li><a href=/{n}>Ein Punkt der Speisekarte {n}</a>" for n in range(40))
    assert shown(f"<div class=visually-hidden><ul>{menu}</ul></div><p>{TEXT}") == [TEXT]


def test_fields_of_drupal_are_shown() -> None:
    names = "field field--name-body field--label-visually_hidden"
    field = f'<div class="{names}"><div class="field__item">{TEXT}</div></div>'
    assert shown(4 * field) == [TEXT] * 4


def test_links_past_the_menu_are_hidden_but_not_what_they_lead_to() -> None:
    page = (
        f'<a class="skip-link" href="#skiplink-inhalt">Zum Inhalt</a><div id="skiplink-inhalt">{TEXT}</div>'
    )
    assert shown(page) == [TEXT]
    assert shown(f'<div class="skip--link">Skip to the main content</div><p>{TEXT}') == [TEXT]
