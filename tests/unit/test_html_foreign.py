"""Drawings and formulas: what follows their self-closing tags is read, and their styles and scripts are no text."""

from __future__ import annotations

import pytest

from pipeline.extract.html import read_html
from pipeline.extract.html.markup.source_scan import scan

READ = [
    ("<p>vor<svg><style/></svg><p>nach", ["vor", "nach"]),
    ("<p>vor<svg><title/></svg><p>nach <b>x</b>", ["vor", "nach x"]),
    ("<p>vor<svg><script/></svg><p>nach", ["vor", "nach"]),
    ("<p>vor<svg><a><style/></a></svg><p>nach", ["vor", "nach"]),
    ("<SVG><TITLE/>x</SVG>y", ["xy"]),
    ("<p>vor<svg/><p>nach", ["vor", "nach"]),
    ("<svg><title>t<b>u</b></title></svg>v", ["v"]),
    ("<p>vor<svg><style>a > b{}</style><path d='m'/></svg><p>nach", ["vor", "nach"]),
    ("<svg><style>a<![CDATA[x<y]]></style><text><![CDATA[a > b]]></text></svg>w", ["a > bw"]),
    ("<svg><script>a<b>c</script>d</svg>e", ["cde"]),  # <b> breaks out of the drawing
    ("<svg><path><div>raus</div>nach", ["raus", "nach"]),
    ("<svg><path><circle></svg>z", ["z"]),
    ("<svg><font color=red>a</font></svg><style>x</style>b", ["ab"]),
    ("<svg><font>a</font><style/>b</svg>c", ["abc"]),
    ("<svg></p><style>x</style>b", ["b"]),
    ("<div><svg><path></div><style>x</style>y", ["y"]),
    ("<svg><foreignObject><p>drin<style>a{}</style><div>x</div></foreignObject><style/>t</svg>v",
     ["drin", "x", "tv"]),
    ("<svg><foreignObject><svg><style/></svg>a<title>b<i></title></foreignObject><title/>c</svg>", ["a", "c"]),
    ("<p>a<math><mi>x</mi><mo>=</mo><mtext>wenn<style/>b</style></mtext><style/>c</math> d", ["ax=wennc d"]),
    ("<math><annotation-xml encoding='text/html'><style/>x</style>y</annotation-xml></math>z", ["y", "z"]),
    ("<math><annotation-xml><style/>x</annotation-xml></math>y", ["x", "y"]),
    ("<svg title='<style>'><g></g></svg><p>x", ["x"]),
    ("<!-- <svg><style/> --><style>x</style><p>y", ["y"]),
    ("<svg class=a /><div><svg></svg></div><p>x<svg></svg>", ["x"]),
]  # fmt: skip


@pytest.mark.parametrize(("markup", "texts"), READ, ids=[markup[:50] for markup, _ in READ])
def test_foreign_content(markup: str, texts: list[str]) -> None:
    assert [block.raw for block in read_html(markup.encode()).blocks] == texts


def test_drawings_without_text_are_not_parsed() -> None:
    icon = '<svg class="i" viewBox="0 0 1 1"><defs><path d="m"/></defs> <use href="#x"></use></svg>'
    assert "svg" not in scan(f"<p>a{icon}b", 10_000).markup


def test_many_drawings_cost_no_more_than_their_length() -> None:
    for begin, end in (
        ("<svg><g>x", "</g></svg>"),
        ("<svg><foreignObject><i>x", "</b>"),
        ("<math><mi>", "</mo>"),
    ):
        page = begin * 3000 + end * 3000 + "<p>nach"
        assert "nach" in read_html(page.encode()).blocks[-1].raw
