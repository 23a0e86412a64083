"""How far a count may be from the truth: misses, false counts and blind minutes as a distribution with its skew.

The truth of one direction of one door is T = C - F + M: of C counted crossings F were none (binomial), and before each
real one some were missed (M, negative binomial). The rates themselves are known only as well as an audit of so many
crossings tells them (beta). Mean, variance and third central moment of T - C add up over doors, directions and times,
because they are independent; leaving is entering with the sign turned. The interval is that of Cornish and Fisher
(1938): a normal one, bent by the skewness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

ASSUMED_WEIGHT = 150  # crossings: how well the rates of the settings are known as long as nobody has audited
PRIOR_WEIGHT = 10  # crossings by which even a large audit is drawn towards them: no miss in 200 is not "never"
Z98 = 2.326  # standard deviations around 98 % of a normal distribution
MOST_SKEW = 2.0  # beyond it the bent interval would fold over
PACE_DOUBT = 0.7  # what a door carried in the last minutes may be off by so much for the next ones
MOST_SURPRISE = 1.5  # deviations: a count that is contradicted by more proves its rates wrong, not the truth exact
LARGEST_RATE = 0.9
CERTAIN = 1e12  # crossings


@dataclass(frozen=True, slots=True)
class Rate:
    """A part in [0, 1), and how many observed crossings it is known from."""

    value: float
    weight: float = ASSUMED_WEIGHT

    def __post_init__(self) -> None:
        if not (0 <= self.value <= LARGEST_RATE and self.weight > 0):
            raise ValueError(f"a rate of {self.value} known from {self.weight} crossings")

    @property
    def variance(self) -> float:
        """Return the variance of a beta distribution with this mean and weight."""
        return self.value * (1 - self.value) / (self.weight + 1)

    @property
    def third(self) -> float:
        """Return the third central moment of that distribution."""
        return 2 * self.variance * (1 - 2 * self.value) / (self.weight + 2)

    def observed(self, happened: int, of: int) -> Rate:
        """Return the rate after an audit in which it *happened* so often *of* so many; this one is the prior.

        The prior fades as the audit grows: a rate is never known worse than as long as nobody has audited.
        """
        if not 0 <= happened <= of:
            raise ValueError(f"{happened} of {of}")
        prior = max(PRIOR_WEIGHT, ASSUMED_WEIGHT - of)
        weight = of + prior
        return Rate(min(LARGEST_RATE, (happened + self.value * prior) / weight), weight)

    @property
    def as_known(self) -> Rate:
        """Return the same rate, as if it were certain."""
        return Rate(self.value, CERTAIN)


@dataclass(frozen=True, slots=True)
class Rates:
    """How a door counts: the part of real crossings that is missed, the part of counted ones that is false."""

    miss_in: Rate
    miss_out: Rate
    false_in: Rate
    false_out: Rate

    @property
    def as_known(self) -> Rates:
        """Return the same rates, as if they were certain: what is left is chance."""
        return Rates(self.miss_in.as_known, self.miss_out.as_known, self.false_in.as_known, self.false_out.as_known)


def assumed(miss_percent: float, false_percent: float) -> Rates:
    """Return rates that nobody has measured."""
    miss, false = Rate(min(LARGEST_RATE, miss_percent / 100)), Rate(min(LARGEST_RATE, false_percent / 100))
    return Rates(miss, miss, false, false)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Truth minus count in people: mean, variance and third central moment."""

    mean: float = 0.0
    variance: float = 0.0
    third: float = 0.0

    def __add__(self, other: Doubt) -> Doubt:
        """Return the doubt of both, which are independent."""
        return Doubt(self.mean + other.mean, self.variance + other.variance, self.third + other.third)

    def __neg__(self) -> Doubt:
        """Return the doubt of the same people going the other way."""
        return Doubt(-self.mean, self.variance, -self.third)

    def moved(self, people: int) -> Doubt:
        """Return the doubt after the count itself has moved by *people*."""
        return Doubt(self.mean - people, self.variance, self.third)

    def within(self, z: float = Z98) -> tuple[float, float]:
        """Return the interval of truth - count, *z* normal standard deviations to either side."""
        deviation = math.sqrt(self.variance)
        if not deviation:
            return self.mean, self.mean
        skew = max(-MOST_SKEW, min(MOST_SKEW, self.third / deviation**3))
        bend = (z * z - 1) * skew / 6
        return self.mean + deviation * (bend - z), self.mean + deviation * (bend + z)

    def at_least(self, floor: float) -> Doubt:
        """Return what is left of the doubt once truth - count cannot be below *floor* (truncated normal)."""
        deviation = math.sqrt(self.variance)
        if not deviation:
            return Doubt(max(self.mean, floor))
        alpha = min(MOST_SURPRISE, (floor - self.mean) / deviation)
        hazard = _hazard(alpha)
        spread = max(0.0, 1 + alpha * hazard - hazard * hazard)
        third = max(0.0, hazard * ((hazard - alpha) * (2 * hazard - alpha) - 1))
        mean = max(floor, self.mean) if alpha == MOST_SURPRISE else self.mean + alpha * deviation
        return Doubt(mean + deviation * (hazard - alpha), self.variance * spread, third * deviation**3)


SURE = Doubt()


def unseen(counted: int, miss: Rate, false: Rate) -> Doubt:
    """Return the doubt of one direction of a door that *counted* so many."""
    real, odds = counted * (1 - false.value), miss.value / (1 - miss.value)
    over = 1 + odds
    by_miss, by_false = real * over * over, -counted * over  # slopes of the mean in the two rates
    flips = counted * false.value * (1 - false.value)
    return Doubt(
        real * odds - counted * false.value,
        real * odds * over + flips * over**2 + by_miss**2 * miss.variance + by_false**2 * false.variance,
        real * odds * over * (1 + 2 * odds)
        - flips * (1 - 2 * false.value) * over**3
        + by_miss**3 * miss.third
        + by_false**3 * false.third,
    )


def doubt_of(people_in: int, people_out: int, rates: Rates) -> Doubt:
    """Return truth - count of the people inside after a door counted so many each way."""
    return unseen(people_in, rates.miss_in, rates.false_in) + -unseen(people_out, rates.miss_out, rates.false_out)


def excess_variance(miss: Rate, false: Rate) -> float:
    """Return how well truth / count of one direction is known: the variance that does not come from chance."""
    by_miss, by_false = (1 - false.value) / (1 - miss.value) ** 2, 1 / (1 - miss.value)
    return by_miss**2 * miss.variance + by_false**2 * false.variance


def blind(expected_in: float, expected_out: float) -> Doubt:
    """Return the doubt of a door that saw nothing while it usually carries so many (Poisson, at a pace in doubt)."""

    def one_way(expected: float) -> Doubt:
        pace = (PACE_DOUBT * expected) ** 2
        return Doubt(expected, expected + pace, expected + 3 * PACE_DOUBT**2 * expected**2)

    return one_way(expected_in) + -one_way(expected_out)


def _hazard(alpha: float) -> float:
    """Return φ(α) / (1 - Φ(α))."""
    tail = 0.5 * math.erfc(alpha / math.sqrt(2))
    return math.exp(-alpha * alpha / 2) / math.sqrt(2 * math.pi) / tail
