"""Minutes in which a door was not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge.domain.blindness import Minute, silence, watched
from edge.domain.doors import PACE_MINUTES, Flow
from edge.domain.occupancy import DoorTotal, Ledger, Limits, anchor, count

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMITS = Limits(capacity=100)
DOOR, CAMERA = "hall/entrance/main", "hall/entrance"
LEDGER = anchor(
    count(Ledger(), {DOOR: DoorTotal("e", 30, 0)}, LIMITS).ledger, 30, at=NOW - timedelta(hours=1), limits=LIMITS
)


def minute(n: int, came: int = 2, left: int = 1, **facts: object) -> Minute:
    start = NOW + timedelta(minutes=n)
    told = Minute(CAMERA, start, start + timedelta(minutes=1), covered_s=60, is_ok=True, doors={DOOR: Flow(came, left)})
    return replace(told, **facts)  # type: ignore[arg-type]


def seen(minutes: int) -> Ledger:
    ledger = LEDGER
    for n in range(minutes):
        ledger = watched(ledger, minute(n))
    return ledger


def test_a_door_teaches_its_pace() -> None:
    pace = seen(20).pace[DOOR]

    assert (pace.people_in, pace.people_out, pace.minutes) == (pytest.approx(2), pytest.approx(1), PACE_MINUTES)
    assert seen(20).bounds(LIMITS) == (30, 30)


def test_a_covered_camera_is_not_a_zero() -> None:
    ledger = watched(seen(20), minute(20, 0, 0, is_ok=False))

    low, high = ledger.bounds(LIMITS)
    assert low < 30 < high
    assert high - 30 > 30 - low  # more come than leave
    assert ledger.account.blind_people == pytest.approx(3)
    assert ledger.today.blind_s == 60
    assert ledger.pace == seen(20).pace


def test_what_an_unhealthy_camera_counts_all_the_same_is_not_expected_again() -> None:
    assert watched(seen(20), minute(20, 2, 1, is_ok=False)).account.blind_people == 0


def test_half_a_minute_without_pictures_is_half_the_pace() -> None:
    assert watched(seen(20), minute(20, 1, 0, covered_s=30)).account.blind_people == pytest.approx(1.5)


def test_a_few_lost_pictures_are_in_the_audit_already() -> None:
    assert watched(seen(20), minute(20, covered_s=58)).account.blind_people == 0


def test_minutes_of_which_nobody_told_widen_the_bounds() -> None:
    ledger = watched(seen(20), minute(30, gap_s=600))

    assert ledger.account.blind_people == pytest.approx(30)
    assert ledger.seen_until[CAMERA] == NOW + timedelta(minutes=31)


def test_a_camera_that_says_nothing_is_in_doubt_before_it_speaks_again() -> None:
    doubt, people = silence(seen(20), {CAMERA: 300.0})

    assert people == pytest.approx(15)
    assert seen(20).bounds(LIMITS, doubt)[1] > 30
    assert silence(seen(20), {"hall/other": 300.0})[1] == 0


def test_the_dark_of_a_closed_office_is_no_blindness() -> None:
    ledger = watched(seen(20), minute(20, 0, 0, is_ok=False, is_open=False))

    assert (ledger.account.blind_people, ledger.today.blind_s) == (0, 0)


def test_blindness_before_the_count_by_hand_is_over() -> None:
    anchored = anchor(seen(20), 25, at=NOW + timedelta(minutes=40), limits=LIMITS)

    assert watched(anchored, minute(20, 0, 0, is_ok=False)).bounds(LIMITS) == (25, 25)


def test_an_empty_interval_teaches_nothing() -> None:
    start = NOW + timedelta(minutes=20)

    assert watched(seen(20), minute(20, end=start)).pace == seen(20).pace
