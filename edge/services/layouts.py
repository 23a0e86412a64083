"""What is counted where: versioned layouts of every counter group, changed live, never without a trace.

The edge's rows are the truth. A counter's own file only says which cameras there are, and how a camera begins that
nobody has drawn yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from edge.contracts.cameras import CameraShapes, CounterLayout, LayoutUsed
from edge.contracts.ready import ready
from edge.contracts.shapes import Fault, Size, digest, faults
from edge.contracts.wire import Message
from edge.domain.errors import BadInput, Conflict, NotFound
from edge.domain.events import Event, Stream
from edge.domain.versions import Version
from edge.services.context import Context
from edge.services.limits import outdate
from edge.services.ports import Stores, UnitOfWork
from edge.services.staff import names_of

PREFIX = "layout."
HISTORY = 50  # versions that are shown
MAX_GROUPS = 64
REASONS = ("new_camera", "camera_moved", "better_place", "wrong_counts", "privacy", "trial", "other")
CONFIGURATION = "configuration"
MOVED = "camera_moved"
COUNTED_BY = frozenset({"line", "mask", "ignored", "view"})  # an audit of other ones tells nothing of these


class LayoutRow(Message, frozen=True, kw_only=True):
    """What one version stores."""

    cameras: list[CameraShapes]
    reason: str  # one of ``REASONS``; "seed", "cameras_changed" or "rollback" when nobody chose one
    back_to: int = 0  # the version that was taken up again


@dataclass(frozen=True, slots=True)
class Change:
    """One shape that is other than in the version before."""

    how: str  # added, removed, changed
    what: str  # camera, line, zone, mask, ignored, view
    where: str  # "door/main"


@dataclass(frozen=True, slots=True)
class Entry:
    """One version in the history."""

    version: int
    at: datetime
    actor: str
    name: str  # of the person, "" when there is none
    reason: str
    back_to: int
    changes: tuple[Change, ...]


class LayoutService:
    """Use cases of layouts."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def groups(self) -> list[str]:
        """Return every counter group that has a layout."""
        with self._context.database.read() as stores:
            return [name.removeprefix(PREFIX) for name in stores.settings.names(PREFIX)]

    def all(self) -> list[CounterLayout]:
        """Return the newest layout of every group."""
        with self._context.database.read() as stores:
            names = stores.settings.names(PREFIX)
            return [_layout(row) for name in names for row in stores.settings.history(name, 1)]

    def current(self, group: str) -> CounterLayout:
        """Return the newest layout of *group*; raise ``NotFound``."""
        with self._context.database.read() as stores:
            return _layout(_newest(stores, group))

    def at(self, group: str, version: int) -> CounterLayout:
        """Return one version; raise ``NotFound``."""
        with self._context.database.read() as stores:
            return _layout(_one(stores, group, version))

    def history(self, group: str, limit: int = HISTORY) -> list[Entry]:
        """Return the *limit* newest versions, newest first, with who, when and what changed; raise ``NotFound``."""
        with self._context.database.read() as stores:
            rows = stores.settings.history(PREFIX + group, limit + 1)
            names = names_of(stores.staff.all())
        if not rows:
            raise NotFound(group, code="no_such_camera")
        bodies = [_body(row) for row in rows]
        before = [*bodies[1:], LayoutRow(cameras=[], reason="")]
        return [
            Entry(
                row.number,
                row.at,
                row.actor,
                names.get(row.actor, ""),
                body.reason,
                body.back_to,
                tuple(changes(old.cameras, body.cameras)),
            )
            for row, body, old in zip(rows, bodies, before, strict=True)
        ][:limit]

    def faults(self, group: str, cameras: Sequence[CameraShapes], sizes: Mapping[str, Size]) -> list[Fault]:
        """Return why *cameras*, in place of those of the same name, could not be used; raise ``NotFound``."""
        known = self.current(group).cameras
        return faults(_merged(known, cameras), [camera.camera for camera in known], sizes)

    def adopt(self, used: LayoutUsed) -> CounterLayout | None:
        """Take what a counter says of itself: its file's shapes for cameras that have none here.

        A counter on its own file knows which cameras there are. An office that has lost its database takes what the
        counter still counts, whatever version that was. Return the new layout when one came of it.
        """
        if not used.cameras:
            return None
        name, now = PREFIX + used.group, self._context.now()
        with self._context.database.write() as uow:
            newest = next(iter(uow.settings.history(name, 1)), None)
            if newest is not None and used.version != 0:
                return None
            known = {camera.camera: camera for camera in _body(newest).cameras} if newest else {}
            wanted = [known.get(camera.camera, camera) for camera in used.cameras]
            if newest is not None and list(known) == [camera.camera for camera in wanted]:
                return None
            if newest is None and len(uow.settings.names(PREFIX)) >= MAX_GROUPS:
                raise BadInput("too many counter groups")
            row = LayoutRow(cameras=wanted, reason="cameras_changed" if newest else "seed")
            layout = self._put(uow, used.group, row, actor=CONFIGURATION, at=now)
            uow.commit()
        return layout

    def save(
        self,
        group: str,
        cameras: Sequence[CameraShapes],
        *,
        version: int,
        reason: str,
        actor: str,
        sizes: Mapping[str, Size],
    ) -> CounterLayout:
        """Store *cameras*, in place of those of the same name, as the version after *version*.

        "camera_moved" says that as they look now is right, also when what is drawn stays. Raises ``NotFound``,
        ``Conflict`` when somebody else saved meanwhile, and ``BadInput`` (``layout_faulty``).
        """
        if reason not in REASONS:
            raise BadInput(reason, code="reason_needed")
        with self._context.database.write() as uow:
            known = _expected(uow, group, version)
            wanted = _merged(known, _seen_anew(known, cameras) if reason == MOVED else _as_seen(known, cameras))
            found = faults(wanted, [camera.camera for camera in known], sizes)
            if found:
                raise BadInput(str(found[0]), code="layout_faulty")
            if wanted == known:
                raise BadInput("nothing changed", code="layout_unchanged")
            layout = self._put(uow, group, LayoutRow(cameras=wanted, reason=reason), actor=actor, at=self._now())
            uow.commit()
        return layout

    def roll_back(self, group: str, *, version: int, to: int, actor: str) -> CounterLayout:
        """Store the shapes of version *to* as the version after *version*; cameras that came since keep theirs."""
        with self._context.database.write() as uow:
            known = _expected(uow, group, version)
            old = {camera.camera: camera for camera in _body(_one(uow, group, to)).cameras}
            wanted = _as_seen(known, [old.get(camera.camera, camera) for camera in known])
            if wanted == known:
                raise BadInput("nothing changed", code="layout_unchanged")
            row = LayoutRow(cameras=wanted, reason="rollback", back_to=to)
            layout = self._put(uow, group, row, actor=actor, at=self._now())
            uow.commit()
        return layout

    def _now(self) -> datetime:
        return self._context.now()

    def _put(self, uow: UnitOfWork, group: str, row: LayoutRow, *, actor: str, at: datetime) -> CounterLayout:
        name = digest(row.cameras)
        before = next(iter(uow.settings.history(PREFIX + group, 1)), None)
        changed = changes(_body(before).cameras if before else [], row.cameras)
        number = uow.settings.put(PREFIX + group, msgspec.json.encode(row).decode(), name, at=at, actor=actor)
        facts = {
            "group": group,
            "version": number,
            "digest": name,
            "back_to": row.back_to,
            "cameras": sorted({change.where.split("/")[0] for change in changed}),
            "changes": len(changed),
        }
        uow.log.append(Event(Stream.OFFICE, "layout_changed", at, actor, row.reason, facts))
        recounted = {change.where.split("/")[0] for change in changed if change.what in COUNTED_BY}
        outdate(uow, [f"{group}/{camera}" for camera in recounted], at=at, actor=actor)
        return CounterLayout(group=group, version=number, digest=name, at=at, cameras=row.cameras)


def changes(before: Sequence[CameraShapes], after: Sequence[CameraShapes]) -> list[Change]:
    """Return which shapes differ, camera by camera."""
    old, new = {c.camera: c for c in before}, {c.camera: c for c in after}
    found = [Change("removed", "camera", name) for name in old if name not in new]
    for name, camera in new.items():
        if name not in old:
            found.append(Change("added", "camera", name))
        found += _camera_changes(old.get(name, CameraShapes(camera=name)), camera)
    return found


def _camera_changes(before: CameraShapes, after: CameraShapes) -> list[Change]:
    kinds = (
        ("line", {x.name: x for x in before.lines}, {x.name: x for x in after.lines}),
        ("zone", {x.name: x for x in before.zones}, {x.name: x for x in after.zones}),
        ("mask", _numbered(before.masks), _numbered(after.masks)),
        ("ignored", _numbered(before.ignored), _numbered(after.ignored)),
    )
    found = []
    for what, old, new in kinds:
        for name in [*old, *(name for name in new if name not in old)]:
            if old.get(name) != new.get(name):
                how = "removed" if name not in new else "added" if name not in old else "changed"
                found.append(Change(how, what, f"{after.camera}/{name}"))
    if before.view != after.view:
        found.append(Change("changed", "view", after.camera))
    return found


def _numbered(polygons: Sequence[object]) -> dict[str, object]:
    return {str(number): corners for number, corners in enumerate(polygons, 1)}


def _as_seen(known: Sequence[CameraShapes], cameras: Sequence[CameraShapes]) -> list[CameraShapes]:
    """Return *cameras* with the views of the *known* ones, whatever somebody sent."""
    views = {camera.camera: camera.view for camera in known}
    return [msgspec.structs.replace(camera, view=views.get(camera.camera, 0)) for camera in cameras]


def _seen_anew(known: Sequence[CameraShapes], cameras: Sequence[CameraShapes]) -> list[CameraShapes]:
    """Return *cameras*, each with the view after the one that was known."""
    return [msgspec.structs.replace(camera, view=camera.view + 1) for camera in _as_seen(known, cameras)]


def _merged(known: Sequence[CameraShapes], changed: Sequence[CameraShapes]) -> list[CameraShapes]:
    """Return *known* with *changed* in their places; what has no place stays at the end, to be found faulty."""
    by_name = {camera.camera: camera for camera in changed}
    kept = [by_name.get(camera.camera, camera) for camera in known]
    names = {camera.camera for camera in known}
    return kept + [camera for camera in changed if camera.camera not in names]


def _expected(stores: Stores, group: str, version: int) -> list[CameraShapes]:
    newest = _newest(stores, group)
    if newest.number != version:
        raise Conflict(f"{group} is at version {newest.number}", code="layout_conflict")
    return _body(newest).cameras


def _newest(stores: Stores, group: str) -> Version:
    found = stores.settings.history(PREFIX + group, 1)
    if not found:
        raise NotFound(group, code="no_such_camera")
    return found[0]


def _one(stores: Stores, group: str, version: int) -> Version:
    found = stores.settings.version(PREFIX + group, version)
    if found is None:
        raise NotFound(f"{group} version {version}", code="no_such_version")
    return found


def _body(row: Version) -> LayoutRow:
    return msgspec.json.decode(row.body, type=ready(LayoutRow))


def _layout(row: Version) -> CounterLayout:
    group = row.name.removeprefix(PREFIX)
    return CounterLayout(group=group, version=row.number, digest=row.digest, at=row.at, cameras=_body(row).cameras)
