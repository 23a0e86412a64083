"""Use cases over a real database: a citizen takes a turn, an agent attends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.calendars import Calendar, Hours
from edge.domain.desks import DeskState
from edge.domain.errors import BadInput, Conflict, IllegalTransition, NotFound, Refused, RuleViolation
from edge.domain.occupancy import CapacityLevel
from edge.domain.tokens import code_at
from edge.domain.turns import Channel, TurnState
from edge.runtime.clock import ManualClock
from edge.services.hall import Hall
from tests.fixtures.office import MakeOffice, forget, take, walk_in


def code(parts: OfficeParts) -> str:
    return code_at(parts.context.code_key, parts.office.id, parts.clock.now()).code


def events(parts: OfficeParts) -> list[str]:
    with parts.database.read() as stores:
        return [row[0] for row in stores.connection.execute("select type from event order by n")]


def reasons(parts: OfficeParts, kind: str) -> list[str]:
    with parts.database.read() as stores:
        return [row[0] for row in stores.connection.execute("select reason from event where type = ?", (kind,))]


def test_a_poster_gives_a_remote_turn_until_presence_is_proved(office: OfficeParts) -> None:
    turn = take(office, channel=Channel.POSTER, phone="phone-1").turn
    assert turn.state is TurnState.REMOTE

    waiting = office.turns.prove_presence(turn.id, code(office), actor="phone")

    assert waiting.state is TurnState.WAITING


def test_a_remote_turn_is_never_called(office: OfficeParts) -> None:
    take(office, channel=Channel.POSTER, phone="phone-1")

    with pytest.raises(NotFound, match="nobody waits"):
        office.attention.call_next("1", agent="ana")


def test_the_board_code_puts_straight_into_the_queue(office: OfficeParts) -> None:
    taken = take(office, channel=Channel.BOARD, phone="p", code=code(office))

    assert taken.turn.state is TurnState.WAITING


@pytest.mark.parametrize("text", ["", "AAAA-AAAA", "☃", "0" * 500])
def test_a_wrong_code_proves_nothing(office: OfficeParts, text: str) -> None:
    turn = take(office, channel=Channel.POSTER, phone="p").turn

    with pytest.raises(BadInput) as error:
        office.turns.prove_presence(turn.id, text, actor="phone")

    assert error.value.code == "wrong_code"


def test_the_same_phone_gets_its_turn_again(office: OfficeParts) -> None:
    first = take(office, channel=Channel.BOARD, phone="p", code=code(office))

    again = take(office, channel=Channel.WEB, phone="p")

    assert (again.turn.id, again.existing) == (first.turn.id, True)
    assert office.turns.of_phone("p") == again.turn


def test_a_paper_ticket_has_a_link_of_its_own(office: OfficeParts) -> None:
    taken = take(office, present=True)

    assert office.turns.of_link(taken.link) == taken.turn
    with pytest.raises(NotFound):
        office.turns.of_link("somebody else's")


def test_a_refusal_is_logged_with_its_reason(make_office: MakeOffice) -> None:
    parts = make_office()

    with pytest.raises(Refused) as error:
        take(parts)

    assert error.value.code == "no_desk"
    assert reasons(parts, "turn_refused") == ["no_desk"]


def test_a_whole_visit(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = walk_in(office)
    called = office.attention.call_next("1", agent="ana")
    manual_clock.move(20)
    office.attention.start("1", agent="ana")
    manual_clock.move(300)
    done = office.attention.finish("1", agent="ana", outcome="resolved", procedures=2)

    assert (called.id, called.desk, called.rule) == (turn.id, "1", "longest_waiting")
    assert (done.state, done.outcome, done.procedures) == (TurnState.COMPLETED, "resolved", 2)
    assert events(office)[-7:] == [
        "turn_issued", "turn_arrived", "visit_arrived", "turn_called", "turn_started", "turn_completed", "visit_ended",
    ]  # fmt: skip


def test_one_open_call_per_desk(office: OfficeParts) -> None:
    walk_in(office)
    walk_in(office)
    office.attention.call_next("1", agent="ana")

    with pytest.raises(RuleViolation) as error:
        office.attention.call_next("1", agent="ana")

    assert error.value.code == "desk_busy"


def test_a_desk_belongs_to_one_agent(office: OfficeParts) -> None:
    with pytest.raises(Conflict):
        office.attention.set_desk("1", DeskState.OPEN, agent="eva")
    with pytest.raises(Conflict):
        office.attention.call_next("1", agent="eva")


def test_a_closed_desk_calls_nobody(office: OfficeParts) -> None:
    walk_in(office)

    with pytest.raises(RuleViolation) as error:
        office.attention.call_next("2", agent="ana")

    assert error.value.code == "desk_closed"


def test_calling_out_of_order_needs_a_reason(office: OfficeParts) -> None:
    walk_in(office)
    second = walk_in(office)

    with pytest.raises(BadInput):
        office.attention.call(second.id, "1", agent="ana", reason="because")
    called = office.attention.call(second.id, "1", agent="ana", reason="accessibility")

    assert called.rule == "chosen_by_agent"
    assert reasons(office, "turn_called") == ["accessibility"]


def test_transfer_keeps_number_and_seniority(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = walk_in(office)
    manual_clock.move(60)
    walk_in(office, "certificado")
    office.attention.call(turn.id, "1", agent="ana", reason="error")
    office.attention.start("1", agent="ana")
    moved = office.attention.transfer("1", agent="ana", service="certificado")

    assert (moved.code, moved.waiting_since, moved.queue) == (turn.code, turn.waiting_since, "tramites")
    assert office.attention.call_next("1", agent="ana").id == turn.id


def test_hold_frees_the_desk_and_comes_back(office: OfficeParts) -> None:
    turn = walk_in(office)
    other = walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    office.attention.hold("1", agent="ana")

    assert office.attention.call_next("1", agent="ana").id == other.id
    office.attention.miss("1", agent="ana")
    back = office.attention.call(turn.id, "1", agent="ana", reason="returned")
    assert back.rule == "back_from_hold"


def test_a_missed_person_returns_once(office: OfficeParts) -> None:
    turn = walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.miss("1", agent="ana")
    office.attention.give_back(turn.id, actor="ana")
    office.attention.call_next("1", agent="ana")
    office.attention.miss("1", agent="ana")

    with pytest.raises(IllegalTransition):
        office.attention.give_back(turn.id, actor="ana")


def test_recall_waits_a_little(office: OfficeParts, manual_clock: ManualClock) -> None:
    walk_in(office)
    office.attention.call_next("1", agent="ana")

    with pytest.raises(RuleViolation) as error:
        office.attention.recall("1", agent="ana")
    manual_clock.move(31)

    assert error.value.code == "too_soon"
    assert office.attention.recall("1", agent="ana").recalls == 1


def test_leaving_twice_is_leaving_once(office: OfficeParts) -> None:
    turn = walk_in(office)
    office.turns.cancel(turn.id, actor="phone")
    office.turns.cancel(turn.id, actor="phone")

    assert events(office).count("turn_cancelled") == 1


def test_who_checked_in_from_home_is_expected_until_the_slot(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(minutes=30)
    _, link = office.agenda.book("registro", slot, language="es", channel="desk", actor="agent:ana")
    turn = office.turns.check_in(link, code="", phone="p", actor="phone").turn
    with office.database.read() as stores:
        assert Hall(office.context, stores).wait(turn) is not None

    manual_clock.move(40 * 60)
    office.housekeeping.tidy()
    assert office.turns.get(turn.id).state is TurnState.REMOTE

    manual_clock.move(10 * 60)
    office.housekeeping.tidy()
    assert office.turns.get(turn.id).state is TurnState.EXPIRED


def test_the_link_of_a_far_appointment_lives_until_after_it(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(days=98)
    _, link = office.agenda.book("registro", slot, language="es", channel="desk", actor="agent:ana")
    manual_clock.move(97 * 24 * 3600)
    forget(office)

    assert office.agenda.of_link(link).slot_at == slot


def test_an_appointment_checks_in_once_and_goes_first(office: OfficeParts, manual_clock: ManualClock) -> None:
    slot = manual_clock.now() + timedelta(minutes=10)
    _, link = office.agenda.book("registro", slot, language="es", channel="desk", actor="agent:ana")
    walk_in(office)
    first = office.turns.check_in(link, code=code(office), phone="p", actor="phone")
    again = office.turns.check_in(link, code="", phone="p", actor="phone")
    manual_clock.move(600)

    called = office.attention.call_next("1", agent="ana")

    assert (first.turn.id, first.existing, again.existing) == (again.turn.id, False, True)
    assert (called.id, called.rule) == (first.turn.id, "appointment_due")


@pytest.mark.parametrize(("minutes", "why"), [(45, "too_early"), (-14 * 60, "too_late")])
def test_check_in_has_a_window(office: OfficeParts, manual_clock: ManualClock, minutes: int, why: str) -> None:
    slot = manual_clock.now() + timedelta(minutes=60)
    _, link = office.agenda.book("registro", slot, language="es", channel="desk", actor="agent:ana")
    manual_clock.move(60 * (60 - minutes))

    with pytest.raises(RuleViolation) as error:
        office.turns.check_in(link, code="", phone="", actor="phone")

    assert error.value.code == why


def test_time_expires_remote_turns_and_gives_up_missed_ones(office: OfficeParts, manual_clock: ManualClock) -> None:
    remote = take(office, channel=Channel.POSTER, phone="p").turn
    missed = walk_in(office, channel=Channel.BOARD)
    office.attention.call_next("1", agent="ana")
    office.attention.miss("1", agent="ana")
    manual_clock.move(31 * 60)

    assert office.housekeeping.tidy() == 2
    assert office.housekeeping.tidy() == 0

    with office.database.read() as stores:
        assert stores.turns.get(remote.id).state is TurnState.EXPIRED
        assert stores.turns.get(missed.id).state is TurnState.NO_SHOW


def test_the_next_day_starts_with_number_one_and_no_leftovers(office: OfficeParts, manual_clock: ManualClock) -> None:
    yesterday = walk_in(office)
    manual_clock.move(24 * 3600)
    office.housekeeping.tidy()

    today = walk_in(office)

    assert (yesterday.code, today.code) == ("A001", "A001")
    with office.database.read() as stores:
        assert stores.turns.get(yesterday.id).state is TurnState.EXPIRED


def test_a_number_is_never_used_twice_in_a_day(office: OfficeParts) -> None:
    first = walk_in(office)
    office.turns.cancel(first.id, actor="phone")

    assert walk_in(office).code != first.code


def test_a_kiosk_only_site_gives_no_turns(make_office: MakeOffice) -> None:
    parts = make_office("casadelmig")

    with pytest.raises(Refused) as error:
        take(parts, "padron")

    assert error.value.code == "no_desk"


def test_a_full_hall_makes_newcomers_wait_outside(office: OfficeParts) -> None:
    office.occupancy.correct(40, actor="agent:ana", reason="counted")

    taken = take(office, channel=Channel.BOARD, phone="p", code=code(office))

    assert taken.wait_outside
    assert office.occupancy.state(health="ok").state == CapacityLevel.FULL
    assert events(office).count("capacity_changed") == 1


CLOSED_FOR_A_WHILE = 11.6 * 3600  # from nine in the morning past eight in the evening, and half an hour more


def test_half_an_hour_after_closing_nobody_waits_and_no_desk_is_open(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    turn = walk_in(office)
    manual_clock.move(CLOSED_FOR_A_WHILE)

    assert office.housekeeping.tidy() == 1
    with office.database.read() as stores:
        assert stores.turns.get(turn.id).state is TurnState.EXPIRED
        assert stores.desks.get("1").state is DeskState.CLOSED
    assert reasons(office, "desk_closed") == ["closing_time"]


def test_who_is_at_a_desk_at_closing_time_is_not_cut_off(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    manual_clock.move(CLOSED_FOR_A_WHILE)
    office.housekeeping.tidy()

    assert office.attention.finish("1", agent="ana", outcome="resolved").id == turn.id


def test_a_service_that_nobody_ended_is_over_the_next_day(office: OfficeParts, manual_clock: ManualClock) -> None:
    walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    manual_clock.move(24 * 3600)
    office.housekeeping.tidy()
    office.housekeeping.tidy()

    office.attention.set_desk("1", DeskState.OPEN, agent="eva", take_over=True)
    with office.database.read() as stores:
        assert [t.outcome for t in stores.turns.in_state("2026-11-23", [TurnState.COMPLETED])] == ["left_open"]


def test_a_service_that_runs_past_midnight_after_a_late_closing_is_not_cut_off(
    make_office: MakeOffice, manual_clock: ManualClock
) -> None:
    office = make_office()
    late = (Hours(frozenset(range(7)), time(8), time(0)),)
    office.office = replace(office.office, calendar=Calendar(office.office.calendar.zone, late))
    manual_clock.move(14.5 * 3600)  # half past eleven in the evening
    office.attention.set_desk("1", DeskState.OPEN, agent="ana")
    served, waiting = walk_in(office), walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    manual_clock.move(40 * 60)
    assert office.housekeeping.tidy() == 0

    manual_clock.move(40 * 60)
    office.housekeeping.tidy()

    assert office.attention.finish("1", agent="ana", outcome="resolved").id == served.id
    with office.database.read() as stores:
        assert stores.turns.get(waiting.id).state is TurnState.EXPIRED


def test_a_manager_takes_over_a_desk_and_the_log_says_so(office: OfficeParts) -> None:
    office.attention.set_desk("1", DeskState.OPEN, agent="eva", take_over=True)

    with office.database.read() as stores:
        assert stores.desks.get("1").agent == "eva"
    assert reasons(office, "desk_closed") == ["taken_over"]


def test_a_pause_is_not_taken_over(office: OfficeParts) -> None:
    with pytest.raises(Conflict) as error:
        office.attention.set_desk("1", DeskState.PAUSED, agent="eva", take_over=True)

    assert error.value.code == "desk_taken"


def test_with_every_desk_closed_who_came_first_has_nobody_ahead(office: OfficeParts) -> None:
    first, second = walk_in(office), walk_in(office)
    office.attention.set_desk("1", DeskState.CLOSED, agent="ana")

    with office.database.read() as stores:
        hall = Hall(office.context, stores)
    assert [hall.ahead(first), hall.ahead(second)] == [0, 1]


def test_who_waits_for_a_desk_that_still_works_is_not_sent_home(office: OfficeParts, manual_clock: ManualClock) -> None:
    walk_in(office)
    other = walk_in(office)
    office.attention.call_next("1", agent="ana")
    office.attention.start("1", agent="ana")
    manual_clock.move(CLOSED_FOR_A_WHILE)
    office.housekeeping.tidy()
    office.attention.finish("1", agent="ana", outcome="resolved")

    assert office.attention.call_next("1", agent="ana").id == other.id


def test_the_house_that_was_full_is_free_again_by_an_event(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.correct(500, actor="agent:ana", reason="counted", sure=True)
    manual_clock.move(12.1 * 3600)
    office.housekeeping.tidy()

    assert events(office)[-2:] == ["occupancy_anchored", "capacity_changed"]


def test_a_lunch_break_does_not_empty_the_house(make_office: MakeOffice, manual_clock: ManualClock) -> None:
    office = make_office()
    week = tuple(Hours(frozenset(range(7)), time(opens), time(closes)) for opens, closes in ((8, 11), (13, 20)))
    office.office = replace(office.office, calendar=Calendar(office.office.calendar.zone, week))
    office.occupancy.correct(4, actor="agent:ana", reason="counted")
    manual_clock.move(3.5 * 3600)
    office.housekeeping.tidy()
    assert office.occupancy.state(health="ok").people == 4

    manual_clock.move(9 * 3600)
    office.housekeeping.tidy()
    assert office.occupancy.state(health="ok").people == 0


def test_the_house_is_empty_an_hour_after_closing(office: OfficeParts, manual_clock: ManualClock) -> None:
    office.occupancy.correct(31, actor="agent:ana", reason="counted")
    manual_clock.move(12.1 * 3600)
    office.housekeeping.tidy()
    office.housekeeping.tidy()

    assert office.occupancy.state(health="ok").people == 0
    assert reasons(office, "occupancy_anchored") == ["counted", "closed"]


def test_turns_from_afar_are_few_and_leave_numbers_for_those_who_come(office: OfficeParts) -> None:
    office.office = replace(office.office, rules=replace(office.office.rules, remote_limit=2))
    for phone in ("p1", "p2"):
        take(office, channel=Channel.WEB, phone=phone)

    with pytest.raises(Refused) as error:
        take(office, channel=Channel.WEB, phone="p3")

    assert error.value.code == "queue_full"
    assert walk_in(office).code == "A003"


def test_a_flood_of_refusals_does_not_flood_the_log(make_office: MakeOffice, manual_clock: ManualClock) -> None:
    parts = make_office()
    for minute in range(2):
        for _ in range(50):
            with pytest.raises(Refused):
                take(parts)
        manual_clock.move(60 * (minute + 1))

    assert len(reasons(parts, "turn_refused")) == 40
