"""The nightly job and the quarters of a day, over every day of 2025 to 2030 and every time of day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.daily import Daily
from edge.domain.kpi.closing import day_window, quarter_windows

MADRID = ZoneInfo("Europe/Madrid")
FIRST, LAST = date(2025, 1, 1), date(2030, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
ZONES = st.sampled_from([MADRID, ZoneInfo("Atlantic/Canary"), ZoneInfo("America/New_York"), ZoneInfo("UTC")])


def last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


CHANGES = {last_sunday(year, month): month for year in range(2025, 2031) for month in (3, 10)}


def test_days_have_96_quarters_and_those_of_the_clock_change_92_and_100() -> None:
    counted = Counter(len(quarter_windows(day_window(day, MADRID))) for day in DAYS)

    assert counted == {96: len(DAYS) - 12, 92: 6, 100: 6}
    assert all(len(quarter_windows(day_window(day, MADRID))) == (92 if m == 3 else 100) for day, m in CHANGES.items())


def test_the_quarters_of_all_days_follow_each_other_without_a_hole() -> None:
    windows = [window for day in DAYS for window in quarter_windows(day_window(day, MADRID))]

    assert all(one.end == other.start for one, other in pairwise(windows))
    assert windows
    assert all(window.end - window.start == timedelta(minutes=15) for window in windows)


@pytest.mark.parametrize("day", sorted(CHANGES))
def test_half_past_two_is_at_the_end_of_the_gap_and_the_first_of_two(day: date) -> None:
    moment = Daily(time(2, 30), MADRID).moment(day)

    # In March two o'clock is three at once: 01:00 UTC. In October 02:30 comes at 00:30 and again at 01:30 UTC.
    wanted = time(1, 0) if CHANGES[day] == 3 else time(0, 30)
    assert moment == datetime.combine(day, wanted, tzinfo=UTC)


@pytest.mark.slow
def test_an_office_that_looks_every_five_minutes_does_each_night_exactly_once() -> None:
    done: date | None = date(2024, 12, 31)
    ran: list[date] = []
    now = datetime(2025, 1, 1, tzinfo=UTC)
    while now < datetime(2031, 1, 1, tzinfo=UTC):
        local = now.astimezone(MADRID)
        # Between the nights nothing is due: only the hours around them are walked in small steps.
        for day in Daily(time(2, 30), MADRID).due(done, now, at_most=7):
            ran.append(day)
            done = day
        now += timedelta(minutes=5) if local.hour in (0, 1, 2, 3) else timedelta(hours=1)

    assert ran == DAYS


@given(day=st.dates(FIRST, LAST), at=st.times(), zone=ZONES)
def test_the_job_runs_on_its_day_and_never_before_its_time_on_the_wall(day: date, at: time, zone: ZoneInfo) -> None:
    at = at.replace(microsecond=0, tzinfo=None, fold=0)

    local = Daily(at, zone).moment(day).astimezone(zone)

    assert local.date() == day
    assert local.time() >= at
    assert local.time() == at or len(quarter_windows(day_window(day, zone))) != 96


@given(day=st.dates(FIRST, LAST - timedelta(days=2)), at=st.times(), zone=ZONES)
def test_one_job_follows_the_other_a_day_later(day: date, at: time, zone: ZoneInfo) -> None:
    at = at.replace(microsecond=0, tzinfo=None, fold=0)

    gap = Daily(at, zone).moment(day + timedelta(days=1)) - Daily(at, zone).moment(day)

    assert timedelta(hours=22, minutes=59) <= gap <= timedelta(hours=25, minutes=1)
