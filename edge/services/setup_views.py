"""Who looks at which camera, to set it up or to audit it: short sessions, logged, whose pictures live in memory only.

A session ends after ten minutes, when its page goes away, when somebody else looks at that group, or with the audit in
which it was asked for. The counter is
told every two seconds that it may send, for six seconds; so pictures stop within ten seconds of a page that is closed
without a word (3 + 6), and within six of an edge that dies.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from edge.contracts.cameras import SetupFrame, SetupView
from edge.contracts.shapes import Size
from edge.domain.errors import BadInput, Forbidden, NotFound
from edge.domain.events import Event, Stream
from edge.services.context import Context
from edge.services.staff import names_of

VIEW = timedelta(minutes=10)
ABANDONED_S = 3.0  # a page that has not asked for so long is gone
PERMIT_S = 6.0
SAY_EVERY_S = 2.0
TAKEN = 64  # sessions whose pages may still ask why they ended
FRESH_S = 5.0  # an older picture is not shown


@dataclass
class View:
    """One session, of an *audit* or of none. Only the newest picture is kept, and it is gone with the session."""

    session: str
    group: str
    camera: str
    actor: str
    ends_at: datetime
    began: float
    asked: float
    audit: str = ""
    frame: SetupFrame | None = None
    came: float = float("-inf")


@dataclass(frozen=True, slots=True)
class Taken:
    """Whose view ended because somebody else began to look."""

    actor: str
    by: str  # the name of who looks now


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk test came to."""

    line: str
    walked: int
    counted: int


class SetupViews:
    """Use cases of looking; ``look``, ``keep`` and ``permits`` touch memory only."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._views: dict[str, View] = {}
        self._goodbyes: list[SetupView] = []
        self._taken: OrderedDict[str, Taken] = OrderedDict()  # by the session that had to end

    def start(self, group: str, camera: str, *, actor: str, audit: str = "") -> View:
        """Begin to look at one camera; who looked at the group before is sent away. Audited.

        A view of an *audit* lasts no longer than that, and shows nothing of what the counter makes of the picture: the
        truth that a counter is measured with must not come from the counter.
        """
        now, mono = self._context.now(), self._context.clock.monotonic()
        view = View(self._context.new_token(), group, camera, actor, now + VIEW, mono, mono, audit)
        with self._context.database.write() as uow:
            facts = {"group": group, "camera": camera, "seconds": int(VIEW.total_seconds())}
            for other in [other for other in self._views.values() if other.group == group]:
                uow.log.append(self._ended(other, "replaced"))
            uow.log.append(Event(Stream.OFFICE, "setup_view_started", now, actor, "", facts))
            name = names_of(uow.staff.all()).get(actor, actor)
            uow.commit()
        for other in [other for other in self._views.values() if other.group == group]:
            self._drop(other)
            self._taken[other.session] = Taken(other.actor, name)
        while len(self._taken) > TAKEN:
            self._taken.popitem(last=False)
        self._views[view.session] = view
        return view

    def look(self, session: str, *, actor: str) -> View:
        """Return the session of a page that is open; raise ``NotFound`` (``view_over``) when it has ended."""
        view = self._own(session, actor)
        view.asked = self._context.clock.monotonic()
        if view.asked - view.came > FRESH_S:
            view.frame = None
        return view

    def taken_by(self, session: str, *, actor: str) -> str:
        """Return who began to look instead of *actor*, "" when nobody did."""
        taken = self._taken.get(session)
        return taken.by if taken is not None and taken.actor == actor else ""

    def keep(self, session: str, frame: SetupFrame, *, device: str) -> Size:
        """Keep the newest picture; raise ``NotFound`` when nobody looks, ``Forbidden`` for another counter's camera."""
        view = self._views.get(session)
        if view is None:
            raise NotFound("nobody looks", code="view_over")
        if device != f"counter-{view.group}":
            raise Forbidden("the camera of another counter")
        if (frame.session, frame.camera) != (session, view.camera):
            raise BadInput("the picture of another session")
        if len(frame.cells) != frame.columns * frame.rows * 3:
            raise BadInput("cells are missing")
        if any(passage.at.tzinfo is None for passage in frame.passages):
            raise BadInput("a time without a zone")
        seen = replace(frame, feet=[], passages=[], zones={}) if view.audit else frame
        view.frame, view.came = seen, self._context.clock.monotonic()
        return frame.size

    def walk(self, session: str, *, actor: str, line: str, walked: int, since: datetime) -> Walk:
        """Write down how many of *walked* passages of *line* were counted since then, by the newest picture's word."""
        view = self._own(session, actor)
        passages = view.frame.passages if view.frame is not None else []
        if view.frame is None:
            raise BadInput("no picture", code="view_blind")
        if view.audit:
            raise BadInput("the view of an audit knows no passages")
        came = [p.direction for p in passages if p.line == line and p.at >= since]
        facts = {
            "group": view.group,
            "camera": view.camera,
            "line": line,
            "walked": walked,
            "counted": len(came),
            "in": came.count("in"),
            "out": came.count("out"),
        }
        with self._context.database.write() as uow:
            uow.log.append(Event(Stream.OFFICE, "walk_tested", self._context.now(), actor, "", facts))
            uow.commit()
        return Walk(line, walked, len(came))

    def end(self, session: str, *, actor: str, reason: str = "closed") -> None:
        """Look no longer; a session that is over already is no mistake. Audited."""
        view = self._views.get(session)
        if view is None:
            return
        if actor not in (view.actor, "system"):
            raise Forbidden("somebody else looks")
        with self._context.database.write() as uow:
            uow.log.append(self._ended(view, reason))
            uow.commit()
        self._drop(view)

    def over(self, audit_goes_on: Callable[[str], bool]) -> list[tuple[str, str]]:
        """Return the sessions that have to end, each with its reason."""
        now, mono = self._context.now(), self._context.clock.monotonic()
        found = []
        for view in list(self._views.values()):
            if now >= view.ends_at or mono - view.began >= VIEW.total_seconds():
                found.append((view.session, "time_over"))
            elif view.audit and not audit_goes_on(view.audit):
                found.append((view.session, "audit_over"))
            elif mono - view.asked > ABANDONED_S:
                found.append((view.session, "page_gone"))
        return found

    def permits(self) -> list[SetupView]:
        """Return what the counters are to be told now: good-byes, then who may go on."""
        goodbyes, self._goodbyes = self._goodbyes, []
        mono = self._context.clock.monotonic()
        open_pages = [view for view in list(self._views.values()) if mono - view.asked <= ABANDONED_S]
        return goodbyes + [_said(view, PERMIT_S) for view in open_pages]

    def everybody(self) -> list[str]:
        """Return the sessions that are open."""
        return list(self._views)

    def _own(self, session: str, actor: str) -> View:
        view = self._views.get(session)
        if view is None or view.actor != actor or self._context.now() >= view.ends_at:
            raise NotFound("the session is over", code="view_over")
        return view

    def _ended(self, view: View, reason: str) -> Event:
        seconds = int(self._context.clock.monotonic() - view.began)
        facts = {"group": view.group, "camera": view.camera, "seconds": seconds}
        return Event(Stream.OFFICE, "setup_view_ended", self._context.now(), view.actor, reason, facts)

    def _drop(self, view: View) -> None:
        view.frame = None
        if self._views.pop(view.session, None) is not None:
            self._goodbyes.append(_said(view, 0))


def _said(view: View, lasts_s: float) -> SetupView:
    return SetupView(group=view.group, session=view.session, camera=view.camera, lasts_s=lasts_s)
