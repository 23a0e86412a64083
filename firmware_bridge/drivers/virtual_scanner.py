"""A scanner without a scanner: draws A4 pages and uploads them; no page ever touches a disk."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from typing import Literal

from PIL import Image, ImageDraw

from edge.contracts.devices import DeviceKind
from edge.contracts.jobs import JobRequest, Scan
from edge.runtime import resources
from edge.runtime.config import Section
from firmware_bridge.drivers.virtual import VirtualDevice
from firmware_bridge.paper import find_fonts
from firmware_bridge.ports import BadJob, Driver, Pages, Setup

PART_BYTES = 64 * 1024
A4_INCHES = (210 / 25.4, 297 / 25.4)
MIN_DPI, MAX_DPI = 75, 600
MAX_PAGES = 20

_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}


class Options(Section, frozen=True, kw_only=True):
    """Options of a virtual scanner."""

    folder: str = ""  # for its lock and its fault file; the device's own folder when empty
    format: Literal["pdf", "png", "jpeg"] = "pdf"
    feeder_pages: int = 2  # how many sheets lie in the feeder
    page_s: float = 0.5  # how long a page takes


class VirtualScanner(VirtualDevice):
    """Scans a made-up page from the glass, or *feeder_pages* of them from the feeder."""

    kind: DeviceKind = "scanner"

    def __init__(self, setup: Setup) -> None:
        self._options = setup.read(Options)
        self._upload = setup.upload
        super().__init__(setup, self._options.folder)

    def capabilities(self) -> frozenset[str]:
        """See ``Driver``."""
        return frozenset({"scan", "scan.feeder", "scan.colour"})

    def perform(self, request: JobRequest, pages: Pages) -> None:
        """See ``Driver``: a page counts as done when the edge has it; without an address it goes nowhere."""
        work = request.work
        if not isinstance(work, Scan) or not MIN_DPI <= work.dpi <= MAX_DPI:
            raise BadJob("no scan of this resolution")
        count = min(self._options.feeder_pages, MAX_PAGES) if work.source == "feeder" else 1
        if count != 1 and self._options.format != "pdf":
            raise BadJob("several pages need pdf")
        self.check()
        pages.begin(1, count)
        self.check_line()
        document = self._scan(work, count)
        if work.upload_url:
            parts = [document[at : at + PART_BYTES] for at in range(0, len(document), PART_BYTES)]
            self._upload(work.upload_url, parts, content_type=_TYPES[self._options.format], job_id=request.job_id)
        pages.complete(1)
        for page in range(2, count + 1):
            pages.begin(page, count)
            pages.complete(page)

    def _scan(self, work: Scan, count: int) -> bytes:
        sheets = []
        for number in range(1, count + 1):
            threading.Event().wait(self._options.page_s)
            sheets.append(draw_page(work, number))
        return _document(sheets, self._options.format, work.dpi)


def draw_page(work: Scan, number: int) -> Image.Image:
    """Return page *number* as the glass would see it."""
    width, height = (round(inches * work.dpi) for inches in A4_INCHES)
    page = Image.new("L", (width, height), 250)
    draw = ImageDraw.Draw(page)
    fonts = find_fonts(resources.config_dir() / "fonts")
    margin, step = width // 9, height // 42
    (title, *_), (text, *_) = fonts.chain(bold=True, px=step), fonts.chain(bold=False, px=round(step * 0.62))
    draw.text((margin, step * 3), "Documento de muestra", fill=20, font=title)
    draw.text((margin, step * 5), f"Página {number} · {work.dpi} ppp", fill=60, font=text)
    for row in range(8, 36):
        end = width - margin - (width // 4 if row % 7 == 6 else 0)
        draw.rectangle((margin, row * step, end, row * step + step // 5), fill=150 if row % 7 else 90)
    draw.rectangle((margin // 2, margin // 2, width - margin // 2, height - margin // 2), outline=190, width=2)
    return page.convert("RGB") if work.colour == "colour" else page


def _document(sheets: Sequence[Image.Image], form: str, dpi: int) -> bytes:
    out = io.BytesIO()
    if form == "pdf":
        sheets[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=list(sheets[1:]), quality=75)
    else:
        sheets[0].save(out, form.upper(), dpi=(dpi, dpi))
    return out.getvalue()


def build(setup: Setup) -> Driver:
    """Return the driver; nothing is opened."""
    return VirtualScanner(setup)
