"""A rush: three hundred people more than usual without an appointment, with and without the office's gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time, timedelta

from edge.domain import admission
from edge.domain.admission import Situation
from edge.domain.calendars import Calendar, Hours
from edge.domain.occupancy import CapacityLevel
from edge.domain.waiting.chance import Chance
from tests.bench.days.estimator import Estimator, Memory
from tests.bench.days.measure import POLICY, RULES, RUNS, weekdays
from tests.bench.days.plan import Truth, draw, rush
from tests.bench.days.world import ZONE, Outcome, World
from tests.bench.kit import Figure, Gate, Row

SEEDS = (211, 212, 213)
LEARNING_DAYS, RUSHES = 15, 3
CALENDAR = Calendar(ZONE, (Hours(frozenset(range(7)), time(8), time(20)),))


def rows(say: Callable[[str], None]) -> Iterator[Row]:
    """Return what the gate does: who gives up, and how many are served."""
    gated, free = Outcome(), Outcome()
    for seed in SEEDS:
        for one, other in _rushes(seed):
            for total, day in ((gated, one), (free, other)):
                for name in ("came", "served", "abandoned", "refused", "sent_home"):
                    setattr(total, name, getattr(total, name) + getattr(day, name))
        say(f"rush of office {seed}")
    yield Figure("rush_refused_share", gated.refused / gated.came)
    yield Figure("rush_abandoned_gated", gated.abandoned)
    yield Figure("rush_abandoned_ungated", free.abandoned)
    yield Figure("rush_sent_home_gated", gated.sent_home)
    yield Gate("rush_abandoned_vs_ungated", gated.abandoned / free.abandoned, 0.5)
    yield Gate("rush_served_vs_ungated", gated.served / free.served, 0.95, ">=")


def _rushes(seed: int) -> Iterator[tuple[Outcome, Outcome]]:
    memory, chance, days = Memory(), Chance(seed, RUNS), weekdays(1000)
    for _ in range(LEARNING_DAYS):
        on = next(days)
        estimator = Estimator(memory, on, chance, POLICY)
        World(draw(seed * 1000 + on.toordinal(), Truth()), on, policy=POLICY, hear=estimator.hear).run()
        estimator.end()
    for _ in range(RUSHES):
        on = next(days)
        outcomes = []
        for is_gated in (True, False):
            estimator = Estimator(memory, on, chance, POLICY)
            world = World(
                draw(seed * 1000 + on.toordinal(), rush(Truth())),
                on,
                policy=POLICY,
                hear=estimator.hear,
                gate=_Gate(estimator).allows if is_gated else None,
            )
            outcomes.append(world.run())
        yield outcomes[0], outcomes[1]


@dataclass
class _Gate:
    """The office's own decision, from its own estimate."""

    estimator: Estimator

    def allows(self, world: World, service: str) -> bool:
        """Whether somebody gets a turn now."""
        result = self.estimator.result(world)
        told = result.newcomers.get(service)
        start = world.now + timedelta(seconds=told.announced) if told else None
        decision = admission.decide(
            CALENDAR,
            Situation(
                now=world.now,
                start=start,
                waiting=len(world.waiting),
                service_time=timedelta(seconds=result.served_s[service]),
                level=CapacityLevel.FREE,
                queue_limit=120,
                last_admission=timedelta(minutes=5),
                longest_wait=RULES.longest_wait,
            ),
        )
        return decision.admitted
