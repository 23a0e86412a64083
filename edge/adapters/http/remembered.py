"""The appointments that a phone has opened: it knows them again, so that the code of the hall finds them there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from edge.adapters.http.call import Call
from edge.domain.agenda import WAITS, Appointment, AppointmentState, window
from edge.domain.errors import NotFound

REMEMBERED = 3  # appointments that one phone knows; the last opened
REMEMBERED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Remembered:
    """An appointment that this phone has opened; *may_arrive* while its holder may check in."""

    appointment: Appointment
    link: str
    may_arrive: bool

    @property
    def is_unfinished(self) -> bool:
        """Whether its slot is only kept: a contact or the code is missing."""
        return self.appointment.state in WAITS


async def remember(call: Call, opened: Appointment, link: str) -> None:
    """Let this phone know the appointment that it has opened, until a day after the last that it knows."""
    before = [one for one in await remembered(call) if one.link != link][: REMEMBERED - 1]
    last = max([opened.slot_at, *(one.appointment.slot_at for one in before)]) + REMEMBERED_AFTER
    age_s = int((last - call.now).total_seconds())
    call.keep_links([link, *(one.link for one in before)], max_age_s=age_s)


async def remembered(call: Call) -> list[Remembered]:
    """Return the appointments of today and later that this phone has opened or has begun to book, the first first."""
    found = []
    for link in call.links[:REMEMBERED]:
        with suppress(NotFound):
            found.append((await call.web.read(call.web.agenda.of_link, link), link))
    calendar, rules = call.web.office().calendar, call.web.office().rules
    mine = []
    for a, link in sorted(found, key=lambda one: one[0].slot_at):
        is_alive = a.state is AppointmentState.BOOKED or (a.state in WAITS and not a.is_over(call.now))
        if is_alive and calendar.day_of(a.slot_at) >= calendar.day_of(call.now):
            opens, closes = window(a, early=rules.early_check_in, late=rules.late_check_in)
            may_arrive = a.state is AppointmentState.BOOKED and opens <= call.now <= closes
            mine.append(Remembered(a, link, may_arrive))
    return mine


async def unfinished(call: Call) -> list[Remembered]:
    """Return what this phone has begun to book and may still finish."""
    return [one for one in await remembered(call) if one.is_unfinished]
