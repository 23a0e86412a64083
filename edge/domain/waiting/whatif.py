"""What would have been: a day of the office's own log played again by the calling rules, with something changed.

People come when they came and need what they needed; desks are open when they were, less what is taken away. Before
and after are both played, so that only the change makes the difference. Who gave the turn back does so at the same
hour; nobody else loses patience, and nobody comes because it is faster.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from edge.domain.calling import OWN_WORK, Policy, WorkProfile
from edge.domain.shifts import Window, without
from edge.domain.waiting.laws import Laws
from edge.domain.waiting.play import NEVER, Board, Run, play
from edge.domain.waiting.scene import stand_in
from edge.domain.waiting.standing import standing
from edge.domain.waiting.story import Guest, Story

SECOND = timedelta(seconds=1)
ENOUGH = 10  # services: a day with fewer says nothing
_ROUNDS = 6  # of taking out who would have been refused


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides besides the people: how the office calls, and whom it gives no turn."""

    policy: Policy
    closes: datetime
    longest_wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed. *shut*: desk -> when it takes nobody; *fewer*: (how many, when): the last ones to open go."""

    shut: Mapping[str, Sequence[Window]] = field(default_factory=dict)
    fewer: tuple[int, Window] | None = None
    slot: timedelta | None = None  # appointments begin on a grid of this length
    rules: Rules | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One way the day goes. Waits of walk-ins and delays of appointments in minutes, in the order of arrival."""

    waits: tuple[float, ...]
    delays: tuple[float, ...]
    refused: int  # walk-ins who would be given no turn, or not finish before closing
    left: int

    @property
    def within(self) -> dict[int, float]:
        """Return the share of walk-ins called within 10, 15 and 25 minutes."""
        n = len(self.waits) or 1
        return {minutes: sum(wait <= minutes for wait in self.waits) / n for minutes in (10, 15, 25)}


def play_day(
    story: Story, profiles: Mapping[str, WorkProfile], rules: Rules, laws: Laws, change: Change | None = None
) -> Answer:
    """Return how the day of *story* goes with *change*; None: as it was."""
    change = change or Change()
    rules = change.rules or rules
    guests = [_moved(guest, change.slot) for guest in story.guests if guest.came_at is not None]
    desks = {desk: without(rows, change.shut.get(desk, ())) for desk, rows in story.open.items() if desk in profiles}
    if change.fewer is not None:
        desks = _fewer(desks, *change.fewer)
    refused: set[str] = set()
    called: dict[str, datetime] = {}
    for _ in range(_ROUNDS):
        here = [guest for guest in guests if guest.id not in refused]
        called = _called(here, desks, profiles, rules, laws)
        over = {guest.id for guest in here if _would_be_refused(guest, called.get(guest.id), rules, laws)}
        if not over:
            break
        refused |= over
    return _answer([guest for guest in guests if guest.id not in refused], called, len(refused))


def _answer(guests: Sequence[Guest], called: Mapping[str, datetime], refused: int) -> Answer:
    minute = timedelta(minutes=1)
    reached = [(guest, called[guest.id]) for guest in guests if guest.id in called and guest.came_at is not None]
    return Answer(
        waits=tuple((at - (g.came_at or at)) / minute for g, at in reached if g.due_at is None),
        delays=tuple(
            max(0.0, (at - max(g.came_at or at, g.due_at)) / minute) for g, at in reached if g.due_at is not None
        ),
        refused=refused,
        left=len(guests) - len(reached),
    )


def _called(
    guests: Sequence[Guest],
    desks: Mapping[str, Sequence[Window]],
    profiles: Mapping[str, WorkProfile],
    rules: Rules,
    laws: Laws,
) -> dict[str, datetime]:
    """Return when each of *guests* is called."""
    if not guests or not any(desks.values()):
        return {}
    start = min(guest.came_at for guest in guests if guest.came_at is not None)
    turns = [stand_in(g.id, g.queue, g.service, g.came_at or start, due_at=g.due_at) for g in guests]
    turns = [replace(turn, waiting_since=guest.came_at) for turn, guest in zip(turns, guests, strict=True)]
    names = sorted(desk for desk, rows in desks.items() if rows)
    rows = [profiles[name] for name in names]
    places = standing(turns, rows, now=start, policy=rules.policy)
    worse = len(places.owner) + 1
    joins = [((guest.came_at or start) - start) / SECOND for guest in guests]
    heap = list(zip(joins, range(len(guests)), strict=True))
    heapq.heapify(heap)
    board = Board(
        ranks=places.ranks,
        changes=places.changes,
        owner=places.owner,
        group=places.group,
        groups=len(places.levels),
        present=(),
        wanted=frozenset(range(len(guests))),
        serves=[
            tuple((n, (row[d] - OWN_WORK) * worse) for n, row in enumerate(places.levels) if row[d])
            for d in range(len(rows))
        ],
        windows=[tuple(((a - start) / SECOND, (b - start) / SECOND) for a, b in desks[name]) for name in names],
    )
    run = Run(
        joins=heap,
        busy=[_busy_s(guest, laws) for guest in guests],
        leaves=[NEVER if guest.left_at is None else (guest.left_at - start) / SECOND for guest in guests],
        ghosts=[-NEVER if guest.in_vain and guest.busy is None else NEVER for guest in guests],
        vain_s=60 * (laws.vain.mean + laws.turnaround.mean),
        free=[0.0] * len(names),
        away=[NEVER] * len(names),
        away_s=[0.0] * len(names),
        moves={},
        groups={},
    )
    found = play(board, run)
    return {g.id: start + timedelta(seconds=at) for g, at in zip(guests, found, strict=True) if at is not None}


def _busy_s(guest: Guest, laws: Laws) -> float:
    between = 60 * laws.turnaround.mean
    if guest.busy is not None:
        return guest.busy / SECOND + between
    return 60 * (laws.service(guest.service).mean + laws.way.mean) + between


def _would_be_refused(guest: Guest, at: datetime | None, rules: Rules, laws: Laws) -> bool:
    if guest.due_at is not None or guest.left_at is not None:
        return False
    if at is None or guest.came_at is None:
        return True
    too_long = rules.longest_wait is not None and at - guest.came_at > rules.longest_wait
    return too_long or at + timedelta(seconds=_busy_s(guest, laws)) > rules.closes


def _moved(guest: Guest, slot: timedelta | None) -> Guest:
    """Return *guest* with the appointment moved to a grid of *slot*; the person comes as early or late as before."""
    if slot is None or guest.due_at is None or guest.came_at is None:
        return guest
    midnight = guest.due_at.replace(hour=0, minute=0, second=0, microsecond=0)
    shift = (guest.due_at - midnight) % slot
    return replace(guest, due_at=guest.due_at - shift, came_at=guest.came_at - shift)


def _fewer(desks: Mapping[str, Sequence[Window]], number: int, when: Window) -> dict[str, list[Window]]:
    """Return *desks* without *number* of those that work then: those that opened last."""
    working = [desk for desk, rows in desks.items() if any(a < when[1] and b > when[0] for a, b in rows)]
    gone = sorted(working, key=lambda desk: (min(a for a, _ in desks[desk]), desk))[-number:] if number else []
    return {desk: without(rows, [when] if desk in gone else []) for desk, rows in desks.items()}
