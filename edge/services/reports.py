"""Quarters of an hour and days are closed, stored and told to the centre; the same rows give the same bytes again.

Closing takes three steps, so that nobody who writes waits for arithmetic: what lives outside the log is noted in it (a
write), the rows are folded (a read), the record is kept (a write).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from edge.contracts import kpi as contract
from edge.contracts.kpi import KpiDay, KpiHouse, KpiQuarter, KpiRows, KpiSurvey, KpiTurns
from edge.contracts.ready import ready
from edge.contracts.wire import decode, encode
from edge.domain.cases import FOLLOWED_BY, saved
from edge.domain.counts import QUARTER, Place, day_start, quarter_of
from edge.domain.daily import Daily
from edge.domain.errors import BadInput, NotFound
from edge.domain.events import Event, Stream
from edge.domain.kpi import closing
from edge.domain.kpi.closing import Closed, day_window
from edge.domain.kpi.fairness import Fairness, fairness
from edge.domain.kpi.figures import TurnFigures
from edge.domain.kpi.rows import DAY_CLOSED, DAY_MEASURED, QUARTER_MEASURED, STATES_NOTED, LogRow, Window, in_order
from edge.domain.kpi.turns import fold
from edge.domain.survey import groups
from edge.services.context import Context
from edge.services.ports import Stores
from edge.services.variants import variant_at

SYSTEM = "system"
CLOSE_AT = time(2, 30)  # of the night after the day, by the clock on the wall
GRACE = timedelta(minutes=2)  # after a quarter: counters tell their last minute
MOST_QUARTERS = 96  # at once, after the machine was off
MOST_DAYS = 7
LONGEST_RANGE = timedelta(days=400)
NAMES_NOTED = 100  # desks and devices of one note

T = TypeVar("T", bound=msgspec.Struct)


class ReportService:
    """Use cases of closing."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # --- quarters -----------------------------------------------------------------------------------------------------

    def quarters_due(self) -> list[Window]:
        """Return the quarters that are over and not closed, the oldest first; after a long pause only the last ones."""
        last = quarter_of(self._context.now() - GRACE)  # its beginning is the end of the newest one that is over
        with self._context.database.read() as stores:
            done = stores.reports.last_quarter()
        first = last - QUARTER if done is None else max(done + QUARTER, last - MOST_QUARTERS * QUARTER)
        count = max(0, (last - first) // QUARTER)
        return [Window(first + n * QUARTER, first + (n + 1) * QUARTER) for n in range(count)]

    def quarters_measured(self, windows: Sequence[Window]) -> list[Event]:
        """Return what the log has to be told of *windows*: how long every door was seen well while open."""
        now, calendar = self._context.now(), self._context.office().calendar
        with self._context.database.read() as stores:
            places = [p for p in stores.counts.places() if p.door and not p.staff]
            return [
                Event(Stream.OCCUPANCY, QUARTER_MEASURED, now, SYSTEM, "", _measured(stores, places, window))
                for window in windows
                if calendar.current(window.start) and any(p.expected(window.start) for p in places)
            ]

    def note(self, events: Sequence[Event]) -> None:
        """Write *events* into the log."""
        if events:
            with self._context.database.write() as uow:
                uow.log.append(*events)
                uow.commit()

    def closed_quarters(self, windows: Sequence[Window]) -> list[KpiQuarter]:
        """Return the figures of *windows*."""
        office, now = self._context.office(), self._context.now()
        with self._context.database.read() as stores:
            spans = (
                _spans(stores, _midnight(windows[0].start, office.calendar.zone) - closing.MARGIN) if windows else {}
            )
            rows = stores.reports.rows(spans)
            variants = {w: variant_at(stores, w.start.astimezone(office.calendar.zone).date(), now) for w in windows}
        return [
            KpiQuarter(
                office=office.id,
                start=found.window.start,
                end=found.window.end,
                variant=variants[found.window],
                rows=_told(spans),
                **_parts(found),
            )
            for found in closing.close_quarters(rows, windows)
        ]

    def keep_quarter(self, record: KpiQuarter) -> None:
        """Store *record* and queue it for the centre, once."""
        body = encode(record)
        with self._context.database.write() as uow:
            if uow.reports.save_quarter(record.start, record.variant, body.decode()):
                uow.telemetry.put(contract.QUARTER, record.office, record.start.isoformat(), body, self._context.now())
            uow.commit()

    # --- days ---------------------------------------------------------------------------------------------------------

    def days_due(self) -> list[date]:
        """Return the days that can be closed now: their night is over and none of their turns is open."""
        now, zone = self._context.now(), self._context.office().calendar.zone
        with self._context.database.read() as stores:
            done = stores.reports.last_day()
            before = done + timedelta(days=1) if done else None  # the night of a day is the next one's
            nights = Daily(CLOSE_AT, zone).due(before, now, at_most=MOST_DAYS)
            open_days = [turn.day for night in nights[-1:] for turn in stores.turns.still_open(night.isoformat())]
        days = [night - timedelta(days=1) for night in nights]
        return [day for day in days if day.isoformat() < min(open_days, default="9")]

    def day_measured(self, day: date) -> list[Event]:
        """Return what the log has to be told at the close of *day*: its survey, and how desks and devices are."""
        now, office = self._context.now(), self._context.office()
        with self._context.database.read() as stores:
            invited = stores.turns.served_by_channel(day.isoformat())
            answers = stores.survey.answers(day, day)
            desks = {s.desk: str(s.state) for s in stores.desks.all()}
            devices = {d.device: str(d.state) for d in stores.devices.all()}
        first = self._questions()[:1]
        told = groups(answers, invited, first[0]) if first else {}
        facts = {
            "day": day.isoformat(),
            "offered": len(office.services),
            "survey": {name: list(values) for name, values in told.items()},
            "journeys": self._journeys(day),
        }
        states = {"desks": _first(desks), "devices": _first(devices)}
        return [
            Event(Stream.OFFICE, STATES_NOTED, now, SYSTEM, "", states),
            Event(Stream.OFFICE, DAY_MEASURED, now, SYSTEM, "", facts),
        ]

    def closed_day(self, day: date) -> KpiDay:
        """Return the figures of *day* from the log as it is now."""
        now = self._context.now()
        window = day_window(day, self._context.office().calendar.zone)
        with self._context.database.read() as stores:
            return self._day(stores, day, now, _spans(stores, window.start - closing.MARGIN))

    def keep_day(self, record: KpiDay) -> None:
        """Store *record*, queue it for the centre, and write its digest into the log; once."""
        body = encode(record)
        with self._context.database.write() as uow:
            if uow.reports.save_day(record.day, record.variant, record.closed_at, body.decode()):
                position = record.day.isoformat()
                uow.telemetry.put(contract.DAY, record.office, position, body, record.closed_at)
                facts = {"day": position, "digest": hashlib.sha256(body).hexdigest(), "variant": record.variant}
                uow.log.append(Event(Stream.OFFICE, DAY_CLOSED, self._context.now(), SYSTEM, "", facts))
            uow.commit()

    # --- reading ------------------------------------------------------------------------------------------------------

    def days(self, first: date, last: date) -> list[KpiDay]:
        """Return the closed days from *first* to *last*; raise ``BadInput`` (``range_too_long``)."""
        if last - first > LONGEST_RANGE:
            raise BadInput("ask for a shorter time", code="range_too_long")
        with self._context.database.read() as stores:
            return _read(stores.reports.days(first, last), KpiDay)

    def quarters(self, day: date) -> list[KpiQuarter]:
        """Return the closed quarters of the local *day*."""
        window = day_window(day, self._context.office().calendar.zone)
        with self._context.database.read() as stores:
            return _read(stores.reports.quarters(window.start, window.end), KpiQuarter)

    def stored(self, day: date) -> KpiDay:
        """Return the record of *day*; raise ``NotFound`` (``day_not_closed``)."""
        found = self.days(day, day)
        if not found:
            raise NotFound(f"{day} is not closed", code="day_not_closed")
        return found[0]

    def figures_of(self, day: date) -> KpiDay | None:
        """Return *day* as it was closed, or as it stands when it is not closed yet; None of a day without rows."""
        found = self.days(day, day)
        if found:
            return found[0]
        last = self._last_closed()
        if day > date.fromisoformat(self._context.day()) or (last is not None and day < last):
            return None
        return self.closed_day(day)

    def _last_closed(self) -> date | None:
        with self._context.database.read() as stores:
            return stores.reports.last_day()

    def recomputed(self, stored: KpiDay) -> KpiDay:
        """Return the same record computed again, from the rows of the log that it names."""
        spans = {stream: (span.after, span.upto) for stream, span in stored.rows.items()}
        with self._context.database.read() as stores:
            return self._day(stores, stored.day, stored.closed_at, spans)

    def recomputed_quarters(self, stored: Sequence[KpiQuarter]) -> list[KpiQuarter]:
        """Return the same quarters computed again, each from the rows that it names."""
        found: list[KpiQuarter] = []
        for one in stored:
            spans = {stream: (span.after, span.upto) for stream, span in one.rows.items()}
            with self._context.database.read() as stores:
                again = closing.close_quarters(stores.reports.rows(spans), [Window(one.start, one.end)])[0]
            found.append(msgspec.structs.replace(one, **_parts(again)))
        return found

    def fairness(self, day: date) -> Fairness:
        """Return the calls of *day* by rule, and those out of order."""
        window = day_window(day, self._context.office().calendar.zone)
        with self._context.database.read() as stores:
            rows = in_order(stores.reports.rows(_spans(stores, window.start - closing.MARGIN)))
        return fairness([turn for turn in fold(rows) if turn.day == day.isoformat()])

    def _day(self, stores: Stores, day: date, closed_at: datetime, spans: Mapping[str, tuple[int, int]]) -> KpiDay:
        office = self._context.office()
        rows: list[LogRow] = stores.reports.rows(spans)
        found = closing.close_day(rows, day, office.calendar.zone, until=closed_at)
        measured = closing.measured(rows, day)
        return KpiDay(
            office=office.id,
            day=day,
            zone=office.calendar.zone.key,
            start=found.window.start,
            end=found.window.end,
            closed_at=closed_at,
            variant=variant_at(stores, day, closed_at),
            rows=_told(spans),
            survey={
                name: msgspec.convert(s, ready(KpiSurvey), from_attributes=True) for name, s in measured.survey.items()
            },
            offered=measured.offered,
            **_parts(found),
        )

    def _journeys(self, day: date) -> list[int]:
        """Return how many video visits of the week before *day* are known, and how many of them saved a journey."""
        zone, start = self._context.office().calendar.zone, day - FOLLOWED_BY
        window = day_window(start, zone)
        with self._context.database.read() as stores:
            visits = stores.reports.cases(window.start, window.end + FOLLOWED_BY)
        return list(saved(visits, window.start, window.end))

    def _questions(self) -> list[str]:
        return [question.id for question in self._context.office().survey]


def _measured(stores: Stores, places: Sequence[Place], window: Window) -> dict[str, object]:
    """Return how many seconds of *window* every door was seen well: as long as the one that was seen worst."""
    tallies = {tally.place: tally for tally in stores.counts.quarters(window.start, window.end)}
    wanted = [tallies.get(place.name) for place in places if place.expected(window.start)]
    seen = min((int(tally.trusted_s) if tally else 0 for tally in wanted), default=0)
    length = int((window.end - window.start).total_seconds())
    return {"start": window.start.isoformat(), "seconds": length, "seen_s": min(seen, length), "doors": len(wanted)}


def _spans(stores: Stores, since: datetime) -> dict[str, tuple[int, int]]:
    """Return, by stream, the rows from *since* until now."""
    before = stores.reports.before(since)
    return {stream: (before.get(stream, 0), head) for stream, head in stores.reports.heads().items()}


def _told(spans: Mapping[str, tuple[int, int]]) -> dict[str, KpiRows]:
    return {stream: KpiRows(after=after, upto=upto) for stream, (after, upto) in sorted(spans.items())}


def _parts(found: Closed) -> dict[str, Any]:
    return {
        "all": _turns(found.all),
        "channels": {name: _turns(one) for name, one in found.channels.items()},
        "services": {name: _turns(one) for name, one in found.services.items()},
        "house": msgspec.convert(found.house, ready(KpiHouse), from_attributes=True),
    }


def _turns(found: TurnFigures) -> KpiTurns:
    return msgspec.convert(found, ready(KpiTurns), from_attributes=True)


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    return day_start(at.astimezone(zone).date(), zone)


def _first(states: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(states.items())[:NAMES_NOTED])


def _read(bodies: Sequence[str], kind: type[T]) -> list[T]:
    return [decode(body.encode(), kind) for body in bodies]
