"""Measures of a count against the truth: pure, times in seconds.

A crossing that was seen and one that was counted are the same when line and direction agree and their times differ by
the tolerance at most; each belongs to one pair only, and there are as many pairs as possible.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from edge.contracts.cameras import AuditBin, AuditEvent, AuditRow, Direction

Z_95 = 1.959964  # two-sided 95 % of the normal distribution
SLACK_S = 1e-6  # times are told in milliseconds: a difference of exactly the tolerance still agrees
HAND_REACH_S, HAND_MOST_S = 3.0, 2.0  # how far a hand may be off to be recognised, and how far marks are moved for it
DIRECTIONS: tuple[Direction, Direction] = ("in", "out")

Key = tuple[str, Direction]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody crossed *line* at *t*."""

    line: str
    direction: Direction
    t: float


@dataclass(frozen=True, slots=True)
class Pairing:
    """Times of one line and direction: pairs (seen, counted), and what is left on either side."""

    pairs: list[tuple[float, float]]
    missed: list[float]
    extra: list[float]


@dataclass(frozen=True, slots=True)
class Score:
    """What an audit found; all rows together come first, events are in order of time."""

    rows: list[AuditRow]
    bins: list[AuditBin]
    events: list[AuditEvent]
    delay_s: float


def match(truth: Iterable[float], counted: Iterable[float], tolerance_s: float) -> Pairing:
    """Pair times that differ by *tolerance_s* at most: as many pairs as possible, in order of time.

    Taking the earliest two that fit is optimal here, as all tolerances are equal.
    """
    seen, told = sorted(truth), sorted(counted)
    pairs: list[tuple[float, float]] = []
    missed: list[float] = []
    extra: list[float] = []
    i = j = 0
    while i < len(seen) and j < len(told):
        if abs(seen[i] - told[j]) <= tolerance_s + SLACK_S:
            pairs.append((seen[i], told[j]))
            i, j = i + 1, j + 1
        elif seen[i] < told[j]:
            missed.append(seen[i])
            i += 1
        else:
            extra.append(told[j])
            j += 1
    return Pairing(pairs, missed + seen[i:], extra + told[j:])


def score(
    lines: Sequence[str],
    truth: Iterable[Crossing],
    counted: Iterable[Crossing],
    *,
    seconds: float,
    tolerance_s: float = 1.0,
    bin_s: float = 900.0,
) -> Score:
    """Compare *counted* with *truth* over [0, *seconds*]; both may speak of *lines* only.

    What was counted outside that time is neither right nor wrong unless it pairs with something seen inside.
    """
    keys = [(line, direction) for line in lines for direction in DIRECTIONS]
    seen, told = _by_key(keys, truth), _by_key(keys, counted)
    pairings = {key: _inside(match(seen[key], told[key], tolerance_s), seconds) for key in keys}
    bins = _bins(lines, pairings, seconds, bin_s)
    found = _Found(pairings, bins, seconds)
    rows = [_row("", "both", keys, found)]
    for line in lines:
        own: list[Key] = [(line, "in"), (line, "out")]
        rows.append(_row(line, "both", own, found))
        rows += [_row(line, direction, [(line, direction)], found) for _, direction in own]
    delays = [counted_at - seen_at for pairing in pairings.values() for seen_at, counted_at in pairing.pairs]
    return Score(rows, bins, _events(pairings), median(delays) if delays else 0.0)


def hand_delay(lines: Sequence[str], truth: Iterable[Crossing], counted: Iterable[Crossing]) -> float:
    """Return by how much the counts come after the marks of a hand: the median, in [-2, 2] s.

    People press a key a moment late, and a pixelated picture is late as well: that is no mistake of the counter.
    """
    keys = [(line, direction) for line in lines for direction in DIRECTIONS]
    seen, told = _by_key(keys, truth), _by_key(keys, counted)
    delays = [b - a for key in keys for a, b in match(seen[key], told[key], HAND_REACH_S).pairs]
    return min(max(median(delays), -HAND_MOST_S), HAND_MOST_S) if delays else 0.0


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return Wilson's 95 % score interval of *part* of *whole* (Wilson 1927); (0, 1) when there is nothing."""
    if whole == 0:
        return 0.0, 1.0
    p, z2 = part / whole, Z_95 * Z_95
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    reach = Z_95 * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def geh(counted: float, truth: float) -> float:
    """Return √(2 (m - c)² / (m + c)) of two hourly flows (Highways Agency, DMRB 12.2.1); below 5 is good."""
    return math.sqrt(2 * (counted - truth) ** 2 / (counted + truth)) if counted + truth > 0 else 0.0


# --- parts ----------------------------------------------------------------------------------------------------------


def _by_key(keys: Sequence[Key], crossings: Iterable[Crossing]) -> dict[Key, list[float]]:
    found: dict[Key, list[float]] = {key: [] for key in keys}
    for crossing in crossings:
        found[crossing.line, crossing.direction].append(crossing.t)
    return found


def _inside(pairing: Pairing, seconds: float) -> Pairing:
    extra = [t for t in pairing.extra if -SLACK_S <= t <= seconds + SLACK_S]
    return Pairing(pairing.pairs, pairing.missed, extra)


@dataclass(frozen=True, slots=True)
class _Found:
    pairings: dict[Key, Pairing]
    bins: list[AuditBin]
    seconds: float


def _row(line: str, direction: Literal["in", "out", "both"], keys: Sequence[Key], found: _Found) -> AuditRow:
    pairings = found.pairings
    matched = sum(len(pairings[key].pairs) for key in keys)
    missed = sum(len(pairings[key].missed) for key in keys)
    extra = sum(len(pairings[key].extra) for key in keys)
    truth, counted, every = matched + missed, matched + extra, matched + missed + extra
    wrong = sum(_wrong(one, way) for one in found.bins for name, way in keys if name == one.line)
    low, high = (2 * p / (1 + p) for p in wilson(matched, every))
    hours = max(found.seconds, 1e-9) / 3600
    return AuditRow(
        line=line,
        direction=direction,
        truth=truth,
        counted=counted,
        matched=matched,
        missed=missed,
        extra=extra,
        precision=_rate(matched, counted),
        recall=_rate(matched, truth),
        f1=_rate(2 * matched, truth + counted),
        wape=round(wrong / max(truth, 1), 4),
        bias=round((counted - truth) / max(truth, 1), 4),
        geh=round(geh(counted / hours, truth / hours), 3),
        f1_low=round(low, 4),
        f1_high=round(high, 4),
    )


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _wrong(one: AuditBin, direction: Direction) -> int:
    if direction == "in":
        return abs(one.counted_in - one.truth_in)
    return abs(one.counted_out - one.truth_out)


def _bins(lines: Sequence[str], pairings: dict[Key, Pairing], seconds: float, bin_s: float) -> list[AuditBin]:
    """Return every bin of every line; a counted crossing just outside the time belongs to the nearest bin."""
    number = max(math.ceil(seconds / bin_s - SLACK_S), 1)

    def histogram(times: Iterable[float]) -> list[int]:
        counts = [0] * number
        for t in times:
            counts[min(max(int(t // bin_s), 0), number - 1)] += 1
        return counts

    found = []
    for line in lines:
        into, away = pairings[line, "in"], pairings[line, "out"]
        columns = zip(
            histogram([a for a, _ in into.pairs] + into.missed),
            histogram([a for a, _ in away.pairs] + away.missed),
            histogram([b for _, b in into.pairs] + into.extra),
            histogram([b for _, b in away.pairs] + away.extra),
            strict=True,
        )
        found += [
            AuditBin(
                line=line,
                start_s=round(k * bin_s, 3),
                truth_in=truth_in,
                truth_out=truth_out,
                counted_in=counted_in,
                counted_out=counted_out,
            )
            for k, (truth_in, truth_out, counted_in, counted_out) in enumerate(columns)
        ]
    return found


def _events(pairings: dict[Key, Pairing]) -> list[AuditEvent]:
    events = []
    for (line, direction), pairing in pairings.items():
        both = [*pairing.pairs, *((t, None) for t in pairing.missed), *((None, t) for t in pairing.extra)]
        events += [
            AuditEvent(line=line, direction=direction, seen_s=_ms(seen), counted_s=_ms(told)) for seen, told in both
        ]
    return sorted(events, key=lambda e: (_when(e), e.line, e.direction))


def _when(event: AuditEvent) -> float:
    return next(t for t in (event.seen_s, event.counted_s) if t is not None)


def _ms(t: float | None) -> float | None:
    return None if t is None else round(t, 3)
