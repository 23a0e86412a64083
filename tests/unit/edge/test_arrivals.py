"""Who has an appointment and has come: by the link of a phone, or without one, seen by staff."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.errors import IllegalTransition, NotFound, RuleViolation
from edge.domain.turns import Channel, Kind, Mode, TurnState
from edge.runtime.clock import ManualClock
from tests.fixtures.attended import booked, equipped, logged, now_of
from tests.fixtures.office import take

MINUTE = timedelta(minutes=1)


def by_link(office: OfficeParts, link: str, phone: str = "p", **facts: bool):
    return office.turns.check_in(link, code="", phone=phone, actor="phone", **facts)


def id_of(office: OfficeParts, link: str) -> str:
    return office.agenda.of_link(link).id


# --- staff see the person -------------------------------------------------------------------------------------------


def test_staff_check_in_an_appointment_of_somebody_without_a_phone(office: OfficeParts) -> None:
    link = booked(office, 15)

    taken = office.turns.check_in_by_staff(id_of(office, link), Channel.PAPER, actor="staff:rosa")

    turn = taken.turn
    assert (turn.state, turn.kind, turn.channel, taken.existing) == (
        TurnState.WAITING,
        Kind.APPOINTMENT,
        Channel.PAPER,
        False,
    )
    assert turn.due_at == office.agenda.of_link(link).slot_at
    assert office.agenda.of_link(link).turn == turn.id
    assert office.turns.of_link(taken.link) == turn
    assert logged(office, "appointment_checked_in") == [("staff:rosa", "")]


def test_the_second_press_shows_the_same_turn_with_a_link_that_works(office: OfficeParts) -> None:
    link = booked(office, 15)
    first = office.turns.check_in_by_staff(id_of(office, link), Channel.HELPER, actor="staff:rosa")
    again = office.turns.check_in_by_staff(id_of(office, link), Channel.HELPER, actor="staff:ana")

    assert (again.turn.id, again.existing) == (first.turn.id, True)
    assert office.turns.of_link(again.link).id == first.turn.id


def test_staff_let_a_turn_wait_that_its_phone_has_checked_in_from_afar(office: OfficeParts) -> None:
    link = booked(office, 15)
    remote = by_link(office, link).turn

    taken = office.turns.check_in_by_staff(id_of(office, link), Channel.PAPER, actor="staff:rosa")

    assert (remote.state, taken.turn.state, taken.turn.id) == (TurnState.REMOTE, TurnState.WAITING, remote.id)
    assert now_of(office, remote).channel is Channel.EMAIL


def test_staff_check_in_who_is_hours_early_but_not_who_comes_on_another_day(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    today, tomorrow = booked(office, 240), booked(office, 24 * 60)

    taken = office.turns.check_in_by_staff(id_of(office, today), Channel.PAPER, actor="staff:rosa")

    assert taken.turn.state is TurnState.WAITING
    with pytest.raises(RuleViolation, match="too_early"):
        office.turns.check_in_by_staff(id_of(office, tomorrow), Channel.PAPER, actor="staff:rosa")
    manual_clock.move(2 * 24 * 3600)
    with pytest.raises(RuleViolation, match="too_late"):
        office.turns.check_in_by_staff(id_of(office, tomorrow), Channel.PAPER, actor="staff:rosa")


def test_who_comes_late_without_a_phone_waits_with_late_credit(office: OfficeParts, manual_clock: ManualClock) -> None:
    link = booked(office, 15)
    manual_clock.move(40 * 60)
    office.housekeeping.tidy()

    late = office.turns.check_in_by_staff(id_of(office, link), Channel.PAPER, actor="staff:rosa").turn

    assert late.place_at == office.clock.now() - office.office.rules.grace.late_credit


def test_the_row_of_an_appointment_that_was_moved_meanwhile_leads_to_the_new_hour(office: OfficeParts) -> None:
    link = booked(office, 15)
    before = office.agenda.of_link(link)
    office.agenda.move(link, before.slot_at + 60 * MINUTE, Mode.PRESENCIAL, actor="phone", part=before.part)

    taken = office.turns.check_in_by_staff(before.id, Channel.PAPER, actor="staff:rosa")

    assert taken.turn.due_at == before.slot_at + 60 * MINUTE


def test_what_was_cancelled_is_not_checked_in_and_what_is_not_there_is_said(office: OfficeParts) -> None:
    link = booked(office, 15)
    office.agenda.cancel(link, actor="phone")

    with pytest.raises(IllegalTransition):
        office.turns.check_in_by_staff(id_of(office, link), Channel.PAPER, actor="staff:rosa")
    with pytest.raises(NotFound):
        office.turns.check_in_by_staff("nothing", Channel.PAPER, actor="staff:rosa")


# --- a phone that has a turn already ----------------------------------------------------------------------------------


@pytest.mark.parametrize("present", [True, False])
def test_a_check_in_gives_back_the_walk_in_turn_that_the_phone_followed(office: OfficeParts, *, present: bool) -> None:
    walk_in = take(office, channel=Channel.WEB, phone="p", present=present).turn
    link = booked(office, 15)

    taken = by_link(office, link)

    assert now_of(office, walk_in).state is TurnState.CANCELLED
    assert office.turns.of_phone("p") == taken.turn
    assert logged(office, "turn_cancelled") == [("phone", "checked_in")]


def test_a_missed_walk_in_turn_is_given_back_too(office: OfficeParts) -> None:
    walk_in = take(office, channel=Channel.WEB, phone="p", present=True).turn
    office.attention.call_next("1", agent="ana")
    office.attention.miss("1", agent="ana")

    by_link(office, booked(office, 15))

    assert now_of(office, walk_in).state is TurnState.CANCELLED


@pytest.mark.parametrize("steps", [(), ("start",), ("start", "hold")])
def test_who_is_in_the_hands_of_a_desk_goes_there_first(office: OfficeParts, steps: tuple[str, ...]) -> None:
    walk_in = take(office, channel=Channel.WEB, phone="p", present=True).turn
    office.attention.call_next("1", agent="ana")
    for step in steps:
        getattr(office.attention, step)("1", agent="ana")
    link = booked(office, 15)

    with pytest.raises(RuleViolation, match="turn_in_hand"):
        by_link(office, link)

    assert office.turns.of_phone("p") == now_of(office, walk_in)
    assert office.agenda.of_link(link).turn == ""


def test_the_second_use_of_the_link_leaves_its_own_turn_alone(office: OfficeParts) -> None:
    link = booked(office, 15)
    first = by_link(office, link, present=True).turn
    again = by_link(office, link)

    assert (again.turn.id, again.turn.state) == (first.id, TurnState.WAITING)


def test_a_phone_that_opens_the_link_of_a_checked_in_appointment_gives_its_own_walk_in_back(
    office: OfficeParts,
) -> None:
    link = booked(office, 15)
    first = by_link(office, link, phone="another").turn
    walk_in = take(office, channel=Channel.WEB, phone="p").turn

    by_link(office, link)

    assert office.turns.of_phone("p") == first
    assert now_of(office, walk_in).state is TurnState.CANCELLED


def test_the_turn_of_another_appointment_is_kept_and_its_own_link_leads_back_to_it(office: OfficeParts) -> None:
    first, second = booked(office, 15), booked(office, 30)
    earlier = by_link(office, first, present=True).turn

    by_link(office, second, present=True)
    by_link(office, first)

    assert now_of(office, earlier).state is TurnState.WAITING
    assert office.turns.of_phone("p") == now_of(office, earlier)


def test_a_video_appointment_that_is_over_is_not_checked_in(office: OfficeParts, manual_clock: ManualClock) -> None:
    equipped(office, "1", modes=frozenset({"presencial", "video"}))
    slot = office.clock.now() + 15 * MINUTE
    link = office.agenda.book("certificado", slot, language="es", channel="web", mode=Mode.VIDEO, actor="test")[1]
    manual_clock.move(60 * 60)

    with pytest.raises(RuleViolation, match="too_late"):
        office.turns.check_in_by_staff(id_of(office, link), Channel.HELPER, actor="staff:rosa")


# --- turns that were put together -------------------------------------------------------------------------------------


def test_a_check_in_gives_back_what_the_walk_in_turn_of_the_phone_goes_on_as(office: OfficeParts) -> None:
    paper = take(office, present=True).turn
    walk_in = take(office, channel=Channel.WEB, phone="p", present=True).turn
    office.merging.merge(paper.id, walk_in.code, agent="rosa")

    taken = by_link(office, booked(office, 15), present=True)

    assert now_of(office, paper).state is TurnState.CANCELLED
    assert office.turns.of_phone("p") == taken.turn


def test_the_link_of_an_appointment_leads_to_the_turn_that_it_goes_on_as_and_gives_nothing_back(
    office: OfficeParts,
) -> None:
    walk_in = take(office, channel=Channel.WEB, phone="p", present=True).turn
    link = booked(office, 15)
    due = by_link(office, link, phone="another", present=True).turn
    kept = office.merging.merge(walk_in.id, due.code, agent="rosa")
    assert kept.id == walk_in.id

    again = by_link(office, link, present=True)

    assert (again.turn, again.existing) == (kept, True)
    assert office.turns.of_appointment(office.agenda.of_link(link)) == kept
    assert now_of(office, walk_in).state is TurnState.WAITING
