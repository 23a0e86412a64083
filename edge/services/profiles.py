"""Work profiles as a manager sees and changes them: of people, and of who sits at a desk now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from edge.domain.desks import DeskSession, DeskState
from edge.domain.errors import BadInput, Conflict, NotFound, RuleViolation
from edge.domain.events import Event, Stream
from edge.services.context import Context

PERSON, DESK = "agent_profile_set", "desk_profile_set"
CHANGES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class DeskNow:
    """A desk with who sits there; *calls*: service -> level (1 own work, 2 help, 0 never) as it is now."""

    session: DeskSession
    calls: Mapping[str, int]

    @property
    def is_held(self) -> bool:
        """Whether somebody sits there."""
        return self.session.state is not DeskState.CLOSED


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the log. *undoes*: it is the last of its person or desk, so that it can be taken back."""

    event: Event
    undoes: bool

    @property
    def target(self) -> str:
        """Return the person or the desk."""
        return str(self.event.body["staff"] if self.event.type == PERSON else self.event.body["desk"])


@dataclass(frozen=True, slots=True)
class Profiles:
    """Everything about work profiles at one moment."""

    desks: tuple[DeskNow, ...]
    people: Mapping[str, str]  # staff id -> profile
    changes: tuple[Change, ...]


class ProfileService:
    """Use cases of work profiles. *seen* is what the page showed; ``Conflict`` when it is another by now."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def now(self) -> Profiles:
        """Return desks, people and the last changes, the newest first."""
        office = self._context.office()
        with self._context.database.read() as stores:
            sessions = [stores.desks.get(desk) for desk in office.desks]
            people = stores.desks.profiles()
            events = stores.log.profile_changes(CHANGES_SHOWN)
        held = {s.desk: s.profile for s in sessions if s.state is not DeskState.CLOSED}
        known: set[tuple[str, str]] = set()
        changes = []
        for event in events:
            change = Change(event, undoes=False)
            key, current = (event.type, change.target), people if event.type == PERSON else held
            is_last = key not in known and current.get(change.target) == event.body["profile"]
            changes.append(replace(change, undoes=is_last and "before" in event.body))
            known.add(key)
        desks = tuple(DeskNow(s, office.levels(s.desk, s.profile)) for s in sessions)
        return Profiles(desks, people, tuple(changes))

    def give(self, staff: str, profile: str, *, actor: str, seen: str | None = None) -> None:
        """Give somebody a work profile, or none; it holds from the next time that they open or resume a desk.

        Raises ``NotFound`` ``no_such_account``, ``BadInput`` ``no_such_profile`` or ``Conflict``.
        """
        self._check(profile)
        now = self._context.now()
        with self._context.database.write() as uow:
            if uow.staff.by_id(staff) is None:
                raise NotFound(code="no_such_account")
            before = uow.desks.profile_of(staff)
            _must_be(before, seen)
            if before == profile:
                return
            uow.desks.set_profile(staff, profile)
            body = {"staff": staff, "profile": profile, "before": before}
            uow.log.append(Event(Stream.OFFICE, PERSON, now, actor, "", body))
            uow.commit()

    def choose(self, desk: str, profile: str, *, actor: str, seen: str | None = None) -> None:
        """Give who sits at *desk* another profile at once, until they leave it; their own stays as it is.

        Raises ``NotFound``, ``BadInput`` ``no_such_profile``, ``RuleViolation`` ``desk_closed`` where nobody sits, or
        ``Conflict``.
        """
        self._check(profile)
        self._context.office().desk(desk)
        now = self._context.now()
        with self._context.database.write() as uow:
            session = uow.desks.get(desk)
            if session.state is DeskState.CLOSED:
                raise RuleViolation(code="desk_closed")
            _must_be(session.profile, seen)
            if session.profile == profile:
                return
            uow.desks.save(replace(session, profile=profile, version=session.version + 1))
            body = {"desk": desk, "profile": profile, "before": session.profile}
            uow.log.append(Event(Stream.DESKS, DESK, now, actor, "", body))
            uow.commit()

    def _check(self, profile: str) -> None:
        if profile and profile not in self._context.office().profiles:
            raise BadInput(code="no_such_profile")


def _must_be(profile: str, seen: str | None) -> None:
    if seen is not None and seen != profile:
        raise Conflict("the profile has changed meanwhile")
