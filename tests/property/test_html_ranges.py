"""For any markup: every run of every block has its exact range in the source, and no text is lost."""

from __future__ import annotations

import turbohtml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extract.html import main_text, read_html
from pipeline.records import TextRange, fold_space

TAGS = [
    "p",
    "div",
    "span",
    "b",
    "i",
    "a",
    "h1",
    "h2",
    "ul",
    "ol",
    "li",
    "table",
    "tr",
    "td",
    "th",
    "caption",
    "tbody",
    "br",
    "hr",
    "pre",
    "blockquote",
    "article",
    "nav",
    "footer",
    "header",
    "details",
    "summary",
    "button",
    "select",
    "option",
    "dl",
    "dt",
    "dd",
    "section",
    "form",
    "figure",
    "figcaption",
    "svg",
    "math",
    "mi",
    "path",
    "foreignObject",
    "desc",
    "font",
    "center",
    "cite",
    "tfoot",
    "body",
]
TEXT = st.text("ab é\u00a0ł.&;<>\n\r\t \"'-=/!?", min_size=1, max_size=12)
ENTITY = st.sampled_from(
    ["&amp;", "&nbsp;", "&#233;", "&eacute", "&notit;", "&#x80;", "&", "&lt;b&gt;", "&#32;"]
)
ATTRIBUTE = st.sampled_from(
    ["", " href=x", " class='a>b'", ' title="<p>"', " hidden", ' style="display:none"', " colspan=3", " rowspan=9",
     " aria-hidden=true", " x='", " =a", "/", " role=heading", " class=nav"]
)  # fmt: skip
OTHER = st.sampled_from(
    [
        "<!-- c -->",
        "<!-->",
        "<!doctype html>",
        "<?pi?>",
        "</>",
        "</ x>",
        "<",
        "<!--",
        "<![CDATA[x]]>",
        "\r\n",
        "<a",
        "<p title='",
    ]
)
RAW = st.sampled_from(
    ["<script>x<b>'</script>", "<style>p{}</style>", "<title>T &amp; t</title>", "<textarea>a<b></textarea>",
     "<script><!--<script></script>--></script>", "<template><p>τ</p></template>", "<noscript>n<b>o</noscript>",
     "<style/>", "<title/>", "<script/>", "<style>", "</style>", "<svg/>", "<svg><title>T<b>u</b></title></svg>",
     "<xmp>x<b></xmp>"]
)  # fmt: skip


def tags(names: list[str]) -> st.SearchStrategy[str]:
    return st.builds("<{}{}{}>".format, st.sampled_from(["", "", "/"]), st.sampled_from(names), ATTRIBUTE)


def pages(names: list[str]) -> st.SearchStrategy[str]:
    tag = tags(names)
    return st.lists(st.one_of(TEXT, TEXT, ENTITY, tag, tag, tag, OTHER, RAW), max_size=40).map("".join)


MARKUP = pages(TAGS)


@settings(max_examples=400, deadline=None)
@given(MARKUP)
def test_ranges_decode_to_the_raw_text(markup: str) -> None:
    document = read_html(markup.encode("utf-8"))
    for block in document.blocks:
        assert block.text == block.raw
        ends = [origin.at for origin in block.origins[1:]] + [len(block.raw)]
        assert [origin.at for origin in block.origins] == sorted(origin.at for origin in block.origins)
        joined = ""
        for origin, end in zip(block.origins, ends, strict=True):
            assert isinstance(origin, TextRange)
            run = fold_space(turbohtml.unescape(markup[origin.start : origin.end]))
            assert run == block.raw[origin.at : end].strip(" \t\n")
            joined += run
        assert joined.replace(" ", "") == "".join(block.raw.split(" ")).replace("\t", "").replace("\n", "")
        for link in block.links:
            assert 0 <= link.start < link.end <= len(block.raw)
        if block.kind != "table":
            assert block.raw == fold_space(block.raw)


def _letters(text: str) -> str:
    """The letters in order of the alphabet, without those of templates (the parser's tree leaves them out)."""
    return "".join(sorted("".join(text.replace("τ", "").split())))


@settings(max_examples=400, deadline=None)
@given(MARKUP)
def test_no_text_is_lost_and_none_is_made_up(markup: str) -> None:
    tree = turbohtml.parse(markup, allow_declarative_shadow_roots=False)
    for element in tree.find_all(["script", "style", "title", "template"]):
        element.decompose()
    expected = _letters(tree.text)
    got = _letters("".join(block.raw for block in read_html(markup.encode("utf-8")).blocks))
    assert got == expected


@settings(max_examples=100, deadline=None)
@given(MARKUP, MARKUP)
def test_one_page_does_not_change_the_reading_of_another(first: str, second: str) -> None:
    before = main_text(first.encode())
    main_text(second.encode())
    assert main_text(first.encode()) == before


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_become_a_document(data: bytes) -> None:
    read_html(data)
