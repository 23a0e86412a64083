"""The appointment: its states, what it takes from the agenda, how it is confirmed, and when its holder may check in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from edge.domain.contacts import ContactKind
from edge.domain.errors import BadInput, IllegalTransition, RuleViolation
from edge.domain.events import Event, Stream
from edge.domain.plan import Freed, Limits, Part
from edge.domain.slots import Claim
from edge.domain.turns import Mode

VIDEO_EARLY = timedelta(minutes=15)  # how long before the slot a video link opens
PUBLIC_CHANNELS = frozenset({"web", "poster", "board", "email"})
STAFF_CHANNELS = frozenset({"desk", "helper", "paper"})


class AppointmentState(StrEnum):
    """Where an appointment is in its life."""

    HELD = "held"
    PENDING = "pending_confirmation"
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    RESCHEDULED = "rescheduled"
    CANCELLED_CITIZEN = "cancelled_citizen"
    CANCELLED_OFFICE = "cancelled_office"
    NO_SHOW = "no_show"
    LAPSED = "lapsed"  # a hold or a confirmation that ran out of time


class AppointmentAction(StrEnum):
    """What may happen to an appointment."""

    ASK = "ask"
    CONFIRM = "confirm"
    CHECK_IN = "check_in"
    RESCHEDULE = "reschedule"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"  # the office cancels
    MISS = "miss"
    EXCUSE = "excuse"  # it was cancelled in time, and the office hears of it when it has noted a no-show
    LAPSE = "lapse"


_S, _A = AppointmentState, AppointmentAction

TRANSITIONS: Mapping[tuple[AppointmentState, AppointmentAction], AppointmentState] = MappingProxyType(
    {
        (_S.HELD, _A.ASK): _S.PENDING,
        (_S.HELD, _A.LAPSE): _S.LAPSED,
        (_S.PENDING, _A.CONFIRM): _S.BOOKED,
        (_S.PENDING, _A.LAPSE): _S.LAPSED,
        (_S.BOOKED, _A.CHECK_IN): _S.CHECKED_IN,
        (_S.BOOKED, _A.RESCHEDULE): _S.RESCHEDULED,
        (_S.BOOKED, _A.CANCEL): _S.CANCELLED_CITIZEN,
        (_S.BOOKED, _A.WITHDRAW): _S.CANCELLED_OFFICE,
        (_S.BOOKED, _A.MISS): _S.NO_SHOW,
        (_S.NO_SHOW, _A.CHECK_IN): _S.CHECKED_IN,  # came too late: waits with those without an appointment
        (_S.NO_SHOW, _A.EXCUSE): _S.CANCELLED_CITIZEN,
    }
)

WAITS = frozenset({_S.HELD, _S.PENDING})  # takes its slot until it expires
ACTIVE = frozenset({_S.HELD, _S.PENDING, _S.BOOKED})  # counts for the limits of a person
TAKES = frozenset({_S.BOOKED, _S.CHECKED_IN})
FREED = frozenset({_S.RESCHEDULED, _S.CANCELLED_CITIZEN, _S.CANCELLED_OFFICE})


@dataclass(frozen=True, slots=True)
class Appointment:
    """A slot of one service for one party. *turn* is set by check-in; *root* is the first of a row of moves."""

    id: str
    service: str
    slot_at: datetime
    language: str
    channel: str
    state: AppointmentState = AppointmentState.BOOKED
    turn: str = ""
    version: int = 0
    mode: Mode = Mode.PRESENCIAL
    minutes: int = 15
    part: Part = Part.OFFICE
    expires_at: datetime | None = None  # of a hold or of an open confirmation
    freed_at: datetime | None = None
    reason: str = ""
    root: str = ""
    procedures: int = 1  # that the holder comes for; each takes its own length
    party: int = 1  # people who come together
    asked_at: datetime | None = None  # when whoever moved or cancelled it last said so: a later word wins

    @property
    def ends_at(self) -> datetime:
        """Return when it is over as planned."""
        return self.slot_at + timedelta(minutes=self.minutes)

    @property
    def origin(self) -> str:
        """Return the id that its link and its contact belong to, however often it was moved."""
        return self.root or self.id

    def apply(
        self, action: AppointmentAction, *, at: datetime, actor: str, turn: str = "", reason: str = ""
    ) -> tuple[Appointment, Event]:
        """Return the appointment after *action* and its event; raise ``IllegalTransition`` otherwise."""
        try:
            state = TRANSITIONS[self.state, action]
        except KeyError:
            raise IllegalTransition(self.state, action) from None
        freed = at if state in FREED and self.freed_at is None else self.freed_at
        after = replace(
            self,
            state=state,
            turn=turn or self.turn,
            version=self.version + 1,
            freed_at=freed,
            reason=reason or self.reason,
            expires_at=self.expires_at if state in WAITS else None,
        )
        return after, event_of(after, at=at, actor=actor, reason=reason)

    def is_over(self, now: datetime) -> bool:
        """Whether a hold or an open confirmation has run out of time."""
        return self.state in WAITS and self.expires_at is not None and now >= self.expires_at

    def claim(self, queue: str, freed: Freed, *, now: datetime) -> Claim | None:
        """Return what it takes from the agenda at *now*; None when its slot is free for everybody."""
        length = timedelta(minutes=self.minutes)
        if self.state in TAKES or (self.state in WAITS and not self.is_over(now)):
            return Claim(self.slot_at, length, queue, self.part, self.mode is Mode.VIDEO)
        if self.state not in FREED or self.freed_at is None:
            return None
        if now >= freed.barred_until(self.freed_at, self.slot_at, self.ends_at):
            return None
        return Claim(self.slot_at, length, queue, self.part, self.mode is Mode.VIDEO, barred=True)


def event_of(appointment: Appointment, *, at: datetime, actor: str, reason: str = "") -> Event:
    """Return the event that records the state that *appointment* has come to."""
    return Event(Stream.TURNS, f"appointment_{appointment.state}", at, actor, reason, facts(appointment))


def facts(appointment: Appointment) -> dict[str, str | int]:
    """Return what the log keeps of an appointment: nothing about the person."""
    a = appointment
    told: dict[str, str | int] = {
        "appointment": a.id,
        "service": a.service,
        "slot_at": a.slot_at.isoformat(),
        "channel": a.channel,
        "turn": a.turn,
        "mode": str(a.mode),
        "minutes": a.minutes,
        "part": str(a.part),
        "language": a.language,
    }
    several = {name: n for name, n in (("procedures", a.procedures), ("party", a.party)) if n > 1}
    return told | several | ({"root": a.root} if a.root else {})


def check_window(
    appointment: Appointment, *, now: datetime, early: timedelta, late: timedelta, video: timedelta = VIDEO_EARLY
) -> None:
    """Raise ``RuleViolation`` ``too_early`` or ``too_late`` when *now* is outside the check-in window.

    A video link opens *video* before the slot and closes with its end.
    """
    opens, closes = window(appointment, early=early, late=late, video=video)
    if now < opens:
        raise RuleViolation(code="too_early")
    if now > closes:
        raise RuleViolation(code="too_late")


def window(
    appointment: Appointment, *, early: timedelta, late: timedelta, video: timedelta = VIDEO_EARLY
) -> tuple[datetime, datetime]:
    """Return from when and until when its holder may check in."""
    if appointment.mode is Mode.VIDEO:
        return appointment.slot_at - video, max(appointment.ends_at, appointment.slot_at + late)
    return appointment.slot_at - early, appointment.slot_at + late


def check_contacts(mode: Mode, given: frozenset[ContactKind]) -> None:
    """Raise ``BadInput`` when a person cannot be told what they need: video takes e-mail and mobile, else either."""
    if mode is Mode.VIDEO and ContactKind.MAIL not in given:
        raise BadInput(code="mail_needed")
    if mode is Mode.VIDEO and ContactKind.PHONE not in given:
        raise BadInput(code="mobile_needed")
    if not given:
        raise BadInput(code="contact_needed")


def check_person(theirs: Iterable[Appointment], days: Mapping[str, str], day: str, limits: Limits) -> None:
    """Raise ``RuleViolation`` ``person_day`` or ``person_open`` when somebody has enough appointments.

    *days* tells the local day of each of *theirs*.
    """
    active = [a for a in theirs if a.state in ACTIVE]
    check_day(active, days, day, limits)
    if len(active) >= limits.open:
        raise RuleViolation(code="person_open")


def check_day(theirs: Iterable[Appointment], days: Mapping[str, str], day: str, limits: Limits) -> None:
    """Raise ``RuleViolation`` ``person_day`` when somebody has enough appointments on *day*."""
    if sum(days[a.id] == day for a in theirs if a.state in ACTIVE) >= limits.per_day:
        raise RuleViolation(code="person_day")


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent to the contact; only its keyed hash is kept."""

    appointment: str
    digest: str
    attempts: int = 0
    sends: int = 1

    def tried(self, digest: str, limits: Limits) -> tuple[Challenge, bool]:
        """Return the challenge after one more attempt, and whether it was right; past the limit nothing is."""
        after = replace(self, attempts=self.attempts + 1)
        return after, self.attempts < limits.attempts and self.digest == digest

    def is_used_up(self, limits: Limits) -> bool:
        """Whether no attempt is left."""
        return self.attempts >= limits.attempts


@dataclass(frozen=True, slots=True)
class ClosedRange:
    """A part of the agenda that staff have closed; *reason* is a stable word."""

    id: str
    start: datetime
    end: datetime
    reason: str
