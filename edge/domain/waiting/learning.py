"""What the log of a day teaches about times: followed event by event, so that nothing is read twice.

Times that cannot be true are flagged and left out: a service that was left open, undone, shorter than a greeting or
several times longer than usual (the agent forgot to finish).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from math import log

from edge.domain.replay import Recorded
from edge.domain.waiting.tallies import CLASS_MIN, WAIT_CLASSES, Moments, Tally, count, punctual_class, wait_class

MINUTE = timedelta(minutes=1)
SHORTEST_MIN = 0.35  # nobody is served in less than about twenty seconds
LONGEST_TIMES, LONGEST_MIN = 6.0, 45.0  # a service longer than both was not ended when it was over
ABSENT_MIN = 4.0  # a desk that takes longer to call somebody who waits was left alone
LONGEST_AWAY_MIN = 240.0
RECENT = 200  # services of today that tell how today differs
UNTRUE_OUTCOMES = frozenset({"left_open"})


@dataclass(slots=True)
class _Turn:
    queue: str
    service: str
    walk_in: bool
    due_at: datetime | None
    came_at: datetime | None = None
    since: datetime | None = None
    ready_at: datetime | None = None  # since when a desk could call it; None while none can
    called_at: datetime | None = None
    started_at: datetime | None = None
    desk: str = ""
    calls: int = 0
    spoilt: bool = False


@dataclass(frozen=True, slots=True)
class _Served:
    turn: str
    service: str
    minutes: float
    started_at: datetime
    learned: bool


@dataclass(slots=True)
class _Desk:
    open_since: datetime | None = None
    idle_since: datetime | None = None
    paused_at: datetime | None = None


@dataclass(slots=True)
class Day:
    """One day of one office as the log tells it. *usual_min*: what the catalogue says of a service."""

    zone: tzinfo
    usual_min: Callable[[str], float]
    planned: Callable[[str, datetime], bool] = lambda _desk, _at: True  # whether a desk ought to take people then
    tally: Tally = field(default_factory=Tally)
    recent: deque[tuple[datetime, str, float]] = field(default_factory=lambda: deque(maxlen=RECENT))
    _turns: dict[str, _Turn] = field(default_factory=dict)
    _desks: dict[str, _Desk] = field(default_factory=dict)
    _last: _Served | None = None  # the newest service time: an undo takes it back

    def take(self, row: Recorded) -> None:
        """Follow one event, in the order of the log; of types that say nothing about times nothing is kept."""
        if (follow := _FOLLOW.get(row.type)) is not None:
            follow(self, row)

    def idle_since(self, desk: str) -> datetime | None:
        """Return since when *desk* is open with nobody at it."""
        known = self._desks.get(desk)
        return known.idle_since if known else None

    def came_at(self, turn: str) -> datetime | None:
        """Return when the person of *turn* was seen to be here."""
        known = self._turns.get(turn)
        return known.came_at if known else None

    def ready_at(self, turn: str) -> datetime | None:
        """Return since when a desk could call *turn*: later than its seniority for who was sent on or came back."""
        known = self._turns.get(turn)
        return known.ready_at if known else None

    # --- turns ------------------------------------------------------------------------------------------------------

    def _issued(self, row: Recorded) -> None:
        body = row.body
        due = datetime.fromisoformat(body["due_at"]) if body.get("due_at") else None
        self._turns[body["turn"]] = _Turn(body["queue"], body["service"], due is None, due)

    def _arrived(self, row: Recorded) -> None:
        turn = self._turns.get(row.body["turn"])
        if turn is None:
            return
        turn.since = turn.came_at = turn.ready_at = row.at
        if turn.due_at is None:
            count(self.tally.came, f"{self._hour(row.at)}/{turn.service}")
        else:
            self.tally.booked += 1
            count(self.tally.punctual, punctual_class((row.at - turn.due_at) / MINUTE))

    def _stood_up(self, _: Recorded) -> None:
        self.tally.booked += 1
        self.tally.absent += 1

    def _called(self, row: Recorded) -> None:
        turn = self._turns.get(row.body["turn"])
        if turn is None or turn.since is None:
            return
        turn.called_at, turn.started_at, turn.desk = row.at, None, row.body.get("desk", "")
        turn.calls += 1
        if turn.calls == 1:
            self._waited(turn, row.at)
        desk = self._desks.setdefault(turn.desk, _Desk())
        if desk.idle_since is not None:
            waits_since = max(turn.since, turn.due_at or turn.since)
            gap = (row.at - max(desk.idle_since, waits_since)) / MINUTE
            if gap > ABSENT_MIN:
                self._was_away(gap)
            elif waits_since <= desk.idle_since:
                self.tally.turnaround.add(max(gap, 1 / 60))
        desk.idle_since = None

    def _waited(self, turn: _Turn, at: datetime) -> None:
        minutes = (at - (turn.since or at)) / MINUTE
        if turn.walk_in:
            key = wait_class(minutes)
            count(self.tally.calls, key)
            count(self.tally.waited, key, minutes)
            self.tally.waiting_min += minutes
            step = min(WAIT_CLASSES - 1, int(minutes // CLASS_MIN))
            count(self.tally.waits, f"{self._hour(turn.since or at)}/{step}")

    def _missed(self, row: Recorded) -> None:
        turn = self._turns.get(row.body["turn"])
        if turn is None or turn.called_at is None:
            return
        if turn.walk_in and turn.calls == 1 and turn.since is not None:
            count(self.tally.missed, wait_class((turn.called_at - turn.since) / MINUTE))
        self.tally.vain.add((row.at - turn.called_at) / MINUTE)
        self._idle(turn.desk, row.at)
        turn.called_at = None

    def _started(self, row: Recorded) -> None:
        turn = self._turns.get(row.body["turn"])
        if turn is None:
            return
        if turn.called_at is not None:
            self.tally.way.add(max((row.at - turn.called_at) / MINUTE, 1 / 60))
        turn.started_at = row.at

    def _ended(self, row: Recorded) -> None:
        turn = self._turns.get(row.body["turn"])
        if turn is None or turn.started_at is None:
            return
        minutes = (row.at - turn.started_at) / MINUTE
        learned = self._learn(turn.service, minutes, row.at, true=row.body.get("outcome", "") not in UNTRUE_OUTCOMES)
        self._last = _Served(row.body["turn"], turn.service, minutes, turn.started_at, learned)
        if row.type == "turn_transferred":
            count(self.tally.moved, f"{turn.service}>{row.body['service']}")
            turn.service, turn.queue = row.body["service"], row.body["queue"]
        turn.started_at = turn.called_at = None
        turn.ready_at = row.at if row.type in _SENT_ON else None
        self._idle(turn.desk, row.at)

    def _back(self, row: Recorded) -> None:
        """Note that somebody may be called again: back from hold or a missed call, or released by a closed desk."""
        if (turn := self._turns.get(row.body["turn"])) is not None:
            turn.ready_at = row.at

    def _delayed(self, row: Recorded) -> None:
        if (turn := self._turns.get(row.body["turn"])) is not None:
            turn.ready_at = datetime.fromisoformat(row.body["not_before"])

    def _undone(self, row: Recorded) -> None:
        """Take the time of a service back whose end was a mistake: it goes on."""
        last, turn = self._last, self._turns.get(row.body["turn"])
        ended = _FOLLOW.get(row.body.get("undone", "turn_completed")) is Day._ended
        if not ended or last is None or turn is None or last.turn != row.body["turn"]:
            return
        if last.learned:
            self.tally.served[last.service].plus(_one(last.minutes), -1)
            self.recent.pop()
        turn.started_at, self._last = last.started_at, None
        count(self.tally.flagged, last.service)
        if (desk := self._desks.get(turn.desk)) is not None:
            desk.idle_since = None

    def _cancelled(self, row: Recorded) -> None:
        turn = self._turns.get(row.body["turn"])
        if turn is None or turn.since is None:
            return
        if turn.called_at is not None:
            self._idle(turn.desk, row.at)
        elif turn.walk_in:
            self.tally.left += 1
            self.tally.waiting_min += (row.at - turn.since) / MINUTE

    def _refused(self, _: Recorded) -> None:
        self.tally.refused += 1

    def _learn(self, service: str, minutes: float, at: datetime, *, true: bool) -> bool:
        too_long = minutes > max(LONGEST_MIN, LONGEST_TIMES * self.usual_min(service))
        if not true or minutes < SHORTEST_MIN or too_long:
            count(self.tally.flagged, service)
            return False
        self.tally.served.setdefault(service, Moments()).add(minutes)
        self.recent.append((at, service, log(minutes)))
        return True

    # --- desks ------------------------------------------------------------------------------------------------------

    def _desk_open(self, row: Recorded) -> None:
        desk = self._desks.setdefault(row.body["desk"], _Desk())
        if desk.paused_at is not None:
            minutes = (row.at - desk.paused_at) / MINUTE
            if minutes <= LONGEST_AWAY_MIN and self.planned(row.body["desk"], desk.paused_at):
                self._was_away(minutes)
        desk.paused_at, desk.idle_since = None, row.at
        desk.open_since = desk.open_since or row.at

    def _desk_paused(self, row: Recorded) -> None:
        desk = self._desks.setdefault(row.body["desk"], _Desk())
        desk.paused_at, desk.idle_since = row.at, None

    def _desk_closed(self, row: Recorded) -> None:
        desk = self._desks.setdefault(row.body["desk"], _Desk())
        if desk.open_since is not None:
            self.tally.desk_min += (row.at - desk.open_since) / MINUTE
        self._desks[row.body["desk"]] = _Desk()

    def _was_away(self, minutes: float) -> None:
        self.tally.away.add(minutes)

    def _idle(self, desk: str, at: datetime) -> None:
        known = self._desks.get(desk)
        if known is not None and known.open_since is not None:
            known.idle_since = at

    def _hour(self, at: datetime) -> int:
        return at.astimezone(self.zone).hour


def _one(minutes: float) -> Moments:
    moments = Moments()
    moments.add(minutes)
    return moments


_SENT_ON = frozenset({"turn_transferred", "turn_deferred"})

_FOLLOW: Mapping[str, Callable[[Day, Recorded], None]] = {
    "turn_issued": Day._issued,
    "turn_arrived": Day._arrived,
    "turn_called": Day._called,
    "turn_started": Day._started,
    "turn_held": Day._ended,
    "turn_completed": Day._ended,
    "turn_transferred": Day._ended,
    "turn_deferred": Day._ended,
    "turn_resumed": Day._back,
    "turn_returned": Day._back,
    "turn_released": Day._back,
    "turn_delayed": Day._delayed,
    "turn_missed": Day._missed,
    "turn_undone": Day._undone,
    "turn_cancelled": Day._cancelled,
    "turn_refused": Day._refused,
    "appointment_no_show": Day._stood_up,
    "desk_open": Day._desk_open,
    "desk_paused": Day._desk_paused,
    "desk_closed": Day._desk_closed,
}
