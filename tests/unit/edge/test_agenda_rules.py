"""Appointments once more: how long they are, moving, what staff see, and what is kept of people."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import AppointmentState
from edge.domain.errors import BadInput, RuleViolation
from edge.domain.plan import Part
from edge.domain.turns import Mode
from edge.domain.waiting.tallies import Moments, Tally
from edge.services.agenda import Slotted
from tests.fixtures.letters import code_in
from tests.unit.edge.booking import (
    MAIL,
    MINUTE,
    PHONE,
    TOMORROW,
    booked,
    state,
    told,
    wish,
    with_plan,
)

pytestmark = pytest.mark.usefixtures("every_rung")


def taught(office: OfficeParts, minutes: float, n: int, service: str = "registro") -> None:
    """Let yesterday have taught that *n* services took so long."""
    tally = Tally()
    for _ in range(n):
        tally.served.setdefault(service, Moments()).add(minutes)
    with office.database.write() as uow:
        uow.waiting.put_tally("2026-11-20", json.dumps(tally.document()))
        uow.commit()


def test_what_a_desk_is_taken_for_suggests_a_length_the_same_to_all(office: OfficeParts) -> None:
    taught(office, 22.0, 40)
    with_plan(office, learns=False)

    found = {s.service: s for s in office.slots.learn()}["registro"]

    rule = office.waiting.laws().slot_minutes("registro")
    assert found.measured_min == pytest.approx(rule)
    assert rule == pytest.approx(22.0, abs=3.0)
    assert (found.suggested_min, found.minutes) == (30, 15)
    assert offered(office) == 15
    with_plan(office, learns=True)
    assert office.slots.length("registro") == 30 * MINUTE
    assert offered(office) == 30


def test_a_few_measured_services_suggest_nothing(office: OfficeParts) -> None:
    taught(office, 40.0, 10)

    found = {s.service: s for s in office.slots.learn()}["registro"]

    assert (found.measured_min, found.suggested_min) == (None, 15)
    assert 0 < found.n < 20


def offered(office: OfficeParts) -> int:
    """Return how long the centre is told that an appointment is."""
    offer = office.offer()
    return next(service.minutes for service in offer.services if service.id == "registro")


# --- moving has the rules of booking ----------------------------------------------------------------------------------


def test_moving_fills_no_day_beyond_the_limit_of_a_person(office: OfficeParts) -> None:
    limit = office.office.agenda.limits.per_day
    for n in range(limit):
        booked(office, TOMORROW + 30 * n * MINUTE)
    other = booked(office, TOMORROW + timedelta(days=1))

    with pytest.raises(RuleViolation, match="person_day"):
        office.agenda.move(other.link, TOMORROW + 4 * 60 * MINUTE, Mode.PRESENCIAL, actor="phone")

    assert office.agenda.of_link(other.link).slot_at == TOMORROW + timedelta(days=1)


def test_moving_within_a_full_day_and_by_staff_is_possible(office: OfficeParts) -> None:
    limit = office.office.agenda.limits.per_day
    mine = [booked(office, TOMORROW + 30 * n * MINUTE) for n in range(limit)]
    other = booked(office, TOMORROW + timedelta(days=1))

    office.agenda.move(mine[0].link, TOMORROW + 4 * 60 * MINUTE, Mode.PRESENCIAL, actor="phone")
    office.agenda.move(other.link, TOMORROW + 5 * 60 * MINUTE, Mode.PRESENCIAL, part=Part.OFFICE, actor="staff:ana")

    assert office.agenda.of_link(other.link).slot_at == TOMORROW + 5 * 60 * MINUTE


def test_moving_to_video_needs_both_ways_to_reach_the_person(office: OfficeParts) -> None:
    mine = booked(office, service="certificado")

    with pytest.raises(BadInput, match="mobile_needed"):
        office.agenda.move(mine.link, TOMORROW + 60 * MINUTE, Mode.VIDEO, actor="phone")

    both = office.agenda.hold(wish(TOMORROW + 120 * MINUTE, service="certificado"), actor="phone")
    office.agenda.give_contact(both.link, mail="b@example.org", phone=PHONE, actor="phone")
    office.agenda.confirm(both.link, code_in(told(office)), actor="phone")
    moved = office.agenda.move(both.link, TOMORROW + 60 * MINUTE, Mode.VIDEO, actor="phone")
    assert moved.mode is Mode.VIDEO
    assert office.agenda.ways_to_move(mine.link) == {Mode.PRESENCIAL}
    assert office.agenda.ways_to_move(both.link) == {Mode.PRESENCIAL, Mode.VIDEO}


def test_what_staff_have_booked_without_a_contact_is_moved_at_the_office(office: OfficeParts) -> None:
    _, link = office.agenda.book("registro", TOMORROW, language="es", channel="desk", actor="test")

    moved = office.agenda.move(link, TOMORROW + 60 * MINUTE, Mode.PRESENCIAL, actor="phone")

    assert moved.slot_at == TOMORROW + 60 * MINUTE


# --- what staff see ---------------------------------------------------------------------------------------------------


def test_closing_a_range_finds_who_is_in_the_office_when_it_begins(office: OfficeParts) -> None:
    with_plan(office, grid=30 * MINUTE)
    inside, before, after = (booked(office, TOMORROW + n * 30 * MINUTE, mail=f"{n}@example.org") for n in (1, 0, 3))

    found = office.agenda.close(
        TOMORROW + 45 * MINUTE, TOMORROW + 90 * MINUTE, reason="works", actor="staff:luis", withdraw=True
    )

    assert [a.id for a in found] == [inside.appointment.id]
    assert state(office, before.link) is state(office, after.link) is AppointmentState.BOOKED


def test_a_day_that_became_a_holiday_still_shows_who_is_booked(office: OfficeParts) -> None:
    mine = booked(office)
    calendar = replace(office.office.calendar, closed=frozenset({TOMORROW.date()}))
    office.office = replace(office.office, calendar=calendar)

    found, _ = office.slots.on(TOMORROW.date())

    assert [a.id for a in found] == [mine.appointment.id]


def test_a_day_shows_its_own_appointments_only(office: OfficeParts) -> None:
    mine, other = booked(office), booked(office, TOMORROW + timedelta(days=1))

    assert [a.id for a in office.slots.on(TOMORROW.date())[0]] == [mine.appointment.id]
    assert [a.id for a in office.slots.on(TOMORROW.date() + timedelta(days=1))[0]] == [other.appointment.id]


# --- what is kept of people -------------------------------------------------------------------------------------------


def reached(office: OfficeParts, held: Slotted) -> list[datetime]:
    """Return until when each contact of it is kept."""
    owner = held.appointment.origin
    with office.database.read() as stores:
        found = [stores.contacts.find(name) for name in (owner, f"{owner}.2")]
    return [contact.expires_at for contact in found if contact is not None]


def by_both(office: OfficeParts) -> tuple[Slotted, str]:
    held = office.agenda.hold(wish(), actor="phone")
    office.agenda.give_contact(held.link, mail=MAIL, phone=PHONE, actor="phone")
    return held, code_in(told(office))


def test_a_hold_that_is_given_back_leaves_no_contact(office: OfficeParts) -> None:
    held, _ = by_both(office)
    assert len(reached(office, held)) == 2

    office.agenda.cancel(held.link, actor="phone")

    assert reached(office, held) == []
    assert persons(office, held) == []


def test_a_hold_that_ends_with_the_last_wrong_code_leaves_no_contact(office: OfficeParts) -> None:
    held, code = by_both(office)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(office.office.agenda.limits.attempts):
        with suppress(BadInput, RuleViolation):
            office.agenda.confirm(held.link, wrong, actor="phone")

    assert state(office, held.link) is AppointmentState.LAPSED
    assert reached(office, held) == []


def test_a_withdrawn_hold_leaves_no_contact(office: OfficeParts) -> None:
    held, _ = by_both(office)

    office.agenda.withdraw(held.appointment.id, reason="works", actor="staff:luis")

    assert reached(office, held) == []


@pytest.mark.parametrize("by_office", [False, True])
def test_a_cancelled_appointment_keeps_its_contact_for_a_day(office: OfficeParts, *, by_office: bool) -> None:
    far = booked(office, TOMORROW + timedelta(days=20))
    assert reached(office, far) == [TOMORROW + timedelta(days=21)]

    if by_office:
        office.agenda.withdraw(far.appointment.id, reason="works", actor="staff:luis")
    else:
        office.agenda.cancel(far.link, actor="phone")

    assert reached(office, far) == [office.clock.now() + timedelta(days=1)]


def persons(office: OfficeParts, held: Slotted) -> list[str]:
    """Return the marks of people that still count for it."""
    now = office.clock.now()
    with office.database.read() as stores:
        return [mark for mark, until in stores.bookings.persons_of(held.appointment.id).items() if until > now]
