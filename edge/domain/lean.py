"""To which side a day leans: what closings teach about the difference between entries and exits that nobody saw.

An empty building knows the truth: whatever the doors have counted too many or too few over a day is their error. How
many more of those who come are missed than of those who leave is common to all days, chance is not; so some closings
tell it far better than an audit can (Bayes, normal; a crossing in either direction counts as one half).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from edge.domain.doors import Flow, Flows
from edge.domain.doubt import SURE, Doubt, Rates, doubt_of, excess_variance

CHANCE = 1.5  # days differ by more than independent crossings would
FLOOR = 0.003**2  # how well it can be known at all: doors change
OUTLIER = 3.5  # deviations: an uncounted group or a fault teaches nothing
LEAST_CROSSINGS = 40  # of a day that teaches


@dataclass(frozen=True, slots=True)
class Lean:
    """Unseen entries less unseen exits for each crossing in each direction, beyond what the rates say; from *days*."""

    value: float
    variance: float
    days: int


class Judge(Protocol):
    """Who knows how well doors are counted."""

    def rates(self, door: str) -> Rates:
        """Return how well *door* is counted."""
        ...

    @property
    def lean(self) -> Lean | None:
        """Return what closings have taught, if anything."""
        ...


def doubt_of_doors(flows: Flows, judge: Judge) -> Doubt:
    """Return truth - count of what all doors have counted."""
    doors = sorted(flows.items())  # in one order, whatever the order of the reports
    if judge.lean is None:
        return sum((doubt_of(f.people_in, f.people_out, judge.rates(door)) for door, f in doors), SURE)
    by_chance = sum((doubt_of(f.people_in, f.people_out, judge.rates(door).as_known) for door, f in doors), SURE)
    passed = _passed(flows)
    uneven = sum(f.net**2 * _spread(judge.rates(door)) / 4 for door, f in doors)
    return by_chance + Doubt(passed * judge.lean.value, passed**2 * judge.lean.variance + uneven, 0.0)


def learned(days: Iterable[Flows], judge: Judge) -> Lean | None:
    """Return what *days* teach that ended with an empty building; None when none of them does."""
    precision = weighted = 0.0
    count = 0
    for flows in days:
        passed = _passed(flows)
        if not passed or 2 * passed < LEAST_CROSSINGS:
            continue
        prior = _prior(flows, judge)
        by_chance = sum((doubt_of(f.people_in, f.people_out, judge.rates(d).as_known) for d, f in flows.items()), SURE)
        error = -sum(f.net for f in flows.values()) - by_chance.mean
        chance = CHANCE * by_chance.variance + 1
        if error**2 > OUTLIER**2 * (chance + passed**2 * prior):
            continue
        precision, count = precision or 1 / prior, count + 1
        precision, weighted = precision + passed**2 / chance, weighted + passed * error / chance
    return Lean(weighted / precision, max(FLOOR, 1 / precision), count) if count else None


def _passed(flows: Mapping[str, Flow]) -> float:
    """Return the crossings in each direction."""
    return sum(f.total for f in flows.values()) / 2


def _prior(flows: Flows, judge: Judge) -> float:
    """Return the variance of the lean by the rates alone."""
    doors = [(f.total / 2, _spread(judge.rates(door))) for door, f in flows.items()]
    return sum(passed**2 * spread for passed, spread in doors) / _passed(flows) ** 2


def _spread(rates: Rates) -> float:
    return excess_variance(rates.miss_in, rates.false_in) + excess_variance(rates.miss_out, rates.false_out)
