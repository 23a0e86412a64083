"""Minutes in which the camera of a door saw nothing: what the door usually carries widens the bounds. Never a zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from edge.domain.account import Span
from edge.domain.doors import MOST_DOORS, Flow, Flows, Pace, camera_of
from edge.domain.doubt import Doubt, blind
from edge.domain.occupancy import Ledger, day_of

SHORT = 0.05  # of an interval may lack pictures: the audit of the camera has it in its rates


@dataclass(frozen=True, slots=True)
class Minute:
    """One interval of one camera ("group/camera"): what its doors counted, and for how long it saw nothing.

    *gap_s* are the seconds before *start* of which no interval tells, as long as people could pass.
    """

    camera: str
    start: datetime
    end: datetime
    covered_s: float
    is_ok: bool  # the camera was healthy
    doors: Flows = field(default_factory=lambda: MappingProxyType({}))
    gap_s: float = 0.0
    is_open: bool = True  # people could pass

    @property
    def seconds(self) -> float:
        """Return its length."""
        return max(0.0, (self.end - self.start).total_seconds())

    @property
    def blind_s(self) -> float:
        """Return the seconds without sight; all of them when the camera was not healthy."""
        missing = self.seconds - min(self.covered_s, self.seconds)
        if not self.is_open or (self.is_ok and missing <= SHORT * self.seconds):
            return 0.0
        return missing if self.is_ok else self.seconds


def watched(ledger: Ledger, minute: Minute, *, day: str = "") -> Ledger:
    """Return the ledger after *minute*: doors that were seen well teach their pace, blind ones widen the bounds.

    A camera more than a ledger keeps changes nothing.
    """
    if minute.camera not in ledger.seen_until and len(ledger.seen_until) >= MOST_DOORS:
        return ledger
    pace = dict(ledger.pace)
    came = left = 0.0
    for door in _doors_of(ledger, minute):
        counted, usual = minute.doors.get(door, Flow()), pace.get(door, Pace())
        expected_in, expected_out = _unseen(usual, minute, counted)
        came, left = came + expected_in, left + expected_out
        has_room = door in pace or len(pace) < MOST_DOORS
        if has_room and not minute.blind_s and minute.is_ok and minute.is_open and minute.seconds:
            pace[door] = usual.after(counted, minute.seconds)
    is_after = ledger.anchored_at is None or minute.end > ledger.anchored_at
    today = day_of(ledger, day)
    lost_s = round(minute.blind_s + minute.gap_s) if any(_doors_of(ledger, minute)) else 0
    return replace(
        ledger,
        pace=MappingProxyType(pace),
        seen_until=MappingProxyType({**ledger.seen_until, minute.camera: _later(ledger, minute)}),
        account=ledger.account.plus(Span(blind=blind(came, left)), blind_people=came + left)
        if is_after and came + left
        else ledger.account,
        today=replace(today, blind_s=today.blind_s + lost_s),
        version=ledger.version + 1,
    )


def silence(ledger: Ledger, gaps_s: Mapping[str, float]) -> tuple[Doubt, float]:
    """Return the doubt, and how many may have passed, of cameras that have told nothing for so long."""
    came = sum(gaps_s.get(camera_of(door), 0.0) * pace.people_in / 60 for door, pace in ledger.pace.items())
    left = sum(gaps_s.get(camera_of(door), 0.0) * pace.people_out / 60 for door, pace in ledger.pace.items())
    return blind(came, left), came + left


def _unseen(usual: Pace, minute: Minute, counted: Flow) -> tuple[float, float]:
    """Return how many passed unseen; what an unhealthy camera counted all the same is not expected again."""
    lost_min = (minute.blind_s + minute.gap_s) / 60
    seen = Flow() if minute.is_ok else counted
    return (
        max(0.0, usual.people_in * lost_min - seen.people_in),
        max(0.0, usual.people_out * lost_min - seen.people_out),
    )


def _doors_of(ledger: Ledger, minute: Minute) -> Iterator[str]:
    yield from {*minute.doors, *(door for door in ledger.doors if camera_of(door) == minute.camera)}


def _later(ledger: Ledger, minute: Minute) -> datetime:
    known = ledger.seen_until.get(minute.camera)
    return minute.end if known is None else max(known, minute.end)
