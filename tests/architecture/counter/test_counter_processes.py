"""What each process of the counter loads: the reader no detector, the counter no decoder, and nobody a solver."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def loaded_with(module: str) -> set[str]:
    program = f"import json, sys, {module}; print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)))"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT, timeout=60
    ).stdout
    return set(json.loads(shown))


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("counter.sources.reader", {"onnxruntime", "scipy", "paho", "structlog"}),
        ("counter.app", {"cv2", "scipy", "onnx", "onnxruntime"}),
        ("counter.detectors.nanodet", {"cv2", "scipy", "onnx"}),
    ],
)
def test_a_process_loads_only_what_it_needs(module: str, never: set[str]) -> None:
    assert loaded_with(module) & never == set()
