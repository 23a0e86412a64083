"""The text format of Prometheus, version 0.0.4: families of samples with their help and kind, escaped as it wants."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Literal

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, str]
Sample = tuple[Labels, float]

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


class Exposition:
    """Collects families in order; a family without samples is left out."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._names: set[str] = set()

    def family(self, name: str, kind: Literal["gauge", "counter"], about: str, samples: Iterable[Sample]) -> None:
        """Add one family; raise ``ValueError`` for a bad name or one that was given before."""
        if not _NAME.fullmatch(name) or name in self._names:
            raise ValueError(f"{name!r} cannot be a family's name here")
        rows = [f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
        self._names.add(name)
        if rows:
            text = about.replace("\\", "\\\\").replace("\n", "\\n")
            self._lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *rows]

    def one(self, name: str, about: str, value: float | None) -> None:
        """Add a gauge without labels; None is not told."""
        self.family(name, "gauge", about, [] if value is None else [({}, value)])

    def text(self) -> str:
        """Return everything; the last line ends, too."""
        return "".join(f"{line}\n" for line in self._lines)


def states(name: str, labels: Labels, now: str, of: Iterable[str]) -> list[Sample]:
    """Return one sample for each state in *of*: 1 for the one that holds *now*, else 0."""
    return [({**labels, name: state}, float(state == now)) for state in of]


def _labels(labels: Labels) -> str:
    if any(not _NAME.fullmatch(name) for name in labels):
        raise ValueError(f"bad label among {sorted(labels)}")
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
