"""Bombs are bounded and reported, and what stands after them is still read."""

from __future__ import annotations

import pytest

from pipeline.errors import UnsupportedType
from pipeline.extract import extract
from pipeline.extract.html import extract_html, read_html
from pipeline.records import Document, Source, TextRange
from pipeline.settings import Settings

AFTER = "<p>Danach steht noch ein Satz.</p>"


def source(data: bytes, media_type: str = "text/html") -> Source:
    return Source(path="x.html", sha256="0" * 64, media_type=media_type, size=len(data))


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks if block.is_content]


def codes(document: Document) -> list[str]:
    return [finding.code for finding in document.findings]


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote", "font", "span"])
def test_deep_nesting(tag: str) -> None:
    closing = "".join(f"</{name}>" for name in reversed(tag.split("><")))
    page = f"<{tag}>" * 50_000 + "<p>tief</p>unten" + closing * 50_000 + AFTER
    document = read_html(page.encode())
    assert "markup-simplified" in codes(document) and "over-budget" not in codes(document)
    content = "\n".join(block.text for block in document.blocks)
    assert "tief" in content and "unten" in content and "Danach steht noch ein Satz." in content


def test_deep_nesting_keeps_blocks_apart() -> None:
    page = "<div>" * 5000 + "<p>eins</p><p>zw<b>ei</b></p>" + "</div>" * 5000 + AFTER
    assert texts(read_html(page.encode())) == ["eins", "zwei", "Danach steht noch ein Satz."]


def test_huge_attribute() -> None:
    page = f'<p>Davor.</p><img alt=x src="data:{"A" * 50_000_000}">{AFTER}'
    document = read_html(page.encode())
    assert texts(document) == ["Davor.", "Danach steht noch ein Satz."]
    [finding] = document.findings
    assert (finding.code, finding.severity) == ("markup-simplified", "info")
    assert finding.count and finding.count > 50_000_000


def test_huge_spans() -> None:
    row = '<tr><td rowspan="1000000" colspan="1000000">a<td rowspan=0>b</tr>'
    document = read_html(f"<table border=1>{row * 2000}</table>{AFTER}".encode())
    assert texts(document)[-1] == "Danach steht noch ein Satz."
    table = document.blocks[0]
    assert table.kind == "table" and len(table.cells) == 4000
    assert max(cell.row + cell.rowspan for cell in table.cells) == 2000


def test_more_text_than_the_budget_is_reported_with_its_place() -> None:
    data = ("<p>Ein Absatz mit Text.</p>" * 300).encode()
    document = extract_html(data, source(data), Settings(max_text_bytes=1024))
    [finding] = document.findings
    assert finding.code == "over-budget"
    [origin] = finding.origins
    assert isinstance(origin, TextRange) and origin.end == len(data)
    last = document.blocks[-1].origins[-1]
    assert isinstance(last, TextRange) and last.end <= origin.start
    assert finding.count == origin.end - origin.start


def test_bytes_that_are_not_even_decoded_are_reported() -> None:
    data = ("<p>Ein Absatz mit Text.</p>" * 1000).encode()
    document = extract_html(data, source(data), Settings(max_text_bytes=1024))
    assert document.findings[-1].code == "over-budget"
    assert document.findings[-1].count == len(data) - 8 * 1024


def test_more_elements_and_more_blocks_than_the_budget() -> None:
    data = ("<p>Absatz.</p>" * 1000).encode()
    for settings in (Settings(max_nodes=100), Settings(max_blocks=90)):
        document = extract_html(data, source(data), settings)
        assert 80 < len(document.blocks) < 101 and codes(document) == ["over-budget"]


def test_a_page_without_text_says_so() -> None:
    assert codes(read_html(b"")) == ["no-content"]
    assert codes(read_html(b"<nav>Menu</nav><script>x</script><p> </p>")) == ["no-content"]


def test_what_is_switched_off_as_a_whole_is_not_hidden() -> None:
    page = '<body style="visibility:hidden"><div style="display:none"><p>Der ganze Text der Seite.</p></div>'
    assert texts(read_html(page.encode())) == ["Der ganze Text der Seite."]


def test_line_ends_and_byte_order_mark_do_not_shift_ranges() -> None:
    page = "\ufeff<p>eins\r\nzwei</p>\r\n\r<p>drei"
    document = read_html(page.encode())
    decoded = page.removeprefix("\ufeff")
    found = [
        decoded[o.start : o.end]
        for block in document.blocks
        for o in block.origins
        if isinstance(o, TextRange)
    ]
    assert found == ["eins\r\nzwei", "drei"]
    assert texts(document) == ["eins zwei", "drei"]


def test_dispatch_by_media_type() -> None:
    data = b"<p>Ein Absatz.</p>"
    assert texts(extract(data, source(data), Settings())) == ["Ein Absatz."]
    with pytest.raises(UnsupportedType, match="image/png"):
        extract(data, source(data, "image/png"), Settings())
