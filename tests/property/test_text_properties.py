"""What holds of every text: nothing is lost, and every run is where it says it is."""

from __future__ import annotations

import hashlib
import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.errors import EmptyDocument
from pipeline.extract.text.line_shape import is_rule
from pipeline.extract.text.reader import extract_text
from pipeline.records import Source, TextRange, fold_space
from pipeline.settings import Settings

PIECES = ["word", "Two words", "•", "• 1", "- item", "1. one", "2.", "# Head", "====", "---", "> said", "", " ",
          "\t", "a\tb", "| a | b |", "|---|---|", "“Words that were said today.”", "— Jan Kos", "**bold**",
          "[a](http://b.example)", "x@y.example", "\ufffd\ufffd", "\u00a0", "```", "é"]  # fmt: skip
LINES = st.lists(
    st.one_of(
        st.sampled_from(PIECES), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
    ),
    max_size=14,
)


def words(text: str) -> str:
    return "".join(re.findall(r"[^\W_]", text))


@settings(max_examples=300, deadline=None)
@example(["```"], "\n", "text/markdown")
@example(["A line that is long enough to be wrapped, and its text goes on.", "\x1f"], "\n", "text/plain")
@given(
    LINES, st.sampled_from(["\n", "\r\n", "\n\n", "\n  "]), st.sampled_from(["text/plain", "text/markdown"])
)
def test_nothing_is_lost(lines: list[str], newline: str, media_type: str) -> None:
    data = newline.join(lines).encode()
    source = Source(path="a", sha256=hashlib.sha256(data).hexdigest(), media_type=media_type, size=len(data))
    try:
        document = extract_text(data, source, Settings())
    except EmptyDocument:
        return
    assert not {"text-unaccounted", "text-twice"} & {finding.code for finding in document.findings}
    text = data.decode().removeprefix("\ufeff")
    covered = [False] * len(text)
    for block in document.blocks:
        assert block.text == block.raw
        last = -1
        for index, origin in enumerate(block.origins):
            assert isinstance(origin, TextRange)
            assert last <= origin.start < origin.end <= len(text)
            last = origin.end
            end = block.origins[index + 1].at if index + 1 < len(block.origins) else len(block.raw)
            assert fold_space(text[origin.start : origin.end]) == block.raw[origin.at : end].rstrip(" \t\n")
            covered[origin.start : origin.end] = [True] * (origin.end - origin.start)
    if media_type == "text/plain":  # in Markdown, addresses of links are not text
        left = "".join("\n" if done else char for char, done in zip(text, covered, strict=True))
        for line in re.split(r"[\n\r\f\v\u2028\u2029]", left):
            assert not re.search(r"[^\W\d_]{2}", line) or is_rule(line.strip()), line
