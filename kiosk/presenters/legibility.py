"""How large a letter must be to be read from far away.

The height of a capital H must stand at 0.7 degrees or more for the eye (EN 301 549, 5.1.4).
"""

from __future__ import annotations

import math

LEAST_ANGLE_DEG = 0.7
MM_PER_INCH = 25.4


def cap_height_mm(distance_m: float, angle_deg: float = LEAST_ANGLE_DEG) -> float:
    """Return how high a capital H must be for a reader at *distance_m*."""
    return distance_m * 1000 * math.tan(math.radians(angle_deg))


def pixel_pitch_mm(diagonal_in: float, width_px: int, height_px: int) -> float:
    """Return the height of one pixel of a screen of *diagonal_in* inches (square pixels)."""
    return diagonal_in * MM_PER_INCH / math.hypot(width_px, height_px)


def font_px(distance_m: float, pitch_mm: float, cap_height: float) -> int:
    """Return the least font size for *distance_m*; *cap_height* is that of the font as a part of its size."""
    return math.ceil(round(cap_height_mm(distance_m) / (pitch_mm * cap_height), 6))


def readable_m(size_px: float, pitch_mm: float, cap_height: float) -> float:
    """Return the distance from which text of *size_px* can be read: the inverse of ``font_px``."""
    return size_px * cap_height * pitch_mm / 1000 / math.tan(math.radians(LEAST_ANGLE_DEG))
