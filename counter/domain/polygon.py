"""Areas of a picture, corner by corner: who stands inside one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from counter.domain.trails import F64


def contains(corners: F64, points: F64) -> NDArray[np.bool_]:
    """Return which *points* lie inside the polygon."""
    a, b = corners, np.roll(corners, -1, axis=0)
    x, y = points[:, :1], points[:, 1:2]
    spans = (a[:, 1] > y) != (b[:, 1] > y)
    height = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
    at = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / height
    return np.asarray((spans & (x < at)).sum(axis=1) % 2 == 1)


def without(boxes: F64, areas: Sequence[F64]) -> F64:
    """Return *boxes* (x1, y1, x2, y2, ... a row) without those whose foot stands in one of *areas*."""
    if not areas or not len(boxes):
        return boxes
    feet = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    kept: F64 = boxes[~np.any([contains(area, feet) for area in areas], axis=0)]
    return kept
