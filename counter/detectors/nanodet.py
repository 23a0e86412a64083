"""NanoDet-g, person class only, on onnxruntime: one session, fixed threads, no spinning."""

from __future__ import annotations

import math
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from counter.detectors import Boxes, DetectorError, Image

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # from 1.31 on it keeps a device id and sends events, unless told before
import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as onnx

WITHIN = (448, 256)  # larger pictures lose near people, and squeezing one out of shape loses them at once
STRIDES = (8, 16, 32)
BINS = 11
# Name, type and fixed sizes of input and output: a person's score and four distances for each cell; one class only.
PORTS = (("image", "tensor(uint8)", (1, None, None, 3)), ("cells", "tensor(float)", (1, 1 + 4 * BINS, None)))
SCORE_MIN, SAME_PERSON_IOU = 0.2, 0.45

F32 = NDArray[np.float32]
_FAULTS = (
    onnx.EPFail,
    onnx.Fail,
    onnx.InvalidArgument,
    onnx.InvalidGraph,
    onnx.InvalidProtobuf,
    onnx.NoModel,
    onnx.NoSuchFile,
    onnx.NotImplemented,
    onnx.RuntimeException,
)


class NanoDet:
    """The detector of ``models/person_nanodet_g.onnx``."""

    def __init__(self, model_file: Path, *, threads: int = 1) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(model_file), options, providers=["CPUExecutionProvider"])
        except _FAULTS as exc:
            raise DetectorError(f"{model_file}: cannot be opened: {exc}") from exc
        found = _ports(self._session)
        if found != PORTS:
            raise DetectorError(f"{model_file}: is another kind of model: {found}, expected {PORTS}")
        self._logit_min = math.log(SCORE_MIN / (1 - SCORE_MIN))
        self._bins = np.arange(BINS, dtype=np.float32)

    @property
    def within(self) -> tuple[int, int]:
        """Return the longer and the shorter side that a whole picture may have."""
        return WITHIN

    def detect(self, image: Image) -> Boxes:
        """Return the people in *image*, best score first."""
        height, width = image.shape[:2]
        cells: F32 = self._session.run(None, {"image": image[None]})[0][0]
        found = np.flatnonzero(cells[0] > self._logit_min)
        if not len(found):
            return np.zeros((0, 5), np.float32)
        centre, stride = _grid(width, height)
        sides = cells[1:, found].T.reshape(-1, 4, BINS)
        weight = np.exp(sides - sides.max(axis=2, keepdims=True))
        reach = (weight @ self._bins) / weight.sum(axis=2) * stride[found, None]
        middle = centre[found]
        score = 1 / (1 + np.exp(-cells[0, found]))
        boxes = np.concatenate([middle - reach[:, :2], middle + reach[:, 2:], score[:, None]], axis=1)
        boxes = suppress(boxes.astype(np.float32), SAME_PERSON_IOU)
        np.maximum(boxes[:, :4], 0, out=boxes[:, :4])
        np.minimum(boxes[:, :4], np.array([width, height, width, height], np.float32), out=boxes[:, :4])
        return boxes


def _ports(session: ort.InferenceSession) -> tuple[tuple[str, str, tuple[int | None, ...]], ...]:
    """Return what goes in and comes out; sizes that may change are None."""
    return tuple(
        (port.name, port.type, tuple(size if isinstance(size, int) else None for size in port.shape))
        for port in (*session.get_inputs(), *session.get_outputs())
    )


@lru_cache(maxsize=128)  # of every size that a part of a picture may have
def _grid(width: int, height: int) -> tuple[F32, F32]:
    centres, strides = [], []
    for stride in STRIDES:
        xs, ys = (np.arange(0, size, stride, dtype=np.float32) + stride / 2 for size in (width, height))
        grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        centres.append(grid)
        strides.append(np.full(len(grid), stride, np.float32))
    return np.concatenate(centres), np.concatenate(strides)


def suppress(boxes: Boxes, overlap_max: float) -> Boxes:
    """Return *boxes* without those that overlap a better one by more than *overlap_max*, best first."""
    boxes = boxes[np.argsort(-boxes[:, 4], kind="stable")]
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:4], boxes[None, :, 2:4])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    area = np.prod(boxes[:, 2:4] - boxes[:, :2], axis=1)
    overlaps = shared > overlap_max * (area[:, None] + area[None, :] - shared)
    kept: list[int] = []
    dropped = np.zeros(len(boxes), bool)
    for i in range(len(boxes)):
        if not dropped[i]:
            kept.append(i)
            dropped |= overlaps[i]
    return boxes[kept]
