"""What everybody sees, built afresh from the stores: the hall, a phone, a desk, the centre's live page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.contracts.board import BoardCall, BoardCode, BoardOccupancy, BoardSnapshot
from edge.contracts.counting import CapacityState
from edge.contracts.uplink import LiveState
from edge.domain.admission import Decision
from edge.domain.attention import Deed, undo_until
from edge.domain.calling import Choice, order
from edge.domain.desks import DeskSession, DeskState
from edge.domain.errors import NotFound
from edge.domain.occupancy import CapacityLevel
from edge.domain.office import Office, Service
from edge.domain.tokens import code_at
from edge.domain.turns import OPEN, Turn, TurnState
from edge.domain.waiting import Estimate
from edge.services.admission import decide
from edge.services.context import Context
from edge.services.devices import reachable
from edge.services.hall import Hall
from edge.services.order import Passed, Passings, pause_of
from edge.services.ports import Stores

CALLS_SHOWN = 6
UNCALLED_SHOWN = timedelta(minutes=10)
CODES_AHEAD = 5  # minutes that a display can rotate without the network


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn as its holder sees it."""

    turn: Turn
    ahead: int
    estimate: Estimate | None
    desk_label: str
    desk_zone: str
    wait_outside: bool
    seen_at: datetime
    before: tuple[Passed, ...] = ()  # who came later and was called first, the last of them first
    paused_until: datetime | None = None  # passed over until then, at the holder's wish
    may_pause: bool = False
    estimated_at: datetime | None = None  # of which moment the estimate is; None: of now, by the quick forecast
    come_by: datetime | None = None  # who is not here yet: until then the turn is kept
    uncalled: bool = False  # a call of a moment ago was taken back


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as somebody who has not taken a turn yet sees it; *estimate* is None without an open desk."""

    service: Service
    waiting: int
    estimate: Estimate | None
    decision: Decision
    estimated_at: datetime | None = None  # of which moment the estimate is; None: of now, by the quick forecast


@dataclass(frozen=True, slots=True)
class DeskView:
    """One desk as its agent sees it: the open call, and who would come next, first to last."""

    session: DeskSession
    current: Turn | None
    next: tuple[Choice, ...]
    paused: tuple[Turn, ...]  # who asked to be passed over for a while
    held: tuple[Turn, ...]
    missed: tuple[Turn, ...]
    remote: tuple[Turn, ...]
    deed: Deed | None  # what may still be taken back
    seen_at: datetime


class BoardService:
    """Read-only use cases."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def snapshot(self, *, seq: int, capacity: CapacityState, notices: dict[str, str]) -> BoardSnapshot:
        """Return the document of the hall display."""
        office, now = self._context.office(), self._context.now()
        with self._context.database.read() as stores:
            day = self._context.day()
            calls = stores.turns.recent_calls(day, CALLS_SHOWN)
            waiting = len(stores.turns.in_state(day, [TurnState.WAITING]))
            called = stores.turns.in_state(day, [TurnState.CALLED])
            ledger = stores.ledger.get()
        counted = bool(ledger.doors) or ledger.anchored_at is not None  # an office without cameras says nothing
        opening, upcoming = office.calendar.current(now), office.calendar.upcoming(now)
        return BoardSnapshot(
            office=office.id,
            title=office.title,
            languages=list(office.languages),
            zone=str(office.calendar.zone),
            seq=seq,
            generated_at=now,
            open=opening is not None,
            closes_at=opening.closes if opening else None,
            opens_at=upcoming.opens if upcoming and not opening else None,
            calls=[_board_call(office, turn) for turn in calls],
            waiting=waiting,
            codes=self._codes(now),
            join_url=f"{office.public_url}/t",
            occupancy=_board_occupancy(capacity) if counted else None,
            enter=[turn.code for turn in called],
            wait_outside=capacity.state == "full",
            notices=notices,
        )

    def turn(self, turn: Turn) -> TurnView:
        """Return *turn* as its holder sees it now."""
        with self._context.database.read() as stores:
            hall, full = Hall(self._context, stores), stores.ledger.get().level is CapacityLevel.FULL
            passings = Passings(self._context, stores, [turn])
        return _holder_view(hall, passings, turn, full=full)

    def open_turns(self) -> dict[str, TurnView]:
        """Return every open turn of today as its holder sees it now, by id: one reading for all phones."""
        with self._context.database.read() as stores:
            turns = stores.turns.in_state(self._context.day(), OPEN)
            hall, full = Hall(self._context, stores), stores.ledger.get().level is CapacityLevel.FULL
            passings = Passings(self._context, stores, turns)
        return {turn.id: _holder_view(hall, passings, turn, full=full) for turn in turns}

    def offers(self) -> tuple[Offer, ...]:
        """Return what somebody without a turn may ask for now: the wait of each service and whether it is taken."""
        with self._context.database.read() as stores:
            hall, level = Hall(self._context, stores), stores.ledger.get().level
        return tuple(_offer(hall, service, level) for service in hall.office.services.values())

    def desk(self, desk_id: str) -> DeskView:
        """Return what the agent at *desk_id* needs to know now."""
        office, now, day = self._context.office(), self._context.now(), self._context.day()
        office.desk(desk_id)
        with self._context.database.read() as stores:
            turns, session = stores.turns, stores.desks.get(desk_id)
            profile = office.work_profile(desk_id, session.profile)
            waiting = turns.in_state(day, [TurnState.WAITING])
            deed = stores.desks.deed(desk_id)
            return DeskView(
                session=session,
                current=turns.at_desk(desk_id),
                next=tuple(order(waiting, profile, now=now, policy=office.rules.policy)),
                paused=tuple(turn for turn in waiting if pause_of(turn, now) and profile.level(turn)),
                held=tuple(turns.in_state(day, [TurnState.ON_HOLD])),
                missed=tuple(turns.in_state(day, [TurnState.MISSED])),
                remote=tuple(turns.in_state(day, [TurnState.REMOTE])),
                deed=deed if deed and deed.before and now <= undo_until(deed, office.rules.undo_within) else None,
                seen_at=now,
            )

    def desks(self) -> list[DeskSession]:
        """Return the session of every desk of the office; closed where nobody has been today."""
        with self._context.database.read() as stores:
            return [stores.desks.get(desk) for desk in self._context.office().desks]

    def find(self, code: str) -> Turn:
        """Return today's turn with the *code* as printed or as people say it (``a5``); raise ``NotFound``."""
        with self._context.database.read() as stores:
            turn = stores.turns.by_code(self._context.day(), _printed(code))
        if turn is None:
            raise NotFound(f"no turn {code} today", code="unknown_code")
        return turn

    def live(self, *, capacity: CapacityState, backlog: int) -> LiveState:
        """Return the numbers of the centre's live page."""
        now = self._context.now()
        with self._context.database.read() as stores:
            counts = stores.turns.count(self._context.day())
            waiting = stores.turns.in_state(self._context.day(), [TurnState.WAITING])
            desks = [s for s in stores.desks.all() if s.state is DeskState.OPEN]
            devices = {d.device: d.state for d in reachable(stores.devices.all())}
        oldest = min((t.waiting_since for t in waiting if t.waiting_since), default=now)
        return LiveState(
            office=self._context.office().id,
            at=now,
            open=self._context.office().calendar.current(now) is not None,
            waiting=len(waiting),
            serving=counts.get(TurnState.SERVING, 0),
            desks_open=len(desks),
            issued_today=sum(counts.values()),
            completed_today=counts.get(TurnState.COMPLETED, 0),
            longest_wait_s=int((now - oldest) / timedelta(seconds=1)),
            people=capacity.people if capacity.is_counted else None,
            people_low=capacity.low if capacity.is_counted else None,
            people_high=capacity.high if capacity.is_counted else None,
            visitors=capacity.visitors if capacity.is_counted else None,
            capacity=capacity.capacity,
            capacity_state=capacity.state if capacity.is_counted else "unknown",
            count_health=capacity.health,
            backlog=backlog,
            devices={name: str(state) for name, state in devices.items()},
        )

    def overview(self) -> dict[str, dict[str, int]]:
        """Return, by queue, how many wait and how many desks serve; for the portal's first page."""
        with self._context.database.read() as stores:
            return {queue: self._queue_numbers(stores, queue) for queue in self._context.office().queues}

    def _queue_numbers(self, stores: Stores, queue: str) -> dict[str, int]:
        office = self._context.office()
        waiting = [t for t in stores.turns.in_state(self._context.day(), [TurnState.WAITING]) if t.queue == queue]
        open_desks = {s.desk for s in stores.desks.all() if s.state is DeskState.OPEN}
        serving = sum(queue in office.desks[d].queues for d in open_desks if d in office.desks)
        return {"waiting": len(waiting), "desks": serving}

    def _codes(self, now: datetime) -> list[BoardCode]:
        key, office = self._context.code_key, self._context.office().id
        slots = (code_at(key, office, now, ahead=ahead) for ahead in range(CODES_AHEAD))
        return [BoardCode(code=s.code, valid_from=s.valid_from, valid_until=s.valid_until) for s in slots]


def _offer(hall: Hall, service: Service, level: CapacityLevel) -> Offer:
    return Offer(
        service, hall.newcomer(service.queue)[1], hall.offered(service), decide(hall, service, level), hall.estimated_at
    )


def _printed(code: str) -> str:
    spoken = re.fullmatch(r"([A-Z]+)[\s-]*(\d{1,3})", plain := code.upper().strip())
    return f"{spoken[1]}{int(spoken[2]):03}" if spoken else plain


def _holder_view(hall: Hall, passings: Passings, turn: Turn, *, full: bool) -> TurnView:
    desk, pending = hall.office.desks.get(turn.desk), turn.state in (TurnState.WAITING, TurnState.REMOTE)
    return TurnView(
        turn=turn,
        ahead=hall.ahead(turn) if pending else 0,
        estimate=hall.wait(turn) if pending else None,
        desk_label=desk.label if desk else "",
        desk_zone=desk.zone if desk else "",
        wait_outside=full and turn.state is TurnState.WAITING,
        seen_at=hall.now,
        before=passings.of(turn),
        paused_until=pause_of(turn, hall.now),
        may_pause=turn.state is TurnState.WAITING and turn.delays < hall.office.rules.grace.delays,
        estimated_at=hall.estimated_at if pending else None,
        come_by=hall.office.rules.come_by(turn.created_at, turn.due_at) if turn.state is TurnState.REMOTE else None,
        uncalled=turn.uncalled_at is not None and hall.now - turn.uncalled_at <= UNCALLED_SHOWN,
    )


_ON_BOARD = {TurnState.CALLED: "called", TurnState.SERVING: "serving", TurnState.MISSED: "missed"}


def _board_call(office: Office, turn: Turn) -> BoardCall:
    desk = office.desks.get(turn.desk)
    called = turn.called_at or turn.created_at
    return BoardCall(
        call_id=f"{turn.id}-{called:%H%M%S%f}",
        code=turn.code,
        desk=desk.label if desk else turn.desk,
        zone=desk.zone if desk else "",
        called_at=called,
        recalls=turn.recalls,
        state=_ON_BOARD.get(turn.state, "done"),
    )


def _board_occupancy(capacity: CapacityState) -> BoardOccupancy:
    return BoardOccupancy(
        people=capacity.people, capacity=capacity.capacity, state=capacity.state, health=capacity.health
    )
