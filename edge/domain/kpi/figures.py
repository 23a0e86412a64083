"""Figures of turns: counts, and clocks as sums with their percentiles, of a day or of a quarter of an hour.

Of a day everything counts that happened to its turns, also after midnight; of a quarter what happened in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from edge.domain.kpi.rows import LogRow, Window, seconds
from edge.domain.kpi.turns import OUT_OF_ORDER, TurnFacts, visits
from edge.domain.turns import Channel, Kind, TurnState

NO_PHONE = frozenset({Channel.PAPER, Channel.HELPER})
LEVELS_MIN = (10, 15, 25)  # the levels of service that are promised
VIDEO = "video"

Within = Callable[[datetime | None], bool]


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took: *n* times, *total_s* together, percentiles by nearest rank."""

    n: int = 0
    total_s: int = 0
    p50_s: int = 0
    p80_s: int = 0
    p90_s: int = 0
    most_s: int = 0

    @property
    def mean_s(self) -> int | None:
        """Return the mean in whole seconds, halves up; None without a value."""
        return (2 * self.total_s + self.n) // (2 * self.n) if self.n else None


NONE = Spread()


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """What happened to the turns of one slice: all of them, one channel, or one service."""

    issued: int = 0
    arrived: int = 0
    appointments: int = 0  # of the issued
    no_phone: int = 0  # of the issued: on paper or through the helper
    served: int = 0
    procedures: int = 0
    video: int = 0  # of the served
    wait: Spread = NONE  # presence proven (an appointment: not before its slot) to service
    within_10: int = 0  # of the waits: at most so many minutes
    within_15: int = 0
    within_25: int = 0
    delay: Spread = NONE  # of appointments: call after slot and check-in
    way: Spread = NONE  # call to desk
    service: Spread = NONE  # at the desk, all stretches together
    inaccurate: int = 0  # served, but nobody ended the service in time: not in *service*
    visit: Spread = NONE  # time in the office: arrival to the end of the last turn
    calls: int = 0
    recalls: int = 0
    overrides: int = 0  # calls out of order
    returned: int = 0
    transferred: int = 0
    no_show: int = 0  # called, did not come
    abandoned: int = 0  # left the queue unserved
    unattended: int = 0  # still waiting when the day was over
    broken_off: int = 0  # a service that was begun and not ended
    not_arrived: int = 0  # the presence was never proved
    carried_over: int = 0
    merged: int = 0  # went on as another turn of the same party
    refused: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # by reason
    eta: Spread = NONE  # size of the error of the announced wait
    eta_longer: int = 0  # of *eta*: waited over five minutes longer than announced

    @property
    def refusals(self) -> int:
        """Return how many turns were refused."""
        return sum(self.refused.values())


def spread(values: Iterable[int | None]) -> Spread:
    """Return the spread of *values* in seconds; what is not known is left out."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return NONE
    p50, p80, p90 = (rank(known, percent) for percent in (50, 80, 90))
    return Spread(len(known), sum(known), p50, p80, p90, known[-1])


def rank(ordered: Sequence[int], percent: int) -> int:
    """Return the percentile of *ordered* values by nearest rank: the smallest that so many percent do not exceed."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def figures(turns: Sequence[TurnFacts], refusals: Iterable[LogRow], within: Within) -> TurnFigures:
    """Return the figures of *turns* and *refusals* as far as they fall *within* the time."""
    issued = [t for t in turns if within(t.issued_at)]
    ended = [t for t in turns if within(t.ended_at)]
    served = [t for t in ended if t.state == TurnState.COMPLETED]
    calls = [(t, c) for t in turns for c in t.calls if within(c.at)]
    waits = [t.wait_s for t in turns if within(t.first_start) and t.wait_s is not None]
    errors = [t.error_s for t in turns if t.calls and within(t.calls[0].at) and t.error_s is not None]
    return TurnFigures(
        issued=len(issued),
        arrived=sum(within(t.arrived_at) for t in turns),
        appointments=sum(t.kind == Kind.APPOINTMENT for t in issued),
        no_phone=sum(t.channel in NO_PHONE for t in issued),
        served=len(served),
        procedures=sum(t.procedures for t in served),
        video=sum(t.mode == VIDEO for t in served),
        wait=spread(waits),
        **{f"within_{level}": sum(wait <= level * 60 for wait in waits) for level in LEVELS_MIN},
        delay=spread(t.delay_s for t in turns if t.calls and within(t.calls[0].at)),
        way=spread(t.way_s for t in turns if within(t.first_start)),
        service=spread(t.served_s for t in served if not t.is_inaccurate),
        inaccurate=sum(t.is_inaccurate for t in served),
        visit=spread(seconds(start, end) for _, start, end in visits(turns) if within(end)),
        calls=len(calls),
        recalls=sum(within(at) for t in turns for at in t.recalls),
        overrides=sum(c.rule in OUT_OF_ORDER for _, c in calls),
        returned=sum(within(at) for t in turns for at in t.returned),
        transferred=sum(within(at) for t in turns for at in t.transferred),
        **_ends(ended),
        refused=_refused(refusals, within),
        eta=spread(abs(error) for error in errors),
        eta_longer=sum(error > 300 for error in errors),
    )


def is_empty(found: TurnFigures) -> bool:
    """Whether nothing at all happened."""
    return found == TurnFigures(refused=found.refused) and not found.refused


def slices(turns: Sequence[TurnFacts], refusals: Sequence[LogRow], within: Within, by: str) -> dict[str, TurnFigures]:
    """Return the figures of each *channel* or *service* in which anything happened, by name."""
    names = sorted({getattr(t, by) for t in turns} | {str(r.body.get(by, "")) for r in refusals} - {""})
    found = {
        name: figures(
            [t for t in turns if getattr(t, by) == name], [r for r in refusals if r.body.get(by) == name], within
        )
        for name in names
    }
    return {name: one for name, one in found.items() if not is_empty(one)}


def end_of(turn: TurnFacts) -> str:
    """Return how *turn* ended, as a field of ``TurnFigures``; empty while it is open. Every turn ends in one way."""
    if turn.state == TurnState.COMPLETED:
        return "served"
    if turn.state in (TurnState.NO_SHOW, TurnState.CARRIED_OVER, TurnState.MERGED):
        return str(turn.state)
    if turn.state not in (TurnState.CANCELLED, TurnState.EXPIRED):
        return ""
    if turn.arrived_at is None:
        return "not_arrived"
    if turn.first_start is not None:
        return "broken_off"
    return "abandoned" if turn.state == TurnState.CANCELLED else "unattended"


def _ends(ended: Sequence[TurnFacts]) -> dict[str, int]:
    counted = Counter(end_of(turn) for turn in ended)
    names = ("no_show", "abandoned", "unattended", "broken_off", "not_arrived", "carried_over", "merged")
    return {name: counted[name] for name in names}


def _refused(refusals: Iterable[LogRow], within: Within) -> Mapping[str, int]:
    counted = Counter(row.reason for row in refusals if within(row.at))
    return MappingProxyType(dict(sorted(counted.items())))


def ever(at: datetime | None) -> bool:
    """Whether it happened at all: of the turns of a day everything counts."""
    return at is not None


def during(window: Window) -> Within:
    """Return whether something happened in *window*."""
    return window.holds
