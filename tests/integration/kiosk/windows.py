"""Open a window on a snapshot and look at what is in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem

from edge.contracts.board import BoardSnapshot, Identify
from edge.runtime.design import load_tokens
from edge.runtime.resources import config_dir
from kiosk.presenters.view import BoardView
from kiosk.qt.model import BoardModel
from kiosk.qt.theme import load_fonts, qml_theme
from kiosk.qt.window import BoardWindow
from tests.unit.kiosk.boards import NOW, call, presenter, snapshot

TOKENS = load_tokens()
SIZES = {"1080p": (1920, 1080), "720p": (1280, 720), "upright": (1080, 1920)}
ORDERS = {
    "es": ("es",),
    "ca": ("ca", "es"),
    "en": ("en", "es", "ca"),
    "ar": ("ar", "es", "ca", "en"),
}


@dataclass
class Stage:
    """Opens windows and closes them all."""

    windows: list[BoardWindow] = field(default_factory=list)

    def open(
        self,
        view: BoardView,
        *,
        variant: str = "hall",
        theme: str = "light",
        text_scale: float = 1.0,
        motion: bool = False,
        size: tuple[int, int] = SIZES["1080p"],
        on_frame: Callable[[], None] = lambda: None,
    ) -> tuple[BoardModel, BoardWindow]:
        """Return the model and the window of *view* after its first frame."""
        QGuiApplication.setFont(load_fonts(config_dir() / "fonts", TOKENS.type.family))
        model = BoardModel(variant, view)
        frames: list[int] = []
        window = BoardWindow(
            model,
            qml_theme(TOKENS, theme, text_scale=text_scale, motion=motion),
            size=QSize(*size),
            on_frame=lambda: (frames.append(1), on_frame())[0],
        )
        self.windows.append(window)
        window.show()
        pump(lambda: bool(frames), 5.0, "the first frame")
        return model, window

    def close(self) -> None:
        """Close all windows."""
        for window in self.windows:
            window.close()
        self.windows.clear()


def pump(predicate: Callable[[], bool], timeout_s: float = 5.0, what: str = "the condition") -> None:
    """Run Qt's events until *predicate* is true; fail the test after *timeout_s*."""
    deadline = time.monotonic() + timeout_s
    while not predicate():
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come true within {timeout_s} s")
        QGuiApplication.processEvents()
        time.sleep(0.002)


def picture(
    state: BoardSnapshot | None,
    *,
    languages: tuple[str, ...] = ("es", "ca", "en"),
    is_new: bool = False,
    later_s: float = 0.0,
) -> BoardView:
    """Return the view of *state* heard *later_s* ago; its calls are new only when *is_new*."""
    board = presenter(languages)
    mono = 0.0
    if state is not None:
        board.accept(state, now=NOW, mono=mono, is_live=True)
        mono = later_s if is_new or later_s else 10.0
    return board.view(now=NOW, mono=mono)


def states(languages: tuple[str, ...]) -> dict[str, BoardView]:
    """Return one view of everything that a display can have to show."""
    order = list(languages)
    asked = presenter(languages)
    asked.accept(snapshot(call(9, age_s=60), languages=order), now=NOW, mono=0.0, is_live=True)
    asked.identify(Identify(office="carretas4", seconds=30, asked_at=NOW), mono=0.0)
    calls = [call(9 - n, code=code, desk=desk, age_s=n) for n, (code, desk) in enumerate(CODES)]
    zoned = [call(9 - n, code=code, desk=desk, age_s=n, zone=ZONES[n % 2]) for n, (code, desk) in enumerate(CODES)]
    busy = {"languages": order, "enter": [f"A{n:03}" for n in range(8)], "wait_outside": True}
    return {
        "waiting": picture(None, languages=languages),
        "calling": picture(snapshot(*calls, languages=order, enter=["A012"]), languages=languages),
        "new": picture(snapshot(*calls, languages=order), languages=languages, is_new=True),
        "zones": picture(snapshot(*zoned, **busy), languages=languages),
        "stale": picture(snapshot(*calls, languages=order), languages=languages, later_s=90.0),
        "welcome": picture(snapshot(languages=order, occupancy=None, notices={}), languages=languages),
        "no code": picture(snapshot(*calls, languages=order, codes=[]), languages=languages),
        "over": picture(snapshot(calls[0], *(replace(c, state="missed") for c in calls[1:]), languages=order)),
        "asked": asked.view(now=NOW, mono=0.0),
        "closed": picture(snapshot(languages=order, open=False, opens_at=NOW + timedelta(days=4)), languages=languages),
    }


CODES = (("W888", "12"), ("C107", "12"), ("A011", "5"), ("B048", "1"), ("V003", "Sala 2"), ("A010", "4"))
ZONES = ("Planta baja", "Planta 1, ala norte")


@dataclass(frozen=True)
class Words:
    """One visible piece of text and where it is in the window."""

    text: str
    item: QQuickItem
    box: QRectF

    @property
    def name(self) -> str:
        """Return the name of the piece, or of the figures that it belongs to."""
        parent = self.item.parentItem()
        return self.item.objectName() or (parent.objectName() if parent else "")

    def get(self, name: str) -> Any:
        return self.item.property(name)


def words(window: BoardWindow) -> list[Words]:
    """Return every text that can be seen."""
    found = []
    for item in _visible(window.view.contentItem()):
        if item.inherits("QQuickText") and item.property("text"):
            corner = item.mapToScene(QPointF(0, 0))
            found.append(
                Words(item.property("text"), item, QRectF(corner.x(), corner.y(), item.width(), item.height()))
            )
    return found


def named(window: BoardWindow, name: str) -> list[QQuickItem]:
    """Return all items of the window with that object name."""
    return [item for item in _under(window.view.contentItem()) if item.objectName() == name]


def _under(item: QQuickItem) -> Iterator[QQuickItem]:
    yield item
    for child in item.childItems():
        yield from _under(child)


def _visible(item: QQuickItem) -> Iterator[QQuickItem]:
    if not item.isVisible() or item.width() < 0:
        return
    yield item
    for child in item.childItems():
        yield from _visible(child)


def as_pillow(image: QImage) -> Image.Image:
    """Return a Qt image as a Pillow one."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    return Image.frombytes("RGB", (rgb.width(), rgb.height()), bytes(rgb.constBits()), "raw", "RGB", rgb.bytesPerLine())
