"""No text is lost between sections, and a block's words are never touched."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Answers, Block, Document, Source, block_digest, new_block
from pipeline.segment import segment
from pipeline.settings import Settings

TEXTS = st.sampled_from(
    ["Turku", "Housing", "Key takeaways", "Contact", "Something else", "Photo: A. Kos", "Download", "About the city",
     "A line that is not long", "Word and word and word and more words, many of them, in a row that goes on and on.",
     "", "Lead phrase: the rest of the paragraph, which has to be long enough to be one.",
     "Polska – kontekst polityczny",
     "Home › Cities › Turku", "\u00a0"]
)  # fmt: skip
BLOCKS = st.lists(
    st.builds(
        new_block,
        st.sampled_from(["heading", "paragraph", "list_item", "table", "quote", "furniture", "caption"]),
        st.one_of(TEXTS, st.text(max_size=30)),
        level=st.sampled_from([None, 1, 2, 3]),
        visibility=st.sampled_from(["shown", "shown", "folded", "hidden"]),
    ),
    max_size=20,
)


def words(block: Block) -> tuple[str, str, object, object]:
    return block.raw, block.text, block.edits, block.origins


@settings(max_examples=300, deadline=None)
@given(BLOCKS, st.sampled_from([None, "en", "pl", "uk"]), st.sampled_from(["text/plain", "text/html"]))
def test_every_block_of_content_has_one_place(
    blocks: list[Block], language: str | None, media_type: str
) -> None:
    source = Source(path="a", sha256="0" * 64, media_type=media_type, size=1)
    document = Document(id="0" * 16, source=source, language=language, blocks=tuple(blocks))
    repeated = Answers(repeated=tuple(block_digest(block.raw) for block in blocks[::3]))
    after = segment(document, repeated, Settings())
    assert [words(block) for block in after.blocks[: len(blocks)]] == [words(block) for block in blocks]
    placed = [index for section in after.sections for index in section.blocks]
    placed += [section.heading_block for section in after.sections if section.heading_block is not None]
    placed += [index for index, block in enumerate(after.blocks) if block.role in ("title", "tagline")]
    content = [index for index, block in enumerate(after.blocks) if block.is_content and block.raw]
    assert sorted(placed) == content
    assert [section.blocks for section in after.sections] == [tuple(sorted(s.blocks)) for s in after.sections]
