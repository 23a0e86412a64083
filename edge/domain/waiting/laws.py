"""The laws of an office, fitted to what its own log taught: how long, how often, how punctual.

Every law begins as what an office without a log may assume and gives way to the office's own days, of which newer ones
count more (half as much every three weeks). Service times are log-normal, as measured ones are (Brown et al., JASA
2005); a service with few cases keeps close to the catalogue's minutes (shrinkage). How today differs from other days is
estimated from today's own services, as one factor with its uncertainty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log, sqrt

from edge.domain.waiting.tallies import (
    CLASS_MIN,
    EARLY_MIN,
    PUNCTUAL_CLASSES,
    Moments,
    Tally,
    count,
)

HALF_LIFE_DAYS = 21.0
_CV = 0.55  # of a service time that nobody has measured
_SURE_AFTER = 6.0  # measured services that weigh as much as the catalogue
_DAY_SIGMA = 0.22  # how much days differ, as a logarithm
_DRIFT_HALF_LIFE = timedelta(minutes=75)  # within the day
_UNPUNCTUAL = (-6.0, 6.0)  # minutes, until measured: mean and spread of arrival against slot
_LEARNED_ENOUGH = 20.0


@dataclass(frozen=True, slots=True)
class Law:
    """A log-normal time in minutes: mean and spread of its logarithm, and how many cases stand behind it."""

    mu: float
    sigma: float
    n: float = 0.0

    @property
    def mean(self) -> float:
        """Return the mean in minutes."""
        return exp(self.mu + self.sigma * self.sigma / 2)

    def quantile(self, z: float) -> float:
        """Return the time in minutes at a normal quantile."""
        return exp(self.mu + self.sigma * z)


@dataclass(frozen=True, slots=True)
class Drift:
    """Today's service times as a factor of the usual ones: logarithm of it, and how sure that is."""

    mu: float = 0.0
    sigma: float = _DAY_SIGMA


@dataclass(frozen=True, slots=True)
class Laws:
    """All laws of one office at one moment. Rates are per minute."""

    services: Mapping[str, Law]
    way: Law
    turnaround: Law
    vain: Law
    away: Law
    away_rate: float  # absences for each minute of an open desk
    leave_rate: float  # walk-ins who say that they go, for each minute of waiting
    ghost_rate: float  # who goes without a word
    ghost_share: float  # is not there even when called at once
    absent_share: float  # of appointments
    punctual: tuple[float, ...]  # share of each class of arrival against slot
    moves: Mapping[str, tuple[tuple[str, float], ...]]  # service -> (to service, share)
    came: Mapping[str, float]  # "hour/service": walk-ins a day
    drift: Drift = Drift()

    def service(self, service: str) -> Law:
        """Return the law of *service*; of one that nobody knows that of ten minutes."""
        return self.services.get(service) or prior(10.0)

    def slot_minutes(self, service: str) -> float:
        """Return how long a slot of *service* ought to be: what a desk is taken for, on the average."""
        return self.service(service).mean + self.way.mean + self.turnaround.mean


def prior(minutes: float, cv: float = _CV) -> Law:
    """Return the law of a time of which only its usual length is known."""
    variance = log(1 + cv * cv)
    return Law(log(minutes) - variance / 2, sqrt(variance))


def fit(moments: Moments, before: Law, weight: float = _SURE_AFTER) -> Law:
    """Return *before*, which counts as *weight* cases, corrected by what was measured (normal conjugate rule)."""
    if moments.n <= 0:
        return before
    mean = moments.ln / moments.n
    mu = (weight * before.mu + moments.n * mean) / (weight + moments.n)
    spread = max(0.0, moments.ln2 / moments.n - mean * mean) * moments.n
    apart = weight * moments.n / (weight + moments.n) * (mean - before.mu) ** 2
    variance = (weight * before.sigma**2 + spread + apart) / (weight + moments.n)
    return Law(mu, sqrt(max(variance, 1e-6)), moments.n)


def age_weight(age_days: float) -> float:
    """Return what a day that is *age_days* old counts."""
    return float(0.5 ** (max(0.0, age_days) / HALF_LIFE_DAYS))


def laws(learned: Tally, usual_min: Mapping[str, float], *, days: float, drift: Drift | None = None) -> Laws:
    """Return the laws behind *learned*, the weighted sum of *days* days; *usual_min*: the catalogue, by service."""
    ghost_rate, ghost_share = _ghosts(learned)
    came = learned.booked
    return Laws(
        services={
            service: fit(learned.served.get(service, Moments()), prior(minutes))
            for service, minutes in usual_min.items()
        },
        way=fit(learned.way, prior(0.7, 0.6)),
        turnaround=fit(learned.turnaround, prior(0.4, 0.8)),
        vain=fit(learned.vain, prior(2.0, 0.4)),
        away=fit(learned.away, prior(35.0, 0.6), 4.0),
        away_rate=(learned.away.n + 0.5) / (learned.desk_min + 1500.0),
        leave_rate=(learned.left + 0.3) / (learned.waiting_min + 200.0),
        ghost_rate=ghost_rate,
        ghost_share=ghost_share,
        absent_share=(learned.absent + 2.4) / (came + 20.0),
        punctual=_punctual(learned.punctual),
        moves=_moves(learned),
        came={key: value / max(days, 1e-9) for key, value in learned.came.items()},
        drift=drift or Drift(),
    )


def drift(recent: Iterable[tuple[datetime, str, float]], usual: Laws, now: datetime) -> Drift:
    """Return how today's services (time, service, logarithm of minutes) differ from the *usual* ones (normal mean)."""
    weight, off = 0.0, 0.0
    for at, service, value in recent:
        law = usual.service(service)
        share = 0.5 ** ((now - at) / _DRIFT_HALF_LIFE) / (law.sigma * law.sigma)
        weight += share
        off += share * (value - law.mu)
    trust = 1 / _DAY_SIGMA**2
    return Drift(off / (weight + trust), sqrt(1 / (weight + trust)))


def _ghosts(learned: Tally) -> tuple[float, float]:
    """Return (rate of going without a word, share that is away at once), from who was called in vain by wait.

    -ln(1 - share) = -ln(1 - s0) + rate × wait: weighted least squares over the classes, with cautious pseudo-cases.
    """
    calls, missed, waited = dict(learned.calls), dict(learned.missed), dict(learned.waited)
    for key, minutes in (("0", 4.0), ("3", 50.0)):
        count(calls, key, 15.0)
        count(missed, key, 0.45 if key == "0" else 1.2)
        count(waited, key, 15.0 * minutes)
    rows = [
        (waited[key] / n, -log(1 - min(0.9, missed.get(key, 0.0) / n)), n)
        for key, n in calls.items()
        if n > 0 and key in waited
    ]
    total = sum(n for _, _, n in rows)
    x, y = (sum(row[i] * row[2] for row in rows) / total for i in (0, 1))
    spread = sum(n * (wait - x) ** 2 for wait, _, n in rows)
    rate = max(0.0, sum(n * (wait - x) * (value - y) for wait, value, n in rows) / spread if spread else 0.0)
    return rate, 1 - exp(-max(0.0, y - rate * x))


def _punctual(classes: Mapping[str, float]) -> tuple[float, ...]:
    mean, spread = _UNPUNCTUAL
    middles = [EARLY_MIN + CLASS_MIN * (n + 0.5) for n in range(PUNCTUAL_CLASSES)]
    assumed = [exp(-(((middle - mean) / spread) ** 2) / 2) for middle in middles]
    total = sum(assumed)
    rows = [_LEARNED_ENOUGH * a / total + classes.get(str(n), 0.0) for n, a in enumerate(assumed)]
    return tuple(row / sum(rows) for row in rows)


def _moves(learned: Tally) -> dict[str, tuple[tuple[str, float], ...]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for key, n in learned.moved.items():
        service, _, target = key.partition(">")
        served = learned.served.get(service)
        if served is not None and served.n > 0:
            found.setdefault(service, []).append((target, min(0.5, n / (served.n + 10.0))))
    return {service: tuple(rows) for service, rows in found.items()}


def arrival_offsets(punctual: Sequence[float], levels: Sequence[float], *, after_min: float = -1e9) -> list[float]:
    """Return the minutes of arrival after the slot at rising *levels* of what is left of the law *after_min*."""
    left = [_share_after(n, after_min) * share for n, share in enumerate(punctual)]
    total, found, number, below = sum(left), [], 0, 0.0
    for level in levels:
        wanted = level * total
        while number < len(left) - 1 and below + left[number] < wanted:
            below += left[number]
            number += 1
        start, end = max(EARLY_MIN + CLASS_MIN * number, after_min), EARLY_MIN + CLASS_MIN * (number + 1)
        found.append(start + (end - start) * min(1.0, (wanted - below) / left[number] if left[number] else 0.0))
    return found


def share_still_to_come(punctual: Sequence[float], after_min: float) -> float:
    """Return which share of those who come at all comes later than *after_min* after the slot."""
    return sum(_share_after(n, after_min) * share for n, share in enumerate(punctual))


def _share_after(number: int, after_min: float) -> float:
    start = EARLY_MIN + CLASS_MIN * number
    return min(1.0, max(0.0, (start + CLASS_MIN - after_min) / CLASS_MIN))
