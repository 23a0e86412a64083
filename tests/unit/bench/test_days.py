"""The played days of the waits bench: the same seed is the same day, nobody is lost, and the log tells the truth."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from edge.domain.calling import Policy
from edge.domain.replay import Recorded, rebuild
from edge.domain.turns import FINAL, TurnState
from tests.bench.days.plan import CLOSES_S, OPENS_S, Truth, draw, rush
from tests.bench.days.world import World

MONDAY = date(2026, 3, 2)


def play(seed: int, truth: Truth | None = None) -> tuple[World, list[Recorded]]:
    """Return a day and its log."""
    log: list[Recorded] = []
    world = World(draw(seed, truth or Truth()), MONDAY, policy=Policy(), hear=log.append)
    world.run()
    return world, log


def test_the_same_seed_is_the_same_day() -> None:
    assert play(3)[1] == play(3)[1]
    assert play(3)[1] != play(4)[1]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_is_lost(seed: int) -> None:
    world, _ = play(seed)
    seen = world.outcome

    assert seen.came == seen.served + seen.abandoned + seen.refused + seen.sent_home
    assert world.turns
    assert all(turn.state in FINAL for turn in world.turns.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_log_rebuilds_the_day_and_no_desk_serves_two(seed: int) -> None:
    world, log = play(seed)

    assert rebuild(log) == world.turns
    busy: Counter[str] = Counter()
    for row in log:
        desk = row.body.get("desk", "")
        if row.type == "turn_called":
            busy[desk] += 1
        elif row.type in ("turn_completed", "turn_missed"):
            busy[desk] -= 1
        elif row.type == "turn_transferred":
            busy = Counter({d: n for d, n in busy.items() if d != world_desk(log, row)})
        assert all(n <= 1 for n in busy.values())


def world_desk(log: list[Recorded], row: Recorded) -> str:
    """Return the desk that had the turn of *row* last."""
    calls = [r for r in log if r.type == "turn_called" and r.body["turn"] == row.body["turn"] and r.at <= row.at]
    return str(calls[-1].body["desk"])


def test_a_drawn_day_is_as_it_was_meant() -> None:
    days = [draw(seed, Truth()) for seed in range(30)]
    people = [person for day in days for person in day.people]

    assert 190 < len(people) / 30 < 280
    assert all(OPENS_S <= person.at_s < CLOSES_S + 1800 for person in people)
    assert 0.4 < sum(person.slot_s is not None for person in people) / len(people) < 0.65
    assert days
    assert all(absence.end_s - absence.start_s == pytest.approx(3600) for day in days for absence in day.absences)
    more = [person for seed in range(5) for person in draw(seed, rush(Truth())).people if person.slot_s is None]
    assert 350 < len(more) / 5 < 480


def test_without_trouble_walk_ins_hardly_wait() -> None:
    calm = Truth(visits=(160, 1), pauses=0, vanished=0, slow_share=0, odd_share=0, day_sigma=0)
    world, _ = play(5, calm)

    waits = sorted(world.outcome.waits_s)
    assert waits[len(waits) // 2] < timedelta(minutes=2).total_seconds()
    assert TurnState.EXPIRED not in {turn.state for turn in world.turns.values()}
