from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.domain.counts import (
    QUARTER,
    Place,
    PlaceKind,
    Tally,
    added,
    busiest,
    day_start,
    quarter_of,
    quarters,
    series,
    steps,
    together,
    usual,
)

MADRID = ZoneInfo("Europe/Madrid")
TEN = datetime(2026, 11, 16, 10, tzinfo=UTC)
DOOR = Place("hall/door/main", PlaceKind.LINE, TEN + timedelta(seconds=0.2), TEN + timedelta(hours=2), door=True)


def seen(at: datetime, came: int = 0, went: int = 0, coverage_s: float = 900.0, **facts: object) -> Tally:
    facts = {"health": "ok", "trusted_s": coverage_s, "ok_s": coverage_s, "records": 15} | facts
    return Tally(DOOR.name, at, coverage_s, people_in=came, people_out=went, **facts)  # type: ignore[arg-type]


def test_minutes_add_up_and_the_worst_of_what_was_seen_stays() -> None:
    good = seen(TEN, 2, 1, 60.0)
    dark = seen(TEN, 0, 0, 60.0, health="invalid", reason="dark", trusted_s=0.0, ok_s=0.0)
    blind = seen(TEN, 0, 0, 0.0, health="unknown", reason="missing", trusted_s=0.0, ok_s=0.0)

    assert added(good, blind).health == "ok"
    both = added(added(good, dark), blind)
    assert (both.health, both.reason, both.coverage_s, both.trusted_s) == ("invalid", "dark", 120.0, 60.0)
    assert (both.people_in, both.people_out) == (2, 1)


def test_a_place_without_a_record_is_a_gap_and_never_zero() -> None:
    spans = [(at, at + QUARTER) for at in quarters(TEN, TEN + timedelta(hours=1))]
    rows = series(DOOR, {TEN: seen(TEN, 3)}, spans)

    assert [(row.people_in, row.is_gap) for row in rows] == [(3, False), (0, True), (0, True), (0, True)]
    assert {row.health for row in rows[1:]} == {"unknown"}


def test_a_place_is_expected_from_its_first_record_until_days_after_its_last() -> None:
    first_day = [
        row.start for row in series(DOOR, {}, steps(TEN - timedelta(days=1), TEN + timedelta(days=9), 60, MADRID))
    ]

    assert first_day[0] == TEN
    assert first_day[-1] == TEN + timedelta(days=3, hours=2)


def test_doors_together_are_seen_only_as_far_as_all_of_them_saw() -> None:
    one, other = seen(TEN, 5, 2), seen(TEN, 1, 1, 300.0)

    both = together([one, other], TEN, 2)
    lonely = together([one], TEN, 2)

    assert (both.people_in, both.people_out, both.trusted_s) == (6, 3, 300.0)
    assert (lonely.people_in, lonely.trusted_s, lonely.health) == (5, 0.0, "unknown")
    assert not both.believed(900)
    assert one.believed(900)


@pytest.mark.parametrize(
    ("day", "count"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 11, 16), 96)]
)
def test_a_day_has_the_quarters_of_its_zone(day: date, count: int) -> None:
    start, end = day_start(day, MADRID), day_start(day + timedelta(days=1), MADRID)

    assert len(quarters(start, end)) == count
    assert steps(start, end, 1440, MADRID) == [(start, end)]


def test_a_quarter_begins_at_the_quarter() -> None:
    assert quarter_of(TEN + timedelta(minutes=14, seconds=59.9)) == TEN
    assert quarters(TEN + timedelta(minutes=1), TEN + timedelta(minutes=16)) == [TEN, TEN + QUARTER]
    assert quarters(TEN, TEN) == []


def test_usual_is_the_median_of_days_that_were_seen_well() -> None:
    at = time(11, 0)
    days = [{at: seen(TEN, n)} for n in (10, 12, 90)] + [{at: seen(TEN, 0, 0, 100.0)}]

    assert usual(days, 900) == {at: (12, 0)}
    assert usual(days[:1], 900) == {}


def test_the_busiest_stretch_is_the_first_of_equals() -> None:
    rows = [seen(TEN, 0), seen(TEN + QUARTER, 4), seen(TEN + 2 * QUARTER, 4)]

    found = busiest(rows)

    assert found is not None
    assert found.start == TEN + QUARTER
    assert busiest(rows[:1]) is None


def test_a_queue_waits_as_long_as_little_says() -> None:
    zone = seen(TEN, people_s=3 * 900.0, left=9, dwell=(0, 9), dwell_s=900.0)

    assert (zone.mean, zone.wait_s, zone.mean_dwell_s) == (3.0, 300.0, 100.0)
    assert seen(TEN).wait_s is None
    assert seen(TEN).mean_dwell_s is None
    assert Tally("x", TEN).mean is None
