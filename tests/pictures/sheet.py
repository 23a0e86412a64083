"""One sheet with all pictures of a page: phones in the first row, wider screens below."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from edge.runtime.resources import config_dir
from tests.pictures.views import View

Shown = tuple[View, Image.Image]
GAP, LABEL, TALLEST, WIDEST = 24, 22, 1800, 2400
GROUND, INK = "#d8dce2", "#1b2733"
SCALE = 0.8
PHONE_PX = 500  # narrower screens stand in the first row


def sheet(shots: Sequence[tuple[View, bytes]]) -> Image.Image:
    """Return the sheet of PNG *shots*; what is longer than ``TALLEST`` is cut there."""
    pictures = [(view, _picture(png)) for view, png in shots]
    rows = list(_rows(sorted(pictures, key=lambda pair: pair[0].width >= PHONE_PX)))
    width = max(_width(row) for row in rows) + GAP
    height = sum(_height(row) for row in rows) + GAP
    made = Image.new("RGB", (width, height), GROUND)
    pen, top = ImageDraw.Draw(made), GAP
    font = ImageFont.truetype(_font(), 15)
    for row in rows:
        left = GAP
        for view, picture in row:
            pen.text((left, top - 4), view.label, INK, font)
            made.paste(picture, (left, top + LABEL))
            left += picture.width + GAP
        top += _height(row)
    return made


def _rows(pictures: Sequence[Shown]) -> Iterator[list[Shown]]:
    """Give rows of phones, then rows of wider screens, none wider than ``WIDEST``."""
    row: list[Shown] = []
    for pair in pictures:
        is_next_kind = bool(row) and (row[-1][0].width < PHONE_PX) != (pair[0].width < PHONE_PX)
        if row and (is_next_kind or _width([*row, pair]) > WIDEST):
            yield row
            row = []
        row.append(pair)
    yield row


def _width(row: Sequence[Shown]) -> int:
    return sum(picture.width + GAP for _, picture in row)


def _height(row: Sequence[Shown]) -> int:
    return max(picture.height for _, picture in row) + LABEL + GAP


def save(made: Image.Image, file: Path) -> None:
    """Write *made* as WebP, as small as can still be read."""
    made.resize((round(made.width * SCALE), round(made.height * SCALE)), Image.Resampling.LANCZOS).save(
        file, "WEBP", quality=60, method=6
    )


def _picture(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    return picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))


def _font() -> str:
    return str(next((config_dir() / "fonts").rglob("*.ttf")))
