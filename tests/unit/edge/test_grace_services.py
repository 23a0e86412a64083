"""What is granted to who waits, what the office does by itself, and who is told why; over a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from edge.bootstrap.office import OfficeParts
from edge.domain.desks import DeskState
from edge.domain.errors import BadInput, Conflict, IllegalTransition, RuleViolation
from edge.domain.grace import Grace
from edge.domain.turns import Channel, TurnState
from edge.runtime.clock import ManualClock
from tests.fixtures.attended import ANA, booked, equipped, logged, now_of, ruled, served
from tests.fixtures.office import take, walk_in

# --- grace ----------------------------------------------------------------------------------------------------------


def test_ten_more_minutes_keep_the_place_and_are_given_once(office: OfficeParts, manual_clock: ManualClock) -> None:
    first = walk_in(office)
    manual_clock.move(5)
    second = walk_in(office)

    delayed = office.grace.delay(first.id, actor="phone", asked=0)
    again = office.grace.delay(first.id, actor="phone", asked=0)  # a double tap

    assert (delayed.not_before, again) == (manual_clock.now() + timedelta(minutes=10), delayed)
    view = office.board.desk("1")
    assert ([c.turn.id for c in view.next], [t.id for t in view.paused]) == ([second.id], [first.id])
    with pytest.raises(RuleViolation) as error:
        office.grace.delay(first.id, actor="phone", asked=1)
    assert error.value.code == "no_more_delays"
    manual_clock.move(600)
    assert office.attention.call_next("1", **ANA).id == first.id


def test_who_has_not_come_yet_is_told_to_arrive_first(office: OfficeParts) -> None:
    turn = take(office, channel=Channel.WEB).turn
    assert turn.state is TurnState.REMOTE

    with pytest.raises(RuleViolation) as error:
        office.grace.delay(turn.id, actor="phone", asked=0)

    assert error.value.code == "arrive_first"
    assert office.turns.get(turn.id) == turn


def test_who_is_called_already_cannot_ask_for_time(office: OfficeParts) -> None:
    turn = walk_in(office)
    office.attention.call_next("1", **ANA)

    with pytest.raises(IllegalTransition):
        office.grace.delay(turn.id, actor="phone")


def test_priority_needs_a_reason_of_the_list_and_can_be_taken_back(office: OfficeParts) -> None:
    first, second = walk_in(office), walk_in(office)
    with pytest.raises(BadInput):
        office.grace.prioritise(second.id, "friend", agent="rosa")

    office.grace.prioritise(second.id, "small_children", agent="rosa")
    assert [c.turn.id for c in office.board.desk("1").next] == [second.id, first.id]
    office.grace.prioritise(second.id, "", agent="rosa")

    assert [c.turn.id for c in office.board.desk("1").next] == [first.id, second.id]
    assert logged(office, "turn_prioritised") == [("agent:rosa", "small_children"), ("agent:rosa", "taken_back")]


def test_an_appointment_that_came_too_late_waits_with_the_others_with_credit(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    link = booked(office, 10)
    manual_clock.move(25 * 60)
    before = walk_in(office)
    manual_clock.move(10 * 60)
    office.housekeeping.tidy()  # the appointment is a no-show by now
    after = walk_in(office)
    manual_clock.move(60)

    late = office.turns.check_in(link, code="", phone="", present=True, actor="test").turn
    again = office.turns.check_in(link, code="", phone="", present=True, actor="test")

    assert again.turn.id == late.id
    assert late.place_at == manual_clock.now() - timedelta(minutes=15)
    order = [(c.turn.id, c.rule) for c in office.board.desk("1").next]
    assert order == [(turn.id, "longest_waiting") for turn in (late, before, after)]


def test_a_missed_turn_returns_with_the_credit_that_the_office_gives(
    office: OfficeParts, manual_clock: ManualClock
) -> None:
    ruled(office, grace=Grace(missed_credit=timedelta(minutes=5)))
    turn = walk_in(office)
    manual_clock.move(900)
    office.attention.call_next("1", **ANA)
    office.attention.miss("1", **ANA)

    back = office.attention.give_back(turn.id, actor="rosa")

    assert (back.place_at, back.waiting_since) == (manual_clock.now() - timedelta(minutes=5), turn.waiting_since)
    assert logged(office, "turn_returned") == [("agent:rosa", "")]


# --- by itself ------------------------------------------------------------------------------------------------------


def test_a_call_is_announced_again_and_given_up_by_itself(office: OfficeParts, manual_clock: ManualClock) -> None:
    patience = replace(office.office.rules.patience, auto_recalls=1, no_show_after=timedelta(minutes=2))
    ruled(office, patience=patience)
    turn = walk_in(office)
    office.attention.call_next("1", **ANA)
    seen = []
    for _ in range(5):
        manual_clock.move(30)
        office.housekeeping.tidy()
        seen.append((now_of(office, turn).state, now_of(office, turn).recalls))

    assert seen == [("called", 1), ("called", 1), ("called", 1), ("missed", 1), ("missed", 1)]
    assert logged(office, "turn_missed") == [("system", "")]


def test_an_idle_desk_calls_by_itself_where_the_office_wants_it(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = served(office)
    office.attention.finish("1", outcome="resolved", **ANA)
    following = walk_in(office)
    office.housekeeping.tidy()
    manual_clock.move(3600)
    office.housekeeping.tidy()
    assert office.board.desk("1").current is None

    equipped(office, "1", auto_call=timedelta(seconds=20))
    office.housekeeping.tidy()

    current = office.board.desk("1").current
    assert current is not None
    assert (current.id, turn.id != following.id) == (following.id, True)
    assert logged(office, "turn_called")[-1] == ("agent:ana", "by_itself")


def test_a_call_by_itself_waits_after_the_last_deed_at_the_desk(office: OfficeParts, manual_clock: ManualClock) -> None:
    equipped(office, "1", auto_call=timedelta(seconds=20))
    walk_in(office)
    manual_clock.move(60)
    office.attention.call_next("1", **ANA)
    office.attention.undo("1", **ANA)
    office.housekeeping.tidy()
    assert office.board.desk("1").current is None
    manual_clock.move(20)

    office.housekeeping.tidy()

    assert office.board.desk("1").current is not None


# --- why ------------------------------------------------------------------------------------------------------------


def test_who_waits_is_told_who_went_before_and_why(office: OfficeParts, manual_clock: ManualClock) -> None:
    turn = walk_in(office)
    manual_clock.move(60)
    link, slot = booked(office, 1), office.clock.now() + timedelta(minutes=1)
    office.turns.check_in(link, code="", phone="", present=True, actor="test")
    manual_clock.move(60)
    office.attention.call_next("1", **ANA)
    office.attention.set_desk("4", DeskState.OPEN, agent="eva")  # does not serve the register
    walk_in(office, "certificado")
    office.attention.call_next("4", agent="eva")

    told = office.order.explain(turn.id)
    view = office.board.turn(turn)

    assert [(p.rule, p.due_at) for p in told.before] == [("appointment_due", slot)]
    assert view.before == told.before


def test_who_came_earlier_needs_no_explanation(office: OfficeParts, manual_clock: ManualClock) -> None:
    walk_in(office)
    manual_clock.move(60)
    turn = walk_in(office)
    office.attention.call_next("1", **ANA)

    assert office.order.explain(turn.id).before == ()


def test_the_day_lists_what_was_out_of_order_with_its_reason(office: OfficeParts, manual_clock: ManualClock) -> None:
    walk_in(office)
    chosen, third = walk_in(office), walk_in(office)
    office.grace.prioritise(third.id, "elderly", agent="rosa")
    office.attention.call(chosen.id, "1", reason="accessibility", **ANA)
    office.attention.undo("1", **ANA)
    office.attention.call_next("1", **ANA)
    manual_clock.move(60)

    told = office.order.fairness(office.office.calendar.day_of(office.clock.now()))

    assert (told.calls, told.by_rule) == (1, {"priority": 1})
    rows = [(row.kind, row.reason, row.passed, row.undone) for row in told.overrides]
    assert rows == [("turn_prioritised", "elderly", 0, False), ("turn_called", "accessibility", 2, True)]


# --- two at once, old pages, withdrawn services ---------------------------------------------------------------------


def test_two_agents_on_one_person_one_is_told_and_the_log_knows(office: OfficeParts) -> None:
    office.attention.set_desk("2", DeskState.OPEN, agent="eva")
    turn = walk_in(office)
    office.attention.call(turn.id, "1", reason="error", **ANA)

    with pytest.raises(Conflict) as error:
        office.attention.call(turn.id, "2", agent="eva", reason="error")

    assert error.value.code == "called_elsewhere"
    assert now_of(office, turn).desk == "1"
    assert logged(office, "desk_refused") == [("agent:eva", "called_elsewhere")]


def test_an_old_page_does_not_finish_somebody_else(office: OfficeParts) -> None:
    first, second = walk_in(office), walk_in(office)
    office.attention.call_next("1", **ANA)
    office.attention.miss("1", **ANA)
    office.attention.call_next("1", **ANA)
    office.attention.start("1", **ANA)

    with pytest.raises(Conflict) as error:
        office.attention.finish("1", outcome="resolved", seen=first.id, **ANA)

    assert error.value.code == "page_is_old"
    assert now_of(office, second).state is TurnState.SERVING
    assert office.attention.finish("1", outcome="resolved", seen=second.id, **ANA).state is TurnState.COMPLETED


def test_who_waits_for_a_service_that_was_withdrawn_is_called_all_the_same(office: OfficeParts) -> None:
    turn = walk_in(office)
    services = {k: v for k, v in office.office.services.items() if k != "registro"}
    office.office = replace(office.office, services=MappingProxyType(services))

    assert office.attention.call_next("1", **ANA).id == turn.id
    office.attention.start("1", **ANA)
    assert office.attention.transfer("1", service="certificado", **ANA).service == "certificado"


def test_who_is_served_or_on_hold_at_closing_is_not_lost(office: OfficeParts, manual_clock: ManualClock) -> None:
    held = served(office)
    office.attention.hold("1", minutes=30, **ANA)
    delayed = take(office, present=True, channel=Channel.PAPER).turn
    office.grace.delay(delayed.id, actor="phone")
    closes = office.office.calendar.current(manual_clock.now())
    assert closes is not None
    manual_clock.move((closes.closes - manual_clock.now()).total_seconds() + 60)

    office.housekeeping.tidy()

    assert now_of(office, held).state is TurnState.WAITING  # the hold ended by itself; the desk still works
    assert now_of(office, delayed).state is TurnState.WAITING
    assert office.attention.call_next("1", **ANA).id == held.id
