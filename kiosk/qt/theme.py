"""The design tokens as QML values, and the shipped fonts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QFont, QFontDatabase

from edge.runtime.design import Tokens

LEADING = 0.1  # air over and under figures, as a part of the font size
OUTLINE_PX = 4


def qml_theme(tokens: Tokens, name: str, *, text_scale: float, motion: bool) -> dict[str, Any]:
    """Return what ``Board.qml`` needs of the tokens: theme *name*, sizes at 1920 x 1080, durations."""
    return {
        "color": dict(tokens.colours(name)),
        "px": {key: float(value) for key, value in tokens.type.board_px.items()},
        "scale": text_scale,
        "radius": tokens.radius_px["xl"],
        "outline": OUTLINE_PX if name == "contrast" else 0,
        "figure_height": tokens.type.cap_height + LEADING,
        "moves": motion,
        "duration": dict(tokens.duration_ms),
    }


def load_fonts(folder: Path, families: list[str]) -> QFont:
    """Load the shipped fonts of *folder* into this process; return *families* as one font with fallbacks."""
    for file in sorted(folder.glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(file))
    font = QFont()
    font.setFamilies(families)
    return font
