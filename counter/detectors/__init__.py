"""Person detectors behind one contract; each is loaded only when a configuration names it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]  # height x width x 3, BGR
Boxes = NDArray[np.float32]  # n x 5: x1, y1, x2, y2 in pixels of the picture, and the score in [0, 1]

DETECTORS = {"nanodet_g": "counter.detectors.nanodet:NanoDet"}
STRIDE = 32  # sides of every picture that a detector gets are multiples of this


class DetectorError(Exception):
    """The model cannot be run: its file is none, or its inputs and outputs are not those that the detector reads."""


class Detector(Protocol):
    """Finds people, and nothing else, in one picture at a time."""

    @property
    def within(self) -> tuple[int, int]:
        """Return the longer and the shorter side that a whole picture may have; sources keep its shape."""
        ...

    def detect(self, image: Image) -> Boxes:
        """Return the people in *image*, which is at most as large as ``within`` and may be a part of a picture."""
        ...


class DetectorFactory(Protocol):
    """What a registry entry names."""

    def __call__(self, model_file: Path, *, threads: int) -> Detector:
        """Open *model_file*; raise ``DetectorError`` when it is no model of this kind."""
        ...


def open_detector(kind: str, model_file: Path, *, threads: int = 1) -> Detector:
    """Return the detector *kind* that runs *model_file* with a fixed number of *threads*; raise ``DetectorError``."""
    module, _, attribute = DETECTORS[kind].partition(":")
    factory: DetectorFactory = getattr(import_module(module), attribute)
    return factory(model_file, threads=threads)
