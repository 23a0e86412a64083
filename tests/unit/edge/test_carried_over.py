"""Who still waits when the office closes: nobody's by default, or first in line on one of the next days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskState
from edge.domain.turns import Channel, Turn, TurnState
from edge.runtime.clock import ManualClock
from tests.fixtures.attended import now_of, ruled
from tests.fixtures.office import forget, take, walk_in

DAY_S = 24 * 3600


@pytest.fixture
def closed(office: OfficeParts, manual_clock: ManualClock) -> Turn:
    """Somebody with a phone waited on Monday until the doors had closed; it is Monday night."""
    ruled(office, carry_over=timedelta(days=3))
    waiting = take(office, channel=Channel.WEB, phone="p", present=True).turn
    manual_clock.move(13 * 3600)
    office.housekeeping.tidy()
    return now_of(office, waiting)


def next_morning(office: OfficeParts, clock: ManualClock, days: int = 1) -> Turn:
    """Let somebody be there before, an hour after the doors have opened, then let the phone ask again."""
    clock.move(days * DAY_S - 12 * 3600)  # nine in the morning
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    walk_in(office)
    clock.move(1800)
    return take(office, channel=Channel.WEB, phone="p", present=True).turn


def test_by_default_a_turn_ends_with_the_day(office: OfficeParts, manual_clock: ManualClock) -> None:
    waiting = take(office, channel=Channel.WEB, phone="p", present=True).turn
    manual_clock.move(13 * 3600)
    office.housekeeping.tidy()

    assert now_of(office, waiting).state is TurnState.EXPIRED


def test_who_waited_at_closing_is_carried_over_and_comes_first_on_another_day(
    office: OfficeParts, closed: Turn, manual_clock: ManualClock
) -> None:
    assert closed.state is TurnState.CARRIED_OVER

    again = next_morning(office, manual_clock)

    opening = office.office.calendar.current(manual_clock.now())
    assert opening is not None
    assert again.place_at == opening.opens
    assert office.attention.call_next("1", agent="ana").id == again.id


def test_the_phone_is_known_again_after_a_weekend_and_no_longer(
    office: OfficeParts, closed: Turn, manual_clock: ManualClock
) -> None:
    manual_clock.move(2 * DAY_S + 12 * 3600)
    forget(office)
    still = office.turns.of_phone("p")
    manual_clock.move(DAY_S)
    forget(office)

    assert still == closed
    assert office.turns.of_phone("p") is None


def test_it_is_granted_once(office: OfficeParts, closed: Turn, manual_clock: ManualClock) -> None:
    first = next_morning(office, manual_clock)
    office.turns.cancel(first.id, actor="phone")

    assert take(office, channel=Channel.WEB, phone="p", present=True).turn.place_at is None


def test_not_for_another_service_and_not_after_the_days_of_grace(
    office: OfficeParts, closed: Turn, manual_clock: ManualClock
) -> None:
    manual_clock.move(12 * 3600)
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    other = take(office, "certificado", channel=Channel.WEB, phone="p", present=True).turn

    assert other.place_at is None


def test_after_the_days_of_grace_everybody_is_new(office: OfficeParts, closed: Turn, manual_clock: ManualClock) -> None:
    assert next_morning(office, manual_clock, days=4).place_at is None
