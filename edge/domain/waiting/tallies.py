"""What one day of the log taught: sums from which laws are fitted. No person, no turn: safe to keep for years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from math import log
from typing import Any

WAIT_STEPS_MIN = (0, 10, 20, 40, 60)  # classes of how long somebody had waited when called
CLASS_MIN = 5  # of waits and of punctuality
WAIT_CLASSES = 25  # the last one: two hours and more
EARLY_MIN, PUNCTUAL_CLASSES = -60, 20  # arrival before (-) or after the slot: 5 minutes each


@dataclass(slots=True)
class Moments:
    """Number, sum and sum of squares of logarithms of a time in minutes."""

    n: float = 0.0
    ln: float = 0.0
    ln2: float = 0.0

    def add(self, minutes: float) -> None:
        """Count one time."""
        value = log(max(minutes, 1 / 60))
        self.n, self.ln, self.ln2 = self.n + 1, self.ln + value, self.ln2 + value * value

    def plus(self, other: Moments, weight: float) -> None:
        """Add *other*, counted *weight* times."""
        self.n += weight * other.n
        self.ln += weight * other.ln
        self.ln2 += weight * other.ln2


@dataclass(slots=True)
class Tally:
    """One day. Keys are ids of services, hours of the office's own clock, or positions of classes."""

    served: dict[str, Moments] = field(default_factory=dict)
    flagged: dict[str, float] = field(default_factory=dict)  # service times that are not to be learned from
    way: Moments = field(default_factory=Moments)  # call → start
    turnaround: Moments = field(default_factory=Moments)  # end → next call, when somebody waited
    vain: Moments = field(default_factory=Moments)  # call → given up
    away: Moments = field(default_factory=Moments)  # absences of desks
    desk_min: float = 0.0  # minutes of open desks, absences included
    calls: dict[str, float] = field(default_factory=dict)  # by class of wait
    missed: dict[str, float] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)  # minutes until those calls
    waiting_min: float = 0.0  # of walk-ins together
    left: float = 0.0  # walk-ins who said that they go
    booked: float = 0.0  # appointments that came or did not
    absent: float = 0.0
    punctual: dict[str, float] = field(default_factory=dict)  # by class of arrival - slot
    moved: dict[str, float] = field(default_factory=dict)  # "service>service": transfers
    came: dict[str, float] = field(default_factory=dict)  # "hour/service": walk-ins
    waits: dict[str, float] = field(default_factory=dict)  # "hour/class": waits of walk-ins, arrival → call
    refused: float = 0.0
    residuals: dict[str, float] = field(default_factory=dict)  # what was told against what came: "class/bin"

    def plus(self, other: Tally, weight: float) -> None:
        """Add *other*, counted *weight* times."""
        for part in fields(self):
            mine, its = getattr(self, part.name), getattr(other, part.name)
            if isinstance(mine, Moments):
                mine.plus(its, weight)
            elif part.name == "served":
                for key, moments in its.items():
                    mine.setdefault(key, Moments()).plus(moments, weight)
            elif isinstance(mine, dict):
                for key, value in its.items():
                    mine[key] = mine.get(key, 0.0) + weight * value
            else:
                setattr(self, part.name, mine + weight * its)

    def document(self) -> dict[str, Any]:
        """Return the tally as plain values."""
        return {part.name: _plain(getattr(self, part.name)) for part in fields(self)}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Tally:
        """Return the tally of *document*; what it does not say is empty, what this version does not know is left."""
        tally = cls()
        for part in fields(cls):
            if part.name in document:
                setattr(tally, part.name, _value(getattr(tally, part.name), part.name, document[part.name]))
        return tally


def summed(rows: Iterable[tuple[Tally, float]]) -> Tally:
    """Return the weighted sum of tallies."""
    total = Tally()
    for tally, weight in rows:
        total.plus(tally, weight)
    return total


def wait_class(minutes: float) -> str:
    """Return the class of a wait at the call."""
    return str(max(n for n, least in enumerate(WAIT_STEPS_MIN) if minutes >= least or n == 0))


def punctual_class(minutes: float) -> str:
    """Return the class of an arrival *minutes* after the slot."""
    return str(min(PUNCTUAL_CLASSES - 1, max(0, int((minutes - EARLY_MIN) // CLASS_MIN))))


def count(into: dict[str, float], key: str, by: float = 1.0) -> None:
    """Add to one class."""
    into[key] = into.get(key, 0.0) + by


def _plain(value: Any) -> Any:
    if isinstance(value, Moments):
        return [value.n, value.ln, value.ln2]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _value(empty: Any, name: str, plain: Any) -> Any:
    if isinstance(empty, Moments):
        return Moments(*map(float, plain))
    if isinstance(empty, dict):
        read: Callable[[Any], Any] = (lambda row: Moments(*map(float, row))) if name == "served" else float
        return {str(key): read(one) for key, one in plain.items()}
    return float(plain)
