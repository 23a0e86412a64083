"""The window of a display: QML over the model, told when a frame is on the screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QColor
from PySide6.QtQuick import QQuickView

from edge.runtime import log as logs
from kiosk.qt.images import IconProvider, QrProvider
from kiosk.qt.model import BoardModel

log = logs.get(__name__)

QML = Path(__file__).resolve().parents[1] / "qml" / "Board.qml"
SCREENSHOT_EVERY_MS = 400
SCREENSHOT_PATIENCE = 3


class WindowError(Exception):
    """The QML of the window does not load: a broken installation."""


class BoardWindow:
    """One window; *on_frame* is called after each frame that was swapped to the screen."""

    def __init__(
        self, model: BoardModel, theme: dict[str, Any], *, size: QSize | None, on_frame: Callable[[], None]
    ) -> None:
        self.view = QQuickView()
        self._model, self._on_frame = model, on_frame
        self._providers = (QrProvider(), IconProvider())  # the engine does not keep the Python side alive
        self.view.engine().addImageProvider("qr", self._providers[0])
        self.view.engine().addImageProvider("icon", self._providers[1])
        self.view.setTitle("Oficina 360")
        self.view.setColor(QColor(theme["color"]["board-bg"]))
        self.view.setResizeMode(QQuickView.ResizeMode.SizeRootObjectToView)
        self.view.setInitialProperties({"board": model, "theme": theme})
        self.view.setSource(QUrl.fromLocalFile(str(QML)))
        if self.view.status() != QQuickView.Status.Ready:
            raise WindowError("; ".join(error.toString() for error in self.view.errors()))
        self._full_screen = size is None
        self.view.resize(size or self.view.screen().size())
        self.view.setCursor(Qt.CursorShape.BlankCursor)
        self.view.frameSwapped.connect(self._frame)

    def show(self) -> None:
        """Put the window on the screen."""
        if self._full_screen:
            self.view.showFullScreen()
        else:
            self.view.show()

    def close(self) -> None:
        """Take the window away and its QML with it, before the model goes."""
        self.view.close()
        self.view.setSource(QUrl())

    def figure_sizes(self) -> tuple[float, float]:
        """Return the font sizes in pixels of the newest call: code and desk."""
        root: QObject = self.view.rootObject()
        return float(root.property("codeSize")), float(root.property("deskSize"))

    def is_moving(self) -> bool:
        """Whether a highlight is on its way over the picture."""
        return bool(self.view.rootObject().property("isMoving"))

    def _frame(self) -> None:
        self._on_frame()


class Screenshots:
    """Writes the window to a PNG when *request* asks for it: at most every 400 ms, the last picture always.

    A picture that is moving is waited for, three times at most.
    """

    def __init__(self, window: BoardWindow, file: Path) -> None:
        self._window, self._file = window, file
        self._waited = 0
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(SCREENSHOT_EVERY_MS)
        self._timer.timeout.connect(self._write)

    def request(self) -> None:
        """Write the window soon."""
        if not self._timer.isActive():
            self._timer.start()

    def _write(self) -> None:
        if self._window.is_moving() and self._waited < SCREENSHOT_PATIENCE:
            self._waited += 1
            self._timer.start()
            return
        self._waited = 0
        scratch = self._file.with_name(f".{self._file.name}.new")
        if self._window.view.grabWindow().save(str(scratch), "PNG"):  # type: ignore[call-overload]
            scratch.replace(self._file)
        else:
            log.warning("screenshot_failed", file=str(self._file))
