"""Whatever stands in a page's JSON, surrogates included, the page is read and its record can be written."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.html import read_html
from pipeline.strings import Foreign

# letters, halves of characters, whole characters beyond U+FFFF, what JSON escapes
ANY = st.text(
    st.one_of(
        st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF, categories=["Cs"]),
        st.sampled_from('ab \\u"d83\n\t<>&'),
        st.characters(),
    ),
    max_size=30,
)
FIELDS = st.sampled_from(["headline", "name", "author", "articleBody", "inLanguage", "x", "\ud83d", "@type"])
VALUE = st.recursive(
    ANY, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS, inner), max_leaves=8
)


@settings(max_examples=300)
@given(st.dictionaries(FIELDS, VALUE), st.booleans())
def test_json_never_loses_the_page(data: dict[str, object], bare: bool) -> None:
    text = json.dumps(data).replace("<", "\\u003c")
    kind = "application/json" if bare else "application/ld+json"
    document = read_html(f'<script type="{kind}">{text}</script><p>Ein Absatz mit Text.</p>'.encode())
    assert "Ein Absatz mit Text." in [block.raw for block in document.blocks]
    document.model_dump_json().encode("utf-8")
    assert all("\ufffd" not in known.value for known in document.source.metadata.values())


@given(ANY)
def test_text_is_whole_and_changed_only_where_it_was_not(text: str) -> None:
    whole = Foreign().text(text, "here")
    whole.encode("utf-8")
    try:
        assert whole == text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        assert "\ufffd" in whole


@given(st.lists(ANY, max_size=4))
def test_json_says_what_the_standard_library_says_but_for_halves(values: list[str]) -> None:
    got = Foreign().json(json.dumps(values), "here", strict=False)
    assert got == [Foreign().text(value, "there") for value in values]
