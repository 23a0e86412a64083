"""What the counting bench measures on: footage with truth beside the checkout, and clips made of it for the occasion.

Nothing of it belongs to the project; the made clips live in a temporary folder while the bench runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from counter.detectors import STRIDE
from counter.sources import Size, canvas, fitted

ROOT = Path(__file__).resolve().parents[3]
FIRST_HALF = "pets09_first_half"
FRAMES = 400  # of the clip that the truth covers
NOISE = 1.5  # standard deviation of a sensor's noise, of 255


class NoMaterial(SystemExit):
    """The footage is not there; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A clip, and lines (x1, y1, x2, y2) whose crossings are known."""

    clip: Path
    lines: Mapping[str, Sequence[float]]
    fps: float


def shared() -> Path:
    """Return the folder with footage, truth and scorers: ``O360_SHARED``, or ``shared`` beside the checkout."""
    folder = Path(os.environ.get("O360_SHARED", ROOT.parent / "shared"))
    if not (folder / "data" / "score" / "score.py").is_file():
        raise NoMaterial(f"no footage with truth in {folder}: set O360_SHARED to the folder that holds data/score")
    return folder


def scene() -> Scene:
    """Return the outdoor clip with its lines."""
    folder = shared()
    case = json.loads((folder / "data/score/cases.json").read_text("utf-8"))["cases"][FIRST_HALF]
    return Scene(folder / case["clip"], case["lines"], float(case["container_fps"]))


def score(result: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what the scorer says of *result* on the frames with truth; *folder* is for its file."""
    told = folder / "result.json"
    told.write_text(json.dumps(result), "utf-8")
    program = shared() / "data/score/score.py"
    options = ["--case", FIRST_HALF, "--root", str(shared()), "--last", str(FRAMES), "--quiet"]
    done = subprocess.run(
        [sys.executable, str(program), *options, "--events", str(told)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
    return found


def prepared(picture: np.ndarray, within: Size) -> tuple[np.ndarray, Size]:
    """Return *picture* as a detector wants it, scaled by OpenCV, and the size of the part that is picture."""
    content = fitted((picture.shape[1], picture.shape[0]), within)
    width, height = canvas(content, STRIDE)
    image = np.zeros((height, width, 3), np.uint8)
    image[: content[1], : content[0]] = cv2.resize(picture, content, interpolation=cv2.INTER_AREA)
    return image, content


def quiet_clip(like: Path, file: Path, *, seconds: int, walks: int = 0) -> Path:
    """Write an empty hall with sensor noise at 10 pictures a second, of *seconds*; the newest film of *like* comes
    in *walks* parts of equal length, so that somebody is seen half of the time.
    """
    capture = cv2.VideoCapture(str(like))
    film = [np.asarray(capture.read()[1], np.uint8) for _ in range(150)]
    capture.release()
    empty = np.median(film[::5], axis=0)
    height, width = empty.shape[:2]
    rng, total = np.random.default_rng(7), seconds * 10
    noise = [rng.normal(0, NOISE, empty.shape) for _ in range(8)]
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"mp4v"), 10, (width, height))
    part = total // (2 * walks) if walks else 0
    for k in range(total):
        is_walk = bool(walks) and (k // part) % 2 == 1
        picture = film[k % part % len(film)] if is_walk else np.clip(empty + noise[k % 8], 0, 255).astype(np.uint8)
        writer.write(picture)
    writer.release()
    return file
