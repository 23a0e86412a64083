"""What the office answers to what the centre proposes: the written rules of conflict, as one table.

The edge owns its agenda. The centre leases slots and, while the office cannot be reached, promises only these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from edge.domain.agenda import Appointment, AppointmentState
from edge.domain.turns import Mode


class Rule(StrEnum):
    """Why a proposal ended as it did; docs/agenda.md explains each."""

    IN_LEASE = "in_lease"  # the slot was leased: it is the centre's to give
    FREE = "free"  # the slot was free
    REPLACED = "replaced"  # promised, gone meanwhile: the nearest one instead
    GIVEN_AWAY = "slot_full"  # gone, and not promised to anybody
    WITHDRAWN = "service_not_offered"
    NOT_BOOKED = "no_booking"  # the service is given without appointment only
    MODE = "mode_not_offered"
    CLOSED = "closed_then"
    ATTENDED = "attended"  # the person was here: the cancellation came after
    EXCUSED = "excused"  # cancelled in time, heard of after the no-show was noted
    SUPERSEDED = "superseded"  # somebody has said something else later
    ENDED = "ended"  # it is over already
    UNKNOWN = "unknown_appointment"
    NOT_YET = "not_yet"  # asked for in the future: the centre's clock runs ahead
    DAY_OVER = "day_over"  # a turn is of the day on which it was asked for
    DONE = "done"


class Verdict(StrEnum):
    """What to do."""

    APPLY = "apply"
    EXCUSE = "excuse"
    NOTHING = "nothing"  # it is as it should be already
    REFUSE = "refuse"


_S = AppointmentState
_GONE = frozenset({_S.CANCELLED_CITIZEN, _S.CANCELLED_OFFICE})


def on_cancel(appointment: Appointment | None, asked_at: datetime) -> tuple[Verdict, Rule]:
    """Decide what a cancellation that was asked for at *asked_at* does to *appointment*."""
    if appointment is None:
        return Verdict.REFUSE, Rule.UNKNOWN
    if appointment.state in _GONE:
        return Verdict.NOTHING, Rule.DONE
    if appointment.state is _S.CHECKED_IN:
        return Verdict.REFUSE, Rule.ATTENDED
    if appointment.state is _S.NO_SHOW:
        in_time = asked_at < appointment.slot_at
        return (Verdict.EXCUSE, Rule.EXCUSED) if in_time else (Verdict.REFUSE, Rule.ENDED)
    if _said_later(appointment, asked_at):
        return Verdict.REFUSE, Rule.SUPERSEDED
    return (Verdict.APPLY, Rule.DONE) if appointment.state is _S.BOOKED else (Verdict.REFUSE, Rule.ENDED)


def on_move(appointment: Appointment | None, to: datetime, mode: Mode, asked_at: datetime) -> tuple[Verdict, Rule]:
    """Decide what a move that was asked for at *asked_at* does: of two moves the one asked for later holds."""
    if appointment is None:
        return Verdict.REFUSE, Rule.UNKNOWN
    if appointment.state is _S.CHECKED_IN:
        return Verdict.REFUSE, Rule.ATTENDED
    if appointment.state is not _S.BOOKED:
        return Verdict.REFUSE, Rule.ENDED
    if (appointment.slot_at, appointment.mode) == (to, mode):
        return Verdict.NOTHING, Rule.DONE
    if _said_later(appointment, asked_at):
        return Verdict.REFUSE, Rule.SUPERSEDED
    return Verdict.APPLY, Rule.DONE


def _said_later(appointment: Appointment, asked_at: datetime) -> bool:
    return appointment.asked_at is not None and asked_at < appointment.asked_at


@dataclass(frozen=True, slots=True)
class LeasedSlot:
    """One slot that the centre may give out until *expires_at*; *appointment* is set when it has."""

    lease: str
    service: str
    mode: Mode
    slot_at: datetime
    minutes: int
    expires_at: datetime
    appointment: str = ""

    def is_open(self, now: datetime) -> bool:
        """Whether it is kept for the centre at *now*."""
        return not self.appointment and now < self.expires_at
