"""What holds for every text: repairs play backwards, and nothing unreadable is passed on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.knowledge.causes import class_of
from pipeline.knowledge.losses import lost_in
from pipeline.records import Answers, Document, Source, TextRange, fold_space, new_block, undo
from pipeline.repair import repair
from pipeline.repair.characters.invisible import normal_form_changes
from pipeline.repair.text_changes import as_edits, difference
from pipeline.settings import Settings

SOURCE = Source(path="a.txt", sha256="0" * 64, media_type="text/plain", size=1)
ODD = st.sampled_from(
    ["\ufffd", "\ufffd\ufffd\ufffd", "(cid:7)", "\uf0b7", "\ue001", "\u00ad", "\u00ad ", "\u200b", "\u200d",
     "o\u0308", "Ã³", "â€™", "Å‚", "\x85", "\x00", "Gdańsk", " ", "się", "\u0301", "-", ". ", "\u212b"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(ODD, st.text(max_size=6)), max_size=14).map("".join)


@given(st.lists(TEXTS, max_size=4))
def test_repair_plays_backwards_and_hides_nothing(texts: list[str]) -> None:
    raws = [fold_space(text) for text in texts]
    blocks = tuple(new_block("paragraph", raw, [TextRange(start=0, end=len(raw))]) for raw in raws)
    result = repair(Document(id="a", source=SOURCE, blocks=blocks), Answers(), Settings())
    for block, raw in zip(result.blocks, raws, strict=True):
        assert block.raw == raw
        assert undo(block.text, block.edits) == raw
        assert "\ufffd" not in block.text
        assert all("\ufffd" not in edit.after for edit in block.edits)
        assert not normal_form_changes(block.text)
    for finding in result.findings:
        assert "\ufffd" not in (finding.evidence or "") + (finding.suggestion or "")
        assert finding.block is not None
        assert finding.start is not None
        assert finding.end is not None
        assert 0 <= finding.start <= finding.end <= len(raws[finding.block])
    lost = sum(raw.count("\ufffd") for raw in raws)
    told = sum(f.count or 0 for f in result.findings if f.code == "text-lost")
    told += sum(e.before.count("\ufffd") for b in result.blocks for e in b.edits if e.cause == "lost-letter")
    assert told >= lost
    for block, gone in zip(result.blocks, lost_in(result), strict=True):
        classes = {class_of(edit.cause) for edit in block.edits}
        assert gone > 0 or "loss" not in classes  # nothing is withheld that is not counted


@given(TEXTS, TEXTS)
def test_a_difference_leads_from_one_text_to_the_other(before: str, after: str) -> None:
    text = before
    for edit in as_edits(before, difference(before, after, "test")):
        assert text[edit.start : edit.end] == edit.before
        text = text[: edit.start] + edit.after + text[edit.end :]
    assert text == after


def test_many_changes_of_a_long_text_stay_bounded() -> None:
    raw = "Xqa\ufffdsk i \u00adwoda, " * 40_000
    block = new_block("paragraph", raw, [TextRange(start=0, end=len(raw))])
    result = repair(Document(id="a", source=SOURCE, blocks=(block,)), Answers(), Settings())
    assert undo(result.blocks[0].text, result.blocks[0].edits) == raw
    assert result.blocks[0].text.startswith("[…] i woda, […] i woda")
