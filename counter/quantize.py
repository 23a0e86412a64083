"""Make the detector's int8 variant: half the CPU where the processor multiplies bytes (x86 VNNI, Arm dot product).

Static quantisation of onnxruntime (QDQ, weights per channel, activations by their least and largest value over the
calibration pictures). The three last convolutions stay float32: their outputs are logits and distances. Needs ``onnx``
(dev group), nothing at run time does.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from counter.convert import SIDE_BINS
from counter.detectors import STRIDE, Image
from counter.detectors.nanodet import WITHIN
from counter.sources import canvas, fitted
from counter.sources.stream import open_file

PICTURES = 15  # of the second half of the clip: the first half is for measuring
QUANTISED = ["Conv", "Concat", "MaxPool", "Add"]


class _Calibration:
    """Pictures one by one, as onnxruntime asks for them."""

    def __init__(self, clip: Path) -> None:
        self._pictures = varied(pictures(clip))

    def get_next(self) -> dict[str, NDArray[np.uint8]] | None:
        picture = next(self._pictures, None)
        return None if picture is None else {"image": picture[None]}


def quantize(model_file: Path, clip: Path, out: Path) -> str:
    """Write the int8 variant of *model_file*, calibrated on *clip*; return its SHA-256.

    The file depends a little on the processor it is made on: ranges are sums of floats.
    """
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType, quantize_static

    model = onnx.load(str(model_file))
    heads = _unpacked(model)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        onnx.save(model, str(plain))
        quantize_static(
            str(plain),
            str(out),
            _Calibration(clip),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            nodes_to_exclude=heads,
            op_types_to_quantize=QUANTISED,
            calibrate_method=CalibrationMethod.MinMax,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
    return hashlib.sha256(out.read_bytes()).hexdigest()


def pictures(clip: Path) -> Iterator[Image]:
    """Yield pictures of the second half of *clip* as the detector gets them; raise ``SourceLost``."""
    source = open_file(str(clip), size=None)
    total = sum(1 for _ in source.pictures())
    source.close()
    wanted = set(np.linspace(total // 2, total - 1, PICTURES).astype(int).tolist())
    source = open_file(str(clip), size=None)
    for number, picture in enumerate(source.pictures()):
        if number in wanted:
            content = fitted(picture.size, WITHIN)
            width, height = canvas(content, STRIDE)
            image = np.zeros((height, width, 3), np.uint8)
            image[: content[1], : content[0]] = picture.shrink(content)
            yield image
    source.close()


def varied(found: Iterator[Image]) -> Iterator[Image]:
    """Yield each picture, and some of them mirrored, in the dusk and in glaring light."""
    for number, picture in enumerate(found):
        yield picture
        if number % 3 == 0:
            yield np.ascontiguousarray(picture[:, ::-1])
        if number % 4 == 0:
            yield picture // 2
        if number % 4 == 1:
            yield np.clip(picture * 1.4 + 15, 0, 255).astype(np.uint8)


def _unpacked(model: Any) -> list[str]:
    """Unpack fp16 weights in place and name every node; return the names of the last convolutions."""
    from onnx import numpy_helper

    graph, kept = model.graph, []
    weights = {one.name: one for one in graph.initializer}
    for node in graph.node:
        packed = weights.get(node.input[0]) if node.op_type == "Cast" else None
        if packed is None:
            kept.append(node)
            continue
        plain = numpy_helper.to_array(packed).astype(np.float32)
        graph.initializer.remove(packed)
        graph.initializer.append(numpy_helper.from_array(plain, node.output[0]))
    del graph.node[:]
    graph.node.extend(kept)
    weights = {one.name: one for one in graph.initializer}
    for number, node in enumerate(graph.node):
        node.name = f"{node.op_type}_{number}"
    return [
        node.name for node in graph.node if node.op_type == "Conv" and weights[node.input[1]].dims[0] == 1 + SIDE_BINS
    ]
