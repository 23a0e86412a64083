"""Images that are computed: QR codes in whole pixels, and the few signs of the screens."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import segno
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtQuick import QQuickImageProvider

QUIET_MODULES = 4
LEAST_PX = 64


class QrProvider(QQuickImageProvider):
    """``image://qr/<text, percent-encoded>``: the largest QR of whole-pixel modules within the asked size."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, id: str, size: QSize, requestedSize: QSize) -> QImage:  # noqa: N802, N803
        return _sized(qr_image(unquote(id), requestedSize.width() if requestedSize.width() > 0 else LEAST_PX), size)


def qr_image(text: str, side_px: int) -> QImage:
    """Return *text* in black with its quiet zone, at most *side_px* wide unless one pixel a module is more.

    Everything else is clear: the card behind it is white. The least version is taken, and the strongest correction
    that fits into it: a screen has no dirt, and larger modules scan from farther.
    """
    matrix = segno.make_qr(text, error="l").matrix
    modules = len(matrix) + 2 * QUIET_MODULES
    scale = max(1, side_px // modules)
    image = QImage(modules, modules, QImage.Format.Format_ARGB32)
    image.fill(QColor(255, 255, 255, 0))
    for y, row in enumerate(matrix):
        for x, is_dark in enumerate(row):
            if is_dark:
                image.setPixelColor(x + QUIET_MODULES, y + QUIET_MODULES, QColor("black"))
    return image.scaled(modules * scale, modules * scale)


class IconProvider(QQuickImageProvider):
    """``image://icon/<name>/<rrggbb>``: one of ``ICONS`` in that colour at the asked size."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, id: str, size: QSize, requestedSize: QSize) -> QImage:  # noqa: N802, N803
        name, _, colour = id.partition("/")
        return _sized(icon_image(name, QColor(f"#{colour}"), max(requestedSize.width(), 1)), size)


def _sized(image: QImage, size: QSize) -> QImage:
    size.setWidth(image.width())
    size.setHeight(image.height())
    return image


def icon_image(name: str, colour: QColor, side_px: int) -> QImage:
    """Return icon *name* (a key of ``ICONS``) in *colour* on nothing."""
    image = QImage(side_px, side_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side_px / 100, side_px / 100)
    pen = QPen(colour, 10, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    ICONS[name](painter, colour)
    painter.end()
    return image


# --- the signs, on a field of 100 x 100 -----------------------------------------------------------------------------


def _arrow(painter: QPainter, _: QColor) -> None:
    _lines(painter, (8, 50), (90, 50))
    _lines(painter, (58, 18), (90, 50), (58, 82))


def _people(painter: QPainter, colour: QColor) -> None:
    for x, y, radius in ((34.0, 30.0, 15.0), (74.0, 36.0, 11.0)):
        _disc(painter, colour, x, y, radius)
    body = QPainterPath(QPointF(6, 88))
    body.cubicTo(QPointF(6, 46), QPointF(62, 46), QPointF(62, 88))
    other = QPainterPath(QPointF(70, 88))
    other.cubicTo(QPointF(72, 70), QPointF(68, 62), QPointF(64, 58))
    other.cubicTo(QPointF(80, 50), QPointF(96, 62), QPointF(96, 88))
    for path in (body, other):
        path.closeSubpath()
        painter.fillPath(path, colour)


def _full(painter: QPainter, colour: QColor) -> None:
    painter.drawEllipse(QRectF(8, 8, 84, 84))
    painter.fillRect(QRectF(24, 42, 52, 16), colour)


def _unknown(painter: QPainter, colour: QColor) -> None:
    painter.drawEllipse(QRectF(8, 8, 84, 84))
    hook = QPainterPath(QPointF(36, 38))
    hook.cubicTo(QPointF(36, 20), QPointF(64, 20), QPointF(64, 39))
    hook.cubicTo(QPointF(64, 50), QPointF(50, 49), QPointF(50, 61))
    painter.drawPath(hook)
    _disc(painter, colour, 50, 77, 6)


def _enter(painter: QPainter, _: QColor) -> None:
    _lines(painter, (54, 10), (90, 10), (90, 90), (54, 90))
    _lines(painter, (8, 50), (64, 50))
    _lines(painter, (42, 26), (66, 50), (42, 74))


def _wait(painter: QPainter, colour: QColor) -> None:
    painter.drawEllipse(QRectF(8, 8, 84, 84))
    for x in (33, 54):
        painter.fillRect(QRectF(x, 30, 13, 40), colour)


def _closed(painter: QPainter, _: QColor) -> None:
    painter.drawEllipse(QRectF(8, 8, 84, 84))
    _lines(painter, (34, 34), (66, 66))
    _lines(painter, (66, 34), (34, 66))


def _stale(painter: QPainter, _: QColor) -> None:
    painter.drawEllipse(QRectF(8, 8, 84, 84))
    _lines(painter, (50, 27), (50, 52), (68, 64))


def _notice(painter: QPainter, colour: QColor) -> None:
    painter.drawEllipse(QRectF(8, 8, 84, 84))
    _lines(painter, (50, 48), (50, 73))
    _disc(painter, colour, 50, 29, 6.5)


def _lines(painter: QPainter, *points: tuple[float, float]) -> None:
    painter.drawPolyline([QPointF(x, y) for x, y in points])


def _disc(painter: QPainter, colour: QColor, x: float, y: float, radius: float) -> None:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), radius, radius)
    painter.fillPath(path, colour)


ICONS: dict[str, Callable[[QPainter, QColor], None]] = {
    "arrow": _arrow,
    "people": _people,
    "full": _full,
    "unknown": _unknown,
    "enter": _enter,
    "wait": _wait,
    "closed": _closed,
    "stale": _stale,
    "notice": _notice,
}
