"""Which shapes a counter counts: those of its own file until the edge says others; never any that cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from counter.config import CameraSection
from edge.contracts.cameras import CameraShapes, CounterLayout, LayoutUsed
from edge.contracts.shapes import Fault, Size, digest, faults

MAX_NAMES = 256  # lines of one camera that were ever counted since the start: their totals are kept
PROBLEM_CHARS = 200


class Layout:
    """The cameras of one group as they are drawn now. Nothing here touches a running camera."""

    def __init__(self, cameras: Mapping[str, CameraSection]) -> None:
        self.cameras = dict(cameras)
        self.version, self.refused, self.problem = 0, 0, ""
        self._names = {name: set(camera.lines) for name, camera in cameras.items()}
        self._views = dict.fromkeys(cameras, 0)
        self.digest = digest(self._shapes())

    def take(self, wanted: CounterLayout, sizes: Mapping[str, Size]) -> list[str]:
        """Use *wanted*, or keep what is in use and say why; return the cameras whose shapes or views are others now.

        *sizes* are the own picture sizes of the cameras that have shown one.
        """
        if wanted.digest == self.digest:  # the same shapes under a version, as after a start
            self.version, self.refused, self.problem = wanted.version, 0, ""
            return []
        problem = self._problem(wanted, sizes)
        if problem:
            self.refused, self.problem = wanted.version, problem[:PROBLEM_CHARS]
            return []
        self.version, self.refused, self.problem = wanted.version, 0, ""
        return self._draw(wanted)

    @property
    def state(self) -> tuple[object, ...]:
        """Return what has to be told again when it differs."""
        return self.version, self.digest, self.refused, self.problem

    def used(self, group: str, epoch: str, at: datetime) -> LayoutUsed:
        """Return what is in use, for the bus."""
        return LayoutUsed(
            group=group,
            epoch=epoch,
            version=self.version,
            digest=self.digest,
            at=at,
            cameras=self._shapes(),
            refused=self.refused,
            problem=self.problem,
        )

    def _problem(self, wanted: CounterLayout, sizes: Mapping[str, Size]) -> str:
        if digest(wanted.cameras) != wanted.digest:
            return str(Fault(wanted.group, "digest_wrong"))
        found = faults(wanted.cameras, self.cameras, sizes)
        if found:
            return str(found[0])
        crowded = [c.camera for c in wanted.cameras if len(self._ever(c)) > MAX_NAMES]
        return str(Fault(crowded[0], "names_exhausted")) if crowded else ""

    def _draw(self, wanted: CounterLayout) -> list[str]:
        changed = []
        for shapes in wanted.cameras:
            name, before, view = shapes.camera, self.cameras[shapes.camera], self._views[shapes.camera]
            self._names[name] = self._ever(shapes)
            self.cameras[name], self._views[name] = before.drawn(shapes), shapes.view
            if self.cameras[name] != before or shapes.view != view:
                changed.append(name)
        self.cameras = {shapes.camera: self.cameras[shapes.camera] for shapes in wanted.cameras}
        self.digest = digest(self._shapes())
        return changed

    def _ever(self, shapes: CameraShapes) -> set[str]:
        return self._names[shapes.camera] | {line.name for line in shapes.lines}

    def _shapes(self) -> list[CameraShapes]:
        return [
            msgspec.structs.replace(camera.shapes(name), view=self._views[name])
            for name, camera in self.cameras.items()
        ]
