"""Waiting times: the office's estimate against the usual formulas on seeded days, and what its gate does in a rush.

Four offices of thirty-odd days each, drawn from seeds that nobody has tuned on (those were 1 to 9; 101 to 104 were
looked at once). An estimator knows only what the office's log, its shift plan and its bookings say; the laws of the
world stay hidden from it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from statistics import mean

from edge.domain.waiting.chance import Chance
from edge.domain.waiting.laws import laws
from edge.domain.waiting.simulation import simulate
from edge.domain.waiting.tallies import Tally
from tests.bench.days import rushes
from tests.bench.days.crowd import crowded
from tests.bench.days.estimator import CATALOGUE
from tests.bench.days.measure import RUNS, Office, Told
from tests.bench.days.plan import Truth
from tests.bench.kit import Figure, Gate, Row, percentile

SEEDS = (111, 112, 113, 114)  # for reporting only
LEARNING_DAYS, CALIBRATING_DAYS, MEASURED_DAYS = 12, 15, 8
REFRESHES = 30


def run() -> Sequence[Row]:
    """Measure everything; about five minutes."""
    offices = [_office(seed) for seed in SEEDS]
    told = [one for office in offices for one in office.told]
    walk_ins = [one for one in told if one.walk_in and one.had_to_wait]
    delays = [max(0.0, s) for office in offices for day in office.outcomes for s in day.delays_s]
    mae = _error_min(walk_ins, None)
    others = {name: _error_min(walk_ins, name) for name in walk_ins[0].others}
    return [
        Figure("people_told", len(walk_ins)),
        Figure("mean_wait_min", mean(one.came_s for one in walk_ins) / 60, "min"),
        Figure("mae_min", mae, "min"),
        *(Figure(f"mae_{name}_min", value, "min") for name, value in others.items()),
        Gate("mae_vs_queue_length", mae / others["queue_length"], 0.7),
        Gate("mae_vs_learned_mean", mae / others["learned_mean"], 0.7),
        Figure("mae_vs_last_called", mae / others["last_called"]),
        Figure("mae_vs_mean_of_30", mae / others["mean_of_30"]),
        Gate("band_coverage", _covered(walk_ins), 0.75, ">="),
        Gate("band_coverage_at_most", _covered(walk_ins), 0.85),
        Gate("waited_5_longer", mean(one.came_s > one.spread.announced + 300 for one in walk_ins), 0.05),
        Figure("within_5_min", mean(abs(one.came_s - one.spread.mid) <= 300 for one in walk_ins)),
        Figure("band_width_min", mean(one.spread.high - one.spread.low for one in walk_ins) / 60, "min"),
        Figure("came_before_p50", mean(one.came_s <= one.spread.mid for one in walk_ins)),
        Figure("came_before_p75", mean(one.came_s <= one.spread.late for one in walk_ins)),
        Figure("coverage_appointments", _covered([one for one in told if not one.walk_in])),
        Gate("appointment_delay_p95_min", percentile(delays, 95) / 60, 5, unit="min"),
        *_absences(),
        Gate("refresh_ms_60", _refresh_ms(60), 50, unit="ms"),
        *rushes.rows(_say),
    ]


def _office(seed: int) -> Office:
    office = Office(seed, Truth())
    office.learn(LEARNING_DAYS)
    office.tell(CALIBRATING_DAYS, counts=False)
    office.tell(MEASURED_DAYS)
    _say(f"office {seed}: {len(office.told)} people told")
    return office


def _absences() -> list[Row]:
    """Return how much worse the estimate is for absences that nobody announces, on otherwise the same days."""
    found: list[Row] = []
    for name, truth in (
        ("without_absences", Truth(pauses=0, vanished=0)),
        ("with_3_pauses", Truth(pauses=3, vanished=0)),
        ("with_agent_away_logged_in", Truth(pauses=0, vanished=1)),
    ):
        office = Office(SEEDS[0], truth)
        office.learn(LEARNING_DAYS)
        office.tell(6)
        rows = [one for one in office.told if one.walk_in and one.had_to_wait]
        found.append(Figure(f"mae_{name}_min", _error_min(rows, None), "min"))
        _say(name)
    return found


def _error_min(rows: Sequence[Told], other: str | None) -> float:
    """Return the mean absolute error in minutes: of P50, or of what *other* told."""
    return mean(abs((one.others[other] if other else one.spread.mid) - one.came_s) for one in rows) / 60


def _covered(rows: Sequence[Told]) -> float:
    return mean(one.spread.low <= one.came_s <= one.spread.high for one in rows)


def _refresh_ms(people: int) -> float:
    """Return the CPU time of one refresh with so many people waiting (median)."""
    scene, chance = crowded(people), Chance(1, RUNS)
    known = laws(Tally(), CATALOGUE, days=1)
    times = []
    for n in range(REFRESHES):
        began = time.thread_time()
        simulate(scene if n % 2 else crowded(people, later=timedelta(seconds=n)), known, chance)
        times.append(1000 * (time.thread_time() - began))
    return percentile(times, 50)


def _say(what: str) -> None:
    print(f"waits: {what}", file=sys.stderr, flush=True)
