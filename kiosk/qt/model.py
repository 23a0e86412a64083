"""The view as a QML property: one signal for each picture that differs from the last."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from PySide6.QtCore import Property, QObject, Signal

from kiosk.presenters.view import BoardView


class BoardModel(QObject):
    """What ``Board.qml`` is bound to."""

    changed = Signal()

    def __init__(self, variant: str, view: BoardView) -> None:
        super().__init__()
        self._variant, self._view = variant, view
        self._values = _values(view)

    @property
    def current(self) -> BoardView:
        """Return the view that is shown."""
        return self._view

    def show(self, view: BoardView) -> bool:
        """Show *view*; return whether it differs from what was shown."""
        if view == self._view:
            return False
        self._view, self._values = view, _values(view)
        self.changed.emit()
        return True

    def _get_values(self) -> dict[str, Any]:
        return self._values

    def _get_variant(self) -> str:
        return self._variant

    view = Property("QVariantMap", _get_values, notify=changed)  # type: ignore[arg-type]
    variant = Property(str, _get_variant, constant=True)


def _values(view: BoardView) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(view).items()}


def _plain(value: Any) -> Any:
    """Return *value* in what QML knows: it takes lists for arrays, and tuples for opaque objects."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value
