"""The two nights of a year on which the clocks change, lived through by an office with its own rounds and its database.

It looks at the clock as the program does, every five minutes of the night. What is closed has the quarters that the day
really had, and the night's work is done exactly once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edge.adapters.channels.transcripts import MemoryTranscripts
from edge.bootstrap.closing import Closing
from edge.bootstrap.office import OfficeParts
from edge.domain.calendars import Calendar, Hours
from edge.runtime.clock import ManualClock
from edge.services.reports import ReportService
from edge.services.retention import RetentionService
from tests.fixtures.office import walk_in
from tests.property.edge.test_daily_job import CHANGES

MADRID = ZoneInfo("Europe/Madrid")
NIGHTS = sorted(CHANGES)


class AtOnce:
    """Does the writer's work on this thread; knows when the night's forgetting was done."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.forgot: list[datetime] = []

    def carry_out(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if work.__name__ == "done":
            self.forgot.append(self._clock.now().astimezone(MADRID))
        return work(*args, **kwargs)


def opened(parts: OfficeParts, work: AtOnce) -> Closing:
    """Return the round of a program that has just started."""
    reports, retention = ReportService(parts.context), RetentionService(parts.context)
    return Closing(reports, retention, work, lambda _: None, MemoryTranscripts())  # type: ignore[arg-type]


def live(parts: OfficeParts, clock: ManualClock, until: datetime, work: AtOnce, *, restart: time | None) -> None:
    """Let the office look at the clock until *until*; at *restart* of each night its program starts again."""
    rounds = opened(parts, work)
    while clock.now() < until:
        rounds.round()
        local = clock.now().astimezone(MADRID)
        if restart is not None and (local.hour, local.minute) == (restart.hour, restart.minute):
            rounds = opened(parts, work)  # what is done is in the database, not in the program
        clock.move(300 if local.hour < 5 else 900)


@pytest.mark.slow
@pytest.mark.parametrize("restart", [None, time(2, 30), time(3)])
@pytest.mark.parametrize("night", NIGHTS)
def test_a_day_on_which_the_clocks_change_is_closed_whole_and_its_night_is_one(
    office: OfficeParts, manual_clock: ManualClock, night: date, restart: time | None
) -> None:
    eve = datetime.combine(night - timedelta(days=1), time(12), MADRID).astimezone(UTC)
    manual_clock.move((eve - manual_clock.now()).total_seconds())
    rounds = opened(office, AtOnce(manual_clock))
    rounds.round()  # everything before
    work = AtOnce(manual_clock)

    live(office, manual_clock, eve + timedelta(days=2, hours=2), work, restart=restart)

    with office.database.read() as stores:
        closed = stores.connection.execute(
            "select json_extract(body, '$.day') day, at from event where type = 'day_closed' order by n"
        ).fetchall()
    days = [(row["day"], at.astimezone(MADRID)) for row in closed if (at := datetime.fromisoformat(row["at"])) > eve]
    assert [day for day, _ in days] == [(night + timedelta(days=n)).isoformat() for n in (-1, 0)]
    assert [at.date() - date.fromisoformat(day) for day, at in days] == [timedelta(days=1)] * 2
    nights = [at.date() for at in work.forgot[1:]]  # a program that has just started forgets once, an hour later
    # In March the look at half past two comes at three: that hour is not on the wall.
    assert [at.time() for _, at in days] == [time(3) if CHANGES[night] == 3 else time(2, 30), time(2, 30)]
    if restart is None:
        assert nights == [night, night + timedelta(days=1)]
        assert {at.time() for at in work.forgot[1:]} == {time(3, 10)}
    assert {night, night + timedelta(days=1)} <= set(nights)
    assert len(office.reports.quarters(night)) == (92 if CHANGES[night] == 3 else 100)
    record = office.reports.stored(night)
    assert record.end - record.start == timedelta(hours=23 if CHANGES[night] == 3 else 25)
    assert office.reports.recomputed(record) == record


@pytest.mark.parametrize("night", [night for night in NIGHTS if CHANGES[night] == 10])
def test_a_quarter_that_comes_twice_on_the_wall_is_two_quarters(
    office: OfficeParts, manual_clock: ManualClock, night: date
) -> None:
    first = datetime.combine(night, time(2, 30), MADRID).astimezone(UTC)
    manual_clock.move((first - manual_clock.now()).total_seconds())
    rounds = opened(office, AtOnce(manual_clock))
    rounds.round()
    for _ in range(2):
        walk_in_at_night(office)
        manual_clock.move(3600)
    manual_clock.move(3600)
    rounds.round()

    found = [q for q in office.reports.quarters(night) if q.start.astimezone(MADRID).time() == time(2, 30)]

    assert [q.start for q in found] == [first, first + timedelta(hours=1)]
    assert [q.all.issued for q in found] == [1, 1]


def walk_in_at_night(office: OfficeParts) -> None:
    """Let somebody in, in an office that is open at that hour."""
    always = Calendar(MADRID, (Hours(frozenset(range(7)), time(0), time(23, 59)),))
    office.office = replace(office.office, calendar=always)
    walk_in(office)
