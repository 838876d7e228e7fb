"""A page as a picture with its blocks drawn on it: to see what was read as what."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pipeline.errors import UsageError
from pipeline.extract.pdf.opening import opened
from pipeline.records import Block, PageBox

_SCALE = 1.6
_LARGEST = 4000
_COLOURS = {
    "heading": (200, 30, 30),
    "paragraph": (30, 90, 200),
    "list_item": (20, 140, 60),
    "table": (190, 90, 0),
    "quote": (110, 60, 170),
    "caption": (0, 140, 150),
    "figure": (0, 140, 150),
    "furniture": (140, 140, 140),
}


def render_page(data: bytes, page: int, blocks: Sequence[Block], max_bytes: int) -> bytes:
    """Page `page` (from 1) of the PDF in `data` as a PNG, with those of `blocks` that stand on it drawn and labelled
    with number, kind and level. Only this page is drawn; none is read.

    Raises as `opened` does (`max_bytes` is its budget), and UsageError for a page that is not there.
    """
    from PIL import ImageDraw

    with opened(data, None, max_bytes) as file:
        if not 1 <= page <= len(file.pdf):
            raise UsageError(f"There is no page {page}; the PDF has {len(file.pdf)}.")
        width, height = file.pdf.get_page_size(page - 1)
        scale = min(_SCALE, _LARGEST / max(width, height, 1))
        image = file.pdf[page - 1].render(scale=scale).to_pil().convert("RGB")
    draw = ImageDraw.Draw(image, "RGBA")
    for number, block in enumerate(blocks):
        _draw_block(draw, number, block, page, scale)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _draw_block(draw: Any, number: int, block: Block, page: int, scale: float) -> None:
    """The outline of a block's lines on this page, its cells, and a label at its first line."""
    boxes = [origin.box for origin in block.origins if isinstance(origin, PageBox) and origin.page == page]
    cells = [cell.box for cell in block.cells if cell.page == page and cell.box]
    if not boxes:
        return
    colour = _COLOURS[block.kind]
    for box in [*boxes, *cells]:
        draw.rectangle([value * scale for value in box], outline=colour, fill=(*colour, 18))
    label = f"{number} {block.role or block.kind}"
    if block.level and block.kind == "heading":
        label += f" {block.level}"
    left, top = boxes[0][0] * scale, boxes[0][1] * scale
    width = draw.textlength(label)
    draw.rectangle([left, top - 11, left + width + 4, top], fill=(*colour, 210))
    draw.text((left + 2, top - 11), label, fill=(255, 255, 255))
