"""soak"""
from __future__ import annotations
from collections.abc import Sequence
from tests.bench.kit import Row
OPS = 100_000
def run(ops: int, seed: int) -> Sequence[Row]:
    return []
