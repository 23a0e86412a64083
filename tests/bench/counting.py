"""People counting: accuracy on walks and footage, CPU by stage, memory; open peers on the same clip in the same run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from counter.detectors import open_detector
from counter.domain.line import Line
from counter.models import approved_model
from counter.replay import Scene as Wanted
from counter.replay import replay
from edge.runtime.resources import models_dir
from tests.bench.counters import memory, rivals, stages, walks
from tests.bench.counters.material import Scene, scene, score
from tests.bench.kit import Figure, Gate, Row

REPLAYS = 3


def run() -> Sequence[Row]:
    """Measure everything; about ten minutes, and once some minutes more for the environment of the peers."""
    with tempfile.TemporaryDirectory(prefix="o360-counting-") as name:
        folder = Path(name)
        return [*walks.rows(folder), *_footage(folder), *stages.rows(folder), *memory.rows(folder)]


def _footage(folder: Path) -> Iterator[Row]:
    wanted = scene()
    ours = [_replayed(wanted, stages.MODEL) for _ in range(REPLAYS)]
    found = score(ours[0], folder)
    f1 = float(found["total"]["f1"])
    yield Gate("pets_f1", f1, 0.97, ">=")
    yield Gate("pets_flow_wape", float(found["total"]["wape_flow"]), 0.05)
    yield Gate("pets_count_mae", float(found["count"]["mae"]), 0.35)
    told = [(one["lines"], one["count_per_frame"]) for one in ours]
    yield Gate("replays_that_differ", float(sum(one != told[0] for one in told)), 0)
    small = _replayed(wanted, f"{stages.MODEL}_int8")
    yield Figure("int8_f1", float(score(small, folder)["total"]["f1"]))
    yield Figure("int8_detect_ms", float(small["cpu_ms_per_frame"]["detect"]), "ms")
    best = 0.0
    _, file = approved_model(models_dir(), stages.MODEL)
    for recipe, runs in rivals.run(wanted, file, folder).items():
        scores = [float(score(one["result"], folder)["total"]["f1"]) for one in runs]
        best = max(best, *scores)
        yield Figure(f"{recipe}_f1", max(scores))
        if runs[0]["cpu_ms"] is not None:
            yield Figure(f"{recipe}_ms", runs[0]["cpu_ms"], "ms")
    yield Gate("best_peer_f1", best, f1)


def _replayed(wanted: Scene, name: str) -> dict[str, Any]:
    model, file = approved_model(models_dir(), name)
    lines = {name: Line((x1, y1), (x2, y2)) for name, (x1, y1, x2, y2) in wanted.lines.items()}
    return replay(wanted.clip, open_detector(model.kind, file, threads=1), Wanted(lines)).document()
