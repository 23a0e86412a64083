"""Audits that go on: somebody at the door presses keys, and the counter is told who pressed what and when.

What may be audited is what the counters say of themselves. Sessions live in memory: the counter keeps the marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from edge.contracts.cameras import AuditMark, AuditSession, Direction
from edge.contracts.counting import CountTotals
from edge.domain.errors import BadInput, NotFound, RuleViolation, Unavailable
from edge.domain.events import Event, Stream
from edge.services.context import Context
from edge.services.counters import CountersNow

SESSIONS = 16
LONGEST = timedelta(minutes=60)  # as the counter does
IDLE = timedelta(minutes=10)
LATE = timedelta(minutes=5)  # how long a mark may have waited for the network


class AuditPost(Protocol):
    """Takes messages to the counter; False when they could not be sent now."""

    def audit_session(self, said: AuditSession) -> bool: ...
    def audit_mark(self, mark: AuditMark) -> bool: ...


@dataclass(frozen=True, slots=True)
class WatchedCamera:
    """A camera that counts now, its lines, and how well it sees."""

    group: str
    camera: str
    lines: tuple[str, ...]
    health: str
    reason: str
    away: bool = False  # its counter says nothing now: what it said last is told


@dataclass(slots=True)
class OpenAudit:
    """One audit that goes on."""

    session: str
    watched: WatchedCamera
    actor: str
    began_at: datetime
    last_at: datetime
    marks: list[tuple[str, Direction]] = field(default_factory=list)  # oldest first, without those taken back
    known: set[int] = field(default_factory=set)

    @property
    def tally(self) -> Counter[tuple[str, Direction]]:
        """Return how many were marked, by line and direction."""
        return Counter(self.marks)

    def note(self, line: str, direction: Direction, *, undo: bool) -> None:
        """Note one more, or take the newest such mark back."""
        mark = (line, direction)
        if not undo:
            self.marks.append(mark)
        elif mark in self.marks:
            del self.marks[len(self.marks) - 1 - self.marks[::-1].index(mark)]


class LiveAuditService:
    """Use cases of the keys; all but ``cameras`` run on the writer thread, one after the other."""

    def __init__(self, context: Context, post: AuditPost, counters: CountersNow, away: Callable[[str], bool]) -> None:
        """*away* says of a group whether its counter is gone or silent."""
        self._context, self._post, self._counters, self._away = context, post, counters, away
        self._open: dict[str, OpenAudit] = {}

    def cameras(self) -> list[WatchedCamera]:
        """Return every camera with a line."""
        found = [one for totals in self._counters.totals for one in _watched(totals, away=self._away(totals.group))]
        return sorted(found, key=lambda one: (one.group, one.camera))

    def camera(self, group: str, camera: str) -> WatchedCamera:
        """Return one of them; raise ``NotFound`` (``no_camera``)."""
        found = next((one for one in self.cameras() if (one.group, one.camera) == (group, camera)), None)
        if found is None:
            raise NotFound(f"{group}/{camera}", code="no_camera")
        return found

    def begin(self, group: str, camera: str, *, actor: str) -> OpenAudit:
        """Begin an audit; raise ``NotFound``, ``RuleViolation`` (too many go on), ``Unavailable`` (no counter)."""
        watched, now = self.camera(group, camera), self._context.now()
        if watched.away:
            raise Unavailable(group, code="counter_away")
        self._forget(now)
        if len(self._open) >= SESSIONS:
            raise RuleViolation(code="too_many_audits")
        opened = OpenAudit(self._context.new_id(now), watched, actor, now, now)
        self._tell(opened, "begin", now)
        self._open[opened.session] = opened
        return opened

    def mark(
        self, session: str, line: str, direction: Direction, *, seq: int, ago_s: float, undo: bool, actor: str
    ) -> OpenAudit:
        """Tell the counter that somebody crossed *line* *ago_s* seconds ago, or take the newest such mark back.

        The same *seq* twice is one mark. Raises ``NotFound`` (``audit_over``), ``BadInput``, ``Unavailable``.
        """
        opened, now = self._mine(session, actor), self._context.now()
        if line not in opened.watched.lines:
            raise BadInput(line)
        if seq in opened.known:
            return opened
        at = max(now - min(timedelta(seconds=ago_s), LATE), opened.began_at)
        mark = AuditMark(
            group=opened.watched.group,
            session=session,
            camera=opened.watched.camera,
            line=line,
            direction=direction,
            at=at,
            undo=undo,
            seq=seq,
        )
        if not self._post.audit_mark(mark):
            raise Unavailable(code="counter_away")
        opened.known.add(seq)
        opened.last_at = now
        opened.note(line, direction, undo=undo)
        return opened

    def end(self, session: str, *, actor: str) -> OpenAudit:
        """End an audit: the counter reports in some seconds; raise as ``mark`` does."""
        opened, now = self._mine(session, actor), self._context.now()
        self._tell(opened, "end", now)
        del self._open[session]
        return opened

    def mine(self, actor: str) -> list[OpenAudit]:
        """Return the audits of *actor* that go on, the newest first. Reads memory only, from any thread."""
        now = self._context.now()
        own = [one for one in list(self._open.values()) if one.actor == actor and _is_alive(one, now)]
        return sorted(own, key=_began, reverse=True)

    def goes_on(self, session: str) -> bool:
        """Return whether an audit goes on. Reads memory only, from any thread."""
        opened = self._open.get(session)
        return opened is not None and _is_alive(opened, self._context.now())

    def looks(self, session: str, group: str, camera: str, *, actor: str) -> None:
        """Raise ``NotFound`` (``audit_over``) unless *actor* audits that camera now."""
        watched = self._mine(session, actor).watched
        if (watched.group, watched.camera) != (group, camera):
            raise NotFound(session, code="audit_over")

    # --- parts ------------------------------------------------------------------------------------------------------

    def _tell(self, opened: OpenAudit, state: str, at: datetime) -> None:
        said = AuditSession(
            group=opened.watched.group,
            session=opened.session,
            camera=opened.watched.camera,
            state="begin" if state == "begin" else "end",
            at=at,
        )
        if not self._post.audit_session(said):
            raise Unavailable(code="counter_away")
        body = {"audit": opened.session, "group": opened.watched.group, "camera": opened.watched.camera}
        kind = "audit_begun" if state == "begin" else "audit_ended"
        with self._context.database.write() as uow:
            uow.log.append(Event(Stream.OCCUPANCY, kind, at, opened.actor, "", body))
            uow.commit()

    def _mine(self, session: str, actor: str) -> OpenAudit:
        self._forget(self._context.now())
        opened = self._open.get(session)
        if opened is None or opened.actor != actor:
            raise NotFound(session, code="audit_over")
        return opened

    def _forget(self, now: datetime) -> None:
        """Drop the audits that the counter has ended by itself."""
        self._open = {name: one for name, one in self._open.items() if _is_alive(one, now)}


def _is_alive(opened: OpenAudit, now: datetime) -> bool:
    return now - opened.last_at < IDLE and now - opened.began_at < LONGEST


def _began(opened: OpenAudit) -> datetime:
    return opened.began_at


def _watched(totals: CountTotals, *, away: bool) -> list[WatchedCamera]:
    lines: dict[str, list[str]] = {}
    for row in totals.lines:
        camera, _, line = row.line.partition("/")
        lines.setdefault(camera, []).append(line)
    return [
        WatchedCamera(totals.group, camera.camera, tuple(lines[camera.camera]), camera.health, camera.reason, away)
        for camera in totals.cameras
        if camera.camera in lines
    ]
