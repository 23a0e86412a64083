"""The occupancy ledger: how often its bounds hold the truth, how wide they are, what a report costs.

Days of an office are played with a seed: people come by two doors, stay and leave; of each crossing the counter misses
some, and counts some that were none. Every minute the true number is held against the bounds. The width stands beside
that of the rule of thumb, ±3 % of the crossings since the anchor.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from edge.domain.blindness import Minute, watched
from edge.domain.doors import Flow, Flows, together
from edge.domain.doubt import Rate, Rates
from edge.domain.lean import learned
from edge.domain.occupancy import DoorTotal, Ledger, Limits, anchor, count
from tests.bench.kit import Figure, Gate, Row, Stopwatch

OPENS = datetime(2026, 11, 23, 8, tzinfo=UTC)
DOORS = ("door/front/line", "door/back/line")
FRONT = "door/front"
MINUTES = 480
SEEDS = range(60)
NAIVE = 0.03


@dataclass(frozen=True, slots=True)
class World:
    """What really happens in a day: *crossings* in all, and how the counter errs."""

    crossings: int = 1000
    stay_min: float = 20.0
    miss_in: float = 0.03
    miss_out: float = 0.03
    false: float = 0.0
    audited: int = 0  # crossings each way of an audit before the day; 0: nobody has audited
    blind: Sequence[tuple[int, int]] = ()  # minutes in which the front door's camera sees nothing
    tells_blind: bool = True  # False: the camera claims to have seen nobody in these minutes
    learns_from: int = 0  # days before this one whose closing was checked
    shape: str = "day"  # "day": fills and empties; "flat": as many all the time; "hall": all come, then all go


@dataclass
class Day:
    """What one played day showed, minute by minute."""

    inside: list[bool] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    naive_inside: list[bool] = field(default_factory=list)
    naive_widths: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    reports: Stopwatch = field(default_factory=Stopwatch)
    closing: tuple[int, int, int] = (0, 0, 0)  # people, low, high after the last minute, when the truth is zero


def run() -> Sequence[Row]:
    """Play every world over all seeds."""
    rows: list[Row] = []
    held, widths, naive = [], [], []
    for name, world in WORLDS.items():
        days = [play(world, seed) for seed in SEEDS]
        inside, width = percent(days, "inside"), mean(days, "widths")
        rows += [Figure(f"{name}_inside_pct", inside, "%"), Figure(f"{name}_width", width, "people")]
        rows += [Figure(f"{name}_naive_inside_pct", percent(days, "naive_inside"), "%")]
        rows += [Figure(f"{name}_naive_width", mean(days, "naive_widths"), "people")]
        held.append(inside)
        widths.append(width)
        naive.append(mean(days, "naive_widths"))
    plain = [play(WORLDS["day"], seed) for seed in SEEDS]
    cost = [lap for day in plain for lap in day.reports.laps_ms]
    return [
        Gate("ledger_inside_pct", min(held), 95, ">=", "%"),
        Gate("ledger_day_inside_pct", held[0], 95, ">=", "%"),
        Gate("ledger_width_ratio", sum(widths) / sum(naive), 1, "<=", "x naive"),
        Gate("ledger_audited_width_ratio", widths[1] / naive[1], 0.8, "<=", "x naive"),
        Gate("ledger_report_ms", statistics.mean(cost), 1, "<=", "ms"),
        *rows,
    ]


WORLDS = {
    "day": World(),
    "audited": World(audited=500),
    "flat": World(shape="flat"),
    "hall": World(shape="hall", stay_min=120),
    "asymmetric": World(miss_in=0.05, miss_out=0.01, audited=500),
    "asymmetric_unaudited": World(miss_in=0.04, miss_out=0.02),
    "false": World(false=0.02, audited=500),
    "learned": World(learns_from=10),
    "asymmetric_learned": World(miss_in=0.05, miss_out=0.01, learns_from=10),
    "asymmetric_first_day": World(miss_in=0.05, miss_out=0.01, learns_from=1),
    "small": World(crossings=120, stay_min=10),
    "blind": World(audited=500, blind=((60, 66), (150, 153), (240, 250), (360, 364))),
    "tiny_audit": World(audited=2),
    "small_audit": World(audited=40),
    "asymmetric_small_audit": World(miss_in=0.05, miss_out=0.01, audited=40),
}


def play(world: World, seed: int) -> Day:
    """Play one day of *world* and return what the bounds were worth."""
    chance, day = random.Random(f"{seed}"), Day()
    limits = taught(audited(world, chance), world, seed)
    ledger = anchor(Ledger(), 0, at=OPENS, limits=limits)
    totals = dict.fromkeys(DOORS, Flow())
    truth = 0
    for minute, passed in enumerate(people(world, chance)):
        is_blind = any(start <= minute < end for start, end in world.blind)
        seen = {door: seen_of(flow, world, chance) for door, flow in passed.items()}
        if is_blind:
            seen[DOORS[0]] = Flow()
        truth += sum(flow.net for flow in passed.values())
        totals = {door: totals[door] + seen[door] for door in DOORS}
        report = {door: DoorTotal("e", flow.people_in, flow.people_out) for door, flow in totals.items()}
        with day.reports.running():
            ledger = count(ledger, report, limits).ledger
        start = OPENS + timedelta(minutes=minute)
        told = Minute(
            FRONT,
            start,
            start + timedelta(minutes=1),
            covered_s=0 if is_blind and world.tells_blind else 60,
            is_ok=not (is_blind and world.tells_blind),
            doors={DOORS[0]: seen[DOORS[0]]},
        )
        ledger = watched(ledger, told)
        judge(day, ledger, limits, truth, sum(flow.total for flow in totals.values()))
    day.closing = (ledger.people, *ledger.bounds(limits))
    return day


def judge(day: Day, ledger: Ledger, limits: Limits, truth: int, flow: int) -> None:
    """Hold the *truth* against the bounds, and against the rule of thumb."""
    low, high = ledger.bounds(limits)
    slack = -int(-flow * NAIVE // 1)
    day.inside.append(low <= truth <= high)
    day.widths.append(high - low)
    day.errors.append(ledger.people - truth)
    day.naive_inside.append(max(0, ledger.people - slack) <= truth <= ledger.people + slack)
    day.naive_widths.append(ledger.people + slack - max(0, ledger.people - slack))


def people(world: World, chance: random.Random) -> Iterator[dict[str, Flow]]:
    """Yield what really passes each door in each minute; everybody has left at the end."""
    arrivals, leave = world.crossings // 2, [0] * (MINUTES + 1)
    come = [0] * (MINUTES + 1)
    for _ in range(arrivals):
        at = min(MINUTES - 2, int(arrival(world, chance)))
        come[at] += 1
        stay = chance.expovariate(1 / world.stay_min)
        leave[min(MINUTES - 1, max(at + 1, int(at + stay)))] += 1
    for minute in range(MINUTES):
        yield doors(come[minute], leave[minute], chance)


def arrival(world: World, chance: random.Random) -> float:
    """Return the minute in which somebody comes."""
    if world.shape == "flat":
        return chance.uniform(0, MINUTES - 30)
    if world.shape == "hall":
        return chance.gauss(60, 20) if chance.random() < 0.9 else chance.uniform(0, MINUTES / 2)
    return max(0.0, chance.choice((chance.gauss(120, 50), chance.gauss(270, 70))))


def doors(came: int, left: int, chance: random.Random) -> dict[str, Flow]:
    """Return the flows of both doors: two of three use the front one."""
    front_in = sum(chance.random() < 2 / 3 for _ in range(came))
    front_out = sum(chance.random() < 2 / 3 for _ in range(left))
    return {DOORS[0]: Flow(front_in, front_out), DOORS[1]: Flow(came - front_in, left - front_out)}


def seen_of(flow: Flow, world: World, chance: random.Random) -> Flow:
    """Return what the counter makes of *flow*."""
    return Flow(
        errs(flow.people_in, world.miss_in, world.false, chance),
        errs(flow.people_out, world.miss_out, world.false, chance),
    )


def errs(real: int, miss: float, false: float, chance: random.Random) -> int:
    """Return how many are counted of *real* crossings."""
    matched = sum(chance.random() >= miss for _ in range(real))
    return matched + sum(chance.random() < false for _ in range(matched))


def audited(world: World, chance: random.Random) -> Limits:
    """Return limits as the settings say, or as an audit of the front and the back camera found the counter to be."""
    limits = Limits(capacity=100)
    if not world.audited:
        return limits

    def one() -> Rates:
        return Rates(
            miss_in=sampled(world.miss_in, world.audited, limits.error_percent, chance),
            miss_out=sampled(world.miss_out, world.audited, limits.error_percent, chance),
            false_in=sampled(world.false, world.audited, limits.false_percent, chance),
            false_out=sampled(world.false, world.audited, limits.false_percent, chance),
        )

    return replace(limits, audits=MappingProxyType({FRONT: one(), "door/back": one()}))


def taught(limits: Limits, world: World, seed: int) -> Limits:
    """Return *limits* after the closings of the days before."""
    days = [closed_day(world, random.Random(f"{seed} before {n}")) for n in range(world.learns_from)]
    return replace(limits, lean=learned(days, limits))


def closed_day(world: World, chance: random.Random) -> Flows:
    """Return what the doors counted over a day after which the building was empty."""
    days = ({door: seen_of(flow, world, chance) for door, flow in passed.items()} for passed in people(world, chance))
    return together(*days)


def sampled(true: float, of: int, percent_assumed: int, chance: random.Random) -> Rate:
    """Return what an audit of so many crossings finds of the *true* rate."""
    return Rate(percent_assumed / 100).observed(sum(chance.random() < true for _ in range(of)), of)


def percent(days: Sequence[Day], name: str) -> float:
    """Return the part of all minutes in which the flag *name* held."""
    return 100 * mean(days, name)


def mean(days: Sequence[Day], name: str) -> float:
    """Return the mean over all minutes."""
    return statistics.mean(float(value) for day in days for value in getattr(day, name))
