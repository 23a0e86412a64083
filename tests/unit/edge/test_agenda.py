"""Appointments from the hold to the visit: codes, limits, moves, cancellations, closed ranges, what people are told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.bootstrap.config import EdgeConfig
from edge.bootstrap.office import OfficeParts
from edge.domain.agenda import AppointmentState
from edge.domain.errors import BadInput, IllegalTransition, NotFound, RuleViolation
from edge.domain.notices import Rung
from edge.domain.plan import Freed, Part, Shares
from edge.domain.turns import Mode
from edge.runtime.clock import ManualClock
from edge.services.notifiers import TryLater
from tests.fixtures.clocks import MONDAY_MORNING
from tests.fixtures.letters import code_in, send_all
from tests.unit.edge.booking import (
    MAIL,
    MINUTE,
    ONE_DESK,
    PHONE,
    TOMORROW,
    booked,
    pending,
    state,
    told,
    wish,
    with_plan,
)

pytestmark = pytest.mark.usefixtures("every_rung")


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


class TickingClock(ManualClock):
    """A clock that goes on by a millisecond with each look, once it is told to."""

    ticks = False

    def now(self) -> datetime:
        if self.ticks:
            self.move(0.001)
        return super().now()


def test_a_slot_is_checked_held_and_written_down_at_one_moment(tmp_path: Path) -> None:
    clock = TickingClock(MONDAY_MORNING)
    office = OfficeParts(EdgeConfig(office="carretas4", database=str(tmp_path / "office.db")), clock)
    with_plan(office, **ONE_DESK)
    clock.ticks = True
    first = office.agenda.hold(wish(), actor="phone").appointment
    ends = first.expires_at or clock.now()
    clock.move((ends - clock.now() - timedelta(milliseconds=1)).total_seconds())

    with suppress(RuleViolation):  # by the next look the first hold is over
        office.agenda.hold(wish(), actor="phone")

    with office.database.read() as stores:
        told = stores.connection.execute("select at from event where type = 'appointment_held' order by n").fetchall()
        rows = stores.connection.execute("select expires_at from appointment order by id").fetchall()
    office.database.close()
    held = [datetime.fromisoformat(row["at"]) for row in told]
    lasts = office.office.agenda.hold
    assert [datetime.fromisoformat(row["expires_at"]) for row in rows] == [at + lasts for at in held]
    assert all(at >= ends for at in held[1:])
