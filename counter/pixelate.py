"""A picture so coarse that nobody in it can be known: what a technician sees while drawing lines.

Why nobody is recognisable: people need about 16 cells across a face to know it, and fail below ten. A cell is never
smaller than 8 x 8 pixels of the detector's small picture, so a head two metres from a wide lens has two or three
cells. Whoever comes nearer is covered twice: every box in which the detector sees somebody becomes one flat patch of
its mean colour, a cell wider on all sides; and when a box is large, or something near covers the camera, cells are 32
pixels wide, ten to fourteen across the whole picture. Means over a cell and five bits a colour are not undone by any
filter, and no two pictures are sent within half a second, so cells cannot be refined by moving under them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from counter.sources import Image

CELL_PX, COARSE_PX = 8, 32
MAX_COLUMNS = MAX_ROWS = 80
NEAR = 0.3  # a box wider than this part of the picture, or...
TALL = 0.85  # ...higher than this: somebody may be close

F64 = NDArray[np.float64]
Cells = NDArray[np.uint8]  # rows x columns x 3, RGB


def pixelate(image: Image, boxes: F64, *, coarse: bool = False) -> Cells:
    """Return the cells of *image* (BGR, masks already black); *boxes* are people, x1, y1, x2, y2 in its pixels."""
    height, width = image.shape[:2]
    size = COARSE_PX if coarse or _is_near(boxes, width, height) else CELL_PX
    columns, rows = min(max(width // size, 1), MAX_COLUMNS), min(max(height // size, 1), MAX_ROWS)
    means = _means(image, rows, columns)
    for box in boxes[:, :4] * ([columns / width, rows / height] * 2):
        left, top = np.maximum(np.floor(box[:2]).astype(int) - 1, 0)
        right, bottom = np.ceil(box[2:]).astype(int) + 1
        patch = means[top:bottom, left:right]
        if patch.size:
            patch[:] = patch.mean(axis=(0, 1))
    bits = np.clip(means, 0, 255).astype(np.uint8)[:, :, ::-1] >> 3
    return np.asarray(bits * np.uint8(8) + (bits >> 2), np.uint8)


def _means(image: Image, rows: int, columns: int) -> F64:
    height, width = image.shape[:2]
    y, x = np.arange(rows) * height // rows, np.arange(columns) * width // columns
    sums = np.add.reduceat(np.add.reduceat(image, y, axis=0, dtype=np.uint32), x, axis=1)
    counts = np.diff(np.append(y, height))[:, None] * np.diff(np.append(x, width))[None, :]
    means: F64 = sums / counts[:, :, None]
    return means


def _is_near(boxes: F64, width: int, height: int) -> bool:
    spans = boxes[:, 2:4] - boxes[:, :2]
    return bool(((spans[:, 0] > NEAR * width) | (spans[:, 1] > TALL * height)).any())
