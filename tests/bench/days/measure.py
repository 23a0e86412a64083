"""Estimators against each other: some weeks to learn, some days that count, everything from one seed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from edge.adapters.documents import read_settings
from edge.domain.turns import Turn
from edge.domain.waiting.chance import Chance
from edge.domain.waiting.results import Spread
from edge.runtime.resources import config_dir
from edge.services.settings import build_office
from tests.bench.days.estimator import Estimator, Memory
from tests.bench.days.plan import Truth, draw
from tests.bench.days.rivals import Rivals
from tests.bench.days.world import SERVES, Outcome, World

RULES = build_office(read_settings(config_dir(), "carretas4")).rules  # what an office is shipped with
POLICY = RULES.policy
FIRST = date(2026, 2, 2)
RUNS = 60


@dataclass(frozen=True, slots=True)
class Told:
    """What one person was told by everybody, and what came, in seconds."""

    spread: Spread
    others: dict[str, float]
    came_s: float
    walk_in: bool
    had_to_wait: bool


def weekdays(number: int) -> Iterator[date]:
    """Return that many working days."""
    days = (FIRST + timedelta(days=n) for n in range(10_000))
    return (day for day, _ in zip((d for d in days if d.weekday() < 5), range(number), strict=False))


class Office:
    """One office over its days."""

    def __init__(self, seed: int, truth: Truth) -> None:
        self._seed, self._truth = seed, truth
        self._memory, self._chance = Memory(), Chance(seed, RUNS)
        self._days = weekdays(1000)
        self.told: list[Told] = []
        self.outcomes: list[Outcome] = []
        self.cpu_ms: list[tuple[int, float]] = []
        self.flicker_s: list[float] = []

    def learn(self, days: int) -> None:
        """Let days pass of which only the log remains."""
        for _ in range(days):
            self._play(telling=False)

    def tell(self, days: int, *, counts: bool = True) -> None:
        """Let days pass on which everybody is told when it is their turn."""
        for _ in range(days):
            told, outcome = self._play(telling=True)
            if counts:
                self.told += told
                self.outcomes.append(outcome)

    def _play(self, *, telling: bool) -> tuple[list[Told], Outcome]:
        on = next(self._days)
        estimator, rivals = Estimator(self._memory, on, self._chance, POLICY), Rivals()
        mean_min = estimator.mean_min()
        open_: dict[str, tuple[Spread, dict[str, float], bool]] = {}
        found: list[Told] = []
        every = itertools.count()

        def asked(world: World, turn: Turn) -> None:
            if turn.due_at is not None and next(every) % 3:
                return  # of appointments one in three is enough
            result = estimator.result(world)
            if (spread := result.turns.get(turn.id)) is not None:
                estimator.tell(turn, spread)
                open_[turn.id] = spread, rivals.answers(world, turn, mean_min), not _served_at_once(world, turn)

        def called(turn: Turn) -> None:
            estimator.called(turn)
            rivals.called(turn)
            if turn.id in open_ and turn.called_at is not None:
                spread, others, had_to_wait = open_.pop(turn.id)
                came = (turn.called_at - turn.seniority).total_seconds()
                found.append(Told(spread, others, came, turn.due_at is None, had_to_wait))

        world = World(
            draw(self._seed * 1000 + on.toordinal(), self._truth),
            on,
            policy=POLICY,
            hear=estimator.hear,
            asked=asked if telling else None,
            called=called,
        )
        outcome = world.run()
        estimator.end()
        self.cpu_ms += estimator.cpu_ms
        return found, outcome


def _served_at_once(world: World, turn: Turn) -> bool:
    """Whether somebody really sits idle who could call *turn*: nothing has to be estimated then."""
    others = [t for t in world.waiting.values() if t.id != turn.id]
    return any(
        desk.there
        and not desk.turn
        and desk.session.state == "open"
        and turn.queue in SERVES[desk.id]
        and not any(t.queue in SERVES[desk.id] for t in others)
        for desk in world.desks.values()
    )
