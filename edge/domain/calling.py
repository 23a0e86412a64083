"""Who is called next. The same function serves the desk, the waiting-time estimate and the what-if simulator.

``rule_of`` says under which rule a turn would be called, ``sort_key`` puts two turns in order; nothing else decides.
``order`` and ``choose`` apply them to a list, ``Lines`` to sorted lines of which only the heads are compared: the same
answer, thousands of times a second. The order of the rules is that of ``RANK``; docs/turns.md says why.

A desk is given what its work profile serves. Level 1 is its own work; level 2 is help: it comes when nobody of level 1
waits, or as level 1 once it has waited for ``Policy.help_after``.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from edge.domain.turns import Mode, Turn, TurnState

RULE_TRANSFERRED_FIRST = "transferred_first"
RULE_PRIORITY = "priority"
RULE_WALK_IN_AGED = "walk_in_aged"
RULE_APPOINTMENT_DUE = "appointment_due"
RULE_LONGEST_WAITING = "longest_waiting"
RULE_APPOINTMENT_EARLY = "appointment_early"

RULE_CHOSEN_BY_AGENT = "chosen_by_agent"  # these two are no place in the order: somebody asked for this person
RULE_BACK_FROM_HOLD = "back_from_hold"

RANK: Mapping[str, int] = MappingProxyType(
    {
        RULE_TRANSFERRED_FIRST: 0,  # in the middle of their business: sent on by a colleague, to be first there
        RULE_PRIORITY: 1,  # given by staff, with a reason
        RULE_WALK_IN_AGED: 2,  # only where the office caps how long a walk-in may be passed over
        RULE_APPOINTMENT_DUE: 3,  # Madrid's published rule: a due appointment before whoever has none
        RULE_LONGEST_WAITING: 4,
        RULE_APPOINTMENT_EARLY: 5,
    }
)

OWN_WORK, HELP = 1, 2  # levels of a work profile; 0 is "not served"

Place = tuple[int, datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class Policy:
    """How the office wants its people called. ``None`` switches a rule off."""

    due_lead: timedelta = timedelta()  # an appointment counts as due this long before its slot
    walk_in_cap: timedelta | None = None  # who has waited longer without an appointment goes before due ones
    help_after: timedelta | None = None  # who has waited longer is the work of whoever can help


@dataclass(frozen=True, slots=True)
class WorkProfile:
    """What one desk is given, with who sits there.

    *queues*: all that waits there is the desk's own work. *skills*: service -> level where that differs (0: never).
    """

    queues: frozenset[str]
    skills: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    modes: frozenset[str] = frozenset({Mode.PRESENCIAL})
    desk: str = ""
    auto_call: timedelta | None = None  # after being idle for so long the desk calls by itself

    def level(self, turn: Turn) -> int:
        """Return the level at which the desk serves *turn*: 1 or 2, or 0 when it does not."""
        if turn.mode not in self.modes or (turn.target and turn.target != self.desk):
            return 0
        return self.skills.get(turn.service, OWN_WORK if turn.queue in self.queues else 0)


@dataclass(frozen=True, slots=True)
class Choice:
    """The turn to call, the rule that chose it, how many were eligible, and the level at which it is served."""

    turn: Turn
    rule: str
    eligible: int
    level: int = OWN_WORK


def order(waiting: Iterable[Turn], profile: WorkProfile, *, now: datetime, policy: Policy) -> list[Choice]:
    """Return the turns that a desk with *profile* would call, first to last, each with its rule."""
    able = [(level, t) for t in waiting if can_be_called(t, now) and (level := profile.level(t))]
    ranked = sorted((call_key(level, t, now, policy), level, n) for n, (level, t) in enumerate(able))
    return [Choice(able[n][1], rule_of(able[n][1], now, policy), len(able), level) for _, level, n in ranked]


def choose(waiting: Iterable[Turn], profile: WorkProfile, *, now: datetime, policy: Policy) -> Choice | None:
    """Return whom to call next, or None when nobody waits for this desk."""
    ranked = order(waiting, profile, now=now, policy=policy)
    return ranked[0] if ranked else None


def can_be_called(turn: Turn, now: datetime) -> bool:
    """Whether *turn* takes part at *now*: it waits, and has not asked to be passed over for a while."""
    return (
        turn.state is TurnState.WAITING
        and turn.waiting_since is not None
        and (turn.not_before is None or turn.not_before <= now)
    )


def rule_of(turn: Turn, now: datetime, policy: Policy) -> str:
    """Return the rule under which *turn* would be called at *now*."""
    if turn.first:
        return RULE_TRANSFERRED_FIRST
    if turn.priority:
        return RULE_PRIORITY
    if turn.due_at is not None and turn.place_at is None:
        return RULE_APPOINTMENT_DUE if turn.due_at - policy.due_lead <= now else RULE_APPOINTMENT_EARLY
    if policy.walk_in_cap is not None and now - place_of(turn) > policy.walk_in_cap:
        return RULE_WALK_IN_AGED
    return RULE_LONGEST_WAITING


def place_of(turn: Turn) -> datetime:
    """Return the time that orders *turn* among those of its rule: its place, its slot, or since when it waits."""
    if turn.place_at is not None:
        return turn.place_at
    if turn.due_at is not None and not turn.first and not turn.priority:
        return turn.due_at
    return turn.seniority


def sort_key(rule: str, turn: Turn) -> Place:
    """Return what orders turns under their rules: the smallest is called first; no two are equal."""
    return RANK[rule], place_of(turn), turn.seniority, turn.id


def call_key(level: int, turn: Turn, now: datetime, policy: Policy) -> tuple[int, Place]:
    """Return what orders turns for a desk that serves them at *level*: own work, then help; then ``sort_key``."""
    if level > OWN_WORK and policy.help_after is not None and now - place_of(turn) >= policy.help_after:
        level = OWN_WORK
    return level, sort_key(rule_of(turn, now, policy), turn)


_Line = list[tuple[Place, Turn]]  # a heap: who has the best place first
_Group = tuple[int, ...]  # at which level each desk serves it


class Lines:
    """Who waits, sorted, for desks that are known from the start. Takes people out; time never goes back.

    A line holds turns that every desk serves alike and whose order among themselves never changes, so the next person
    of a desk is the best of a few heads: people favoured, appointments by slot, walk-ins by place.
    """

    def __init__(self, profiles: Sequence[WorkProfile], policy: Policy, turns: Iterable[Turn] = ()) -> None:
        self._profiles, self._policy = profiles, policy
        self._groups: dict[tuple[str, str, str, str], _Group] = {}
        self._lines: dict[tuple[_Group, int], _Line] = {}
        self._served: list[list[tuple[int, _Line]]] = [[] for _ in profiles]
        self._later: list[tuple[datetime, str, Turn]] = []  # a heap: who can be called only from then on
        for turn in turns:
            self.join(turn)

    def join(self, turn: Turn, at: datetime | None = None) -> None:
        """Let *turn* take part: from *at* on (somebody on the way), else at once or when its own delay is over."""
        since = at if at is not None else turn.not_before
        if since is None:
            self._add(turn)
        else:
            heapq.heappush(self._later, (since, turn.id, turn))

    def take(self, desk: int, now: datetime) -> Turn | None:
        """Take out whom the desk with that number in *profiles* would call at *now*; None when nobody waits for it."""
        while self._later and self._later[0][0] <= now:
            self._add(heapq.heappop(self._later)[2])
        best: _Line | None = None
        best_key: tuple[int, Place] | None = None
        for level, line in self._served[desk]:
            if line:
                key = call_key(level, line[0][1], now, self._policy)
                if best_key is None or key < best_key:
                    best, best_key = line, key
        return heapq.heappop(best)[1] if best is not None else None

    def next_arrival(self, desk: int) -> datetime | None:
        """Return when the next of those who cannot be called yet becomes somebody for this desk."""
        profile = self._profiles[desk]
        return min((at for at, _, turn in self._later if profile.level(turn)), default=None)

    def copy(self) -> Lines:
        """Return lines with the same people, to play forward apart from these."""
        twin = Lines(self._profiles, self._policy)
        twin._groups = dict(self._groups)
        twin._later = self._later.copy()
        for (group, kind), line in self._lines.items():
            twin._line(group, kind).extend(line)
        return twin

    def _add(self, turn: Turn) -> None:
        slot = turn.due_at is not None and turn.place_at is None
        kind = 0 if turn.first else 1 if turn.priority else 2 if slot else 3
        place = (0, place_of(turn), turn.seniority, turn.id)  # one kind, one rank: only the place tells them apart
        heapq.heappush(self._line(self._group(turn), kind), (place, turn))

    def _group(self, turn: Turn) -> _Group:
        kind = (turn.queue, turn.service, turn.mode, turn.target)
        group = self._groups.get(kind)
        if group is None:
            group = self._groups[kind] = tuple(profile.level(turn) for profile in self._profiles)
        return group

    def _line(self, group: _Group, kind: int) -> _Line:
        line = self._lines.get((group, kind))
        if line is None:
            line = self._lines[group, kind] = []
            for desk, level in enumerate(group):
                if level:
                    self._served[desk].append((level, line))
        return line
