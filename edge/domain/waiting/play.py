"""One day played forward: desks take people by their ranks until everybody asked about has been called.

Pure arithmetic on numbers that were drawn before; times are seconds from now. It is the one loop behind the
waiting-time estimate and the what-if simulator, and runs some thousand calls in a few milliseconds.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

NEVER = inf
_NOBODY = 1 << 60  # a rank that is worse than any


@dataclass(frozen=True, slots=True)
class Board:
    """What all runs share. Persons, groups and desks are numbered; a group is who is served by the same desks."""

    ranks: Sequence[int]
    changes: Sequence[tuple[float, int, int, int]]  # when, person, rank and group from then on
    owner: Sequence[int]
    group: Sequence[int]  # of each person
    groups: int
    present: Sequence[int]  # persons who wait from the start
    wanted: frozenset[int]  # persons about whom somebody asks; the run ends when all are called
    serves: Sequence[tuple[tuple[int, int], ...]]  # of each desk: group, and what its level adds to a rank
    windows: Sequence[tuple[tuple[float, float], ...]]  # of each desk, in order
    probes: Sequence[int] = ()  # persons who only ask when they would be called; nobody waits for them


@dataclass(slots=True)
class Run:
    """What chance gives one run, by person or by desk. ``play`` uses it up."""

    joins: list[tuple[float, int]]  # who comes later; a heap
    busy: list[float]  # how long a desk is taken by each person
    leaves: Sequence[float]  # when a person goes and says so
    ghosts: Sequence[float]  # from when on a person is gone and nobody knows: the call is in vain
    vain_s: float  # how long a desk waits for who does not come
    free: Sequence[float]  # when each desk first takes somebody
    away: list[float]  # when each desk is next left alone, and for how long
    away_s: Sequence[float]
    moves: dict[int, tuple[int, float]]  # transfers: person -> (group, time at the second desk)
    groups: dict[int, int]  # persons who join another group than the board's


def play(board: Board, run: Run) -> list[float | None]:  # noqa: C901, PLR0912, PLR0915 - one hot loop: calls cost time
    """Play *run* over *board*; return when each person was called, None for who was not.

    Nobody is called before joining, and nobody twice but by a transfer, of which the first call counts. A desk whose
    window is over finishes whom it has and comes back with its next window.
    """
    owner, group, serves, windows = board.owner, board.group, board.serves, board.windows
    changes, wanted, probes = board.changes, board.wanted, board.probes
    joins, busy, leaves, ghosts = run.joins, run.busy, run.leaves, run.ghosts
    away, away_s, moves, vain_s = run.away, run.away_s, run.moves, run.vain_s
    push, pop = heapq.heappush, heapq.heappop
    rank, where = list(board.ranks), list(group)
    in_line = bytearray(len(rank))
    sent = set(run.groups)
    for person, number in run.groups.items():
        where[person] = number
    lines: list[list[int]] = [[] for _ in range(board.groups)]
    for person in board.present:
        lines[group[person]].append(rank[person])
        in_line[person] = 1
    for line in lines:
        line.sort()  # a sorted list is a heap
    called: list[float | None] = [None] * len(rank)
    asked = [[(p, added) for p in probes for number, added in rows if number == group[p]] for rows in serves]
    served = [frozenset(number for number, _ in rows) for rows in serves]
    window, idle = [0] * len(serves), set[int]()
    free = [(max(at, windows[desk][0][0]), desk) for desk, at in enumerate(run.free) if windows[desk]]
    heapq.heapify(free)
    todo, change, change_at = len(wanted) + len(probes), 0, changes[0][0] if changes else NEVER
    while todo > 0 and (free or joins):
        if joins and (not free or joins[0][0] <= free[0][0]):
            at, person = pop(joins)
            number = where[person]
            push(lines[number], rank[person])
            in_line[person] = 1
            if idle:
                for desk in [d for d in idle if number in served[d]]:
                    idle.remove(desk)
                    push(free, (at, desk))
            continue
        at, desk = pop(free)
        if at >= windows[desk][window[desk]][1]:
            window[desk] += 1
            if window[desk] < len(windows[desk]):
                push(free, (max(at, windows[desk][window[desk]][0]), desk))
            continue
        if at >= away[desk]:
            back = away[desk] + away_s[desk]
            away[desk] = NEVER
            push(free, (max(at, back), desk))
            continue
        while change_at <= at:
            _, person, place, number = changes[change]
            rank[person] = place
            if person not in sent:
                where[person] = number
            if in_line[person]:
                push(lines[where[person]], place)
            change += 1
            change_at = changes[change][0] if change < len(changes) else NEVER
        best, head = _NOBODY, None
        for number, added in serves[desk]:
            line = lines[number]
            while line:
                place = line[0]
                person = owner[place]
                if not in_line[person] or rank[person] != place or where[person] != number:
                    pop(line)
                elif leaves[person] <= at:
                    pop(line)
                    in_line[person] = 0
                    todo -= person in wanted and called[person] is None
                else:
                    if place + added < best:
                        best, head = place + added, line
                    break
        for person, added in asked[desk]:
            if called[person] is None and rank[person] + added < best:
                called[person] = at
                todo -= 1
        if head is None:
            idle.add(desk)
            continue
        person = owner[pop(head)]
        in_line[person] = 0
        if called[person] is None:
            called[person] = at
            todo -= person in wanted
        if at >= ghosts[person]:
            push(free, (at + vain_s, desk))
            continue
        over = at + busy[person]
        push(free, (over, desk))
        if moves and person in moves:
            where[person], busy[person] = moves.pop(person)
            sent.add(person)
            push(joins, (over, person))
    return called
