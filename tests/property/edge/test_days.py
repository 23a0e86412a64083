"""Days of six years: holidays, midnight and the two nights on which the clocks change, for openings and for numbers."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.adapters.documents import offices, read_settings
from edge.domain.calendars import Calendar, Hours
from edge.domain.counts import day_start
from edge.domain.desks import DeskState
from edge.runtime.clock import ManualClock
from edge.runtime.resources import config_dir
from edge.services.settings import Settings, build_office
from tests.fixtures.office import MakeOffice, walk_in

MADRID = ZoneInfo("Europe/Madrid")
ALL_WEEK = frozenset(range(7))
NIGHTS = Calendar(MADRID, (Hours(ALL_WEEK, time(18), time(2, 30)),))  # closes in the hour that comes twice or never
SETTINGS = {name: read_settings(config_dir(), name) for name in offices(config_dir())}

names = st.sampled_from(sorted(SETTINGS))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))


def holidays(settings_now: Settings) -> set[date]:
    """Return the days that the holiday tables close and no special hours open again."""
    special = {day.date for day in settings_now.office.special}
    dates = {date.fromisoformat(text) for table in settings_now.holidays for text in table.dates}
    yearly = {
        date(year, *map(int, key.split("-")))  # type: ignore[arg-type]
        for table in settings_now.holidays
        for key in table.yearly
        for year in range(2025, 2031)
        if key != "02-29"
    }
    return (dates | yearly) - special


@given(name=names, day=days)
def test_a_holiday_has_no_openings(name: str, day: date) -> None:
    chosen = SETTINGS[name]

    assert not (day in holidays(chosen) and build_office(chosen).calendar.openings(day))


@given(name=names, at=moments)
def test_a_moment_is_in_one_opening_at_most_and_keeps_its_day(name: str, at: datetime) -> None:
    calendar = build_office(SETTINGS[name]).calendar
    around = (at.astimezone(calendar.zone).date() + timedelta(days=n) for n in (-1, 0, 1))
    holding = [o for day in around for o in calendar.openings(day) if o.opens <= at < o.closes]

    assert len(holding) <= 1
    assert calendar.current(at) == (holding[0] if holding else None)
    assert calendar.day_of(at) == (holding[0].day if holding else at.astimezone(calendar.zone).date())


@given(day=days, minutes=st.integers(0, 26 * 60))
def test_a_night_belongs_to_the_day_on_which_it_began(day: date, minutes: int) -> None:
    at = day_start(day, MADRID) + timedelta(minutes=minutes)
    opening = NIGHTS.current(at)

    if opening is not None:
        assert NIGHTS.day_of(at) == opening.day == NIGHTS.day_of(opening.opens)
        assert timedelta(hours=7.5) <= opening.closes - opening.opens <= timedelta(hours=9.5)


@given(name=names, day=days)
def test_openings_of_a_day_are_as_long_as_the_hours_on_the_wall_but_for_the_change(name: str, day: date) -> None:
    calendar = build_office(SETTINGS[name]).calendar

    for opening in calendar.openings(day):
        begin, end = (at.astimezone(calendar.zone).replace(tzinfo=None) for at in (opening.opens, opening.closes))
        shift = calendar_shift(calendar, opening.opens, opening.closes)
        assert end - begin == opening.closes - opening.opens + shift


def calendar_shift(calendar: Calendar, opens: datetime, closes: datetime) -> timedelta:
    """Return by how much the clocks were put forward in between."""
    before, after = (at.astimezone(calendar.zone).utcoffset() or timedelta() for at in (opens, closes))
    return after - before


@settings(deadline=None)
@given(at=moments)
def test_the_next_opening_is_the_first_later_one(at: datetime) -> None:
    calendar = build_office(SETTINGS["carretas4"]).calendar
    following = calendar.upcoming(at)

    assert following is not None
    assert following.opens > at
    span = (following.opens - at).days + 2
    between = (at.astimezone(MADRID).date() + timedelta(days=n) for n in range(span))
    assert min(o.opens for day in between for o in calendar.openings(day) if o.opens > at) == following.opens


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [
        date(2026, 3, 28),
        date(2026, 10, 24),
        date(2027, 10, 30),
        date(2028, 2, 28),
        date(2029, 12, 31),
        date(2030, 3, 30),
    ],
)
def test_numbers_of_a_day_never_repeat_over_midnight_and_clock_changes(
    make_office: MakeOffice, manual_clock: ManualClock, first: date
) -> None:
    parts = make_office(calendar=NIGHTS)
    manual_clock.move((day_start(first, MADRID) + timedelta(hours=17) - manual_clock.now()).total_seconds())
    given_out: dict[str, list[str]] = defaultdict(list)

    for _ in range(3 * 24 * 4):
        opening = NIGHTS.current(manual_clock.now())
        if opening is not None and manual_clock.now() < opening.closes - timedelta(minutes=45):
            parts.attention.set_desk("1", DeskState.OPEN, agent="ana")
            turn = walk_in(parts)
            given_out[turn.day].append(turn.code)
            assert turn.day == opening.day.isoformat()
            parts.turns.cancel(turn.id, actor="test")
        manual_clock.move(900)
        parts.housekeeping.tidy()

    assert sorted(given_out) == [(first + timedelta(days=n)).isoformat() for n in range(3)]
    assert all(codes == [f"A{n:03d}" for n in range(1, len(codes) + 1)] for codes in given_out.values())
    assert all(len(codes) >= 27 for codes in given_out.values())
