"""Appointments from the hold to the visit: codes, limits, moves, cancellations, closed ranges, what people are told."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import AppointmentState
from edge.domain.errors import BadInput, IllegalTransition, NotFound, RuleViolation
from edge.domain.notices import Rung
from edge.domain.plan import Freed, Part, Plan, Shares
from edge.domain.turns import Mode
from edge.domain.waiting.tallies import Moments, Tally
from edge.runtime.clock import ManualClock
from edge.services.agenda import Slotted
from edge.services.bookings import SlotWish

TOMORROW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MAIL, PHONE = "ana.perez@example.org", "612345678"
MINUTE = timedelta(minutes=1)
ONE_DESK = {"desks": {"1": frozenset({"registro"})}, "shares": Shares(100, 100, 100)}  # a slot is for one


def wish(at: datetime = TOMORROW, **facts: object) -> SlotWish:
    given = {"service": "registro", "at": at, "language": "es", "channel": "web"}
    return SlotWish(**{**given, **facts})  # type: ignore[arg-type]


@pytest.fixture
def office(office: OfficeParts) -> OfficeParts:
    return able(office)


def told(office: OfficeParts) -> list[Letter]:
    """Send what people are to be told."""
    return send_all(office.notices)


def pending(office: OfficeParts, at: datetime = TOMORROW, *, mail: str = MAIL, **facts: object) -> tuple[Slotted, str]:
    """Hold a slot and leave a contact; return it with the code that was sent."""
    held = office.agenda.hold(wish(at, **facts), actor="phone")
    phone = PHONE if held.appointment.mode is Mode.VIDEO else ""
    office.agenda.give_contact(held.link, mail=mail, phone=phone, actor="phone")
    return held, code_in(told(office))


def booked(office: OfficeParts, at: datetime = TOMORROW, **facts: object) -> Slotted:
    held, code = pending(office, at, **facts)
    office.agenda.confirm(held.link, code, actor="phone")
    told(office)
    return held


def with_plan(office: OfficeParts, **changes: object) -> Plan:
    office.office = replace(office.office, agenda=replace(office.office.agenda, **changes))  # type: ignore[arg-type]
    return office.office.agenda


def state(office: OfficeParts, link: str) -> AppointmentState:
    return office.agenda.of_link(link).state


def test_a_slot_is_held_confirmed_by_the_code_and_booked(office: OfficeParts) -> None:
    held, code = pending(office)

    after = office.agenda.confirm(held.link, f" {code[:3]} {code[3:]} ", actor="phone")

    assert (after.state, after.part, after.channel, after.minutes) == (AppointmentState.BOOKED, Part.PUBLIC, "web", 15)
    (letter,) = told(office)
    assert letter.kind == "appointment_booked"
    assert letter.link.endswith(f"/c/{held.link}")
    assert letter.link in letter.text


def test_a_press_of_the_button_that_comes_twice_holds_once(office: OfficeParts) -> None:
    first = office.agenda.hold(wish(key="k1"), phone="p" * 20, actor="phone")
    second = office.agenda.hold(wish(key="k1"), phone="p" * 20, actor="phone")

    assert (second.appointment.id, second.link, second.existing) == (first.appointment.id, first.link, True)


def test_a_phone_that_chooses_another_slot_lets_the_first_one_go(office: OfficeParts) -> None:
    first = office.agenda.hold(wish(key="k1"), phone="p" * 20, actor="phone")
    office.agenda.hold(wish(TOMORROW + 30 * MINUTE, key="k2"), phone="p" * 20, actor="phone")

    assert state(office, first.link) is AppointmentState.LAPSED


def test_a_hold_runs_out_and_its_slot_is_free_at_once(office: OfficeParts, manual_clock: ManualClock) -> None:
    with_plan(office, **ONE_DESK)
    held = office.agenda.hold(wish(), actor="phone")
    with pytest.raises(RuleViolation, match="slot_full"):
        office.agenda.hold(wish(), actor="phone")
    manual_clock.move(10 * 60)

    office.agenda.hold(wish(), actor="phone")
    with pytest.raises(RuleViolation, match="hold_over"):
        office.agenda.give_contact(held.link, mail=MAIL, phone="", actor="phone")
    assert office.agenda.tidy() == 1
    assert state(office, held.link) is AppointmentState.LAPSED


def test_who_does_not_confirm_is_forgotten(office: OfficeParts, manual_clock: ManualClock) -> None:
    held, _ = pending(office)
    manual_clock.move(20 * 60)

    office.agenda.tidy()

    with office.database.read() as stores:
        assert stores.contacts.find(held.appointment.id) is None


def test_a_wrong_code_counts_and_the_last_one_frees_the_slot(office: OfficeParts) -> None:
    held, code = pending(office)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(4):
        with pytest.raises(BadInput, match="wrong_confirmation"):
            office.agenda.confirm(held.link, wrong, actor="phone")

    with pytest.raises(RuleViolation, match="too_many_tries"):
        office.agenda.confirm(held.link, wrong, actor="phone")

    with pytest.raises(RuleViolation, match="hold_over"):
        office.agenda.confirm(held.link, code, actor="phone")


def test_another_code_makes_the_first_worthless_and_there_are_three(office: OfficeParts) -> None:
    held, first = pending(office)
    office.agenda.send_code_again(held.link, actor="phone")
    second = code_in(told(office))
    office.agenda.send_code_again(held.link, actor="phone")
    third = code_in(told(office))

    with pytest.raises(RuleViolation, match="too_many_sends"):
        office.agenda.send_code_again(held.link, actor="phone")
    for old in {first, second} - {third}:
        with pytest.raises(BadInput, match="wrong_confirmation"):
            office.agenda.confirm(held.link, old, actor="phone")
    assert office.agenda.confirm(held.link, third, actor="phone").state is AppointmentState.BOOKED


def test_the_database_keeps_no_code_and_the_log_no_contact(office: OfficeParts) -> None:
    held, code = pending(office)
    office.agenda.confirm(held.link, code, actor="phone")
    told(office)

    with office.database.read() as stores:
        dump = "\n".join(stores.connection.iterdump())  # type: ignore[attr-defined]
        log = "\n".join(str(tuple(row)) for row in stores.connection.execute("select * from event"))  # type: ignore[attr-defined]
    assert f"'{code}'" not in dump
    assert dump.count(MAIL) == 1  # in contact, and nowhere else
    assert held.link not in dump
    assert MAIL not in log


@pytest.mark.parametrize(
    ("mode", "mail", "phone", "code"),
    [
        (Mode.VIDEO, "", PHONE, "mail_needed"),
        (Mode.VIDEO, MAIL, "", "mobile_needed"),
        (Mode.PRESENCIAL, "", "", "contact_needed"),
        (Mode.PRESENCIAL, "<b>ana</b>", "", "bad_mail"),
        (Mode.PRESENCIAL, "ana\u202e@example.org", "", "bad_mail"),
        (Mode.PRESENCIAL, f" {MAIL}\n", "", ""),
        (Mode.PRESENCIAL, PHONE, "", "bad_mail"),
        (Mode.PRESENCIAL, "", "🙂", "bad_phone"),
        (Mode.PRESENCIAL, "", PHONE, ""),
    ],
)
def test_a_video_appointment_takes_mail_and_mobile_another_one_of_them(
    office: OfficeParts, mode: Mode, mail: str, phone: str, code: str
) -> None:
    held = office.agenda.hold(wish(service="certificado", mode=mode), actor="phone")

    try:
        office.agenda.give_contact(held.link, mail=mail, phone=phone, actor="phone")
        said = ""
    except BadInput as error:
        said = error.code
    assert said == code


def test_a_service_without_video_takes_no_video(office: OfficeParts) -> None:
    with pytest.raises(RuleViolation, match="mode_not_offered"):
        office.agenda.hold(wish(mode=Mode.VIDEO), actor="phone")
    with pytest.raises(RuleViolation, match="mode_not_offered"):
        office.slots.times("registro", Mode.VIDEO, TOMORROW.date())


def test_one_contact_has_two_appointments_a_day_and_four_in_all(office: OfficeParts) -> None:
    first = booked(office)
    booked(office, TOMORROW + 15 * MINUTE)
    third = office.agenda.hold(wish(TOMORROW + 30 * MINUTE), actor="phone")

    with pytest.raises(RuleViolation, match="person_day"):
        office.agenda.give_contact(third.link, mail=MAIL.upper(), phone="", actor="phone")
    office.agenda.cancel(first.link, actor="phone")
    office.agenda.give_contact(third.link, mail=MAIL, phone="", actor="phone")
    next_day = TOMORROW + timedelta(days=1)
    booked(office, next_day)
    booked(office, next_day + 15 * MINUTE)
    fifth = office.agenda.hold(wish(TOMORROW + timedelta(days=2)), actor="phone")
    with pytest.raises(RuleViolation, match="person_open"):
        office.agenda.give_contact(fifth.link, mail=MAIL, phone="", actor="phone")


def test_cancelling_frees_the_slot_at_once_and_twice_is_once(office: OfficeParts) -> None:
    with_plan(office, **ONE_DESK)
    mine = booked(office)

    office.agenda.cancel(mine.link, actor="phone")
    office.agenda.cancel(mine.link, actor="phone")

    assert TOMORROW in office.slots.times("registro", Mode.PRESENCIAL, TOMORROW.date()).times
    assert [letter.kind for letter in told(office)] == ["appointment_cancelled"]


def test_a_freed_slot_cools_down_for_citizens_only(office: OfficeParts, manual_clock: ManualClock) -> None:
    with_plan(office, **ONE_DESK, freed=Freed(cool_down=30 * MINUTE))
    mine = booked(office)
    office.agenda.cancel(mine.link, actor="phone")

    def free(part: Part) -> bool:
        return TOMORROW in office.slots.times("registro", Mode.PRESENCIAL, TOMORROW.date(), part).times

    assert (free(Part.PUBLIC), free(Part.OFFICE)) == (False, True)
    manual_clock.move(30 * 60)
    assert free(Part.PUBLIC)


def test_a_move_keeps_the_link_and_frees_the_old_slot(office: OfficeParts) -> None:
    with_plan(office, **ONE_DESK)
    mine, later = booked(office), TOMORROW + 45 * MINUTE

    moved = office.agenda.move(mine.link, later, Mode.PRESENCIAL, actor="phone")
    again = office.agenda.move(mine.link, later, Mode.PRESENCIAL, actor="phone")

    assert office.agenda.of_link(mine.link) == moved == again
    assert (moved.slot_at, moved.origin) == (later, mine.appointment.id)
    free = office.slots.times("registro", Mode.PRESENCIAL, TOMORROW.date()).times
    assert TOMORROW in free
    assert later not in free
    assert told(office)[-1].kind == "appointment_moved"


def test_a_move_to_a_taken_slot_changes_nothing(office: OfficeParts) -> None:
    with_plan(office, **ONE_DESK)
    mine, other = booked(office), booked(office, TOMORROW + 15 * MINUTE, mail="otra@example.org")

    with pytest.raises(RuleViolation, match="slot_full"):
        office.agenda.move(mine.link, TOMORROW + 15 * MINUTE, Mode.PRESENCIAL, actor="phone")

    assert office.agenda.of_link(mine.link).slot_at == TOMORROW
    assert state(office, other.link) is AppointmentState.BOOKED


def test_a_moved_appointment_checks_in_by_its_first_link(office: OfficeParts, manual_clock: ManualClock) -> None:
    mine = booked(office)
    office.agenda.move(mine.link, TOMORROW + 60 * MINUTE, Mode.PRESENCIAL, actor="phone")
    manual_clock.move((TOMORROW + 50 * MINUTE - manual_clock.now()).total_seconds())

    taken = office.turns.check_in(mine.link, code="", phone="", present=True, actor="phone")

    assert taken.turn.due_at == TOMORROW + 60 * MINUTE
    with pytest.raises(IllegalTransition):
        office.agenda.cancel(mine.link, actor="phone")


def test_a_video_link_opens_a_quarter_before_and_closes_with_the_end(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    mine = booked(office, service="certificado", mode=Mode.VIDEO)
    end = office.agenda.of_link(mine.link).ends_at
    for at, code in ((TOMORROW - 16 * MINUTE, "too_early"), (end + MINUTE, "too_late")):
        manual_clock.move((at - manual_clock.now()).total_seconds())
        with pytest.raises(RuleViolation, match=code):
            office.turns.check_in(mine.link, code="", phone="", actor="phone")


def test_a_lost_link_is_sent_to_its_own_contact_and_nobody_else_learns_of_it(office: OfficeParts) -> None:
    mine = booked(office)

    office.agenda.send_links("nadie@example.org")
    assert told(office) == []
    office.agenda.send_links(f" {MAIL.title()} ")

    (letter,) = told(office)
    assert (letter.kind, letter.link.rsplit("/", 1)[1]) == ("appointment_link", mine.link)


def test_who_left_two_addresses_is_told_by_both_at_once(office: OfficeParts) -> None:
    held = office.agenda.hold(wish(service="certificado", mode=Mode.VIDEO), actor="phone")
    office.agenda.give_contact(held.link, mail=MAIL, phone=PHONE, actor="phone")
    by_sms, by_mail = send_all(office.notices)

    assert (by_sms.to, by_mail.to) == (f"+34{PHONE}", MAIL)
    assert code_in([by_sms]) == code_in([by_mail])
    assert "certificado" in by_mail.text.lower()
    assert "certificado" not in by_sms.text.lower()


def test_a_video_appointment_is_told_where_to_try_the_connection(office: OfficeParts) -> None:
    held = office.agenda.hold(wish(service="certificado", mode=Mode.VIDEO), actor="phone")
    office.agenda.give_contact(held.link, mail=MAIL, phone=PHONE, actor="phone")
    office.agenda.confirm(held.link, code_in(told(office)), actor="phone")

    letters = {letter.to: letter.text for letter in told(office)}

    assert "/video/test" in letters[MAIL]
    assert f"/c/{held.link}" in letters[MAIL]


@pytest.mark.parametrize(
    ("rungs", "mail", "phone", "code"),
    [
        ({Rung.SMS}, MAIL, "", "no_mail_here"),
        ({Rung.MAIL}, "", PHONE, "no_sms_here"),
        ({Rung.MAIL, Rung.SMS}, "", "+33612345678", "country_not_allowed"),
    ],
)
def test_who_could_not_be_sent_a_code_is_told_so_at_once(
    office: OfficeParts, rungs: set[Rung], mail: str, phone: str, code: str
) -> None:
    for rung in set(Rung) - rungs:
        office.notifiers.pop(rung, None)
    held = office.agenda.hold(wish(), actor="phone")

    with pytest.raises(BadInput) as caught:
        office.agenda.give_contact(held.link, mail=mail, phone=phone, actor="phone")

    assert caught.value.code == code
    assert state(office, held.link) is AppointmentState.HELD


def test_after_an_outage_a_code_of_an_old_hold_is_not_sent_and_a_booking_is(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    held, code = pending(office)
    office.agenda.confirm(held.link, code, actor="phone")
    late = office.agenda.hold(wish(TOMORROW + 60 * MINUTE), actor="phone")
    office.agenda.give_contact(late.link, mail="otra@example.org", phone="", actor="phone")
    for _ in range(2):
        letter = office.notices.take(Rung.MAIL)
        assert letter
        office.notices.failed(letter.id, TryLater())
    manual_clock.move(3 * 3600)

    assert [letter.kind for letter in told(office)] == ["appointment_booked"]
    with office.database.read() as stores:
        (stale,) = stores.notices.of_owner(late.appointment.id)
    assert (stale.state, stale.reason) == ("expired", "too_late")


def test_who_asks_to_be_forgotten_is(office: OfficeParts) -> None:
    booked(office)

    assert office.agenda.forget(MAIL, actor="uid:0") == 1
    office.agenda.send_links(MAIL)
    assert told(office) == []


def test_a_closed_range_takes_appointments_out_and_tells_who_had_one(office: OfficeParts) -> None:
    mine = booked(office)
    start, end = TOMORROW - 30 * MINUTE, TOMORROW + 30 * MINUTE

    withdrawn = office.agenda.close(start, end, reason="staff", actor="agent:eva", withdraw=True)

    assert [a.id for a in withdrawn] == [mine.appointment.id]
    assert state(office, mine.link) is AppointmentState.CANCELLED_OFFICE
    assert [letter.kind for letter in told(office)] == ["appointment_refused"]
    with pytest.raises(BadInput, match="closed_then"):
        office.agenda.hold(wish(), actor="phone")
    _, (closed,) = office.slots.on(TOMORROW.date())
    office.agenda.reopen(closed.id, actor="agent:eva")
    office.agenda.hold(wish(), actor="phone")


def test_staff_book_from_their_own_part_when_citizens_cannot(office: OfficeParts) -> None:
    with_plan(office, desks={"1": frozenset({"registro"})}, shares=Shares(50, 50, 50))
    for at in office.slots.times("registro", Mode.PRESENCIAL, TOMORROW.date()).times:  # citizens take all that they may
        with suppress(RuleViolation):
            office.agenda.hold(wish(at), actor="phone")

    assert office.slots.times("registro", Mode.PRESENCIAL, TOMORROW.date()).times == ()
    left = office.slots.times("registro", Mode.PRESENCIAL, TOMORROW.date(), Part.OFFICE).times
    appointment, _ = office.agenda.book("registro", left[0], language="es", channel="desk", actor="agent:ana")
    assert appointment


def test_a_withdrawn_service_is_not_booked_and_its_appointments_still_take_a_desk(office: OfficeParts) -> None:
    mine = booked(office)
    services = {key: value for key, value in office.office.services.items() if key != "registro"}
    office.office = replace(office.office, services=services)

    with pytest.raises(NotFound):
        office.agenda.move(mine.link, TOMORROW + 60 * MINUTE, Mode.PRESENCIAL, actor="phone")
    assert state(office, mine.link) is AppointmentState.BOOKED
    office.agenda.cancel(mine.link, actor="phone")


def test_the_use_of_a_day_is_counted_with_what_was_freed_and_taken_again(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    first = booked(office)
    office.agenda.cancel(first.link, actor="phone")
    booked(office, mail="otra@example.org")
    booked(office, TOMORROW + 15 * MINUTE, mail="tercera@example.org")

    (usage,) = office.slots.usage(TOMORROW.date(), TOMORROW.date())

    assert (usage.booked_min, usage.freed, usage.reused) == (30.0, 1, 1)
    assert usage.by_channel == {"web": 2}
    assert usage.used is not None
    assert 0 < usage.used < 0.1


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
    office.agenda.confirm(both.link, told(office)[-1][1]["code"], actor="phone")
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
    return held, told(office)[-1][1]["code"]


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
