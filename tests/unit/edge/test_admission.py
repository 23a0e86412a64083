"""Who gets a turn now, and the reasons when not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from edge.domain.admission import Reason, Situation, decide
from edge.domain.calendars import Calendar, Hours
from edge.domain.occupancy import CapacityLevel

MADRID = ZoneInfo("Europe/Madrid")
CALENDAR = Calendar(MADRID, (Hours(frozenset(range(5)), time(9), time(14)),))
TEN = datetime(2026, 11, 23, 9, tzinfo=UTC)  # Monday 10:00 in Madrid
QUIET = Situation(
    now=TEN, start=TEN, waiting=0, service_time=timedelta(minutes=10),
    level=CapacityLevel.FREE, queue_limit=50, last_admission=timedelta(minutes=5),
)  # fmt: skip


def test_a_quiet_office_takes_people() -> None:
    assert decide(CALENDAR, QUIET).admitted


def test_a_closed_office_says_when_it_opens() -> None:
    sunday = replace(QUIET, now=datetime(2026, 11, 22, 10, tzinfo=UTC))

    decision = decide(CALENDAR, sunday)

    assert (decision.admitted, decision.reason) == (False, Reason.CLOSED)
    assert decision.retry_at == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_without_a_desk_nobody_is_made_to_wait() -> None:
    decision = decide(CALENDAR, replace(QUIET, start=None))

    assert decision.reason is Reason.NO_DESK
    assert decision.retry_at is None  # nobody knows when one will open: no hour is made up


def test_a_full_queue_refuses() -> None:
    assert decide(CALENDAR, replace(QUIET, waiting=50)).reason is Reason.QUEUE_FULL


def test_nobody_is_told_to_come_back_after_closing() -> None:
    now = datetime(2026, 11, 23, 12, 50, tzinfo=UTC)
    tomorrow = datetime(2026, 11, 24, 8, tzinfo=UTC)
    full = replace(QUIET, now=now, start=now, waiting=50)
    long = replace(QUIET, now=now - timedelta(hours=3), start=now - timedelta(minutes=30), longest_wait=timedelta(0))

    assert decide(CALENDAR, full).retry_at == tomorrow
    assert decide(CALENDAR, replace(full, now=now - timedelta(hours=1))).retry_at == now - timedelta(minutes=50)
    assert decide(CALENDAR, long).retry_at == now - timedelta(minutes=30)


def test_a_wait_that_is_long_because_no_desk_calls_is_refused_with_the_true_reason() -> None:
    long = replace(QUIET, start=TEN + timedelta(minutes=50), longest_wait=timedelta(minutes=45))

    silent = decide(CALENDAR, replace(long, is_silent=True))

    assert decide(CALENDAR, long).reason is Reason.WAIT_TOO_LONG
    assert (silent.reason, silent.retry_at) == (Reason.NOT_CALLING, None)
    assert decide(CALENDAR, replace(long, start=TEN + timedelta(minutes=40), is_silent=True)).admitted


def test_a_turn_that_would_not_end_before_closing_is_refused_until_tomorrow() -> None:
    now = datetime(2026, 11, 23, 12, 50, tzinfo=UTC)
    late = replace(QUIET, now=now, start=now)

    decision = decide(CALENDAR, late)

    assert decision.reason is Reason.CLOSING_SOON
    assert decision.retry_at == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_a_full_hall_admits_but_outside() -> None:
    decision = decide(CALENDAR, replace(QUIET, level=CapacityLevel.FULL))

    assert (decision.admitted, decision.wait_outside) == (True, True)


@given(st.integers(0, 49), st.integers(0, 400), st.integers(1, 40), st.integers(0, 299))
def test_nobody_is_admitted_who_cannot_be_served_before_closing(
    waiting: int, wait: int, minutes: int, minute: int
) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC) + timedelta(minutes=minute)
    start = now + timedelta(minutes=wait)
    seen = replace(QUIET, now=now, start=start, waiting=waiting, service_time=timedelta(minutes=minutes))

    decision = decide(CALENDAR, seen)

    closes = datetime(2026, 11, 23, 13, tzinfo=UTC)
    if decision.admitted:
        assert start + seen.service_time <= closes - seen.last_admission
    else:
        assert decision.retry_at is not None
        assert decision.retry_at > seen.now
