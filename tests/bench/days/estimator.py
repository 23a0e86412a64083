"""The office's own estimate inside a played day: the real learner, the real simulation, only what the log can tell."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, timedelta

from edge.domain.calling import Policy
from edge.domain.desks import DeskState
from edge.domain.replay import Recorded
from edge.domain.turns import Turn, TurnState
from edge.domain.waiting.accuracy import Calibration, residual_class
from edge.domain.waiting.chance import Chance
from edge.domain.waiting.laws import Laws, age_weight, drift, laws
from edge.domain.waiting.learning import Day
from edge.domain.waiting.results import Result, Spread
from edge.domain.waiting.scene import DeskNow, Scene, desk_now, stand_in
from edge.domain.waiting.simulation import simulate
from edge.domain.waiting.tallies import Tally, count, summed
from tests.bench.days.world import PROFILES, QUEUE, SERVES, ZONE, World

CATALOGUE = {  # config/catalogue/services.toml: what an office knows before its first day
    "registro": 9.0,
    "certificado": 8.0,
    "informacion": 6.0,
    "familia_numerosa": 16.0,
    "tasas": 7.0,
    "quejas": 14.0,
    "uniones_de_hecho": 25.0,
}
BOOKED_AHEAD = timedelta(hours=2)


@dataclass
class Memory:
    """What an office keeps from its days: one tally each."""

    days: list[tuple[date, Tally]] = field(default_factory=list)

    def learned(self, today: date, so_far: Tally) -> tuple[Tally, float]:
        """Return the weighted sum of all days with today, and how many days that is."""
        rows = [(tally, age_weight((today - day).days)) for day, tally in self.days]
        weight = sum(w for _, w in rows)
        return summed([*rows, (so_far, 1.0)]), max(1.0, weight)


class Estimator:
    """Follows one day and answers what to tell."""

    def __init__(self, memory: Memory, on: date, chance: Chance, policy: Policy) -> None:
        self.day = Day(ZONE, lambda service: CATALOGUE[service])
        self._memory, self._on, self._chance, self._policy = memory, on, chance, policy
        self._told: dict[str, Spread] = {}
        self._base = memory.learned(on, Tally())
        self.cpu_ms: list[tuple[int, float]] = []

    def hear(self, row: Recorded) -> None:
        """Follow the log."""
        self.day.take(row)

    def result(self, world: World) -> Result:
        """Return the estimate of now."""
        began = time.thread_time()
        known = self.laws(world)
        calibration = Calibration.of(self._base[0].residuals)
        found = simulate(scene_of(world, self.day), known, self._chance)
        found = calibration.corrected(found, {t.id for t in world.waiting.values() if t.due_at is not None})
        self.cpu_ms.append((len(world.waiting), 1000 * (time.thread_time() - began)))
        return found

    def laws(self, world: World) -> Laws:
        """Return what is known now."""
        learned = summed([(self._base[0], 1.0), (self.day.tally, 1.0)])
        usual = laws(learned, CATALOGUE, days=self._base[1])
        return laws(learned, CATALOGUE, days=self._base[1], drift=drift(self.day.recent, usual, world.now))

    def mean_min(self) -> float:
        """Return the learned mean of a service with its way, over all services: what the simple rules use."""
        tally = self._base[0]
        known = laws(tally, CATALOGUE, days=self._base[1])
        total = sum(moments.n for moments in tally.served.values()) or 1.0
        mean = sum(m.n * known.service(s).mean for s, m in tally.served.items()) / total if tally.served else 10.0
        return mean + known.way.mean + known.turnaround.mean

    def tell(self, turn: Turn, spread: Spread) -> None:
        """Remember what somebody was told."""
        self._told[turn.id] = spread

    def called(self, turn: Turn) -> None:
        """Hold what was told against what came."""
        told = self._told.pop(turn.id, None)
        if told is not None and turn.called_at is not None:
            came = (turn.called_at - turn.seniority).total_seconds()
            if key := residual_class(told, came, booked=turn.due_at is not None):
                count(self.day.tally.residuals, key)

    def end(self) -> None:
        """Keep what the day taught."""
        self._memory.days.append((self._on, self.day.tally))


def scene_of(world: World, day: Day) -> Scene:
    """Return what the office sees now."""
    now, plan = world.now, world.plan()
    desks = [_desk(world, day, desk, plan.get(desk, ())) for desk in world.desks]
    return Scene(
        now=now,
        policy=world.policy,
        waiting=tuple(world.waiting.values()),
        booked=tuple(
            stand_in(name, QUEUE[service], service, slot, due_at=slot)
            for name, slot, service in world.booked()
            if slot < now + BOOKED_AHEAD
        ),
        newcomers=tuple(stand_in(f"new/{service}", queue, service, now) for service, queue in QUEUE.items()),
        desks=tuple(desk for desk in desks if desk is not None),
        hour=now.astimezone(ZONE).hour,
    )


def _desk(world: World, day: Day, name: str, plan: tuple) -> DeskNow | None:  # type: ignore[type-arg]
    state = world.desks[name]
    turn = world.turns.get(state.turn)
    at_desk = turn if turn is not None and turn.state in (TurnState.CALLED, TurnState.SERVING) else None
    waits = [day.ready_at(t.id) or t.seniority for t in world.waiting.values() if t.queue in SERVES[name]]
    open_idle = state.session.state is DeskState.OPEN and at_desk is None
    return desk_now(
        state.session,
        PROFILES[name],
        plan,
        turn=at_desk,
        idle_since=day.idle_since(name) if open_idle else None,
        waits_since=min(waits, default=None),
        now=world.now,
    )
