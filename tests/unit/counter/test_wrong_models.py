"""Models that are listed and are not what their detector reads: told with the reason, before any picture."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from counter.detectors import DetectorError, open_detector


def written(
    folder: Path,
    *,
    name: str = "image",
    kind: int = TensorProto.UINT8,
    sizes: tuple[object, ...] = (1, "height", "width", 3),
    rows: int = 45,
    outputs: int = 1,
) -> Path:
    """Write a graph with these ports that answers with zeros, as many as the picture has lines."""
    fixed = [helper.make_tensor("which", TensorProto.INT64, [1], [1])]
    fixed.append(helper.make_tensor("head", TensorProto.INT64, [2], [1, rows]))
    nodes = [
        helper.make_node("Shape", [name], ["size"]),
        helper.make_node("Gather", ["size", "which"], ["tall"]),
        helper.make_node("Concat", ["head", "tall"], ["wanted"], axis=0),
    ]
    names = ["cells", "more"][:outputs]
    nodes += [helper.make_node("ConstantOfShape", ["wanted"], [out]) for out in names]
    inputs = [helper.make_tensor_value_info(name, kind, sizes)]
    found = [helper.make_tensor_value_info(out, TensorProto.FLOAT, [1, rows, "cells"]) for out in names]
    graph = helper.make_graph(nodes, "g", inputs, found, fixed)
    file = folder / "model.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(file))
    return file


@pytest.mark.parametrize("junk", [b"", b"junk" * 1000])
def test_a_file_that_is_no_model_is_told(tmp_path: Path, junk: bytes) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(junk)
    with pytest.raises(DetectorError, match=r"model\.onnx: cannot be opened"):
        open_detector("nanodet_g", file)


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "pixels"},
        {"kind": TensorProto.FLOAT},
        {"sizes": (1, 256, 448, 3)},
        {"sizes": (1, 3, "height", "width")},
        {"rows": 44 + 80},  # eighty classes: a face may be among them
        {"outputs": 2},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_a_model_of_another_kind_is_told(tmp_path: Path, facts: dict) -> None:
    with pytest.raises(DetectorError, match="another kind of model"):
        open_detector("nanodet_g", written(tmp_path, **facts))


def test_a_model_with_the_right_ports_is_opened(tmp_path: Path) -> None:
    assert open_detector("nanodet_g", written(tmp_path)).within == (448, 256)
