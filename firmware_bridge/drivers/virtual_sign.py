"""A sign without a sign: over the door, over a desk, or on the booth. It is set, never toggled.

The wanted state is on disk before it is shown, so that the sign says the same after a restart.
"""

from __future__ import annotations

import io
import re
from typing import Literal

import msgspec
from PIL import Image, ImageDraw

from edge.contracts.devices import DeviceKind
from edge.contracts.jobs import JobRequest, ShowSign
from edge.contracts.ready import ready
from edge.runtime import log as logs
from edge.runtime import resources
from edge.runtime.config import Section
from firmware_bridge.drivers.virtual import VirtualDevice, write_whole
from firmware_bridge.paper import find_fonts
from firmware_bridge.ports import BadJob, DeviceError, Driver, Pages, Setup
from firmware_bridge.tickets import plain

log = logs.get(__name__)

STATES = {"door": frozenset({"enter", "wait"}), "booth": frozenset({"free", "occupied"})}
_DESK = re.compile(r"free|occupied|closed|[A-Z][0-9]{3}")
_COLOURS = {
    "enter": ("#0b6b2f", "#ffffff"),
    "free": ("#0b6b2f", "#ffffff"),
    "wait": ("#a3261d", "#ffffff"),
    "occupied": ("#a3261d", "#ffffff"),
    "closed": ("#3b4650", "#ffffff"),
}
_SHAPES = {"enter": "arrow", "free": "arrow", "wait": "bar", "occupied": "bar"}
_SIZE = (640, 320)


class Options(Section, frozen=True, kw_only=True):
    """Options of a virtual sign."""

    folder: str = ""  # where its picture goes; the device's own folder when empty
    sign: Literal["door", "desk", "booth"] = "door"


class Wanted(msgspec.Struct, frozen=True):
    """What the sign is to show."""

    state: str
    text: str = ""


class VirtualSign(VirtualDevice):
    """Shows its state in ``sign.png``, in the facts of its status, and as a line of the log."""

    kind: DeviceKind = "sign"

    def __init__(self, setup: Setup) -> None:
        self._options = setup.read(Options)
        super().__init__(setup, self._options.folder)
        self._wanted: Wanted | None = None

    def capabilities(self) -> frozenset[str]:
        """See ``Driver``."""
        return frozenset({f"sign.{self._options.sign}"})

    def facts(self) -> dict[str, str]:
        """See ``VirtualDevice``; *shows* is empty until the sign was set for the first time."""
        wanted = self._wanted or self._read()
        return {**super().facts(), "sign": self._options.sign, "shows": wanted.state if wanted else ""}

    def perform(self, request: JobRequest, pages: Pages) -> None:
        """See ``Driver``: setting the same state again changes nothing."""
        work = request.work
        if not isinstance(work, ShowSign) or work.sign != self._options.sign or not _is_state(work):
            raise BadJob("no state of this sign")
        self.check()
        pages.begin(1, 1)
        self.check_line()
        wanted = Wanted(work.state, plain(work.text)[:80])
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / "sign.json", msgspec.json.encode(wanted))
            write_whole(self.folder / "sign.png", _picture(wanted))
        except OSError as exc:
            pages.withdraw(1)
            raise DeviceError(str(exc), reason="storage") from exc
        self._wanted = wanted
        log.info("sign_set", device=self.device, sign=work.sign, shows=wanted.state)
        pages.complete(1)

    def _read(self) -> Wanted | None:
        try:
            self._wanted = msgspec.json.decode((self.folder / "sign.json").read_bytes(), type=ready(Wanted))
        except (OSError, msgspec.DecodeError):
            return None
        return self._wanted


def _is_state(work: ShowSign) -> bool:
    return bool(_DESK.fullmatch(work.state)) if work.sign == "desk" else work.state in STATES[work.sign]


def _picture(wanted: Wanted) -> bytes:
    """Return the sign as a picture: colour, shape and word together, so that none of them has to be enough."""
    back, fore = _COLOURS.get(wanted.state, ("#0b5360", "#ffffff"))
    image = Image.new("RGB", _SIZE, back)
    draw = ImageDraw.Draw(image)
    shape = _SHAPES.get(wanted.state)
    if shape == "arrow":
        draw.polygon([(40, 130), (110, 130), (110, 95), (170, 160), (110, 225), (110, 190), (40, 190)], fill=fore)
    elif shape == "bar":
        draw.ellipse((40, 95, 170, 225), fill=fore)
        draw.rectangle((62, 146, 148, 174), fill=back)
    left = 200 if shape else 30
    word = wanted.text or wanted.state
    fonts = find_fonts(resources.config_dir() / "fonts")
    px = 200
    while px > 24 and fonts.covering(word, px=px).getlength(word) > _SIZE[0] - left - 30:
        px -= 4
    middle = (left + (_SIZE[0] - left - 30) // 2, _SIZE[1] // 2)
    draw.text(middle, word, fill=fore, font=fonts.covering(word, px=px), anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def build(setup: Setup) -> Driver:
    """Return the driver; nothing is opened."""
    return VirtualSign(setup)
