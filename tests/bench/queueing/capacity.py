"""Whether more was booked than the office has desks for, worked out again from the office's document and the log.

Shares no rule with the office: staffed desks are counted minute by minute, and that everybody finds one is asked as
Hall did (no group of queues has more people than desks that serve any of them); the office looks for a matching.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ENDED = frozenset(
    {"lapsed", "rescheduled", "cancelled_citizen", "cancelled_office", "no_show"}
)  # the slot is not theirs any more
PAYERS = {"internal": ("all",), "public": ("all", "citizens"), "leased": ("all", "citizens", "centre")}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Booked:
    """Somebody's place in the agenda; *until*: when a hold runs out by itself."""

    start: datetime
    end: datetime
    queue: str
    part: str
    video: bool
    until: datetime | None = None


@dataclass
class Capacity:
    """What an office can take; without a plan *desks* desks that serve everything, at any time."""

    desks: Sequence[frozenset[str]] = ()
    document: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, file: Path) -> Capacity:
        """Read the document of an office."""
        return cls(document=tomllib.loads(file.read_text("utf-8")))

    def faults(self, rows: Sequence[Row]) -> Iterator[str]:
        """Yield a sentence for each booking in *rows*, in the order of the log, that there was no place for."""
        here: dict[str, Booked] = {}
        closed: dict[str, tuple[datetime, datetime]] = {}
        for row in rows:
            kind, at = row["type"], datetime.fromisoformat(row["at"])
            if kind == "agenda_closed":
                closed[row["range"]] = datetime.fromisoformat(row["start"]), datetime.fromisoformat(row["end"])
            elif kind == "agenda_reopened":
                closed.pop(row["range"], None)
            elif kind.startswith("appointment_"):
                state = kind.removeprefix("appointment_")
                before = here.pop(row["appointment"], None)
                if state in ENDED or (before is None and state == "checked_in"):
                    continue  # who comes too late waits with the others: the slot was free again
                mine = self._booked(row, state, at)
                if before is None:
                    others = [b for b in here.values() if b.until is None or at < b.until]
                    yield from self._objections(mine, others, closed, at)
                here[row["appointment"]] = mine

    def _booked(self, row: Row, state: str, at: datetime) -> Booked:
        agenda = self.document.get("agenda", {})
        waits = {"held": agenda.get("hold_min", 10), "pending_confirmation": agenda.get("confirm_min", 20)}
        start = datetime.fromisoformat(row["slot_at"])
        queue = self.document.get("service_queue", {}).get(row["service"], "")
        return Booked(
            start,
            start + row["minutes"] * MINUTE,
            queue,
            row["part"],
            row["mode"] == "video",
            at + waits[state] * MINUTE if state in waits else None,
        )

    def _objections(
        self, new: Booked, others: Sequence[Booked], closed: Mapping[str, tuple[datetime, datetime]], at: datetime
    ) -> Iterator[str]:
        name = f"{new.queue or 'an appointment'} at {new.start:%d %H:%M}"
        if new.start < at:
            yield f"{name} was over before it was booked"
        if any(start < new.end and new.start < end for start, end in closed.values()):
            yield f"{name} is in a range that was closed"
        near = [b for b in others if b.start < new.end and new.start < b.end]
        moments = {new.start, *(b.start for b in near if b.start > new.start)}
        moments |= {new.start + n * MINUTE for n in range(int((new.end - new.start) / MINUTE))}
        if any(self._is_crowded([new, *(b for b in near if b.start <= t < b.end)], t) for t in moments):
            yield f"{name} is one too many for the desks"
        if self.document:
            yield from self._over_share(name, new, others)

    def _is_crowded(self, people: Sequence[Booked], at: datetime) -> bool:
        staffed = self._staffed(at)
        if sum(b.video for b in people) > self.document.get("agenda", {}).get("video_desks", len(staffed)):
            return True
        queues = sorted({b.queue for b in people})
        groups = (set(group) for size in range(1, len(queues) + 1) for group in combinations(queues, size))
        return any(
            sum(b.queue in group for b in people) > sum(not desk or bool(desk & group) for desk in staffed)
            for group in groups
        )

    def _over_share(self, name: str, new: Booked, others: Sequence[Booked]) -> Iterator[str]:
        agenda = self.document["agenda"]
        share = agenda["share_percent"] / 100
        limits = {"all": share, "citizens": share * agenda["public_percent"] / 100}
        limits["centre"] = limits["citizens"] * agenda["lease_percent"] / 100
        hour = new.start.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        while hour < new.end:
            for purse in PAYERS[new.part]:
                for queue in ("", new.queue):
                    used = sum(_inside(b, hour) for b in others if queue in ("", b.queue) and purse in PAYERS[b.part])
                    if used and used + _inside(new, hour) > self._minutes(hour, queue) * limits[purse] + 1e-6:
                        yield f"{name} takes more than the share of {purse} in the hour of {hour:%H:%M}"
            hour += HOUR

    def _minutes(self, hour: datetime, queue: str) -> int:
        moments = (hour + n * MINUTE for n in range(60))
        return sum(not queue or not desk or queue in desk for at in moments for desk in self._staffed(at))

    def _staffed(self, at: datetime) -> Sequence[frozenset[str]]:
        """Return the queues of each desk that is staffed at a moment."""
        if not self.document:
            return self.desks
        local = at.astimezone(ZoneInfo(self.document["zone"]))
        now, day = f"{local:%H:%M}", DAYS[local.weekday()]
        if not any(day in h["days"] and h["opens"] <= now < h["closes"] for h in self.document["hours"]):
            return ()
        shifts = self.document["agenda"].get("shift", [])
        names = {desk for s in shifts if day in s["days"] and s["opens"] <= now < s["closes"] for desk in s["desks"]}
        desks = self.document["desk"]
        return [frozenset(desks[name]["queues"]) for name in (names if shifts else desks)]


def _inside(booked: Booked, hour: datetime) -> float:
    return max((min(booked.end, hour + HOUR) - max(booked.start, hour)) / MINUTE, 0.0)
