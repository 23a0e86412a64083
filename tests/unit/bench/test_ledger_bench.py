"""The bounds of the ledger over played days: they hold the truth, and they are worth more than a rule of thumb."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bench.ledger import WORLDS, Day, World, mean, percent, play

SEEDS = range(1000, 1030)

pytestmark = pytest.mark.slow


def days(world: World) -> list[Day]:
    return [play(world, seed) for seed in SEEDS]


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_the_truth_lies_inside_the_bounds_in_95_of_100_minutes(name: str) -> None:
    assert percent(days(WORLDS[name]), "inside") >= 95


def test_audited_bounds_are_narrower_than_three_percent_of_the_crossings() -> None:
    played = days(WORLDS["audited"])

    assert mean(played, "widths") < 0.8 * mean(played, "naive_widths")


def test_blind_minutes_would_break_bounds_that_ignore_them() -> None:
    """The same busy day, with the minutes told as seen and as not seen."""
    busy = World(crossings=2000, stay_min=60, audited=2000, blind=((90, 100), (240, 250)))

    honest, blind_to_it = days(busy), days(replace(busy, tells_blind=False))

    assert percent(honest, "inside") >= 95
    assert percent(blind_to_it, "inside") < 80


def test_an_empty_building_is_within_the_bounds_at_closing() -> None:
    closings = [day.closing for day in days(WORLDS["audited"])]

    assert sum(low <= 0 <= high for _, low, high in closings) >= 0.9 * len(closings)
