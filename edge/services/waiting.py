"""The office learns from its log how long things take, sets the scene for an estimate, and keeps what it told.

One thread uses ``WaitingService.follow`` and ``scene``; estimates are made elsewhere and come back to ``Latest``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from edge.contracts.waiting import WaitQuarter
from edge.contracts.wire import encode
from edge.domain.events import Event, Stream
from edge.domain.replay import Recorded
from edge.domain.turns import Turn, TurnState
from edge.domain.waiting.accuracy import Calibration, Record, ToldRow, record, residual_class
from edge.domain.waiting.laws import Laws, age_weight, drift, laws
from edge.domain.waiting.learning import Day
from edge.domain.waiting.results import Result, Spread
from edge.domain.waiting.scene import Scene
from edge.domain.waiting.tallies import Tally, count, summed
from edge.services.context import Context
from edge.services.ports import Stores
from edge.services.scenes import plan_of, scene

LEARNED_FROM = timedelta(days=120)  # older days weigh next to nothing
BATCH = 2000  # rows of the log that are read at once
QUARTER = timedelta(minutes=15)
JUDGED_AFTER = timedelta(hours=1)


class Latest:
    """The newest estimates, as one immutable snapshot that any thread may read."""

    def __init__(self) -> None:
        self._result: Result | None = None

    def __call__(self) -> Result | None:
        """Return them; None until the first."""
        return self._result

    def put(self, result: Result) -> None:
        """Replace them."""
        self._result = result


@dataclass(frozen=True, slots=True)
class Asked:
    """All that an estimate is made from; it travels to another process."""

    scene: Scene
    laws: Laws
    calibration: Calibration


class WaitingService:
    """Use cases of waiting times."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._day = ""
        self._known = self._fresh_day()
        self._positions: Mapping[str, int] = {}
        self._past, self._days = Tally(), 1.0
        self._told: dict[str, ToldRow] = {}
        self._called: dict[str, datetime] = {}
        self._quarter: datetime | None = None

    # --- learning ---------------------------------------------------------------------------------------------------

    def follow(self) -> None:
        """Read what the log says since the last time; on a new day, or after a start, from the morning on."""
        today = self._context.day()
        with self._context.database.read() as stores:
            if today != self._day:
                self._begin(stores, today)
            while True:
                rows, self._positions = stores.waiting.events(self._positions, BATCH)
                for row in rows:
                    self._known.take(row)
                    self._note_call(row)
                if not rows:
                    return

    def missing_days(self) -> list[tuple[str, str]]:
        """Return (day, tally as JSON) of days that are over and have taught nothing yet."""
        found = []
        with self._context.database.read() as stores:
            for day in stores.waiting.days_without_tally(self._context.day())[-60:]:
                start, end = self.span(date.fromisoformat(day))
                known = self._fresh_day()
                for row in self.rows_between(stores, start, end):
                    known.take(row)
                _add_residuals(known.tally, stores.waiting.told(start, end))
                found.append((day, json.dumps(known.tally.document(), separators=(",", ":"))))
        return found

    def keep_day(self, day: str, body: str) -> None:
        """Keep what a day taught; the office learns from it at once."""
        with self._context.database.write() as uow:
            uow.waiting.put_tally(day, body)
            uow.commit()
        self._day = ""  # begin again with what is known now

    def asked(self) -> Asked:
        """Return the scene of now and the laws behind it."""
        now = self._context.now()
        usual_min = {s.id: float(s.minutes) for s in self._context.office().services.values()}
        learned = summed([(self._past, 1.0), (self._known.tally, 1.0)])
        usual = laws(learned, usual_min, days=self._days)
        today = drift(self._known.recent, usual, now)
        known = laws(learned, usual_min, days=self._days, drift=today)
        with self._context.database.read() as stores:
            hall = scene(self._context, stores, now, idle_since=self._known.idle_since, ready_at=self._known.ready_at)
        return Asked(hall, known, Calibration.of(self._past.residuals))

    def laws(self) -> Laws:
        """Return the laws behind all days that are kept: for suggestions and simulations."""
        usual_min = {s.id: float(s.minutes) for s in self._context.office().services.values()}
        with self._context.database.read() as stores:
            past, days = self._learned(stores)
        return laws(past, usual_min, days=days)

    # --- telling ----------------------------------------------------------------------------------------------------

    def record(self, result: Result) -> int:
        """Keep what *result* tells people for the first time or anew, and which calls came; one short transaction.

        A wait is told anew when the call has moved as far as notices think worth telling. Returns how many were told.
        """
        with self._context.database.read() as stores:
            waiting = {t.id: t for t in stores.turns.in_state(self._context.day(), [TurnState.WAITING])}
        rows = self._news(result, waiting)
        called = {turn: at for turn, at in self._called.items() if turn in self._told}
        quarter = self._quarter_over(result.at)
        if not rows and not called and quarter is None:
            self._called.clear()
            return 0
        with self._context.database.write() as uow:
            uow.waiting.tell(rows)
            uow.log.append(*(_first_told(row) for row in rows if row.n == 1))
            for turn, at in called.items():
                uow.waiting.came(turn, at)
            if quarter is not None:
                body = encode(self._quarter_body(uow, quarter))
                uow.telemetry.put("wait_quarter", self._context.office().id, quarter.isoformat(), body, result.at)
            uow.commit()
        self._called.clear()  # only now: what could not be written is noted the next time
        self._told |= {row.turn: row for row in rows}
        for turn in called:
            self._told.pop(turn, None)
        return len(rows)

    def accuracy(self, start: datetime, end: datetime) -> list[tuple[datetime, Record]]:
        """Return how good the estimates were, by the hour in which people were told."""
        with self._context.database.read() as stores:
            rows = stores.waiting.told(start, end)
        hours: dict[datetime, list[ToldRow]] = {}
        for row in rows:
            hours.setdefault(row.at.replace(minute=0, second=0, microsecond=0), []).append(row)
        return [(hour, good) for hour, found in sorted(hours.items()) if (good := record(found)) is not None]

    def overall(self, start: datetime, end: datetime) -> Record | None:
        """Return how good they were all in all."""
        with self._context.database.read() as stores:
            return record(stores.waiting.told(start, end))

    def pattern(self, weeks: int = 8) -> dict[tuple[int, int], dict[int, float]]:
        """Return waits of walk-ins of the last *weeks*, by weekday (0 = Monday) and hour: class -> turns."""
        found: dict[tuple[int, int], dict[int, float]] = {}
        since = date.fromisoformat(self._context.day()) - timedelta(weeks=weeks)
        with self._context.database.read() as stores:
            rows = stores.waiting.tallies(since.isoformat())
        for day, body in rows:
            for key, n in Tally.read(json.loads(body)).waits.items():
                hour, _, step = key.partition("/")
                classes = found.setdefault((date.fromisoformat(day).weekday(), int(hour)), {})
                classes[int(step)] = classes.get(int(step), 0.0) + n
        return found

    # --- below ------------------------------------------------------------------------------------------------------

    def _begin(self, stores: Stores, today: str) -> None:
        self._day, self._known = today, self._fresh_day()
        self._past, self._days = self._learned(stores)
        self._positions = stores.waiting.position_at(self.span(date.fromisoformat(today))[0])
        self._told = {row.turn: row for row in stores.waiting.latest(today)}
        self._called = {}

    def _learned(self, stores: Stores) -> tuple[Tally, float]:
        today = date.fromisoformat(self._context.day())
        rows = [
            (Tally.read(json.loads(body)), age_weight((today - date.fromisoformat(day)).days))
            for day, body in stores.waiting.tallies((today - LEARNED_FROM).isoformat())
        ]
        return summed(rows), max(1.0, sum(weight for _, weight in rows))

    def _fresh_day(self) -> Day:
        office = self._context.office()

        def usual(service: str) -> float:
            known = self._context.office().services.get(service)
            return float(known.minutes) if known else 10.0

        def planned(desk: str, at: datetime) -> bool:
            plan = plan_of(self._context.office(), desk, at)
            return plan is None or any(start <= at < end for start, end in plan)

        return Day(office.calendar.zone, usual, planned)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return the local *day* as two moments."""
        zone = self._context.office().calendar.zone
        start, end = (datetime.combine(d, time(), tzinfo=zone).astimezone(UTC) for d in (day, day + timedelta(days=1)))
        return start, end

    def rows_between(self, stores: Stores, start: datetime, end: datetime) -> list[Recorded]:
        """Return what the log says about turns and desks between two moments."""
        found: list[Recorded] = []
        positions = stores.waiting.position_at(start)
        while True:
            rows, positions = stores.waiting.events(positions, BATCH)
            found += [row for row in rows if row.at < end]
            if not rows or rows[-1].at >= end:
                return found

    def _note_call(self, row: Recorded) -> None:
        if row.type == "turn_called":
            self._called.setdefault(row.body["turn"], row.at)

    def _news(self, result: Result, waiting: Mapping[str, Turn]) -> list[ToldRow]:
        rows, far = [], self._context.office().notices.eta_moved
        for turn_id, spread in result.turns.items():
            turn, before = waiting.get(turn_id), self._told.get(turn_id)
            if turn is None:
                continue
            if before is None:
                rows.append(_row(turn, 1, result.at, spread))
            elif abs(_middle(result.at, spread) - _middle(before.at, before.spread)) > far:
                rows.append(_row(turn, before.n + 1, result.at, spread))
        return rows

    def _quarter_over(self, now: datetime) -> datetime | None:
        """Return the start of the quarter to judge, once each: the one that ended an hour ago, when calls have come."""
        start = now - (now - datetime.min.replace(tzinfo=UTC)) % QUARTER
        before, self._quarter = self._quarter, start
        return before - JUDGED_AFTER if before is not None and before != start else None

    def _quarter_body(self, stores: Stores, start: datetime) -> WaitQuarter:
        rows = stores.waiting.told(start, start + QUARTER)
        good = record(rows)
        return WaitQuarter(
            start=start,
            told=sum(row.n == 1 for row in rows),
            moved=sum(row.n > 1 for row in rows),
            came=good.turns if good else 0,
            mean_error_s=round(60 * good.mean_error) if good else None,
            bias_s=round(60 * good.bias) if good else None,
            covered=round(good.covered, 3) if good else None,
            waited_longer=round(good.waited_longer, 3) if good else None,
        )


def _middle(at: datetime, spread: Spread) -> datetime:
    return at + timedelta(seconds=spread.mid)


def _row(turn: Turn, n: int, at: datetime, spread: Spread) -> ToldRow:
    return ToldRow(turn.id, n, turn.day, at, turn.service, turn.queue, turn.due_at is not None, spread)


def _first_told(row: ToldRow) -> Event:
    body = {"turn": row.turn, "wait_s": int(row.spread.announced)}
    return Event(Stream.TURNS, "wait_told", row.at, "system", "", body)


def _add_residuals(tally: Tally, rows: Sequence[ToldRow]) -> None:
    for row in rows:
        if row.n == 1 and row.came_s is not None:
            key = residual_class(row.spread, row.came_s, booked=row.booked)
            if key:
                count(tally.residuals, key)
