"""Audits while the counter runs: somebody at the door presses a key for everybody who crosses, the counter counts, and
at the end both are compared.

Marks and crossings come with the time of the day, *now* is monotonic seconds. Memory is bounded: few sessions, and an
end for each of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from counter.audit.metrics import Crossing, hand_delay
from counter.audit.report import Facts, Span, report_of
from edge.contracts.cameras import AuditMark, AuditReport, AuditSession, Direction

SESSIONS = 4  # at once; one more is not begun
CROSSINGS = 3000  # a session: marks, and counted ones
IDLE_S, LONGEST_S = 600.0, 3600.0
TOLERANCE_S, BIN_S = 1.0, 900.0
LATE_S = 5.0  # how long to wait at the end for crossings of which the counter is not yet sure, and for late marks
BEFORE_S = 10.0  # crossings are remembered for so long: a session may be told late

FactsOf = Callable[[str], tuple[Facts, Sequence[str]]]  # of a camera: the facts, and the names of its lines


@dataclass(frozen=True, slots=True)
class _Counted:
    camera: str
    line: str
    direction: Direction
    at: datetime


@dataclass(slots=True)
class _Session:
    id: str
    camera: str
    facts: Facts
    lines: tuple[str, ...]
    began_at: datetime
    began: float  # monotonic
    seen_frames_s: float  # how long the camera had looked before
    last: float
    last_at: datetime
    marks: list[AuditMark] = field(default_factory=list)
    counted: list[_Counted] = field(default_factory=list)
    known: set[int] = field(default_factory=set)
    end_at: datetime | None = None
    closes: float = float("inf")
    ended: str = ""


class LiveAudits:
    """The audits that are going on in one counter."""

    def __init__(self, facts_of: FactsOf, covered_s: Callable[[str], float]) -> None:
        self._facts_of, self._covered_s = facts_of, covered_s
        self._sessions: dict[str, _Session] = {}
        self._done: deque[str] = deque(maxlen=64)  # a mark that comes too late begins nothing
        self._recent: deque[_Counted] = deque(maxlen=256)

    def session(self, said: AuditSession, now: float) -> bool:
        """Begin or end a session; return whether it is one of a camera that is here."""
        if said.state == "begin":
            return self._begin(said.session, said.camera, said.at, now) is not None
        session = self._sessions.get(said.session)
        if session is None or session.camera != said.camera:
            return False
        self._end(session, "asked", max(said.at, session.began_at), now)
        return True

    def mark(self, mark: AuditMark, now: float) -> bool:
        """Take what somebody has seen; return whether it counts: once, and on a line that is here."""
        known = self._facts(mark.camera)
        if known is None or mark.line not in known[1]:
            return False
        session = self._sessions.get(mark.session) or self._begin(mark.session, mark.camera, mark.at, now)
        if session is None or session.camera != mark.camera:
            return False
        if mark.seq and mark.seq in session.known:
            return False
        session.known.add(mark.seq)
        session.last, session.last_at = now, max(session.last_at, mark.at)
        if mark.undo:
            _take_back(session.marks, mark)
        else:
            session.marks.append(mark)
        self._full(session, now)
        return True

    def crossed(self, camera: str, line: str, direction: Direction, at: datetime, now: float) -> None:
        """Note what the counter has counted."""
        one = _Counted(camera, line, direction, at)
        self._recent.append(one)
        for session in self._sessions.values():
            if session.camera == camera:
                session.counted.append(one)
                self._full(session, now)

    def due(self, now: float) -> list[AuditReport]:
        """Return the reports of the sessions that are over now."""
        for session in self._sessions.values():
            if session.closes == float("inf"):
                if self._facts(session.camera) != (session.facts, session.lines):
                    self._end(session, "changed", session.last_at, now)
                elif now - session.last >= IDLE_S:  # the person has gone: what came after the last mark was not watched
                    self._end(session, "idle", session.last_at + timedelta(seconds=TOLERANCE_S), now)
                elif now - session.began >= LONGEST_S:
                    self._end(session, "too_long", session.began_at + timedelta(seconds=LONGEST_S), now)
        over = [session for session in self._sessions.values() if session.closes <= now]
        return [self._close(session) for session in over]

    def stop(self, at: datetime, now: float) -> list[AuditReport]:
        """End all sessions: the counter stops."""
        for session in self._sessions.values():
            self._end(session, "stopped", at, now)
        return [self._close(session) for session in list(self._sessions.values())]

    # --- parts ------------------------------------------------------------------------------------------------------

    def _facts(self, camera: str) -> tuple[Facts, tuple[str, ...]] | None:
        try:
            facts, lines = self._facts_of(camera)
        except KeyError:
            return None
        return (facts, tuple(lines)) if lines else None

    def _begin(self, name: str, camera: str, at: datetime, now: float) -> _Session | None:
        if name in self._sessions or name in self._done or len(self._sessions) >= SESSIONS:
            return None
        known = self._facts(camera)
        if known is None:
            return None
        session = _Session(name, camera, *known, at, now, self._covered_s(camera), now, at)
        earliest = at - timedelta(seconds=BEFORE_S)
        session.counted = [one for one in self._recent if one.camera == camera and one.at >= earliest]
        self._sessions[name] = session
        return session

    def _full(self, session: _Session, now: float) -> None:
        if max(len(session.marks), len(session.counted), len(session.known)) >= CROSSINGS:
            self._end(session, "full", session.last_at, now)

    def _end(self, session: _Session, why: str, at: datetime, now: float) -> None:
        if session.end_at is None:
            waits = LATE_S if why in ("asked", "too_long", "full") else 0.0
            session.end_at, session.ended, session.closes = at, why, now + waits

    def _close(self, session: _Session) -> AuditReport:
        del self._sessions[session.id]
        self._done.append(session.id)
        facts, lines = session.facts, session.lines
        end_at = session.end_at or session.last_at
        seconds = max((end_at - session.began_at).total_seconds(), 0.0)
        covered = min(self._covered_s(session.camera) - session.seen_frames_s, seconds)
        marks = [m for m in session.marks if m.line in lines and session.began_at <= m.at <= end_at]
        seen = [_crossing(m.line, m.direction, m.at, session.began_at) for m in marks]
        counted = [_crossing(c.line, c.direction, c.at, session.began_at) for c in session.counted if c.line in lines]
        delay_s = hand_delay(lines, seen, counted)
        moved = [Crossing(one.line, one.direction, min(max(one.t + delay_s, 0.0), seconds)) for one in seen]
        return report_of(
            facts,
            Span(session.began_at, seconds, max(covered, 0.0), TOLERANCE_S, BIN_S),
            lines,
            moved,
            counted,
            report_id=session.id,
            kind="live",
            delay_s=delay_s,
            ended=session.ended,
        )


def _crossing(line: str, direction: Direction, at: datetime, began_at: datetime) -> Crossing:
    return Crossing(line, direction, (at - began_at).total_seconds())


def _take_back(marks: list[AuditMark], undo: AuditMark) -> None:
    """Remove the newest mark of the same line and direction."""
    equal = [n for n, m in enumerate(marks) if (m.line, m.direction) == (undo.line, undo.direction)]
    if equal:
        del marks[max(equal, key=lambda n: marks[n].at)]
