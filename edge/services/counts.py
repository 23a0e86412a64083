"""The office's own history of what was counted: records of minutes become quarters of an hour, once each.

Pages, exports and open data read only the quarters. A quarter without a record is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from edge.contracts.counting import CapacityState, CountInterval, LineInterval, ZoneInterval
from edge.contracts.wire import encode
from edge.domain.counts import (
    QUARTER,
    USUAL_DAYS,
    Inside,
    Place,
    PlaceKind,
    Tally,
    added,
    day_start,
    quarter_of,
    quarters,
    series,
    steps,
    together,
    usual,
)
from edge.domain.errors import BadInput
from edge.domain.retention import kept
from edge.services.context import Context
from edge.services.counter_reports import CLOCKS_DIFFER, watch
from edge.services.ports import UnitOfWork

LONGEST = timedelta(hours=2)  # of one record: what calls itself longer is a clock that jumped
PLACES = 512  # lines and zones that are kept apart
ROWS = 50_000  # of one answer


@dataclass(frozen=True, slots=True)
class Row:
    """One place in one step; a gap has no numbers."""

    place: Place
    start: datetime
    end: datetime
    tally: Tally


@dataclass(frozen=True, slots=True)
class Day:
    """One day at the doors, as a manager looks at it."""

    day: date
    starts: datetime
    ends: datetime
    doors: list[Tally]  # one for each quarter that has begun, all doors together
    usual: dict[time, tuple[float, float]]  # who comes and goes on this weekday, by local time
    inside: list[Inside]
    zones: list[tuple[Place, Tally]]  # the whole day of each zone
    people_in: int
    people_out: int
    first: date | None  # the oldest day with records


class CountsService:
    """Use cases of the history."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def interval(self, record: CountInterval) -> bool:
        """Keep one minute of one camera, for centre, office and ledger; return whether it is new to the office.

        A record is told again until it is acknowledged, so it may come twice, late, or out of order.
        """
        now = self._context.now()
        source, position = f"{record.group}/{record.camera}", f"{record.epoch}/{record.seq:012d}"
        with self._context.database.write() as uow:
            body = encode(record)
            uow.telemetry.put("count_interval", source, position, body, now)
            is_new = self._is_of_now(record, now) and uow.counts.add_minute(
                source, record.epoch, record.seq, record.start, body.decode()
            )
            if is_new:
                self._add(uow, record)
                watch(uow, record, self._context.office().calendar, day=self._context.day())
            uow.commit()
        return is_new

    def sample(self, state: CapacityState) -> None:
        """Note how many people are inside now, once for each minute."""
        at = state.at.replace(second=0, microsecond=0)
        row = Inside(at, state.people, state.low, state.high, state.capacity, state.health)
        with self._context.database.write() as uow:
            uow.counts.add_inside(row)
            uow.commit()

    def rows(self, start: datetime, end: datetime, step_min: int) -> list[Row]:
        """Return every place in every step from *start* until before *end*, only steps that are over.

        Raises ``BadInput`` (``range_too_long``) for more than 50,000 rows.
        """
        zone, now = self._context.office().calendar.zone, self._context.now()
        if (min(end, now) - start) / timedelta(minutes=step_min) > ROWS:
            raise BadInput("ask for a shorter time or a longer step", code="range_too_long")
        spans = [span for span in steps(start, min(end, now), step_min, zone) if span[1] <= now]
        with self._context.database.read() as stores:
            places = stores.counts.places()
            if len(spans) * max(1, len(places)) > ROWS:
                raise BadInput("ask for a shorter time or a longer step", code="range_too_long")
            found = _by_place(stores.counts.quarters(spans[0][0], spans[-1][1]) if spans else [])
        ends = dict(spans)
        rows = [
            Row(place, tally.start, ends[tally.start], tally)
            for place in places
            for tally in series(place, found.get(place.name, {}), spans)
        ]
        return sorted(rows, key=lambda row: (row.start, row.place.name))

    def day(self, day: date) -> Day:
        """Return one day at the doors of visitors; of today what has passed."""
        zone, now = self._context.office().calendar.zone, self._context.now()
        starts, ends = _span(day, zone)
        with self._context.database.read() as stores:
            places, inside = stores.counts.places(), stores.counts.inside(starts, ends)
            found = _by_place(stores.counts.quarters(starts, min(ends, now)))
            before = [
                self._doors(places, _by_place(stores.counts.quarters(*span)), *span)
                for span in (_span(day - timedelta(weeks=back), zone) for back in range(1, USUAL_DAYS + 1))
            ]
        doors = self._doors(places, found, starts, min(ends, now))
        past = [{t.start.astimezone(zone).time(): t for t in rows if t.records} for rows in before]
        return Day(
            day=day,
            starts=starts,
            ends=ends,
            doors=doors,
            usual=usual(past, QUARTER.total_seconds()),
            inside=inside,
            zones=_zones(places, found, starts, min(ends, now)),
            people_in=sum(row.people_in for row in doors),
            people_out=sum(row.people_out for row in doors),
            first=min((place.first.astimezone(zone).date() for place in places), default=None),
        )

    def released(self, start: datetime, end: datetime) -> list[tuple[Tally, bool]]:
        """Return the quarters of all doors together that may be published, each with whether the office was full.

        Only quarters that are over and were seen well: what is missing is left out and never told as zero.
        """
        now = self._context.now()
        last = quarter_of(min(end, now))
        with self._context.database.read() as stores:
            places = stores.counts.places()
            found, inside = _by_place(stores.counts.quarters(start, last)), stores.counts.inside(start, last)
        full = {quarter_of(row.at) for row in inside if row.capacity and row.people >= row.capacity}
        rows = self._doors(places, found, start, last)
        return [(row, row.start in full) for row in rows if row.believed(QUARTER.total_seconds())]

    # --- inside -----------------------------------------------------------------------------------------------------

    def _is_of_now(self, record: CountInterval, now: datetime) -> bool:
        """Whether *record* can be kept: no clock of the future is believed, and too old a record cannot be told new."""
        if record.start.tzinfo is None or record.end.tzinfo is None:
            return False
        is_sane = record.start < record.end <= record.start + LONGEST
        return is_sane and now - kept("crossing") < record.start and record.end <= now + CLOCKS_DIFFER

    def _add(self, uow: UnitOfWork, record: CountInterval) -> None:
        known = {place.name for place in uow.counts.places()}
        for place, tally in _counted(record):
            if place.name not in known and len(known) >= PLACES:
                continue
            known.add(place.name)
            uow.counts.heard([place])
            before = uow.counts.quarter(tally.place, tally.start)
            uow.counts.save_quarter(tally if before is None else added(before, tally))

    def _doors(
        self, places: Iterable[Place], found: dict[str, dict[datetime, Tally]], start: datetime, end: datetime
    ) -> list[Tally]:
        doors = [place for place in places if place.kind is PlaceKind.LINE and place.door and not place.staff]
        rows = []
        for at in quarters(start, end):
            there = [place for place in doors if place.expected(at)]
            if there:
                tallies = [found.get(place.name, {}).get(at) for place in there]
                rows.append(together([tally for tally in tallies if tally is not None], at, len(there)))
        return rows


def _span(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def _counted(record: CountInterval) -> list[tuple[Place, Tally]]:
    """Return the places of *record*, each with what one minute adds to its quarter."""
    start, coverage = record.start, min(max(0.0, record.coverage_s), (record.end - record.start).total_seconds())
    facts = {
        "start": quarter_of(start),
        "coverage_s": coverage,
        "trusted_s": coverage if record.health in ("ok", "degraded") else 0.0,
        "ok_s": coverage if record.health == "ok" else 0.0,
        "health": record.health,
        "reason": record.reason,
        "records": 1,
    }
    return [_line(record, line, facts) for line in record.lines] + [_zone(record, zone, facts) for zone in record.zones]


def _line(record: CountInterval, line: LineInterval, facts: dict[str, object]) -> tuple[Place, Tally]:
    name = f"{record.group}/{line.line}"
    place = Place(name, PlaceKind.LINE, record.start, record.start, door=line.door, staff=line.staff)
    counted = {"people_in": line.people_in, "people_out": line.people_out}
    return place, Tally(place=name, unsure=line.late_births + line.deaths_near_line, **counted, **facts)  # type: ignore[arg-type]


def _zone(record: CountInterval, zone: ZoneInterval, facts: dict[str, object]) -> tuple[Place, Tally]:
    name = f"{record.group}/{zone.zone}"
    place = Place(name, PlaceKind.ZONE, record.start, record.start, queue=zone.queue)
    seconds = float(facts["coverage_s"])  # type: ignore[arg-type]
    tally = Tally(
        place=name,
        people_s=max(0.0, zone.mean) * seconds,
        peak=zone.peak,
        entered=zone.entered,
        left=zone.left,
        dwell=tuple(zone.dwell),
        dwell_s=(zone.dwell_s or 0.0) * sum(zone.dwell),
        **facts,  # type: ignore[arg-type]
    )
    return place, tally


def _zones(
    places: Iterable[Place], found: dict[str, dict[datetime, Tally]], start: datetime, end: datetime
) -> list[tuple[Place, Tally]]:
    zones = [place for place in places if place.kind is PlaceKind.ZONE]
    return [
        (place, row)
        for place in zones
        for row in series(place, found.get(place.name, {}), [(start, end)])
        if not row.is_gap
    ]


def _by_place(tallies: Iterable[Tally]) -> dict[str, dict[datetime, Tally]]:
    found: dict[str, dict[datetime, Tally]] = {}
    for tally in tallies:
        found.setdefault(tally.place, {})[tally.start] = tally
    return found
