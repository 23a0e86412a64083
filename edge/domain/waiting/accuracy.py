"""What was told against what came, and what an office may learn from it: bands as wide as its own record says.

The residual of a turn is (came - P50) in half widths of the band it was told. The quantiles of an office's residuals
move P10, P50, P75, P90 and P97 (normalised conformal prediction, Papadopoulos et al. 2002), the more the more turns
stand behind them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean as mean

from edge.domain.waiting.results import LEVELS, LONGER_S, Result, Spread

BIN = 0.1  # of a residual
LEAST, MOST = -40, 80  # bins
SMALLEST_S = 30.0  # no band is taken to be narrower than this
AT_ONCE_S = 120.0  # whoever is told less even at P90 does not wait: nothing to learn from
TRUSTED_AFTER = 40.0  # turns that weigh as much as the simulation's own band
CLASSES_S = (300.0, 900.0, 1800.0)  # expected waits that are judged apart


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What somebody was told: first when they began to wait, again whenever it moved far. Seconds from *at*."""

    turn: str
    n: int  # 1: the first
    day: str
    at: datetime
    service: str
    queue: str
    booked: bool
    spread: Spread
    came_s: float | None = None  # when the call came; None: not yet, or never


@dataclass(frozen=True, slots=True)
class Record:
    """How good an office's estimates were: of first tellings to which a call came. Minutes."""

    turns: int
    mean_error: float  # of P50, without sign
    bias: float  # P50 - came: below zero people waited longer than P50
    covered: float  # share of calls inside P10 to P90
    waited_longer: float  # share that came more than five minutes after what was announced


def record(rows: Iterable[ToldRow]) -> Record | None:
    """Return how good *rows* were, None when no call has come yet; who was told to come at once is left out."""
    came = [(r.spread, r.came_s) for r in rows if r.n == 1 and r.came_s is not None and r.spread.high >= AT_ONCE_S]
    if not came:
        return None
    return Record(
        turns=len(came),
        mean_error=mean(abs(s.mid - at) for s, at in came) / 60,
        bias=mean(s.mid - at for s, at in came) / 60,
        covered=mean(s.low <= at <= s.high for s, at in came),
        waited_longer=mean(at > s.announced + LONGER_S for s, at in came),
    )


def residual_class(told: Spread, came_s: float, *, booked: bool) -> str:
    """Return "class/bin" of one turn, what a tally counts; "" for one that was told to come at once.

    Appointments (*booked*) are judged apart: they pass others and are told better.
    """
    if told.high < AT_ONCE_S:
        return ""
    scale = _scale(told)
    number = min(MOST, max(LEAST, int((came_s - told.mid) // (BIN * scale))))
    return f"{_class(told, booked=booked)}/{number}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Quantiles of residuals by class of wait, with the number of turns behind them."""

    quantiles: Mapping[int, tuple[float, tuple[float, ...]]]

    @classmethod
    def of(cls, residuals: Mapping[str, float]) -> Calibration:
        """Return the calibration behind counted *residuals*."""
        found: dict[int, dict[int, float]] = {}
        for key, n in residuals.items():
            number, _, place = key.partition("/")
            found.setdefault(int(number), {})[int(place)] = n
        return cls({number: (sum(rows.values()), _quantiles(rows)) for number, rows in found.items()})

    def apply(self, raw: Spread, *, booked: bool = False) -> Spread:
        """Return *raw* as the office's record corrects it; never before now."""
        n, quantiles = self.quantiles.get(_class(raw, booked=booked), (0.0, ()))
        if not quantiles or raw.high < AT_ONCE_S:
            return raw
        trust, scale = n / (n + TRUSTED_AFTER), _scale(raw)
        own = (raw.low, raw.mid, raw.late, raw.high, raw.last)
        moved = [
            max(0.0, (1 - trust) * value + trust * (raw.mid + quantile * scale))
            for value, quantile in zip(own, quantiles, strict=True)
        ]
        return Spread(*sorted(moved))

    def corrected(self, result: Result, booked: Collection[str] = ()) -> Result:
        """Return *result* with every spread corrected; *booked*: turns with an appointment."""
        return replace(
            result,
            turns={key: self.apply(spread, booked=key in booked) for key, spread in result.turns.items()},
            newcomers={key: self.apply(spread) for key, spread in result.newcomers.items()},
        )


def _quantiles(rows: Mapping[int, float]) -> tuple[float, ...]:
    total = sum(rows.values())
    found = []
    for level in LEVELS:
        left = level * total
        place = max(rows)
        for place in sorted(rows):
            if left <= rows[place]:
                break
            left -= rows[place]
        found.append(BIN * (place + min(1.0, left / rows[place])))
    return tuple(found)


def _scale(told: Spread) -> float:
    return max(SMALLEST_S, (told.high - told.low) / 2)


def _class(told: Spread, *, booked: bool) -> int:
    return sum(told.mid >= least for least in CLASSES_S) + (len(CLASSES_S) + 1) * booked
