"""The converter on a small graph of the published kind, run by the real runtime."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from counter.convert import ConversionError, convert

Node = dict[str, Any]
HEAD = 124


class Graph:
    """Writes a graph as TensorFlow.js does: NCHW values, convolutions between transposes, pads before them."""

    def __init__(self) -> None:
        self.nodes: list[Node] = [{"name": "image", "op": "Placeholder"}]
        self.entries: list[dict[str, Any]] = []
        self.data = b""
        self._rng = np.random.default_rng(4)

    def const(self, name: str, values: np.ndarray, *, half: bool = False) -> str:
        stored = values.astype(np.float16) if half else values
        entry = {"name": name, "shape": list(values.shape), "dtype": str(values.dtype)}
        self.entries.append(entry | ({"quantization": {"dtype": "float16"}} if half else {}))
        self.data += stored.tobytes()
        self.nodes.append({"name": name, "op": "Const"})
        return name

    def node(self, name: str, op: str, inputs: list[str], **attributes: Any) -> str:
        self.nodes.append({"name": name, "op": op, "input": inputs, "attr": attributes})
        return name

    def padded(self, name: str, x: str, op: str = "Pad") -> str:
        rows = self.const(f"{name}/rows", np.array([[0, 0], [0, 0], [1, 1], [1, 1]], np.int32))
        return self.node(f"{name}/nhwc", "Transpose", [self.node(name, op, [x, rows]), "perm"])

    def conv(self, name: str, x: str, channels: tuple[int, int], *, stride: int, bias: np.ndarray | None = None) -> str:
        kernel = self._rng.normal(0, 0.2, (3, 3, *channels)).astype(np.float32)
        if bias is not None:
            kernel = np.zeros((1, 1, *channels), np.float32)
        weights = self.const(f"{name}/k", kernel, half=True)
        offsets = self.const(f"{name}/b", np.zeros(channels[1], np.float32) if bias is None else bias)
        source = self.padded(f"{name}/pad", x) if bias is None else x
        strides = {"list": {"i": ["1", str(stride), str(stride), "1"]}}
        conv = self.node(f"{name}/conv", "Conv2D", [source, weights], strides=strides, padding={"s": "VkFMSUQ="})
        return self.node(f"{name}/add", "Add", [conv, offsets])

    def save(self, folder: Path) -> Path:
        (folder / "graph.bin").write_bytes(self.data)
        manifest = [{"paths": ["graph.bin"], "weights": self.entries}]
        document = {"modelTopology": {"node": self.nodes}, "weightsManifest": manifest}
        (folder / "graph.json").write_text(json.dumps(document), "utf-8")
        return folder / "graph.json"


def small_detector() -> Graph:
    graph = Graph()
    stem = graph.conv("stem", "image", (3, 4), stride=2)
    leaky = graph.node("leaky", "LeakyRelu", [stem], alpha={"f": 0.1})
    ones = {"list": {"i": ["1", "3", "3", "1"]}}
    pool = graph.node(
        "pool", "MaxPool", [graph.padded("poolpad", leaky, "PadV2")], ksize=ones, strides={"list": {"i": "1221"}}
    )
    eight = graph.conv("eight", pool, (4, 4), stride=2)
    sixteen = graph.conv("sixteen", eight, (4, 4), stride=2)
    size = graph.const("size", np.array([52, 52], np.int32))
    up = graph.node("up", "ResizeBilinear", [sixteen, size])
    both = graph.node("both", "ConcatV2", [eight, up, graph.const("axis", np.array(1, np.int32))])
    mixed = graph.node("mixed", "Add", [graph.conv("mix", both, (8, 4), stride=1), up])
    thirty_two = graph.conv("thirty_two", sixteen, (4, 4), stride=2)
    for name, x in (("h8", mixed), ("h16", sixteen), ("h32", thirty_two)):
        graph.conv(name, x, (4, HEAD), stride=1, bias=np.arange(HEAD, dtype=np.float32))
    return graph


@pytest.mark.parametrize(("width", "height"), [(320, 256), (448, 256)])
def test_the_result_keeps_person_and_distances_of_all_strides_at_any_size(
    tmp_path: Path, width: int, height: int
) -> None:
    digest = convert(small_detector().save(tmp_path), tmp_path / "out.onnx")

    session = onnxruntime.InferenceSession(tmp_path / "out.onnx", providers=["CPUExecutionProvider"])
    (cells,) = session.run(None, {"image": np.zeros((1, height, width, 3), np.uint8)})

    assert cells.shape == (1, 45, sum(width * height // stride**2 for stride in (8, 16, 32)))
    assert (cells[0] == np.array([0, *range(80, 124)], np.float32)[:, None]).all()
    assert digest == hashlib.sha256((tmp_path / "out.onnx").read_bytes()).hexdigest()


def test_the_same_graph_gives_the_same_bytes(tmp_path: Path) -> None:
    source = small_detector().save(tmp_path)

    assert convert(source, tmp_path / "one.onnx") == convert(source, tmp_path / "two.onnx")


def test_an_unknown_operation_is_refused(tmp_path: Path) -> None:
    graph = small_detector()
    next(node for node in graph.nodes if node["name"] == "leaky")["op"] = "Softmax"

    with pytest.raises(ConversionError, match="unexpected operation Softmax"):
        convert(graph.save(tmp_path), tmp_path / "out.onnx")


def test_weights_of_another_size_are_refused(tmp_path: Path) -> None:
    graph = small_detector()
    graph.data += b"more"

    with pytest.raises(ConversionError, match="4 bytes of weights are left over"):
        convert(graph.save(tmp_path), tmp_path / "out.onnx")
