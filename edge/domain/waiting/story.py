"""A day as it happened, read from the log: who came for what, how long desks had them, when desks were open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edge.domain.replay import Recorded
from edge.domain.shifts import Window


@dataclass(slots=True)
class Guest:
    """One turn. *busy*: how long desks had the person, the way there included; None when nobody was served."""

    id: str
    queue: str
    service: str
    due_at: datetime | None
    came_at: datetime | None = None
    called_at: datetime | None = None
    busy: timedelta | None = None
    left_at: datetime | None = None  # gave the turn back while waiting
    in_vain: bool = False  # did not come when called


@dataclass(slots=True)
class Story:
    """One day. *open*: when each desk took people."""

    guests: list[Guest] = field(default_factory=list)
    open: dict[str, list[Window]] = field(default_factory=dict)
    refused: int = 0

    @property
    def served(self) -> int:
        """Return how many people were served."""
        return sum(guest.busy is not None for guest in self.guests)


@dataclass(slots=True)
class _Reader:
    story: Story = field(default_factory=Story)
    guests: dict[str, Guest] = field(default_factory=dict)
    calls: dict[str, datetime] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict)  # the call that ended last, and its time

    def issued(self, row: Recorded) -> None:
        body = row.body
        due = datetime.fromisoformat(body["due_at"]) if body.get("due_at") else None
        self.guests[body["turn"]] = Guest(body["turn"], body["queue"], body["service"], due)

    def arrived(self, row: Recorded) -> None:
        if (guest := self.guests.get(row.body["turn"])) is not None:
            guest.came_at = row.at
            self.story.guests.append(guest)

    def called(self, row: Recorded) -> None:
        if (guest := self.guests.get(row.body["turn"])) is not None:
            self.calls[guest.id] = row.at
            guest.called_at = guest.called_at or row.at

    def ended(self, row: Recorded) -> None:
        guest, called = self.guests.get(row.body["turn"]), self.calls.pop(row.body["turn"], None)
        if guest is not None and called is not None:
            self.last[guest.id] = called, row.at - called
            guest.busy = (guest.busy or timedelta()) + (row.at - called)

    def undone(self, row: Recorded) -> None:
        guest, last = self.guests.get(row.body["turn"]), self.last.pop(row.body["turn"], None)
        ended = _FOLLOW.get(row.body.get("undone", "")) is _Reader.ended
        if ended and guest is not None and last is not None and guest.busy is not None:
            self.calls[guest.id] = last[0]
            guest.busy = guest.busy - last[1] or None

    def missed(self, row: Recorded) -> None:
        self.calls.pop(row.body["turn"], None)
        if (guest := self.guests.get(row.body["turn"])) is not None:
            guest.in_vain = True

    def left(self, row: Recorded) -> None:
        guest = self.guests.get(row.body["turn"])
        if guest is not None and guest.called_at is None:
            guest.left_at = row.at

    def refused(self, _: Recorded) -> None:
        self.story.refused += 1

    def opened(self, row: Recorded) -> None:
        self.since.setdefault(row.body["desk"], row.at)

    def closed(self, row: Recorded) -> None:
        start = self.since.pop(row.body["desk"], None)
        if start is not None and start < row.at:
            self.story.open.setdefault(row.body["desk"], []).append((start, row.at))


def read(rows: Iterable[Recorded], *, until: datetime) -> Story:
    """Return the story that *rows*, in the order of time, tell; desks still open work on *until*."""
    reader = _Reader()
    for row in rows:
        if (follow := _FOLLOW.get(row.type)) is not None:
            follow(reader, row)
    for desk, start in reader.since.items():
        if start < until:
            reader.story.open.setdefault(desk, []).append((start, until))
    return reader.story


_FOLLOW: Mapping[str, Callable[[_Reader, Recorded], None]] = {
    "turn_issued": _Reader.issued,
    "turn_arrived": _Reader.arrived,
    "turn_called": _Reader.called,
    "turn_completed": _Reader.ended,
    "turn_held": _Reader.ended,
    "turn_transferred": _Reader.ended,
    "turn_deferred": _Reader.ended,
    "turn_undone": _Reader.undone,
    "turn_missed": _Reader.missed,
    "turn_cancelled": _Reader.left,
    "turn_refused": _Reader.refused,
    "desk_open": _Reader.opened,
    "desk_paused": _Reader.closed,
    "desk_closed": _Reader.closed,
}
