"""What was counted, in memory: same promises as the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from edge.domain.counts import Inside, Place, Tally


@dataclass
class CountTables:
    """The rows."""

    minutes: dict[tuple[str, str, int], tuple[datetime, str]] = field(default_factory=dict)
    quarters: dict[tuple[datetime, str], Tally] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    inside: dict[datetime, Inside] = field(default_factory=dict)

    def copy(self) -> CountTables:
        """Return a snapshot."""
        return CountTables(self.minutes.copy(), self.quarters.copy(), self.places.copy(), self.inside.copy())


class FakeCounts:
    """A ``CountStore``."""

    def __init__(self, tables: CountTables) -> None:
        self._tables = tables

    def add_minute(self, camera: str, epoch: str, seq: int, start: datetime, body: str) -> bool:
        key = camera, epoch, seq
        is_new = key not in self._tables.minutes
        self._tables.minutes.setdefault(key, (start, body))
        return is_new

    def quarter(self, place: str, start: datetime) -> Tally | None:
        return self._tables.quarters.get((start, place))

    def save_quarter(self, tally: Tally) -> None:
        self._tables.quarters[tally.start, tally.place] = tally

    def quarters(self, start: datetime, end: datetime) -> list[Tally]:
        return [tally for (at, _), tally in sorted(self._tables.quarters.items()) if start <= at < end]

    def places(self) -> list[Place]:
        return [place for _, place in sorted(self._tables.places.items())]

    def heard(self, places: Iterable[Place]) -> None:
        for place in places:
            known = self._tables.places.get(place.name, place)
            self._tables.places[place.name] = replace(
                place, first=min(known.first, place.first), last=max(known.last, place.last)
            )

    def add_inside(self, row: Inside) -> None:
        self._tables.inside[row.at] = row

    def inside(self, start: datetime, end: datetime) -> list[Inside]:
        return [row for at, row in sorted(self._tables.inside.items()) if start <= at < end]
