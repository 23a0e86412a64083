"""The waiting-time estimate: the calling rules played forward many times, with chance drawn from the learned laws.

One set of runs serves everybody who waits, and the people who would come now, at once. Quiq's router and Ibrahim and
Whitt's findings (M&SOM 2009) point the same way: with skills, priorities and appointments a simulation of the own rules
knows more than any formula.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from datetime import timedelta
from math import exp

from edge.domain.calling import OWN_WORK
from edge.domain.turns import Turn, TurnState
from edge.domain.waiting.chance import Chance, remaining
from edge.domain.waiting.estimate import Z75
from edge.domain.waiting.laws import Law, Laws, arrival_offsets, share_still_to_come
from edge.domain.waiting.play import NEVER, Board, Run, play
from edge.domain.waiting.results import LEVELS, Result, Spread
from edge.domain.waiting.scene import DeskNow, Scene, stand_in
from edge.domain.waiting.standing import standing

SECOND = timedelta(seconds=1)
_MOST_TO_COME = 40  # walk-ins that are imagined behind waiting appointments
_HORIZON = timedelta(hours=1)


def simulate(scene: Scene, laws: Laws, chance: Chance) -> Result:
    """Return when everybody in *scene* is called."""
    cast = _Cast(scene, laws, chance)
    times: list[list[float]] = [[] for _ in cast.people]
    for number in range(chance.runs):
        for person, at in enumerate(play(cast.board, cast.run(number))):
            if at is not None:
                times[person].append(at)
    enough = chance.runs * 0.3
    spreads = {
        person: _spread(times[person]) for person in (*cast.asked, *cast.board.probes) if len(times[person]) > enough
    }
    return Result(
        scene.now,
        {cast.people[p].id: spreads[p] for p in cast.asked if p in spreads},
        {t.service: spreads[p] for t, p in cast.newcomers if p in spreads},
        chance.runs,
        {service: _late_s(law, laws) for service, law in laws.services.items()},
        {desk.profile.desk: desk.away_since for desk in scene.desks if desk.away_since is not None},
    )


def _late_s(law: Law, laws: Laws) -> float:
    return 60 * (law.quantile(Z75) * exp(laws.drift.mu) + laws.way.mean)


def _spread(times: list[float]) -> Spread:
    times.sort()
    return Spread(*(_level(times, level) for level in LEVELS))


def _level(ordered: Sequence[float], level: float) -> float:
    """Return the quantile of *ordered* values, between two of them by their distance (Hazen's rule)."""
    at = level * len(ordered) - 0.5
    if at <= 0:
        return ordered[0]
    below = int(at)
    if below + 1 >= len(ordered):
        return ordered[-1]
    return ordered[below] + (at - below) * (ordered[below + 1] - ordered[below])


class _Cast:
    """Who plays: numbered persons, groups and desks, and everything that chance decides, by person and run."""

    def __init__(self, scene: Scene, laws: Laws, chance: Chance) -> None:
        self._scene, self._laws, self._chance = scene, laws, chance
        later = _imagined(scene, laws)
        first = len(scene.waiting)
        probes = list({self._served_by(turn): turn for turn in reversed(scene.newcomers)}.values())
        at_desk = [desk.turn for desk in scene.desks if desk.turn is not None]  # who may be sent on to somebody else
        self.people = [*scene.waiting, *scene.booked, *later, *at_desk, *probes]
        self._coming = range(first, first + len(scene.booked) + len(later))
        self.asked = range(first)
        start = self._coming.stop + len(at_desk)
        by_group = {self._served_by(turn): start + n for n, turn in enumerate(probes)}
        self.newcomers = [(turn, by_group[self._served_by(turn)]) for turn in scene.newcomers]
        profiles = [desk.profile for desk in scene.desks]
        places = standing(self.people, profiles, now=scene.now, policy=scene.policy)
        self._groups = {_kind(turn): number for turn, number in zip(self.people, places.group, strict=True)}
        worse = len(places.owner) + 1  # what help adds: any own work comes before it
        self.board = Board(
            ranks=places.ranks,
            changes=places.changes,
            owner=places.owner,
            group=places.group,
            groups=len(places.levels),
            present=[p for p in self.asked if _may_be_called(scene.waiting[p], scene)],
            wanted=frozenset(p for p in self.asked if any(places.levels[places.group[p]])),
            serves=[
                tuple((n, (row[d] - OWN_WORK) * worse) for n, row in enumerate(places.levels) if row[d])
                for d in range(len(profiles))
            ],
            windows=[self._windows(desk) for desk in scene.desks],
            probes=[p for p in by_group.values() if any(places.levels[places.group[p]])],
        )
        self._factor = [exp(laws.drift.mu + laws.drift.sigma * z) for z in chance.normal("office", "drift")]
        self._tables = {
            service: [60 * value for value in chance.lognormal_table(law.mu, law.sigma)]
            for service, law in laws.services.items()
        }
        extra = [laws.way, laws.turnaround]
        self._extra = [[60 * value for value in chance.lognormal_table(law.mu, law.sigma)] for law in extra]
        self._vain = 60 * (laws.vain.mean + laws.turnaround.mean)
        self._detours: dict[int, list[tuple[int, int, float]]] = {}
        self._draw()

    def run(self, number: int) -> Run:
        """Return what chance gives one run."""
        joins = [(at, person) for person, at in self._joins[number] if at != NEVER]
        heapq.heapify(joins)
        busy, groups = list(self._busy[number]), dict[int, int]()
        for person, group, seconds in self._detours.get(number, ()):
            busy[person], groups[person] = seconds, group
        return Run(
            joins=joins,
            busy=busy,
            groups=groups,
            leaves=self._leaves[number],
            ghosts=self._ghosts[number],
            vain_s=self._vain,
            free=self._free[number],
            away=list(self._away[number]),
            away_s=self._away_s[number],
            moves=dict(self._moves.get(number, {})),
        )

    def _draw(self) -> None:
        runs = range(self._chance.runs)
        self._busy = list(zip(*(self._busy_s(turn) for turn in self.people), strict=True)) or [()] * len(runs)
        self._leaves = list(zip(*(self._leave_s(turn) for turn in self.people), strict=True)) or [()] * len(runs)
        self._ghosts = list(zip(*(self._ghost_s(turn) for turn in self.people), strict=True)) or [()] * len(runs)
        later = [p for p in self.asked if p not in set(self.board.present)]
        delayed = [[(self.people[p].not_before or self._scene.now) - self._scene.now] for p in later]
        joins = [[at[0] / SECOND] * self._chance.runs for at in delayed]
        joins += [self._join_s(self.people[person]) for person in self._coming]
        persons = [*later, *self._coming]
        self._joins = [[(person, at[n]) for person, at in zip(persons, joins, strict=True)] for n in runs]
        desks = self._scene.desks
        free = [self._free_s(desk) for desk in desks]
        self._moves = self._moved()
        self._sent_on(free)
        self._free = list(zip(*free, strict=True)) or [()] * len(runs)
        away = [self._away_from(desk) for desk in desks]
        self._away = [[starts[n] for starts, _ in away] for n in runs]
        self._away_s = [[lengths[n] for _, lengths in away] for n in runs]

    def _sent_on(self, free: Sequence[Sequence[float]]) -> None:
        """Let those who are at a desk now and are sent on join when that desk is free."""
        person = self._coming.stop
        for desk, ready in zip(self._scene.desks, free, strict=True):
            if desk.turn is None:
                continue
            for run, moves in self._moves.items():
                if person in moves:
                    number, seconds = moves.pop(person)
                    self._joins[run].append((person, ready[run]))
                    self._detours.setdefault(run, []).append((person, number, seconds))
            person += 1

    # --- persons ----------------------------------------------------------------------------------------------------

    def _busy_s(self, turn: Turn) -> list[float]:
        table, factor, strata = self._table(turn.service), self._factor, self._chance.strata
        way, back = self._extra
        return [
            table[s] * f + way[w] + back[b]
            for s, f, w, b in zip(
                strata(turn.id, "service"), factor, strata(turn.id, "way"), strata(turn.id, "back"), strict=True
            )
        ]

    def _table(self, service: str) -> list[float]:
        if service not in self._tables:
            law = self._laws.service(service)
            self._tables[service] = [60 * value for value in self._chance.lognormal_table(law.mu, law.sigma)]
        return self._tables[service]

    def _leave_s(self, turn: Turn) -> list[float]:
        if turn.due_at is not None or self._laws.leave_rate <= 0:
            return [NEVER] * self._chance.runs
        mean_s = 60 / self._laws.leave_rate
        return [mean_s * value for value in self._chance.exponential(turn.id, "leave")]

    def _ghost_s(self, turn: Turn) -> list[float]:
        """Return from when on nobody would come: unseen, so reckoned since the person began to wait."""
        share, rate = self._laws.ghost_share, self._laws.ghost_rate
        if turn.due_at is not None:
            rate = 0.0
        since = (turn.seniority - self._scene.now) / SECOND
        at_once = [-NEVER if u < share else NEVER for u in self._chance.uniform(turn.id, "ghost")]
        if rate <= 0:
            return at_once
        later = [since + 60 * value / rate for value in self._chance.exponential(turn.id, "patience")]
        return [min(a, b) for a, b in zip(at_once, later, strict=True)]

    def _join_s(self, turn: Turn) -> list[float]:
        start = (turn.seniority - self._scene.now) / SECOND
        if turn.due_at is None:  # an imagined walk-in: about then
            return [max(0.0, start + 240 * z) for z in self._chance.normal(turn.id, "join")]
        laws = self._laws
        passed = (self._scene.now - turn.due_at) / timedelta(minutes=1)
        to_come = (1 - laws.absent_share) * share_still_to_come(laws.punctual, passed)
        comes = to_come / (to_come + laws.absent_share) if to_come > 0 else 0.0
        offsets = arrival_offsets(laws.punctual, self._chance.levels, after_min=passed)
        slot = (turn.due_at - self._scene.now) / SECOND
        there = self._chance.uniform(turn.id, "there")
        return [
            max(0.0, slot + 60 * offsets[s]) if u < comes else NEVER
            for s, u in zip(self._chance.strata(turn.id, "join"), there, strict=True)
        ]

    def _moved(self) -> dict[int, dict[int, tuple[int, float]]]:
        """Return, by run, who is sent on to which group, and for how long."""
        found: dict[int, dict[int, tuple[int, float]]] = {}
        queue_of = {turn.service: turn for turn in self._scene.newcomers}
        for person, turn in enumerate(self.people):
            for target, share in self._laws.moves.get(turn.service, ()):
                goal = queue_of.get(target)
                number = self._groups.get(_kind(goal)) if goal is not None else None
                if goal is None or number is None:
                    continue
                seconds = self._table(target)
                levels = zip(self._chance.uniform(turn.id, target), self._chance.strata(turn.id, "again"), strict=True)
                for run, (u, s) in enumerate(levels):
                    if u < share:
                        found.setdefault(run, {})[person] = (number, seconds[s])
        return found

    # --- desks ------------------------------------------------------------------------------------------------------

    def _served_by(self, turn: Turn) -> tuple[int, ...]:
        return tuple(desk.profile.level(turn) for desk in self._scene.desks)

    def _windows(self, desk: DeskNow) -> tuple[tuple[float, float], ...]:
        now = self._scene.now
        return tuple(((start - now) / SECOND, (end - now) / SECOND) for start, end in desk.windows)

    def _free_s(self, desk: DeskNow) -> list[float]:
        laws, chance, now = self._laws, self._chance, self._scene.now
        if desk.away_since is not None:
            passed = (now - desk.away_since) / timedelta(minutes=1)
            strata = chance.strata(desk.profile.desk, f"back{desk.away_since:%H%M}")
            return [60 * remaining(chance.levels[n], passed, laws.away.mu, laws.away.sigma) for n in strata]
        turn = desk.turn
        if turn is None:  # the agent looks up, and calls
            table = self._extra[1]
            return [table[n] for n in chance.strata(desk.profile.desk, "back")]
        law, back = laws.service(turn.service), 60 * laws.turnaround.mean
        strata = chance.strata(turn.id, "service")
        if turn.state is TurnState.CALLED or turn.started_at is None:
            way = 60 * laws.way.mean / 2
            return [back + way + f * self._table(turn.service)[n] for n, f in zip(strata, self._factor, strict=True)]
        passed = (now - turn.started_at) / timedelta(minutes=1)
        drift = laws.drift
        return [back + 60 * remaining(chance.levels[n], passed, law.mu + drift.mu, law.sigma) for n in strata]

    def _away_from(self, desk: DeskNow) -> tuple[list[float], list[float]]:
        laws, chance = self._laws, self._chance
        name = f"{desk.profile.desk}/{self._scene.now:%d}"
        starts = [60 * value / laws.away_rate for value in chance.exponential(name, "away")]
        law = laws.away
        table = chance.lognormal_table(law.mu, law.sigma)
        return starts, [60 * table[n] for n in chance.strata(name, "away_for")]


def _kind(turn: Turn) -> tuple[str, str]:
    return turn.queue, turn.service


def _may_be_called(turn: Turn, scene: Scene) -> bool:
    return turn.not_before is None or turn.not_before <= scene.now


def _imagined(scene: Scene, laws: Laws) -> list[Turn]:
    """Return walk-ins who may come while appointments wait for their slot: they keep the desks busy until then."""
    dues = [t.due_at for t in scene.waiting if t.due_at is not None and t.due_at > scene.now]
    until = min(max(dues, default=scene.now), scene.now + _HORIZON)
    hours = (until - scene.now) / timedelta(hours=1)
    found: list[Turn] = []
    for newcomer in scene.newcomers:
        rate = laws.came.get(f"{scene.hour}/{newcomer.service}", 0.0)
        number = round(rate * hours)
        gap = (until - scene.now) / (number + 1)
        found += [
            stand_in(f"later/{newcomer.service}/{n}", newcomer.queue, newcomer.service, scene.now + gap * (n + 1))
            for n in range(min(number, _MOST_TO_COME))
        ]
    return found
