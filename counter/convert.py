"""Turn the published NanoDet-g weights (a TensorFlow.js graph model) into our person detector in ONNX.

The published graph is itself a conversion: it keeps every value in NCHW and wraps each convolution in transposes and
pads. Here the transposes vanish, pads become attributes, the bias joins its convolution, and of the 80 classes only
"person" is kept, so that the file cannot tell anything else. Needs the package ``onnx`` (dev group), nothing at run
time does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

CLASSES, SIDE_BINS = 80, 44  # of the published head; class 0 is "person"
MEAN_BGR, STD_BGR = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)  # what the network was trained with
FP16_ABOVE = 64  # smaller tensors stay float32

Array = NDArray[Any]


class ConversionError(ValueError):
    """The files are not the graph that this converter knows."""


def convert(graph_file: Path, out: Path) -> str:
    """Write the person detector made from *graph_file* (and the ``.bin`` beside it); return its SHA-256.

    Input ``image`` [1, H, W, 3], uint8 BGR, H and W multiples of 32; output ``cells`` [1, 45, N]: for each cell of
    strides 8, 16 and 32 in reading order the person logit, then 4 sides x 11 distance bins.
    """
    import onnx

    document = json.loads(graph_file.read_text(encoding="utf-8"))
    graph = _Graph(_nodes(document), dict(_weights(document, graph_file.parent)))
    model = graph.model()
    onnx.checker.check_model(model)
    data = model.SerializeToString(deterministic=True)
    out.write_bytes(data)
    return hashlib.sha256(data).hexdigest()


def _nodes(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    try:
        return {node["name"]: node for node in document["modelTopology"]["node"]}
    except (KeyError, TypeError) as exc:
        raise ConversionError("no TensorFlow.js graph model") from exc


def _weights(document: dict[str, Any], folder: Path) -> Iterator[tuple[str, Array]]:
    for group in document["weightsManifest"]:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        at = 0
        for entry in group["weights"]:
            stored = np.dtype(entry.get("quantization", entry)["dtype"])
            size = math.prod(entry["shape"])
            values = np.frombuffer(data, stored, size, at).reshape(entry["shape"])
            at += values.nbytes
            yield entry["name"], values.astype(entry["dtype"])
        if at != len(data):
            raise ConversionError(f"{len(data) - at} bytes of weights are left over")


def _attribute(node: dict[str, Any], name: str) -> Any:
    value = node.get("attr", {}).get(name, {})
    if "list" in value:
        return [int(v) for v in value["list"].get("i", [])]
    if "s" in value:
        return base64.b64decode(value["s"]).decode()
    return next(iter(value.values()), None)


@dataclass
class _Value:
    """A tensor of the new graph: its name, channels, how many input pixels a cell spans, and pads not yet applied."""

    name: str
    channels: int
    stride: int
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)  # top, left, bottom, right


@dataclass
class _Graph:
    source: dict[str, dict[str, Any]]
    weights: dict[str, Array]
    done: dict[str, _Value] = field(default_factory=dict)
    nodes: list[Any] = field(default_factory=list)
    tensors: list[Any] = field(default_factory=list)

    def model(self) -> Any:
        from onnx import TensorProto, helper

        heads = sorted((self._head(name) for name in self._head_names()), key=lambda value: value.stride)
        if [head.stride for head in heads] != [8, 16, 32]:
            raise ConversionError("the head has not the strides 8, 16 and 32")
        shape = self._tensor("cells_shape", np.array([1, 1 + SIDE_BINS, -1], np.int64))
        flat = [self._emit("Reshape", [head.name, shape], f"cells_{head.stride}") for head in heads]
        self._emit("Concat", flat, "cells", axis=2)
        graph = helper.make_graph(
            self.nodes,
            "person_nanodet_g",
            [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, "height", "width", 3])],
            [helper.make_tensor_value_info("cells", TensorProto.FLOAT, [1, 1 + SIDE_BINS, "cells"])],
            self.tensors,
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8, producer_name="oficina360"
        )

    # --- the published graph, backwards from its three heads --------------------------------------------------------

    def _head_names(self) -> list[str]:
        return [
            name
            for name, node in self.source.items()
            if node["op"] == "Add" and self._const_shape(node["input"][1]) == (CLASSES + SIDE_BINS,)
        ]

    def _const_shape(self, name: str) -> tuple[int, ...] | None:
        found = self.weights.get(name)
        return None if found is None else found.shape

    def _head(self, name: str) -> _Value:
        conv, bias = self.source[name]["input"]
        keep = np.r_[0, CLASSES : CLASSES + SIDE_BINS]
        kernel = self.weights[self.source[conv]["input"][1]]
        return self._convolution(name, self.source[conv], kernel[..., keep], self.weights[bias][keep])

    def _value(self, name: str) -> _Value:
        if name not in self.done:
            node = self.source[name]
            try:
                build = _BUILD[node["op"]]
            except KeyError:
                raise ConversionError(f"unexpected operation {node['op']}") from None
            self.done[name] = build(self, node)
        return self.done[name]

    def _placeholder(self, _: dict[str, Any]) -> _Value:
        from onnx import TensorProto

        self._emit("Cast", ["image"], "image_float", to=TensorProto.FLOAT)
        self._emit("Sub", ["image_float", self._tensor("mean", np.array(MEAN_BGR, np.float32))], "image_centred")
        self._emit("Div", ["image_centred", self._tensor("std", np.array(STD_BGR, np.float32))], "image_scaled")
        return _Value(self._emit("Transpose", ["image_scaled"], "image_nchw", perm=[0, 3, 1, 2]), 3, 1)

    def _same(self, node: dict[str, Any]) -> _Value:
        return self._value(node["input"][0])

    def _pad(self, node: dict[str, Any]) -> _Value:
        before = self._value(node["input"][0])
        rows = self.weights[node["input"][1]]
        if rows[:2].any():
            raise ConversionError("a pad of batch or channels")
        (top, bottom), (left, right) = rows[2].tolist(), rows[3].tolist()
        return _Value(before.name, before.channels, before.stride, (top, left, bottom, right))

    def _add(self, node: dict[str, Any]) -> _Value:
        first, second = node["input"]
        if second in self.weights:
            conv = self.source[first]
            return self._convolution(node["name"], conv, self.weights[conv["input"][1]], self.weights[second])
        a, b = self._value(first), self._value(second)
        return _Value(self._emit("Add", [a.name, b.name], node["name"]), a.channels, a.stride)

    def _convolution(self, name: str, node: dict[str, Any], kernel: Array, bias: Array) -> _Value:
        x = self._value(node["input"][0])
        (_, down, across, _), (height, width) = _attribute(node, "strides"), kernel.shape[:2]
        if _attribute(node, "padding") != "VALID" or kernel.shape[2] != x.channels or down != across:
            raise ConversionError(f"an unexpected convolution {name}")
        weights = self._tensor(f"{name}/w", np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
        out = self._emit(
            "Conv",
            [x.name, weights, self._tensor(f"{name}/b", bias)],
            name,
            kernel_shape=[height, width],
            strides=[down, across],
            pads=list(x.pads),
        )
        return _Value(out, int(kernel.shape[3]), x.stride * down)

    def _pool(self, node: dict[str, Any]) -> _Value:
        x, kernel, strides = self._value(node["input"][0]), _attribute(node, "ksize"), _attribute(node, "strides")
        out = self._emit(
            "MaxPool", [x.name], node["name"], kernel_shape=kernel[1:3], strides=strides[1:3], pads=list(x.pads)
        )
        return _Value(out, x.channels, x.stride * strides[1])

    def _leaky(self, node: dict[str, Any]) -> _Value:
        x = self._value(node["input"][0])
        out = self._emit("LeakyRelu", [x.name], node["name"], alpha=float(_attribute(node, "alpha")))
        return _Value(out, x.channels, x.stride)

    def _concat(self, node: dict[str, Any]) -> _Value:
        *names, axis = node["input"]
        if int(self.weights[axis]) != 1:
            raise ConversionError("a concatenation that is not along the channels")
        parts = [self._value(name) for name in names]
        out = self._emit("Concat", [part.name for part in parts], node["name"], axis=1)
        return _Value(out, sum(part.channels for part in parts), parts[0].stride)

    def _resize(self, node: dict[str, Any]) -> _Value:
        x = self._value(node["input"][0])
        stride = 416 // int(self.weights[node["input"][1]][0])  # the published graph is drawn for 416 x 416
        factor = x.stride / stride
        scales = self._tensor(f"{node['name']}/scales", np.array([1, 1, factor, factor], np.float32))
        out = self._emit(
            "Resize",
            [x.name, "", scales],
            node["name"],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        return _Value(out, x.channels, stride)

    # --- the new graph ----------------------------------------------------------------------------------------------

    def _emit(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def _tensor(self, name: str, values: Array) -> str:
        from onnx import TensorProto, numpy_helper

        if values.dtype == np.float32 and values.size > FP16_ABOVE:
            self.tensors.append(numpy_helper.from_array(values.astype(np.float16), f"{name}16"))
            return self._emit("Cast", [f"{name}16"], name, to=TensorProto.FLOAT)
        self.tensors.append(numpy_helper.from_array(values, name))
        return name


_BUILD = {
    "Placeholder": _Graph._placeholder,
    "Transpose": _Graph._same,
    "Pad": _Graph._pad,
    "PadV2": _Graph._pad,
    "Add": _Graph._add,
    "MaxPool": _Graph._pool,
    "LeakyRelu": _Graph._leaky,
    "ConcatV2": _Graph._concat,
    "ResizeBilinear": _Graph._resize,
}
