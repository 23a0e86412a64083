"""The appointment: its states and the window in which its holder may check in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from edge.domain.errors import IllegalTransition, RuleViolation
from edge.domain.events import Event, Stream


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
    }
)


@dataclass(frozen=True, slots=True)
class Appointment:
    """A slot of one service for one party. *turn* is set by check-in."""

    id: str
    service: str
    slot_at: datetime
    language: str
    channel: str
    state: AppointmentState = AppointmentState.BOOKED
    turn: str = ""
    version: int = 0

    def apply(
        self, action: AppointmentAction, *, at: datetime, actor: str, turn: str = ""
    ) -> tuple[Appointment, Event]:
        """Return the appointment after *action* and its event; raise ``IllegalTransition`` otherwise."""
        try:
            state = TRANSITIONS[self.state, action]
        except KeyError:
            raise IllegalTransition(self.state, action) from None
        after = replace(self, state=state, turn=turn or self.turn, version=self.version + 1)
        return after, Event(Stream.TURNS, f"appointment_{state}", at, actor, "", facts(after))


def facts(appointment: Appointment) -> dict[str, str]:
    """Return what the log keeps of an appointment."""
    return {
        "appointment": appointment.id,
        "service": appointment.service,
        "slot_at": appointment.slot_at.isoformat(),
        "channel": appointment.channel,
        "turn": appointment.turn,
    }


def check_window(appointment: Appointment, *, now: datetime, early: timedelta, late: timedelta) -> None:
    """Raise ``RuleViolation`` ``too_early`` or ``too_late`` when *now* is outside the check-in window."""
    if now < appointment.slot_at - early:
        raise RuleViolation(code="too_early")
    if now > appointment.slot_at + late:
        raise RuleViolation(code="too_late")
