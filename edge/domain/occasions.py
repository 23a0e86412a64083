"""When there is something to tell: what a change of a turn, the wait itself, or the calendar gives rise to.

A change tells at once, inside its own transaction. The wait is looked at every few seconds, always as it is now: after
an outage nothing of the past is told. What was told before decides what is news.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from edge.domain.ladder import NoticeRules
from edge.domain.notices import Notice, NoticeKind, NoticeState
from edge.domain.turns import Mode, Turn, TurnState

_K, _S = NoticeKind, TurnState
_WAITING = frozenset({_S.WAITING})
_COMING = frozenset({_S.WAITING, _S.REMOTE})
_OVER = frozenset({_S.CANCELLED, _S.EXPIRED, _S.CARRIED_OVER})

FITS: Mapping[NoticeKind, frozenset[TurnState]] = MappingProxyType(
    {
        _K.CONFIRMED: _COMING,
        _K.ETA_MOVED: _COMING,
        _K.NEAR: _WAITING,
        _K.COME_IN: _WAITING,
        _K.CALLED: frozenset({_S.CALLED}),
        _K.RECALLED: frozenset({_S.CALLED}),
        _K.DESK_CHANGED: frozenset({_S.CALLED}),
        _K.CALL_OFF: frozenset({_S.WAITING, _S.ON_HOLD}),
        _K.MISSED: frozenset({_S.MISSED}),
        _K.CANCELLED: _OVER,
        _K.EXPIRED: _OVER,
    }
)

CALL_LIVES = timedelta(minutes=5)
NEWS_LIVES = timedelta(minutes=10)
END_LIVES = timedelta(hours=1)
ANOTHER_DESK_WITHIN = timedelta(minutes=10)
SHORT_WAIT = timedelta(minutes=1)
OWN = frozenset({"phone", "chat"})  # actors of what the party did itself
REMINDER_LIVES = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something to tell; *key* is the same for the same news."""

    kind: NoticeKind
    key: str
    useful_until: datetime
    facts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the wait of one turn looks now. *call_at*: by then three of four such people are called (P75)."""

    turn: Turn
    ahead: int
    call_at: datetime | None
    outside: bool


def fits(kind: NoticeKind, state: TurnState | None) -> bool:
    """Whether *kind* is still news for a turn in *state*; what is not about a turn always is."""
    return kind not in FITS or state in FITS[kind]


def of_change(
    event: str, turn: Turn, told: Sequence[Notice], *, actor: str, place: tuple[str, str], now: datetime
) -> Occasion | None:
    """Return what the *event* of *turn* gives rise to; *place* is the label and the zone of its desk."""
    where = {"code": turn.code, "desk": place[0], "zone": place[1]}
    if turn.mode is Mode.VIDEO:
        where["way"] = str(Mode.VIDEO)  # nobody has to go to the desk
    called = turn.called_at or now
    match event:
        case "turn_called":
            kind = _K.DESK_CHANGED if _was_sent_elsewhere(turn, told, place[0], now) else _K.CALLED
            return Occasion(kind, f"call:{called.isoformat()}", now + CALL_LIVES, where | {"at": called.isoformat()})
        case "turn_recalled":
            return Occasion(_K.RECALLED, f"recall:{called.isoformat()}:{turn.recalls}", now + CALL_LIVES, where)
        case "turn_called_undone" | "turn_released" if turn.uncalled_at == now and _was_told_call(turn, told):
            return Occasion(_K.CALL_OFF, f"call_off:{now.isoformat()}", now + CALL_LIVES, {"code": turn.code})
        case "turn_missed":
            return Occasion(_K.MISSED, f"missed:{called.isoformat()}", now + NEWS_LIVES, {"code": turn.code})
        case "turn_cancelled" | "turn_expired" | "turn_carried_over" if actor not in OWN:
            kind = _K.CANCELLED if event == "turn_cancelled" else _K.EXPIRED
            return Occasion(kind, "over", now + END_LIVES, {"code": turn.code})
    return None


def of_wait(
    outlook: Outlook, told: Sequence[Notice], rules: NoticeRules, *, was_outside: bool, now: datetime
) -> list[Occasion]:
    """Return what the wait of one turn gives rise to now; *told*: the notices of it, in all states."""
    turn, facts = outlook.turn, _facts(outlook)
    mine = [notice for notice in told if notice.turn == turn.id]
    if turn.state not in _COMING:
        return []
    if turn.state in _WAITING and _is_near(outlook, rules, now) and not _was_told_near(mine, turn):
        return [Occasion(_K.NEAR, _near(turn), _until(outlook, now), facts)]
    first = not any(notice.kind in (_K.CONFIRMED, _K.NEAR) for notice in mine)
    confirmed = [Occasion(_K.CONFIRMED, "confirmed", now + NEWS_LIVES, facts)] if first else []
    return [*confirmed, *_let_in(outlook, was_outside=was_outside, now=now), *_moved(outlook, mine, rules, now)]


def reminders(slot_at: datetime, zone: ZoneInfo, rules: NoticeRules) -> Iterator[tuple[str, datetime]]:
    """Yield (key, moment) of each reminder of an appointment at *slot_at*.

    The one of the day before is an hour on the office's clock: at a skipped hour it runs when the gap ends, at a
    repeated hour the first time.
    """
    local = slot_at.astimezone(zone)
    if rules.remind_at:
        eve = datetime.combine(local.date() - timedelta(days=1), time.fromisoformat(rules.remind_at), zone)
        yield f"eve:{local.isoformat()}", _real(eve, zone)
    if rules.remind_before:
        yield f"soon:{local.isoformat()}", slot_at - rules.remind_before


def due_reminders(slot_at: datetime, zone: ZoneInfo, rules: NoticeRules, *, now: datetime) -> list[Occasion]:
    """Return the reminders whose moment has come and is not long past."""
    return [
        Occasion(_K.APPOINTMENT_REMINDER, key, min(at + REMINDER_LIVES, slot_at), {"at": slot_at.isoformat()})
        for key, at in reminders(slot_at, zone, rules)
        if at <= now < min(at + REMINDER_LIVES, slot_at)
    ]


def _real(local: datetime, zone: ZoneInfo) -> datetime:
    """Return *local* in UTC; for a wall time that the clock skips the moment at which the gap ends."""
    utc = local.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return utc
    moment = local.replace(fold=1).astimezone(UTC)  # by the later offset: still before the change
    before = moment.astimezone(zone).utcoffset()
    while moment.astimezone(zone).utcoffset() == before:
        moment += SHORT_WAIT
    return moment


def _facts(outlook: Outlook) -> dict[str, str]:
    by = {"eta": outlook.call_at.isoformat()} if outlook.call_at else {}
    return {"code": outlook.turn.code, "ahead": str(outlook.ahead), "delays": str(outlook.turn.delays), **by}


def _is_near(outlook: Outlook, rules: NoticeRules, now: datetime) -> bool:
    by_time = outlook.call_at is not None and outlook.call_at - now <= rules.lead
    return by_time or (outlook.call_at is not None and outlook.ahead <= rules.ahead)


def _was_told_near(told: Iterable[Notice], turn: Turn) -> bool:
    return any(notice.kind is _K.NEAR and notice.key == _near(turn) for notice in told)


def _near(turn: Turn) -> str:
    """Return the name of this wait: a transfer, a return or some more time begins another one."""
    return f"near:{turn.returns}:{turn.delays}:{turn.queue}"


def _until(outlook: Outlook, now: datetime) -> datetime:
    """Return how long "you are next" is of use: until the call, at least a minute."""
    return max(outlook.call_at or now + NEWS_LIVES, now + SHORT_WAIT)


def _let_in(outlook: Outlook, *, was_outside: bool, now: datetime) -> list[Occasion]:
    if not was_outside or outlook.outside:
        return []
    return [Occasion(_K.COME_IN, f"come_in:{now.isoformat()}", now + NEWS_LIVES, _facts(outlook))]


def _moved(outlook: Outlook, told: Iterable[Notice], rules: NoticeRules, now: datetime) -> list[Occasion]:
    """Return the news of an hour that has moved, against the last one that was told or is about to be."""
    said = [(n.created_at, n.facts["eta"]) for n in told if "eta" in n.facts and (n.is_pending or n.was_told)]
    if not said or outlook.call_at is None:
        return []
    last = datetime.fromisoformat(max(said)[1])
    if abs(outlook.call_at - last) <= rules.eta_moved:
        return []
    key = f"eta:{outlook.call_at.isoformat()}"
    return [Occasion(_K.ETA_MOVED, key, now + NEWS_LIVES, _facts(outlook))]


def _was_told_call(turn: Turn, told: Iterable[Notice]) -> bool:
    """Whether the last thing that the party was told is that it is called; what may have gone out counts."""
    gone = [n for n in told if n.turn == turn.id and (n.was_told or n.state is NoticeState.SENDING)]
    last = max(gone, key=lambda notice: notice.created_at, default=None)
    return last is not None and last.kind in (_K.CALLED, _K.RECALLED, _K.DESK_CHANGED)


def _was_sent_elsewhere(turn: Turn, told: Iterable[Notice], desk: str, now: datetime) -> bool:
    """Whether the party was sent to another desk a moment ago and has not been attended to since."""
    calls = [n for n in told if n.turn == turn.id and n.kind in (_K.CALLED, _K.DESK_CHANGED)]
    last = max(calls, key=lambda notice: notice.created_at, default=None)
    if last is None or now - last.created_at > ANOTHER_DESK_WITHIN:
        return False
    served = turn.started_at is not None and turn.started_at > last.created_at
    return not served and last.facts.get("desk", desk) != desk
