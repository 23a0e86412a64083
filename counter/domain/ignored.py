"""Areas in which feet are nobody's: a poster, a coat stand, a mirror that a mask would hide too much of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from counter.domain.trails import F64
from counter.domain.zone import contains


def without(boxes: F64, areas: Sequence[F64]) -> F64:
    """Return *boxes* (x1, y1, x2, y2, ... a row) without those whose foot stands in one of *areas*."""
    if not areas or not len(boxes):
        return boxes
    feet = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    kept: F64 = boxes[~np.any([contains(area, feet) for area in areas], axis=0)]
    return kept
