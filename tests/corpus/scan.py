"""Makes a picture of a typed page, as a scanner with a crooked tray does: no text, only dots.

python -m tests.corpus.scan NAME     reports/NAME.scan -> reports/NAME.png
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.corpus.reports import FONTS, TEXTS

DOTS_PER_INCH = 120
PAGE = (int(8.27 * DOTS_PER_INCH), int(11.69 * DOTS_PER_INCH))
MARGIN = 110
LINE = 28
TILT = 0.7
"""degrees"""


def picture(text: str) -> Image.Image:
    """The page as black and white dots."""
    page = Image.new("L", PAGE, 255)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONTS / "DejaVuSansMono.ttf"), 17)
    for number, line in enumerate(text.split("\n")):
        draw.text((MARGIN, MARGIN + number * LINE), line, fill=40, font=font)
    return page.rotate(TILT, fillcolor=255, resample=Image.Resampling.BILINEAR).point(
        lambda dot: 255 * (dot > 150), "1"
    )


def main(name: str) -> None:
    """Writes the picture beside its text."""
    picture((TEXTS / f"{name}.scan").read_text(encoding="utf-8")).save(
        Path(TEXTS / f"{name}.png"), optimize=True
    )


if __name__ == "__main__":
    main(sys.argv[1])
