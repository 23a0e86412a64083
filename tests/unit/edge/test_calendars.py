"""Opening hours over clock changes, seasons and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.adapters.documents import offices, read_settings
from edge.domain.calendars import Calendar, Hours, Season
from edge.runtime.resources import config_dir
from edge.services.settings import SettingsError, build_office

MADRID = ZoneInfo("Europe/Madrid")
WEEK = frozenset(range(5))
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))


def carretas4() -> Calendar:
    return build_office(read_settings(config_dir(), "carretas4")).calendar


def local(calendar: Calendar, day: date) -> list[str]:
    rows = calendar.openings(day)
    return [f"{o.opens.astimezone(MADRID):%H:%M}-{o.closes.astimezone(MADRID):%H:%M}" for o in rows]


def test_the_pilot_keeps_its_hours() -> None:
    calendar = carretas4()

    assert local(calendar, date(2026, 11, 23)) == ["08:00-20:00"]
    assert local(calendar, date(2026, 11, 28)) == ["09:00-13:00"]  # Saturday
    assert local(calendar, date(2026, 11, 29)) == []
    assert local(calendar, date(2026, 8, 12)) == ["08:00-15:00"]  # August
    assert local(calendar, date(2026, 8, 8)) == []  # a Saturday in August
    assert local(calendar, date(2026, 5, 15)) == []  # San Isidro
    assert local(calendar, date(2026, 11, 9)) == []  # Almudena
    assert local(calendar, date(2026, 12, 24)) == ["08:00-14:00"]


def test_hours_are_wall_time_on_both_sides_of_the_clock_change() -> None:
    calendar = carretas4()

    assert [o.opens.hour for o in calendar.openings(date(2026, 3, 27))] == [7]
    assert [o.opens.hour for o in calendar.openings(date(2026, 3, 30))] == [6]


def test_a_turn_keeps_the_day_of_its_opening_past_midnight() -> None:
    night = Calendar(MADRID, (Hours(frozenset({5}), time(22), time(2)),))
    half_past_one = datetime(2026, 11, 29, 0, 30, tzinfo=UTC)

    assert night.current(half_past_one) is not None
    assert night.day_of(half_past_one) == date(2026, 11, 28)


def test_a_season_may_run_over_new_year() -> None:
    season = Season((12, 20), (1, 6), ())

    assert season.holds(date(2026, 12, 31))
    assert season.holds(date(2027, 1, 6))
    assert not season.holds(date(2027, 1, 7))


def test_the_clock_change_shifts_a_skipped_opening() -> None:
    early = Calendar(MADRID, (Hours(frozenset({6}), time(2, 30), time(5)),))

    opening = early.openings(date(2026, 3, 29))[0]

    assert f"{opening.opens.astimezone(MADRID):%H:%M}" == "03:30"


@given(days)
def test_openings_are_in_order_and_never_empty(day: date) -> None:
    for office in offices(config_dir()):
        rows = build_office(read_settings(Path(config_dir()), office)).calendar.openings(day)
        edges = [edge for row in rows for edge in (row.opens, row.closes)]
        assert edges == sorted(set(edges))


@given(moments)
def test_now_is_in_an_opening_or_before_the_next(now: datetime) -> None:
    calendar = carretas4()
    current, upcoming = calendar.current(now), calendar.upcoming(now)

    assert upcoming is not None
    assert upcoming.opens > now
    assert upcoming.opens - now < timedelta(days=8)
    if current is not None:
        assert current.opens <= now < current.closes <= upcoming.opens


def test_a_holiday_of_every_year_has_no_last_year() -> None:
    calendar = carretas4()

    assert [calendar.openings(date(year, 12, 25)) for year in (2026, 2040, 2041, 2099)] == [(), (), (), ()]
    assert local(calendar, date(2041, 12, 24)) == ["08:00-20:00"]


def test_special_hours_win_over_a_holiday_of_every_year() -> None:
    day = date(2041, 12, 25)
    hours = {day: (Hours(frozenset(range(7)), time(9), time(12)),)}
    calendar = Calendar(MADRID, (Hours(WEEK, time(8), time(20)),), yearly=frozenset({(12, 25)}), special=hours)

    assert local(calendar, day) == ["09:00-12:00"]
    assert local(calendar, date(2042, 12, 25)) == []


def test_two_special_rows_of_one_day_contradict_each_other() -> None:
    settings = read_settings(config_dir(), "carretas4")
    twice = msgspec.structs.replace(settings.office, special=[*settings.office.special, settings.office.special[0]])

    with pytest.raises(SettingsError, match="2026-12-24 is there twice"):
        build_office(msgspec.structs.replace(settings, office=twice))
