"""A ticket as dots: what comes out of an 80 mm thermal printer of 203 dpi, black or white and nothing between.

Arabic is shaped and ordered by Pillow's raqm layout, which its wheels bring. Where a Pillow lacks it, letters are
ordered right to left but not joined: legible in a hurry, and said in the device's facts (``arabic = "unjoined"``).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont, features

from edge.contracts.jobs import PrintTicket, TicketLine
from firmware_bridge.tickets import RULE

DOTS_PER_MM = 203 / 25.4
PAPER_PX = 640  # 80 mm
PRINT_PX = 576  # 72 mm: what the head reaches
MARGIN_PX = (PAPER_PX - PRINT_PX) // 2

_SIZE_PX = {"small": 27, "normal": 34, "large": 50, "huge": 250}
_HUGE_MIN_PX = 90
_GAP_PX = 18
_QR_PX = 300
_BALANCE_PX = 24
_QUIET = 4  # modules of white around a QR code

JOINS_ARABIC = bool(features.check("raqm") and features.check("fribidi"))


@dataclass(frozen=True, slots=True)
class Fonts:
    """Font files in order of preference: a character is drawn with the first that has it."""

    regular: tuple[Path, ...]
    bold: tuple[Path, ...]

    def covering(self, text: str, *, px: int) -> ImageFont.FreeTypeFont:
        """Return the first bold font that has every character of *text*, else the first."""
        chain = self.chain(bold=True, px=px)
        return next((font for font in chain if all(has_glyph(font, char) for char in text)), chain[0])

    def chain(self, *, bold: bool, px: int) -> tuple[ImageFont.FreeTypeFont, ...]:
        """Return the fonts of one weight at *px*."""
        return tuple(_font(str(path), px) for path in (self.bold if bold else self.regular))


def find_fonts(folder: Path) -> Fonts:
    """Return the fonts of *folder* (``config/fonts``), then those of the system; raise ``FileNotFoundError``."""
    system = Path("/usr/share/fonts/truetype")
    regular = [
        folder / "AtkinsonHyperlegibleNext-400.ttf",
        folder / "NotoSansArabic-400.ttf",
        system / "noto/NotoSans-Regular.ttf",
        system / "noto/NotoSansArabic-Regular.ttf",
        system / "dejavu/DejaVuSans.ttf",
    ]
    bold = [
        folder / "AtkinsonHyperlegibleNext-700.ttf",
        folder / "NotoSansArabic-700.ttf",
        system / "noto/NotoSans-Bold.ttf",
        system / "noto/NotoSansArabic-Bold.ttf",
        system / "dejavu/DejaVuSans-Bold.ttf",
    ]
    found = Fonts(tuple(p for p in regular if p.is_file()), tuple(p for p in bold if p.is_file()))
    if not found.regular or not found.bold:
        raise FileNotFoundError(f"no font in {folder}, and neither fonts-noto-core nor fonts-dejavu-core is installed")
    return found


def render(ticket: PrintTicket, fonts: Fonts) -> Image.Image:
    """Return the paper of a cleaned *ticket*, ``PAPER_PX`` wide, one bit a dot."""
    rows = [row for line in ticket.lines for row in _rows(line, fonts, right_to_left=ticket.right_to_left)]
    if ticket.qr:
        rows.append(_qr_row(ticket.qr))
    height = sum(row.height for row in rows) + 2 * MARGIN_PX
    paper = Image.new("L", (PAPER_PX, height), 255)
    y = MARGIN_PX
    for row in rows:
        row.paint(paper, y)
        y += row.height
    return paper.point(lambda value: 255 if value > 140 else 0, mode="1")


@dataclass(frozen=True, slots=True)
class _Row:
    height: int
    runs: tuple[_Run, ...] = ()
    width: int = 0
    baseline: int = 0
    left: bool = False
    right: bool = False
    rule: bool = False
    picture: Image.Image | None = field(default=None, compare=False)

    def paint(self, paper: Image.Image, y: int) -> None:
        draw = ImageDraw.Draw(paper)
        if self.rule:
            middle = y + self.height // 2
            draw.rectangle((MARGIN_PX, middle - 1, MARGIN_PX + PRINT_PX - 1, middle + 1), fill=0)
        if self.picture is not None:
            paper.paste(self.picture, ((PAPER_PX - self.picture.width) // 2, y + (self.height - self.picture.height)))
        x = float(MARGIN_PX + (0 if self.left else (PRINT_PX - self.width) / (1 if self.right else 2)))
        for run in self.runs:
            run.paint(draw, x, y + self.baseline)
            x += run.width


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    font: ImageFont.FreeTypeFont
    right_to_left: bool

    @property
    def width(self) -> float:
        return self.font.getlength(self._shown, direction=self._direction)

    @property
    def _shown(self) -> str:
        return self.text if JOINS_ARABIC or not self.right_to_left else self.text[::-1]

    @property
    def _direction(self) -> str | None:
        return ("rtl" if self.right_to_left else "ltr") if JOINS_ARABIC else None

    def paint(self, draw: ImageDraw.ImageDraw, x: float, baseline: int) -> None:
        draw.text((x, baseline), self._shown, fill=0, font=self.font, anchor="ls", direction=self._direction)


def _rows(line: TicketLine, fonts: Fonts, *, right_to_left: bool) -> Iterator[_Row]:
    if line.text == RULE:
        yield _Row(height=2 * _GAP_PX, rule=True)
        return
    if not line.text:
        yield _Row(height=_GAP_PX)
        return
    px = _fitting_px(line, fonts, right_to_left=right_to_left)
    chain = fonts.chain(bold=line.bold or line.size == "huge", px=px)
    starts = line.align == "left"
    for text in _wrapped(line.text, chain, right_to_left=right_to_left):
        runs = visual_runs(text, chain, right_to_left=right_to_left)
        baseline, height = _vertical(runs, px, tight=line.size == "huge")
        yield _Row(
            height=height,
            runs=runs,
            width=round(sum(run.width for run in runs)),
            baseline=baseline,
            left=starts and not right_to_left,
            right=starts and right_to_left,
        )


def _vertical(runs: Sequence[_Run], px: int, *, tight: bool) -> tuple[int, int]:
    """Return (baseline, height) of a row; a *tight* one is as high as its ink and a gap."""
    if not tight:
        return round(px * 0.98), round(px * 1.30)
    boxes = [run.font.getbbox(run.text, anchor="ls") for run in runs]
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    gap = round(px * 0.14)
    return round(gap - top), round(bottom - top + 2 * gap)


def _fitting_px(line: TicketLine, fonts: Fonts, *, right_to_left: bool) -> int:
    """Return the text height: huge lines shrink until they fit one row, down to ``_HUGE_MIN_PX``."""
    px = _SIZE_PX[line.size]
    while line.size == "huge" and px > _HUGE_MIN_PX:
        runs = visual_runs(line.text, fonts.chain(bold=True, px=px), right_to_left=right_to_left)
        if sum(run.width for run in runs) <= PRINT_PX:
            break
        px -= 8
    return px


def _wrapped(text: str, chain: tuple[ImageFont.FreeTypeFont, ...], *, right_to_left: bool) -> list[str]:
    """Return the rows of *text*: as few as fit, and of about the same length, so that no word stands alone."""
    words = list(_breakable(text.split(), chain, right_to_left=right_to_left))
    rows = _filled(words, PRINT_PX, chain, right_to_left=right_to_left)
    best, limit = rows, PRINT_PX
    while limit > 0 and len(rows) > 1 and len(rows) == len(best):
        best, limit = rows, limit - _BALANCE_PX
        rows = _filled(words, limit, chain, right_to_left=right_to_left)
    return best


def _filled(
    words: Sequence[str], limit: int, chain: tuple[ImageFont.FreeTypeFont, ...], *, right_to_left: bool
) -> list[str]:
    rows: list[str] = []
    current = ""
    for word in words:
        longer = f"{current} {word}".strip()
        if current and _length(longer, chain, right_to_left=right_to_left) > limit:
            rows.append(current)
            current = word
        else:
            current = longer
    return [*rows, current]


def _breakable(
    words: Sequence[str], chain: tuple[ImageFont.FreeTypeFont, ...], *, right_to_left: bool
) -> Iterator[str]:
    for word in words:
        rest = word
        while _length(rest, chain, right_to_left=right_to_left) > PRINT_PX:
            cut = len(rest) - 1
            while cut > 1 and _length(rest[:cut], chain, right_to_left=right_to_left) > PRINT_PX:
                cut -= 1
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _length(text: str, chain: tuple[ImageFont.FreeTypeFont, ...], *, right_to_left: bool) -> float:
    return sum(run.width for run in visual_runs(text, chain, right_to_left=right_to_left))


def visual_runs(text: str, chain: tuple[ImageFont.FreeTypeFont, ...], *, right_to_left: bool) -> tuple[_Run, ...]:
    """Return the pieces of one row in the order they stand on paper, each in one font and one direction."""
    runs: list[_Run] = []
    for char, is_rtl in zip(text, _directions(text, right_to_left=right_to_left), strict=True):
        last = runs[-1] if runs else None
        font = next((f for f in chain if has_glyph(f, char)), chain[0])
        if char == " " and last is not None and last.right_to_left == is_rtl:
            font = last.font
        if last is not None and last.font is font and last.right_to_left == is_rtl:
            runs[-1] = _Run(last.text + char, font, is_rtl)
        else:
            runs.append(_Run(char, font, is_rtl))
    return tuple(reversed(_words_in_order(runs)) if right_to_left else runs)


def _words_in_order(runs: Sequence[_Run]) -> list[_Run]:
    """Turn round neighbours that are written left to right, because the whole row is about to be turned round."""
    out: list[_Run] = []
    group: list[_Run] = []
    for run in runs:
        if run.right_to_left:
            out.extend([*reversed(group), run])
            group = []
        else:
            group.append(run)
    return [*out, *reversed(group)]


def _directions(text: str, *, right_to_left: bool) -> list[bool]:
    """Return for each character whether it runs right to left (Unicode's rules without embeddings).

    A number runs left to right, but between numbers and Arabic letters the spaces and signs follow the letters.
    """
    classes = _classes(text, base="R" if right_to_left else "L")
    result: list[bool] = []
    for index, own in enumerate(classes):
        if own != "-":
            result.append(own == "R")
            continue
        before = next((c for c in reversed(classes[:index]) if c != "-"), "R" if right_to_left else "L")
        after = next((c for c in classes[index:] if c != "-"), "R" if right_to_left else "L")
        sides = {before == "L", after == "L"}
        result.append(right_to_left if len(sides) == 2 else before != "L")
    return result


def _classes(text: str, *, base: str) -> list[str]:
    """Return ``L``, ``R``, ``N`` for a number away from Latin letters, or ``-`` for each character."""
    kinds = [unicodedata.bidirectional(char) for char in text]
    result: list[str] = []
    letter = base
    for index, kind in enumerate(kinds):
        around = kinds[max(0, index - 1)], kinds[min(len(kinds) - 1, index + 1)]
        if kind == "L":
            letter = "L"
            result.append("L")
        elif kind in ("R", "AL"):
            letter = "R"
            result.append("R")
        elif kind in ("EN", "AN") or (kind in ("CS", "ES") and around == ("EN", "EN")):
            result.append("L" if letter == "L" else "N")
        else:
            result.append("-")
    return result


def _qr_row(content: str) -> _Row:
    code = segno.make(content, error="m", micro=False)
    modules = len(code.matrix)
    scale = max(3, _QR_PX // modules)
    picture = Image.new("L", (modules, modules), 255)
    for y, row in enumerate(code.matrix):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x, y), 0)
    picture = picture.resize((modules * scale, modules * scale), Image.Resampling.NEAREST)
    return _Row(height=picture.height + _QUIET * scale, picture=picture)


@lru_cache(maxsize=64)
def _font(path: str, px: int) -> ImageFont.FreeTypeFont:
    engine = ImageFont.Layout.RAQM if JOINS_ARABIC else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, px, layout_engine=engine)


@lru_cache(maxsize=4096)
def has_glyph(font: ImageFont.FreeTypeFont, char: str) -> bool:
    """Whether *font* draws *char*: its dots differ from those of a code point that no font has."""
    return char == " " or bytes(font.getmask(char)) != bytes(font.getmask("\U0010fffd"))
