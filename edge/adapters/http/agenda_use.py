"""How the agenda is used and how long its appointments should be, as managers see both."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from edge.adapters.http.appointments import service_name
from edge.adapters.http.call import Call
from edge.services.slots import Suggestion


@dataclass(frozen=True, slots=True)
class Length:
    """How long appointments of one service are and should be."""

    name: str
    row: Suggestion


@dataclass(frozen=True, slots=True)
class AgendaUse:
    """The days of a range together. *percent*: of the time that the desks have for appointments; None without any."""

    percent: int | None
    attended: int
    missed: int
    freed: int
    reused: int
    channels: list[tuple[str, int]]
    lengths: list[Length]
    learns: bool


async def agenda_use(call: Call, first: date, last: date) -> AgendaUse | None:
    """Return the use of the agenda from *first* to *last*; None where nothing is given by appointment."""
    if not call.web.slots.bookable():
        return None
    days = await call.web.read(call.web.slots.usage, first, last)
    capacity, channels = sum(day.capacity_min for day in days), Counter[str]()
    for day in days:
        channels.update(day.by_channel)
    return AgendaUse(
        percent=round(100 * sum(day.booked_min for day in days) / capacity) if capacity else None,
        attended=sum(day.attended for day in days),
        missed=sum(day.missed for day in days),
        freed=sum(day.freed for day in days),
        reused=sum(day.reused for day in days),
        channels=[(call.words.channel(name), n) for name, n in channels.most_common()],
        lengths=[Length(service_name(call, s.service), s) for s in await call.web.read(call.web.slots.learn)],
        learns=call.web.office().agenda.learns,
    )
