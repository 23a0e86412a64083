"""The hall at one moment: who waits, which desks are open, and when everybody would be called."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from itertools import takewhile

from edge.domain.desks import DeskSession, DeskState
from edge.domain.office import Service
from edge.domain.turns import Turn, TurnState
from edge.domain.waiting import Called, Estimate, OpenDesk, estimate, forecast
from edge.domain.waiting.results import Result, Spread
from edge.domain.waiting.scene import stand_in
from edge.services.context import Context
from edge.services.ports import Stores

UNKNOWN_SERVICE = timedelta(minutes=10)  # of a turn whose service the office no longer offers
STILL_BUSY = 0.25  # of the usual time: what a service that has outlasted it still takes
APPOINTMENTS_AHEAD = timedelta(hours=1)  # booked people who are counted before they are here
NEWCOMER = "newcomer"
STALE = timedelta(minutes=2)  # an older estimate is not told any more: the quick forecast is


class Hall:
    """A reading of the stores; every question is answered from it without another one."""

    def __init__(self, context: Context, stores: Stores) -> None:
        self.office, self.now = context.office(), context.now()
        self._told = fresh(context.estimates(), self.now)
        day = context.day()
        self.waiting = stores.turns.in_state(day, [TurnState.WAITING])
        self._here = frozenset(turn.id for turn in self.waiting)
        busy = {t.desk: t for t in stores.turns.in_state(day, [TurnState.CALLED, TurnState.SERVING])}
        sessions = {s.desk: s for s in stores.desks.all() if s.state is DeskState.OPEN}
        self._silent = frozenset(
            desk for desk, s in sessions.items() if desk not in busy and leaves_waiting(self._told, s)
        )
        self._desks = [
            OpenDesk(self.office.work_profile(desk, sessions[desk].profile), self._free_at(busy.get(desk)))
            for desk in self.office.desks
            if desk in sessions
        ]
        soon = self.now + APPOINTMENTS_AHEAD
        booked = stores.appointments.booked_between(self.now, soon)
        services = self.office.services
        self._expected = [
            stand_in(a.id, services[a.service].queue, a.service, a.slot_at, due_at=a.slot_at)
            for a in booked
            if a.service in services
        ]
        remote = stores.turns.in_state(day, [TurnState.REMOTE])
        self._expected += [
            stand_in(t.id, t.queue, t.service, t.due_at, due_at=t.due_at)
            for t in remote
            if t.due_at and t.due_at < soon
        ]
        self._newcomers: dict[str, tuple[datetime | None, int]] = {}

    @cached_property
    def _calls(self) -> list[Called]:
        """Who would be called when and where; made only for who asks: admission needs nothing but the newcomer."""
        return self._forecast([])

    @cached_property
    def _call_of(self) -> dict[str, Called]:
        return {call.turn.id: call for call in self._calls}

    @property
    def estimated_at(self) -> datetime | None:
        """Return of which moment the waits are, None when they are the quick forecast of now."""
        return self._told.at if self._told else None

    def desks(self, queue: str) -> int:
        """Return how many open desks serve *queue*; a paused desk does not count."""
        return sum(queue in desk.profile.queues for desk in self._desks)

    def is_silent(self, queue: str) -> bool:
        """Whether desks are open that serve *queue*, and none of them calls anybody although people wait."""
        serving = [desk.profile.desk for desk in self._desks if queue in desk.profile.queues]
        return bool(serving) and self._silent.issuperset(serving)

    def ahead(self, turn: Turn) -> int:
        """Return how many of those who are here would be called before *turn* by desks that could call it."""
        if (call := self._call_of.get(turn.id)) is not None:
            return self._before(call, self._calls)
        if turn.state is TurnState.WAITING:  # no open desk: nobody overtakes in a queue that stands
            return sum(t.queue == turn.queue and (t.seniority, t.id) < (turn.seniority, turn.id) for t in self.waiting)
        return self.newcomer(turn.queue)[1]

    def wait(self, turn: Turn) -> Estimate | None:
        """Return how long *turn* will wait from now, or None when no open desk serves it.

        Who is on the way is told what somebody would be told who came now: seniority begins with the arrival.
        """
        call = self._call_of.get(turn.id)
        start = call.at if call is not None else self.newcomer(turn.queue)[0]
        if start is None:
            return None
        spread = self._told.turns.get(turn.id) if self._told else None
        if spread is None and self._told and turn.due_at is None and self._joins_last(turn):
            spread = self._told.newcomers.get(turn.service)
        return self._ahead_of_us(spread) or estimate(start, self.ahead(turn), now=self.now)

    def offered(self, service: Service) -> Estimate | None:
        """Return how long somebody would wait who took a turn for *service* now, or None without an open desk."""
        start, before = self.newcomer(service.queue)
        if start is None:
            return None
        spread = self._told.newcomers.get(service.id) if self._told else None
        return self._ahead_of_us(spread) or estimate(start, before, now=self.now)

    def served(self, service: Service) -> timedelta:
        """Return how long *service* is taken to last: P75 of what was measured, else what the catalogue says."""
        known = self._told.served_s.get(service.id) if self._told else None
        return timedelta(seconds=known) if known else timedelta(minutes=service.minutes)

    def newcomer(self, queue: str) -> tuple[datetime | None, int]:
        """Return when somebody who joined *queue* now would be called, and how many who are here go before them.

        Without an open desk: how many wait in that queue.
        """
        if queue not in self._newcomers:
            somebody = stand_in(NEWCOMER, queue, "", self.now)
            calls = self._forecast([somebody])
            mine = next((call for call in calls if call.turn is somebody), None)
            in_queue = sum(t.queue == queue for t in self.waiting)
            self._newcomers[queue] = (mine.at, self._before(mine, calls)) if mine is not None else (None, in_queue)
        return self._newcomers[queue]

    def _joins_last(self, turn: Turn) -> bool:
        """Whether *turn* stands where a newcomer stood at the moment of the estimate."""
        if turn.state is TurnState.REMOTE:
            return True
        return self._told is not None and turn.state is TurnState.WAITING and turn.seniority >= self._told.at

    def _ahead_of_us(self, spread: Spread | None) -> Estimate | None:
        """Return *spread* as waits from now: some of it may have passed since the estimate."""
        if spread is None or self._told is None:
            return None
        passed = (self.now - self._told.at) / timedelta(seconds=1)
        waits = (spread.mid, spread.low, spread.high, spread.announced)
        return Estimate(*(timedelta(seconds=max(0.0, wait - passed)) for wait in waits))

    def _before(self, mine: Called, calls: list[Called]) -> int:
        """Return how many who are here are called before *mine* by desks that could call that turn instead.

        Who is called at the same moment by another desk goes first only where *mine*'s desk serves them too.
        """
        able = {number for number, desk in enumerate(self._desks) if desk.profile.level(mine.turn)}
        own = self._desks[mine.desk].profile
        return sum(
            call.desk in able and call.turn.id in self._here and (call.at < mine.at or own.level(call.turn) > 0)
            for call in takewhile(lambda call: call is not mine, calls)
        )

    def _forecast(self, more: list[Turn]) -> list[Called]:
        return forecast(
            [*self.waiting, *more],
            self._desks,
            coming=self._expected,
            now=self.now,
            policy=self.office.rules.policy,
            service_time=self._service_time,
        )

    def _service_time(self, turn: Turn) -> timedelta:
        service = self.office.services.get(turn.service)
        return timedelta(minutes=service.minutes) if service else UNKNOWN_SERVICE

    def _free_at(self, turn: Turn | None) -> datetime:
        if turn is None:
            return self.now
        usual = self._service_time(turn)
        return max((turn.started_at or self.now) + usual, self.now + usual * STILL_BUSY)


def leaves_waiting(told: Result | None, session: DeskSession) -> bool:
    """Whether the estimate *told* sees an open desk with nobody at it leave people waiting whom it could call.

    What it says of a desk that was closed or paused then says nothing of the desk that has been opened since.
    """
    since = told.away.get(session.desk) if told is not None else None
    is_same = since is not None and session.since is not None and since >= session.since
    return is_same and session.state is DeskState.OPEN


def fresh(result: Result | None, now: datetime) -> Result | None:
    """Return *result* while it may be told."""
    return result if result is not None and timedelta() <= now - result.at <= STALE else None
