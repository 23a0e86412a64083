"""How far a count may be from the truth."""

from __future__ import annotations

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.doubt import SURE, Doubt, Rate, Rates, assumed, blind, doubt_of, unseen

SURELY = 1e12  # crossings after which a rate is as good as known


def played(counted: int, miss: float, false: float, weight: float, chance: random.Random) -> int:
    """Return truth - count of one direction, played by hand."""
    miss = chance.betavariate(miss * weight, (1 - miss) * weight)
    false = chance.betavariate(false * weight, (1 - false) * weight)
    real = sum(chance.random() >= false for _ in range(counted))
    missed = 0
    for _ in range(real):
        while chance.random() < miss:
            missed += 1
    return real + missed - counted


@pytest.mark.parametrize(("counted", "miss", "false", "weight"), [(40, 0.03, 0.01, 150), (300, 0.1, 0.05, 400)])
def test_mean_and_spread_are_those_of_played_days(counted: int, miss: float, false: float, weight: float) -> None:
    chance = random.Random(7)
    days = [played(counted, miss, false, weight, chance) for _ in range(3000)]

    said = unseen(counted, Rate(miss, weight), Rate(false, weight))

    assert said.mean == pytest.approx(statistics.mean(days), abs=0.1 * statistics.pstdev(days))
    assert said.variance == pytest.approx(statistics.pvariance(days), rel=0.12)
    assert said.third > 0


def test_misses_of_in_push_the_truth_up_and_misses_of_out_down() -> None:
    rates = assumed(5, 0)

    up, down = doubt_of(200, 0, rates), doubt_of(0, 200, rates)

    assert up.mean > 0 > down.mean
    assert up.within()[1] + down.within()[0] == pytest.approx(0)
    assert up.third > 0 > down.third


def test_a_known_rate_of_few_crossings_is_a_poisson_one() -> None:
    low, high = unseen(10, Rate(0.03, SURELY), Rate(0.0, SURELY)).within()

    assert low < 0.1
    assert 1.9 < high < 2.6  # 99 % of Poisson(0.31) is 2


def test_an_audit_narrows_the_bounds() -> None:
    prior = assumed(3, 1)
    audited = doubt_of(500, 500, Rates(*[Rate(r.value, 800) for r in _all(prior)]))

    assert audited.variance < 0.6 * doubt_of(500, 500, prior).variance


def _all(rates: Rates) -> list[Rate]:
    return [rates.miss_in, rates.miss_out, rates.false_in, rates.false_out]


def test_an_audit_without_a_miss_is_not_proof_of_never() -> None:
    rate = Rate(0.03).observed(0, 500)

    assert 0 < rate.value < 0.001
    assert rate.weight == 510


@pytest.mark.parametrize("of", [0, 1, 2, 20, 100, 139, 140, 141, 500])
def test_a_small_audit_is_never_worth_less_than_the_assumption(of: int) -> None:
    assumed = Rate(0.03)
    right, usual = assumed.observed(0, of), assumed.observed(round(0.03 * of), of)

    assert right.value <= assumed.value
    assert right.weight >= assumed.weight
    assert unseen(400, right, Rate(0.01)).within()[1] <= unseen(400, assumed, Rate(0.01)).within()[1]
    assert abs(usual.value - 0.03) < 0.004
    assert (usual.weight > assumed.weight) == (of > 140)


def test_one_mistake_of_the_finger_is_not_half_of_the_people() -> None:
    assert Rate(0.03).observed(1, 1).value < 0.04


@pytest.mark.parametrize(("happened", "of"), [(3, 2), (-1, 5)])
def test_an_audit_that_contradicts_itself_is_refused(happened: int, of: int) -> None:
    with pytest.raises(ValueError, match="of"):
        Rate(0.03).observed(happened, of)


@pytest.mark.parametrize(("value", "weight"), [(-0.1, 10), (0.95, 10), (0.1, 0)])
def test_a_rate_is_a_part(value: float, weight: float) -> None:
    with pytest.raises(ValueError, match="a rate of"):
        Rate(value, weight)


def test_what_cannot_be_is_cut_off() -> None:
    chance = random.Random(3)
    cut = [x for x in (chance.gauss(2, 4) for _ in range(60_000)) if x >= 3]

    left = Doubt(2, 16, 0).at_least(3)

    assert left.mean == pytest.approx(statistics.mean(cut), abs=0.1)
    assert left.variance == pytest.approx(statistics.pvariance(cut), rel=0.05)


def test_a_count_that_is_badly_contradicted_stays_in_doubt() -> None:
    left = Doubt(0, 4, 0).at_least(40)

    assert left.mean >= 40
    assert left.variance > 0
    assert SURE.at_least(5) == Doubt(5)


@given(st.floats(0, 500), st.floats(0, 500))
def test_blind_minutes_shift_the_truth_by_what_usually_passes(came: float, left: float) -> None:
    doubt = blind(came, left)

    assert doubt.mean == pytest.approx(came - left)
    assert doubt.variance >= came + left
