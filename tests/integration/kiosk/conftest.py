"""Windows of the display for tests: one Qt application for the process, painted off screen by software."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from kiosk.qt.platform import prepare

prepare("offscreen")

from PySide6.QtCore import QtMsgType, qInstallMessageHandler  # noqa: E402
from PySide6.QtGui import QAccessible, QGuiApplication  # noqa: E402

from tests.integration.kiosk.windows import Stage, pump  # noqa: E402


@pytest.fixture(scope="session")
def qt() -> QGuiApplication:
    """Return the process's Qt application with the shipped fonts and accessibility switched on."""
    app = QGuiApplication.instance() or QGuiApplication(["tests"])
    QAccessible.setActive(True)
    assert isinstance(app, QGuiApplication)
    return app


@pytest.fixture
def stage(qt: QGuiApplication) -> Iterator[Stage]:
    """Offer windows of the display; fail the test when QML complained about anything."""
    complaints: list[str] = []

    def note(kind: QtMsgType, _: object, text: str | None) -> None:
        if kind != QtMsgType.QtDebugMsg and "propagateSizeHints" not in (text or ""):
            complaints.append(text or "")

    before = qInstallMessageHandler(note)
    offered = Stage()
    yield offered
    offered.close()
    qInstallMessageHandler(before)
    assert complaints == []


@pytest.fixture
def pump_until(qt: QGuiApplication) -> Callable[..., None]:
    """Offer ``pump_until(predicate, timeout_s, what)``: run Qt's events until the predicate is true."""
    return pump
