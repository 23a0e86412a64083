"""Daily work over the clock changes of Madrid, a machine that was off, and a clock that goes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.domain.counts import day_start, quarters
from edge.domain.daily import CATCH_UP_DAYS, Daily

MADRID = ZoneInfo("Europe/Madrid")
NIGHT = Daily(time(2, 30), MADRID)
CHANGES = {  # the last Sundays of March and October
    date(2025, 3, 30): 92,
    date(2025, 10, 26): 100,
    date(2026, 3, 29): 92,
    date(2026, 10, 25): 100,
    date(2027, 3, 28): 92,
    date(2027, 10, 31): 100,
    date(2028, 3, 26): 92,
    date(2028, 10, 29): 100,
    date(2029, 3, 25): 92,
    date(2029, 10, 28): 100,
    date(2030, 3, 31): 92,
    date(2030, 10, 27): 100,
}
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
times = st.times()
zones = st.sampled_from([MADRID, ZoneInfo("Atlantic/Canary"), ZoneInfo("UTC"), ZoneInfo("America/Santiago")])


def walk(daily: Daily, start: datetime, end: datetime, step: timedelta) -> list[date]:
    """Look every *step* what is due, as a round of the office does, and return the days that were done."""
    done: date | None = None
    ran: list[date] = []
    now = start
    while now < end:
        for day in daily.due(done, now):
            ran.append(day)
            done = day
        now += step
    return ran


@pytest.mark.parametrize("day", CHANGES)
def test_work_at_half_past_two_runs_once_on_the_day_of_a_clock_change(day: date) -> None:
    start, end = day_start(day, MADRID), day_start(day + timedelta(days=1), MADRID)

    ran = walk(NIGHT, start, end, timedelta(minutes=10))

    assert ran == [day - timedelta(days=1), day]  # the first look makes up for yesterday


def test_the_end_of_a_skipped_hour_and_the_first_of_a_repeated_one_count() -> None:
    spring, autumn = NIGHT.moment(date(2026, 3, 29)), NIGHT.moment(date(2026, 10, 25))

    assert spring.astimezone(MADRID).strftime("%H:%M %z") == "03:00 +0200"
    assert autumn.astimezone(MADRID).strftime("%H:%M %z") == "02:30 +0200"
    assert NIGHT.next_run(autumn) - autumn == timedelta(hours=25)  # not an hour later, when it is 02:30 again
    assert NIGHT.next_run(spring) - spring == timedelta(hours=23, minutes=30)


def test_every_day_of_six_years_has_its_quarters() -> None:
    day, lengths = date(2025, 1, 1), {}
    while day.year < 2031:
        found = quarters(day_start(day, MADRID), day_start(day + timedelta(days=1), MADRID))
        if len(found) != 96:
            lengths[day] = len(found)
        day += timedelta(days=1)

    assert lengths == CHANGES


@given(day=days, at=times, zone=zones, span=st.integers(1, 9), step=st.integers(1, 40))
def test_whoever_looks_often_enough_does_every_day_once(
    day: date, at: time, zone: ZoneInfo, span: int, step: int
) -> None:
    daily, start = Daily(at, zone), day_start(day, zone)

    ran = walk(daily, start, start + timedelta(days=span), timedelta(minutes=37 * step))

    assert ran == [ran[0] + timedelta(days=n) for n in range(len(ran))]
    assert all(daily.moment(one) < start + timedelta(days=span) for one in ran)


@given(at=times, zone=zones, now=st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)))
def test_the_next_run_is_later_and_within_a_long_day(at: time, zone: ZoneInfo, now: datetime) -> None:
    daily = Daily(at, zone)

    following = daily.next_run(now)

    assert timedelta() < following - now <= timedelta(hours=25)
    assert daily.due(daily.due(None, now)[0], following) == (following.astimezone(zone).date(),)
    assert daily.due(daily.due(None, now)[0], following - timedelta(microseconds=1)) == ()


@given(now=st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)), off=st.integers(0, 90))
def test_a_machine_that_was_off_makes_up_for_a_month_at_most(now: datetime, off: int) -> None:
    newest = NIGHT.due(None, now)[0]

    missed = NIGHT.due(newest - timedelta(days=off), now)

    assert len(missed) == min(off, CATCH_UP_DAYS)
    assert not missed or (missed[-1] == newest and list(missed) == sorted(set(missed)))


def test_a_clock_that_goes_back_a_day_does_nothing_twice() -> None:
    now = datetime(2026, 10, 25, 4, 0, tzinfo=UTC)
    done = NIGHT.due(None, now)[0]

    assert NIGHT.due(done, now - timedelta(days=1)) == ()
